use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::domain::Money;

use super::recent::Recent;

/// More customers than are on their way back to the shop at once: whose card is pushed out by so many others types it again.
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
pub struct TypedCards {
    by_checkout: Mutex<Recent<Kept>>,
}

impl Default for TypedCards {
    fn default() -> TypedCards {
        TypedCards { by_checkout: Mutex::new(Recent::with_room_for(CARDS_MAX)) }
    }
}

struct Kept {
    card: TypedCard,
    /// Comes back to the shop with the browser in which the card was typed. Otherwise somebody could send another a link to his own
    /// checkout, and she would pay for his order.
    code: String,
    /// The shop has it: its answer for this checkout is on its way or given, and another card would pay for nothing.
    fetched: bool,
}

/// The shop has fetched a card for this checkout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Over;

impl TypedCards {
    /// Keeps it in the place of any that was typed for this checkout before and not fetched, whose `code` is good no more.
    pub fn keep(&self, checkout: &str, card: TypedCard, code: &str, now_s: u64) -> Result<(), Over> {
        let mut cards = self.lock();
        if cards.get(checkout, now_s).is_some_and(|kept| kept.fetched) {
            return Err(Over);
        }
        let kept = Kept { card, code: code.to_owned(), fetched: false };
        cards.keep(checkout, kept, 1, now_s, now_s + GOOD_FOR_S);
        Ok(())
    }

    /// The card for this checkout, while it is good. It may be fetched again: the return may be sent twice.
    pub fn of(&self, checkout: &str, code: &str, now_s: u64) -> Option<TypedCard> {
        let mut cards = self.lock();
        let kept = cards.get_mut(checkout, now_s)?;
        if !bool::from(kept.code.as_bytes().ct_eq(code.as_bytes())) {
            return None;
        }
        kept.fetched = true;
        Some(kept.card.clone())
    }

    /// Whether the shop has fetched a card for this checkout.
    pub fn is_over(&self, checkout: &str, now_s: u64) -> bool {
        self.lock().get(checkout, now_s).is_some_and(|kept| kept.fetched)
    }

    /// Whether one is kept for this checkout, fetched or not.
    pub fn has_one_for(&self, checkout: &str, now_s: u64) -> bool {
        self.lock().get(checkout, now_s).is_some()
    }

    /// A panic leaves the map whole, so a poisoned lock is good.
    fn lock(&self) -> MutexGuard<'_, Recent<Kept>> {
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
        assert_eq!(cards.keep("one", card("tok_2"), "b", 100), Err(Over));
        assert!(cards.of("one", "a", 101) == Some(card("tok_1")), "the return may be sent twice");
        assert!(!cards.is_over("one", 100 + GOOD_FOR_S));
    }

    #[test]
    fn whoever_types_cards_for_ever_keeps_nobody_from_paying() {
        let cards = TypedCards::default();
        for n in 0..=CARDS_MAX {
            assert_eq!(cards.keep(&n.to_string(), card("tok"), "a", 0), Ok(()));
        }
        assert!(cards.of("0", "a", 0).is_none(), "the oldest has made room");
        assert!(cards.of(&CARDS_MAX.to_string(), "a", 0).is_some());
        assert_eq!(cards.lock().len(), CARDS_MAX);
    }
}
