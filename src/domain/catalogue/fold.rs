//! Words as they are compared in a search: without case, diacritics, apostrophes or the dots of initials.

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;

/// Of a word of many dots only so many rests are kept; else their length would grow with its square.
const RESTS_MAX: usize = 8;
/// Shorter ones are the French article and the like: `l'avare`.
const STEM_LETTERS_MIN: usize = 3;

/// `text` without case and diacritics: `Żółć` → `zolc`, `Straße` → `strasse`, `Ἰλιάς` → `ιλιασ`.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let combining = CanonicalCombiningClassMapBorrowed::new();
    let normalizer = DecomposingNormalizerBorrowed::new_nfkd();
    let bare = normalizer.normalize_iter(text.chars()).filter(|&c| combining.get_u8(c) == 0);
    let mut folded = String::with_capacity(text.len());
    for c in bare.flat_map(char::to_lowercase) {
        match undecomposed(c) {
            Some(letters) => folded.push_str(letters),
            None => folded.push(c),
        }
    }
    folded
}

/// Letters with a stroke or ligature that Unicode does not take apart, and the Greek final sigma.
fn undecomposed(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        'ς' => "σ",
        _ => return None,
    })
}

/// The words of folded text. Apostrophes and the dots inside a word do not part it: `philosophers`, `jrr`.
pub(super) fn words(folded: &str) -> impl Iterator<Item = String> {
    raw_words(folded).map(|word| word.chars().filter(|&c| !is_joiner(c)).collect())
}

/// As `words`, and each word's rest after an apostrophe or dot, so that `avare` finds `L'Avare`.
pub(super) fn words_and_rests(folded: &str) -> impl Iterator<Item = String> {
    raw_words(folded).flat_map(|word| {
        let rests = word
            .char_indices()
            .filter(|&(_, c)| is_joiner(c))
            .map(|(at, c)| &word[at + c.len_utf8()..])
            .take(RESTS_MAX);
        let starts = std::iter::once(word).chain(rests);
        starts.map(|part| part.chars().filter(|&c| !is_joiner(c)).collect())
    })
}

/// What stands before an apostrophe, as a word: `wizard` of `wizard's`. What begins with it finds the whole word already;
/// this is for what is spelled otherwise.
pub(super) fn stems(folded: &str) -> impl Iterator<Item = &str> {
    let stems = raw_words(folded).filter_map(|word| word.split_once(['\'', '’', 'ʼ']).map(|(stem, _)| stem));
    stems.filter(|stem| !stem.contains('.') && stem.chars().count() >= STEM_LETTERS_MIN)
}

/// The initials of a name as one word, where they stand apart: `hg` of `h. g. wells`.
pub(super) fn initials(folded: &str) -> Vec<String> {
    let mut found = vec![];
    let mut run = String::new();
    let mut parts = 0;
    for word in raw_words(folded).chain(["end"]) {
        if word.split('.').all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic)) {
            run.extend(word.split('.'));
            parts += 1;
            continue;
        }
        if parts > 1 {
            found.push(run.clone());
        }
        run.clear();
        parts = 0;
    }
    found
}

fn raw_words(folded: &str) -> impl Iterator<Item = &str> {
    folded
        .split(|c: char| !c.is_alphanumeric() && !is_joiner(c))
        .map(|word| word.trim_matches(is_joiner))
        .filter(|word| !word.is_empty())
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words_of(text: &str) -> Vec<String> {
        words(&fold(text)).collect()
    }

    #[test]
    fn case_and_diacritics_do_not_count() {
        for (text, folded) in [
            ("Les Misérables", "les miserables"),
            ("Żółć Straße Øre", "zolc strasse ore"),
            ("Ἰλιάς", "ιλιασ"),
            ("Достоевский", "достоевскии"),
            ("e\u{301}", "e"),
            ("ℝ İ", "r i"),
        ] {
            assert_eq!(fold(text), folded);
        }
    }

    #[test]
    fn apostrophes_and_initials_do_not_part_a_word() {
        assert_eq!(
            words_of("The Philosopher’s Stone, J.K. Rowling"),
            ["the", "philosophers", "stone", "jk", "rowling"]
        );
        let rests: Vec<String> = words_and_rests("l'avare j.k.").collect();
        assert_eq!(rests, ["lavare", "avare", "jk", "k"]);
    }

    #[test]
    fn what_stands_before_an_apostrophe_is_a_word_too() {
        assert_eq!(
            stems("the wizard's l'avare where’d you o'brien").collect::<Vec<_>>(),
            ["wizard", "where"]
        );
    }

    #[test]
    fn initials_that_stand_apart_are_joined() {
        for (name, joined) in [
            ("H. G. Wells", vec!["hg"]),
            ("J.R. R. Tolkien", vec!["jrr"]),
            ("H.G. Wells", vec![]),
            ("A Tale", vec![]),
        ] {
            assert_eq!(initials(&fold(name)), joined, "{name}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in ".{0,40}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }

        #[test]
        fn any_text_gives_words_without_white_space(text in ".*") {
            for word in words_and_rests(&fold(&text)) {
                prop_assert!(!word.is_empty() && !word.contains(char::is_whitespace));
            }
        }
    }
}
