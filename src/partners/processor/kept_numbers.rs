use std::sync::{Mutex, MutexGuard, PoisonError};

use subtle::ConstantTimeEq;

use super::CardNumber;
use super::recent::Recent;

/// More customers than correct a form at once: whose number is pushed out by so many others types it again.
const NUMBERS_MAX: usize = 10_000;
/// How long a customer has to correct another field.
pub const KEPT_FOR_S: u64 = 10 * 60;

/// Numbers of forms that had another mistake, so that nobody types sixteen digits again because of a wrong month. No page shows
/// them again; each is wiped once its form is done, and at the end of its time. In memory alone.
pub struct KeptNumbers {
    by_checkout: Mutex<Recent<Kept>>,
}

impl Default for KeptNumbers {
    fn default() -> KeptNumbers {
        KeptNumbers { by_checkout: Mutex::new(Recent::with_room_for(NUMBERS_MAX)) }
    }
}

struct Kept {
    number: CardNumber,
    /// Comes back with the form: whoever else has the address of the checkout pays with no card but his own.
    code: String,
}

impl KeptNumbers {
    pub fn keep(&self, checkout: &str, number: CardNumber, code: &str, now_s: u64) {
        let kept = Kept { number, code: code.to_owned() };
        self.lock().keep(checkout, kept, 1, now_s, now_s + KEPT_FOR_S);
    }

    pub fn of(&self, checkout: &str, code: &str, now_s: u64) -> Option<CardNumber> {
        let numbers = self.lock();
        let kept = numbers.get(checkout, now_s)?;
        let is_hers = bool::from(kept.code.as_bytes().ct_eq(code.as_bytes()));
        is_hers.then(|| kept.number.clone())
    }

    pub fn wipe(&self, checkout: &str) {
        self.lock().remove(checkout);
    }

    /// Those whose time is over.
    pub fn wipe_old(&self, now_s: u64) {
        self.lock().forget_old(now_s);
    }

    /// A panic leaves the map whole, so a poisoned lock is good.
    fn lock(&self) -> MutexGuard<'_, Recent<Kept>> {
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
        numbers.keep("one", number(), "a", 100);
        assert_eq!(numbers.of("one", "a", 100 + KEPT_FOR_S - 1), Some(number()));
        for (checkout, code, now_s) in
            [("one", "b", 100), ("one", "", 100), ("two", "a", 100), ("one", "a", 100 + KEPT_FOR_S)]
        {
            assert_eq!(numbers.of(checkout, code, now_s), None, "{checkout} {code} {now_s}");
        }
        numbers.wipe_old(100 + KEPT_FOR_S);
        assert_eq!(numbers.lock().len(), 0);
        numbers.keep("one", number(), "a", 100);
        numbers.wipe("one");
        assert_eq!(numbers.lock().len(), 0);
    }

    #[test]
    fn the_oldest_makes_room() {
        let numbers = KeptNumbers::default();
        for n in 0..=NUMBERS_MAX {
            numbers.keep(&n.to_string(), number(), "a", 0);
        }
        assert!(numbers.of("0", "a", 0).is_none() && numbers.of("1", "a", 0).is_some());
    }
}
