use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::domain::Money;

/// More customers than are on their way back to the shop at once.
const CARDS_MAX: usize = 10_000;
/// How long a shop may fetch the card that was typed.
const GOOD_FOR_S: u64 = 30 * 60;

/// What a shop gets for a card that was typed: good for this checkout and amount, and for no other.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedCard {
    pub token: String,
    pub amount: Money,
}

/// It pays: it is not for logs.
impl fmt::Debug for TypedCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TypedCard({})", self.amount)
    }
}

/// Cards that were typed, each under the checkout that it was typed for, until their shop has had time to fetch them.
/// In memory alone: after a restart a customer on her way back types her card once more, and nothing was charged.
#[derive(Default)]
pub struct TypedCards {
    by_checkout: Mutex<HashMap<String, (TypedCard, u64)>>,
}

impl TypedCards {
    /// Keeps it in the place of any that was typed for this checkout before. `false`: there are too many.
    pub fn keep(&self, checkout: &str, card: TypedCard, now_s: u64) -> bool {
        let mut cards = self.lock();
        if cards.len() >= CARDS_MAX && !cards.contains_key(checkout) {
            cards.retain(|_, (_, until)| *until > now_s);
            if cards.len() >= CARDS_MAX {
                return false;
            }
        }
        cards.insert(checkout.to_owned(), (card, now_s + GOOD_FOR_S));
        true
    }

    /// The card for this checkout, while it is good. It may be fetched again: the return may be sent twice.
    pub fn of(&self, checkout: &str, now_s: u64) -> Option<TypedCard> {
        let mut cards = self.lock();
        let (card, until) = cards.get(checkout)?;
        if *until > now_s {
            return Some(card.clone());
        }
        cards.remove(checkout);
        None
    }

    /// What panics here leaves the map whole.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, (TypedCard, u64)>> {
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
        assert!(cards.keep("one", card("tok_1"), 100));
        assert!(cards.of("one", 100 + GOOD_FOR_S - 1) == Some(card("tok_1")));
        assert!(cards.of("two", 100).is_none());
        assert!(cards.keep("one", card("tok_2"), 200));
        assert!(cards.of("one", 200) == Some(card("tok_2")), "the last that she typed counts");
        assert!(cards.of("one", 200 + GOOD_FOR_S).is_none());
        assert!(cards.of("one", 200).is_none(), "what was found too old is gone");
    }

    #[test]
    fn no_more_are_kept_than_can_be_on_their_way() {
        let cards = TypedCards::default();
        for n in 0..CARDS_MAX {
            assert!(cards.keep(&n.to_string(), card("tok"), 0));
        }
        assert!(!cards.keep("one more", card("tok"), 0));
        assert!(cards.keep("0", card("tok_2"), 0));
        assert!(cards.keep("one more", card("tok"), GOOD_FOR_S), "old ones make room");
    }
}
