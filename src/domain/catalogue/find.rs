//! Which products a query finds. What is spelled as it was typed is looked for first, the rest only where that is little.

use std::collections::BTreeMap;
use std::ops::Range;

use super::alike::numbers;
use super::codes::Codes;
use super::fold::{fold, initials, stems, words_and_rests};
use super::product::Product;
use super::query::{Query, Term};
use super::set::Set;
use super::typing::{self, Tolerance};
use super::words::{Words, WordsBuilder};

/// With so many products found nobody looks for other spellings.
const ENOUGH: usize = 20;
/// In a longer query no typing errors are looked for: each word would cost as much as all of the others.
const WORDS_WITH_ERRORS_MAX: usize = 8;

/// Of each word, code and year, the products that have it.
#[derive(Debug)]
pub(super) struct Index {
    words: Words,
    codes: Codes,
    years: BTreeMap<i16, Vec<u32>>,
    products: usize,
}

/// No product is in two of them.
pub(super) struct Found {
    /// All of the query is in the title, or is the SKU or ISBN.
    pub in_title: Set,
    /// Some of it is an author or the year.
    pub by_author: Set,
    /// Some of it is spelled otherwise.
    pub near: Set,
}

/// How far a word may be from what was typed. Each takes what those before it take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Spelling {
    /// It begins with it.
    Typed,
    /// Singular for plural, another way to write a name.
    Alike,
    OneError,
    /// In a short word too: others of the query are found as they were typed.
    OneErrorInShort,
    /// In the beginning of a word too, where it is the last.
    OneErrorSoFar,
    TwoErrors,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Title,
    Anywhere,
}

/// Products of which one stands in some list.
struct Condition<'a> {
    lists: Vec<&'a [u32]>,
    /// One list more.
    own: Vec<u32>,
}

impl Condition<'_> {
    fn lists(&self) -> Vec<&[u32]> {
        self.lists.iter().copied().chain([&*self.own]).filter(|list| !list.is_empty()).collect()
    }

    fn total(&self) -> usize {
        self.lists.iter().map(|list| list.len()).sum::<usize>() + self.own.len()
    }
}

impl Index {
    /// `products` by their places; `None` where they have more words than can be numbered.
    pub fn of(products: &[Product]) -> Option<Index> {
        let mut words = WordsBuilder::default();
        let mut years: BTreeMap<i16, Vec<u32>> = BTreeMap::new();
        for (id, product) in (0u32..).zip(products) {
            each_word(&product.title, |word| words.add_of_title(word, id));
            product.authors.iter().for_each(|author| each_word(author, |word| words.add_of_author(word, id)));
            product.year.iter().for_each(|year| years.entry(*year).or_default().push(id));
        }
        Some(Index { words: words.build()?, codes: Codes::of(products), years, products: products.len() })
    }

    /// What it takes in memory.
    pub fn bytes(&self) -> usize {
        self.words.bytes()
            + self.codes.bytes()
            + self.years.values().map(|products| 4 * products.len()).sum::<usize>()
    }

    /// What has this SKU or ISBN, without case.
    pub fn of_code(&self, code: &str, products: &[Product]) -> Vec<u32> {
        self.codes.find(&fold(code), products)
    }

    pub fn find(&self, text: &str, products: &[Product]) -> Found {
        let query = Query::of(text);
        let of_isbn = query.isbn.as_ref().map(|isbn| self.codes.find(isbn, products)).unwrap_or_default();
        if !of_isbn.is_empty() {
            return Found { in_title: Set::Few(of_isbn), by_author: nothing(), near: nothing() };
        }
        if query.terms.is_empty() {
            let in_title = if text.trim().is_empty() { Set::all(self.products) } else { nothing() };
            return Found { in_title, by_author: nothing(), near: nothing() };
        }
        let search = Search { index: self, products, query: &query };
        let sku = Set::Few(self.codes.find(&query.folded, products));
        let anywhere = search.all_of(search.terms(Place::Anywhere, Spelling::Typed)).or(&sku, self.products);
        let in_title = search.in_titles(anywhere.clone()).or(&sku, self.products);
        let near = if anywhere.len() < ENOUGH {
            search.near(anywhere.is_empty()).without(&anywhere)
        } else {
            nothing()
        };
        Found { by_author: anywhere.without(&in_title), in_title, near }
    }
}

fn each_word(text: &str, mut add: impl FnMut(&str)) {
    let folded = fold(text);
    words_and_rests(&folded).for_each(|word| add(&word));
    stems(&folded).for_each(&mut add);
    initials(&folded).iter().for_each(|word| add(word));
}

fn nothing() -> Set {
    Set::Few(vec![])
}

/// A query that is being answered.
struct Search<'a> {
    index: &'a Index,
    products: &'a [Product],
    query: &'a Query,
}

