//! Words with typing errors in them: a letter too many, too few, another one, or two that changed places.
//!
//! Guarantee: what a query costs is bounded: only words of so many letters are looked at, and an automaton has no more
//! states than these allow.

use std::sync::LazyLock;

use fst::Automaton;
use levenshtein_automata::LevenshteinAutomatonBuilder;

/// A shorter word with an error is too many others, unless other words narrow it down.
const ONE_ERROR_LETTERS_MIN: usize = 4;
const ONE_ERROR_IN_SHORT_LETTERS_MIN: usize = 3;
const TWO_ERRORS_LETTERS_MIN: usize = 8;
/// A longer one is nothing that people type.
const LETTERS_MAX: usize = 24;

static ONE_ERROR: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
static TWO_ERRORS: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));

/// How wrong a word may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tolerance {
    /// In words that are long enough for two.
    pub two_errors: bool,
    /// In a word that is short by itself.
    pub in_short: bool,
    /// The word may go on.
    pub as_beginning: bool,
}

/// What takes the words that `word` may stand for; `None` where it is too short or too long, or no word.
pub(super) fn like(word: &str, tolerance: Tolerance) -> Option<impl Automaton> {
    let letters = word.chars().count();
    let letters_min = if tolerance.in_short { ONE_ERROR_IN_SHORT_LETTERS_MIN } else { ONE_ERROR_LETTERS_MIN };
    if !(letters_min..=LETTERS_MAX).contains(&letters) || !word.chars().all(char::is_alphabetic) {
        return None;
    }
    let two = tolerance.two_errors && letters >= TWO_ERRORS_LETTERS_MIN;
    let builder: &LevenshteinAutomatonBuilder = if two { &TWO_ERRORS } else { &ONE_ERROR };
    Some(if tolerance.as_beginning { builder.build_prefix_dfa(word) } else { builder.build_dfa(word) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_like(typed: &str, meant: &str, tolerance: Tolerance) -> bool {
        let Some(automaton) = like(typed, tolerance) else { return false };
        let end = meant.bytes().fold(automaton.start(), |state, byte| automaton.accept(&state, byte));
        automaton.is_match(&end)
    }

    const ONE: Tolerance = Tolerance { two_errors: false, in_short: false, as_beginning: false };
    const TWO: Tolerance = Tolerance { two_errors: true, ..ONE };

    #[test]
    fn one_error_is_forgiven_in_a_word_of_four_letters_and_two_in_one_of_eight() {
        for (typed, meant) in
            [("dikens", "dickens"), ("eyer", "eyre"), ("prejudise", "prejudice"), ("žolc", "zolc")]
        {
            assert!(is_like(typed, meant, ONE), "{typed}");
        }
        assert!(!is_like("eer", "eyre", TWO) && !is_like("dkens", "dickens", TWO));
        assert!(is_like("shakspear", "shakespeare", TWO) && !is_like("shakspear", "shakespeare", ONE));
        assert!(like("1984", TWO).is_none() && like(&"x".repeat(25), TWO).is_none());
    }

    #[test]
    fn a_word_that_is_not_typed_to_its_end_may_be_wrong_too() {
        assert!(is_like("prejd", "prejudice", Tolerance { as_beginning: true, ..ONE }));
        assert!(!is_like("prejd", "prejudice", ONE));
    }

    #[test]
    fn the_longest_word_has_an_automaton_of_bounded_size() {
        let word = "abcdefghijklmnopqrstuvwx";
        assert!(TWO_ERRORS.build_prefix_dfa(word).num_states() < 3_000);
    }
}
