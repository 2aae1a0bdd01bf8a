use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::domain::Money;

/// More customers than are on their way back to the shop at once.
const CARDS_MAX: usize = 10_000;
/// How long a shop may fetch the card that was typed.
const GOOD_FOR_S: u64 = 30 * 60;

/// What the shop gets for a card that was typed: a token, good for this checkout and amount alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedCard {
    pub token: String,
    pub amount: Money,
}

/// Without the token, which pays.
impl fmt::Debug for TypedCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TypedCard({})", self.amount)
    }
}

/// Cards that were typed, each under the checkout that it was typed for, until their shop has had time to fetch them.
/// In memory alone: after a restart a customer on her way back types her card once more, and nothing was charged.
#[derive(Default)]
pub struct TypedCards {
    by_checkout: Mutex<HashMap<String, Kept>>,
}

struct Kept {
    card: TypedCard,
    /// Comes back to the shop with the browser in which the card was typed. Otherwise somebody could send another a link to his own
    /// checkout, and she would pay for his order.
    code: String,
    /// Unix time in seconds.
    until: u64,
    /// The shop has it: its answer for this checkout is on its way or given, and another card would pay for nothing.
    fetched: bool,
}

/// Why a card is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotKept {
    /// Too many cards wait to be fetched.
    Full,
    /// The shop has fetched one for this checkout.
    Over,
}

impl TypedCards {
    /// Keeps it in the place of any that was typed for this checkout before and not fetched, whose `code` is good no more.
    pub fn keep(&self, checkout: &str, card: TypedCard, code: &str, now_s: u64) -> Result<(), NotKept> {
        let mut cards = self.lock();
        match cards.get(checkout) {
            Some(kept) if kept.fetched && kept.until > now_s => return Err(NotKept::Over),
            Some(_) => {}
            None if cards.len() >= CARDS_MAX => {
                cards.retain(|_, kept| kept.until > now_s);
                if cards.len() >= CARDS_MAX {
                    return Err(NotKept::Full);
                }
            }
            None => {}
        }
        let kept = Kept { card, code: code.to_owned(), until: now_s + GOOD_FOR_S, fetched: false };
        cards.insert(checkout.to_owned(), kept);
        Ok(())
    }

    /// The card for this checkout, while it is good. It may be fetched again: the return may be sent twice.
    pub fn of(&self, checkout: &str, code: &str, now_s: u64) -> Option<TypedCard> {
        let mut cards = self.lock();
        let kept = cards.get_mut(checkout)?;
        if kept.until <= now_s {
            cards.remove(checkout);
            return None;
        }
        if !bool::from(kept.code.as_bytes().ct_eq(code.as_bytes())) {
            return None;
        }
        kept.fetched = true;
        Some(kept.card.clone())
    }

    /// Whether the shop has fetched a card for this checkout.
    pub fn is_over(&self, checkout: &str, now_s: u64) -> bool {
        self.lock().get(checkout).is_some_and(|kept| kept.fetched && kept.until > now_s)
    }

    /// Whether one is kept for this checkout, fetched or not.
    pub fn has_one_for(&self, checkout: &str, now_s: u64) -> bool {
        self.lock().get(checkout).is_some_and(|kept| kept.until > now_s)
    }

    /// A panic leaves the map whole, so a poisoned lock is good.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.by_checkout.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Currency;

    fn card(token: &str) -> TypedCard {
        TypedCard { token: token.to_owned(), amount: Money::new(1897, Currency::GBP) }
    }

    #[test]
    fn a_card_is_good_for_its_checkout_alone_and_for_half_an_hour() {
        let cards = TypedCards::default();
        assert_eq!(cards.keep("one", card("tok_1"), "a", 100), Ok(()));
        assert!(cards.of("two", "a", 100).is_none());
        assert_eq!(cards.keep("one", card("tok_2"), "b", 200), Ok(()));
        assert!(
            cards.of("one", "b", 200 + GOOD_FOR_S - 1) == Some(card("tok_2")),
            "the last that she typed counts"
        );
        assert!(cards.of("one", "b", 200 + GOOD_FOR_S).is_none());
        assert!(cards.of("one", "b", 200).is_none(), "what was found too old is gone");
    }

    #[test]
    fn a_card_is_fetched_by_the_code_of_who_typed_it_alone() {
        let cards = TypedCards::default();
        cards.keep("one", card("tok_1"), "a", 100).unwrap();
        cards.keep("one", card("tok_2"), "b", 100).unwrap();
        for not_hers in ["a", "", "bb"] {
            assert!(cards.of("one", not_hers, 100).is_none());
        }
        assert!(cards.has_one_for("one", 100) && !cards.has_one_for("one", 100 + GOOD_FOR_S));
        assert!(!cards.has_one_for("two", 100));
        assert!(cards.of("one", "b", 100).is_some());
    }

    #[test]
    fn a_second_card_is_not_taken_once_the_shop_has_the_first() {
        let cards = TypedCards::default();
        cards.keep("one", card("tok_1"), "a", 100).unwrap();
        assert!(!cards.is_over("one", 100));
        assert!(cards.of("one", "a", 100).is_some());
        assert!(cards.is_over("one", 100) && !cards.is_over("two", 100));
        assert_eq!(cards.keep("one", card("tok_2"), "b", 100), Err(NotKept::Over));
        assert!(cards.of("one", "a", 101) == Some(card("tok_1")), "the return may be sent twice");
        assert!(!cards.is_over("one", 100 + GOOD_FOR_S));
    }

    #[test]
    fn no_more_are_kept_than_can_be_on_their_way() {
        let cards = TypedCards::default();
        for n in 0..CARDS_MAX {
            assert_eq!(cards.keep(&n.to_string(), card("tok"), "a", 0), Ok(()));
        }
        assert_eq!(cards.keep("one more", card("tok"), "a", 0), Err(NotKept::Full));
        assert_eq!(cards.keep("0", card("tok_2"), "a", 0), Ok(()));
        assert_eq!(cards.keep("one more", card("tok"), "a", GOOD_FOR_S), Ok(()), "old ones make room");
    }
}
