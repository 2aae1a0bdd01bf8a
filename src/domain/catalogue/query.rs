use super::fold::{fold, words};
use super::isbn::Isbn;

/// Words of a query beyond these are not looked at.
pub const QUERY_WORDS_MAX: usize = 16;

/// A word that stands between a title and its author, and means nothing then.
const BETWEEN: &str = "by";

/// What somebody looks for.
pub(super) struct Query {
    pub terms: Vec<Term>,
    /// The whole of it, where that is one ISBN.
    pub isbn: Option<String>,
    /// The whole of it, which may be a SKU with spaces.
    pub folded: String,
}

/// What stands between spaces.
pub(super) struct Term {
    pub folded: String,
    pub isbn: Option<String>,
    /// Its words: `l'avare` is one, `war&peace` two.
    pub words: Vec<String>,
    /// It need not be found.
    pub is_between: bool,
    /// Nothing comes behind it: she may not have typed it to its end.
    pub is_last: bool,
}

impl Query {
    pub fn of(text: &str) -> Query {
        let mut terms: Vec<Term> = vec![];
        let mut words_left = QUERY_WORDS_MAX;
        for term in text.split_whitespace() {
            let folded = fold(term);
            let words: Vec<String> = words(&folded).take(words_left).collect();
            if words.is_empty() {
                continue;
            }
            words_left -= words.len();
            let isbn = Isbn::parse(term).map(|isbn| isbn.to_string());
            terms.push(Term { folded, isbn, words, is_between: false, is_last: false });
        }
        if terms.len() > 1 && terms.iter().any(|term| term.folded != BETWEEN) {
            terms.iter_mut().for_each(|term| term.is_between = term.folded == BETWEEN);
        }
        if let Some(last) = terms.last_mut() {
            last.is_last = !text.ends_with(char::is_whitespace);
        }
        let isbn = Isbn::parse(text).map(|isbn| isbn.to_string());
        Query { terms, isbn, folded: fold(text.trim()) }
    }
}