impl<'a> Search<'a> {
    /// What the terms ask for, each of them; but for those that need not be found.
    fn terms(&self, place: Place, spelling: Spelling) -> Vec<Vec<Condition<'a>>> {
        let needed = self.query.terms.iter().filter(|term| !term.is_between);
        needed.map(|term| self.term(term, place, spelling)).collect()
    }

    /// All of these: one for each word, or one where the whole may be a code.
    fn term(&self, term: &Term, place: Place, spelling: Spelling) -> Vec<Condition<'a>> {
        let mut words: Vec<Condition<'a>> =
            term.words.iter().map(|word| self.word(word, term.is_last, place, spelling)).collect();
        let mut codes = self.index.codes.find(&term.folded, self.products);
        codes.extend(term.isbn.iter().flat_map(|isbn| self.index.codes.find(isbn, self.products)));
        let year = term.folded.parse::<i16>().ok().filter(|year| year.to_string() == term.folded);
        let year = year.filter(|_| place == Place::Anywhere).and_then(|year| self.index.years.get(&year));
        if let [word] = words.as_mut_slice() {
            word.lists.extend(year.map(Vec::as_slice));
            word.own = codes;
            word.own.sort_unstable();
            return words;
        }
        codes.extend(year.into_iter().flatten());
        if codes.is_empty() {
            return words;
        }
        codes.extend(self.all_of(vec![words]).starting(0));
        codes.sort_unstable();
        vec![Condition { lists: vec![], own: codes }]
    }

    fn word(&self, word: &str, is_last: bool, place: Place, spelling: Spelling) -> Condition<'a> {
        let words = &self.index.words;
        let mut lists: Vec<&'a [u32]> = vec![];
        for places in self.places(word, is_last, spelling) {
            lists.extend(words.titles(places.clone()));
            if place == Place::Anywhere {
                lists.extend(words.authors(places));
            }
        }
        lists.retain(|list| !list.is_empty());
        Condition { lists, own: vec![] }
    }

    /// Of the words that `word` may stand for.
    fn places(&self, word: &str, is_last: bool, spelling: Spelling) -> Vec<Range<usize>> {
        let words = &self.index.words;
        let mut places = vec![words.starting_with(word)];
        let one = |place: usize| place..place + 1;
        if spelling >= Spelling::Alike {
            places.extend(numbers(word).iter().filter_map(|other| words.exactly(other)).map(one));
            places.extend(words.that_sound_like(word).iter().map(|&place| one(place as usize)));
        }
        if spelling >= Spelling::OneError {
            let two_errors = spelling == Spelling::TwoErrors;
            let as_beginning = is_last && spelling >= Spelling::OneErrorSoFar;
            let in_short = spelling == Spelling::OneErrorInShort;
            let like = typing::like(word, Tolerance { two_errors, as_beginning, in_short });
            places.extend(like.into_iter().flat_map(|like| words.that_are(like)).map(one));
        }
        places
    }

    /// The products for which all of it holds; what holds for the fewest is looked at first.
    fn all_of(&self, conditions: Vec<Vec<Condition<'a>>>) -> Set {
        let mut conditions: Vec<Condition<'a>> = conditions.into_iter().flatten().collect();
        conditions.sort_by_cached_key(Condition::total);
        let mut rest = conditions.iter();
        let universe = self.index.products;
        let first = rest.next().map_or_else(|| Set::all(universe), |first| Set::of(&first.lists(), universe));
        rest.fold(first, |found, condition| found.within(&condition.lists(), universe))
    }

    /// Those of the products found that have all of the query in their titles.
    fn in_titles(&self, found: Set) -> Set {
        let terms = self.query.terms.iter().flat_map(|term| self.term(term, Place::Title, Spelling::Typed));
        terms.fold(found, |found, condition| found.within(&condition.lists(), self.index.products))
    }

    /// What other spellings find: typing errors only where nothing else is found, for they are many others' words.
    fn near(&self, is_nothing_found: bool) -> Set {
        let alike = self.all_of(self.terms(Place::Anywhere, Spelling::Alike));
        let words: usize = self.query.terms.iter().map(|term| term.words.len()).sum();
        if !is_nothing_found || !alike.is_empty() || words > WORDS_WITH_ERRORS_MAX {
            return alike;
        }
        let one_word = self.one_word_wrong();
        if !one_word.is_empty() {
            return one_word;
        }
        let every_word = self.all_of(self.terms(Place::Anywhere, Spelling::OneErrorSoFar));
        if !every_word.is_empty() {
            return every_word;
        }
        self.all_of(self.terms(Place::Anywhere, Spelling::TwoErrors))
    }

    /// With an error in one word, whichever it is, and none in the others.
    fn one_word_wrong(&self) -> Set {
        let needed: Vec<&Term> = self.query.terms.iter().filter(|term| !term.is_between).collect();
        let is_unknown =
            |term: &&&Term| self.all_of(vec![self.term(term, Place::Anywhere, Spelling::Alike)]).is_empty();
        let unknown: Vec<&&Term> = needed.iter().filter(is_unknown).collect();
        let wrong: Vec<&Term> = match unknown.as_slice() {
            [] => needed.clone(),
            [one] => vec![**one],
            _ => vec![],
        };
        let mut found = nothing();
        for term in wrong {
            let others = needed.iter().filter(|other| !std::ptr::eq(**other, term));
            let others: Vec<_> =
                others.map(|other| self.term(other, Place::Anywhere, Spelling::Alike)).collect();
            let has_others = !others.is_empty();
            let others = self.all_of(others);
            if has_others && others.is_empty() {
                continue;
            }
            let spelling = if has_others { Spelling::OneErrorInShort } else { Spelling::OneError };
            let with_errors = self.term(term, Place::Anywhere, spelling);
            let of_term = with_errors
                .iter()
                .fold(others, |found, condition| found.within(&condition.lists(), self.index.products));
            found = found.or(&of_term, self.index.products);
        }
        found
    }
}
