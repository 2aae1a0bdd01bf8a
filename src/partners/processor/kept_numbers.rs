use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use subtle::ConstantTimeEq;

use super::CardNumber;

/// More customers than correct a form at once.
const NUMBERS_MAX: usize = 10_000;
/// How long a customer has to correct another field.
pub const KEPT_FOR_S: u64 = 10 * 60;

/// Numbers of forms that had another mistake, so that nobody types sixteen digits again because of a wrong month. No page shows
/// them again; each is wiped once its form is done, and at the end of its time. In memory alone.
#[derive(Default)]
pub struct KeptNumbers {
    by_checkout: Mutex<HashMap<String, Kept>>,
}

struct Kept {
    number: CardNumber,
    /// Comes back with the form: whoever else has the address of the checkout pays with no card but his own.
    code: String,
    until: u64,
}

impl KeptNumbers {
    /// `false`: there is no room.
    pub fn keep(&self, checkout: &str, number: CardNumber, code: &str, now_s: u64) -> bool {
        let mut numbers = self.lock();
        numbers.retain(|_, kept| kept.until > now_s);
        if numbers.len() >= NUMBERS_MAX && !numbers.contains_key(checkout) {
            return false;
        }
        let kept = Kept { number, code: code.to_owned(), until: now_s + KEPT_FOR_S };
        numbers.insert(checkout.to_owned(), kept);
        true
    }

    pub fn of(&self, checkout: &str, code: &str, now_s: u64) -> Option<CardNumber> {
        let numbers = self.lock();
        let kept = numbers.get(checkout).filter(|kept| kept.until > now_s)?;
        let is_hers = bool::from(kept.code.as_bytes().ct_eq(code.as_bytes()));
        is_hers.then(|| kept.number.clone())
    }

    pub fn wipe(&self, checkout: &str) {
        self.lock().remove(checkout);
    }

    /// Those whose time is over.
    pub fn wipe_old(&self, now_s: u64) {
        self.lock().retain(|_, kept| kept.until > now_s);
    }

    /// A panic leaves the map whole, so a poisoned lock is good.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.by_checkout.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number() -> CardNumber {
        CardNumber::parse("4242424242424242").unwrap()
    }

    #[test]
    fn a_number_is_kept_for_its_form_alone_and_for_ten_minutes() {
        let numbers = KeptNumbers::default();
        assert!(numbers.keep("one", number(), "a", 100));
        assert_eq!(numbers.of("one", "a", 100 + KEPT_FOR_S - 1), Some(number()));
        for (checkout, code, now_s) in
            [("one", "b", 100), ("one", "", 100), ("two", "a", 100), ("one", "a", 100 + KEPT_FOR_S)]
        {
            assert_eq!(numbers.of(checkout, code, now_s), None, "{checkout} {code} {now_s}");
        }
        numbers.wipe_old(100 + KEPT_FOR_S);
        assert!(numbers.lock().is_empty());
        assert!(numbers.keep("one", number(), "a", 100));
        numbers.wipe("one");
        assert!(numbers.lock().is_empty());
    }

    #[test]
    fn no_more_are_kept_than_there_is_room_for() {
        let numbers = KeptNumbers::default();
        for n in 0..NUMBERS_MAX {
            assert!(numbers.keep(&n.to_string(), number(), "a", 0));
        }
        assert!(!numbers.keep("one more", number(), "a", 0) && numbers.keep("0", number(), "b", 0));
        assert!(numbers.keep("one more", number(), "a", KEPT_FOR_S), "old ones make room");
    }
}
