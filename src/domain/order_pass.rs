//! The signed link to an order: what stands in it in the place of the order's key, for people, and runs out.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::{Date, OrderId};

const PREFIX: &str = "lnk_";
/// Of the HMAC: enough that nobody finds a pass by trying.
const PROOF_BYTES: usize = 16;
/// So many days a pass is good: longer than any order takes, and each e-mail about it brings a new one.
pub const PASS_DAYS: u32 = 180;
/// A new key is put before the old ones; those stay for as long as their passes are good.
pub const PASS_KEYS_MAX: usize = 8;

/// Makes passes, and knows its own again without a table: `lnk_KEY_DAY_PROOF`, where the day is the last on which it is good, as
/// days since 1970, and the proof is over the order, the key's number and the day.
#[derive(Clone)]
pub struct PassKeys {
    /// The first makes new passes.
    keys: Vec<PassKey>,
}

/// A signing key, and the number by which a pass names it.
#[derive(Clone)]
pub struct PassKey {
    pub id: u8,
    pub secret: [u8; 32],
}

/// Why a pass opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPass {
    /// It is none of ours, or for another order.
    Forged,
    /// It was good, up to a day that has passed.
    Expired,
}

impl PassKeys {
    /// `None` where there is no key, there are more than [`PASS_KEYS_MAX`], or two have one number.
    pub fn new(keys: Vec<PassKey>) -> Option<PassKeys> {
        let doubled = |at: usize| keys[..at].iter().any(|earlier| earlier.id == keys[at].id);
        let good = (1..=PASS_KEYS_MAX).contains(&keys.len()) && !(0..keys.len()).any(doubled);
        good.then_some(PassKeys { keys })
    }

    /// A pass that opens the order for [`PASS_DAYS`] from this day on, UTC.
    pub fn pass(&self, order: OrderId, today: Date) -> String {
        let (key, last_day) = (&self.keys[0], today.plus_days(PASS_DAYS));
        format!("{PREFIX}{}_{}_{}", key.id, last_day.0, proof(key, order, last_day))
    }

    /// Whether a text has the form of a pass: no order's key does.
    pub fn is_pass(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// Whether the pass opens the order on this day. In constant time as to the proof.
    ///
    /// # Errors
    /// [`BadPass::Expired`] says so of nothing but a pass that was good.
    pub fn check(&self, order: OrderId, pass: &str, today: Date) -> Result<(), BadPass> {
        let mut parts = pass.strip_prefix(PREFIX).ok_or(BadPass::Forged)?.splitn(3, '_');
        let mut next = || parts.next().ok_or(BadPass::Forged);
        let (id, day, given) = (next()?, next()?, next()?);
        let key = self.keys.iter().find(|key| key.id.to_string() == id).ok_or(BadPass::Forged)?;
        let last_day = Date(day.parse().map_err(|_| BadPass::Forged)?);
        // a day has one spelling: `+20963` and `020963` are read as the same number
        if last_day.0.to_string() != day {
            return Err(BadPass::Forged);
        }
        if !bool::from(proof(key, order, last_day).as_bytes().ct_eq(given.as_bytes())) {
            return Err(BadPass::Forged);
        }
        if today > last_day { Err(BadPass::Expired) } else { Ok(()) }
    }
}

fn proof(key: &PassKey, order: OrderId, last_day: Date) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.secret).expect("HMAC takes a key of any length");
    mac.update(b"doorstep order link ");
    mac.update(&[key.id]);
    mac.update(&order.to_bytes());
    mac.update(&last_day.0.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    digest.iter().take(PROOF_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Debug for PassKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PassKeys(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TODAY: Date = Date(20_783);

    fn key(id: u8) -> PassKey {
        PassKey { id, secret: [id; 32] }
    }

    fn keys(ids: &[u8]) -> PassKeys {
        PassKeys::new(ids.iter().map(|id| key(*id)).collect()).unwrap()
    }

    fn order() -> OrderId {
        OrderId::new(1_795_305_600_000, 42)
    }

    #[test]
    fn a_pass_opens_its_order_up_to_its_last_day_and_no_other_order() {
        let pass = keys(&[1]).pass(order(), TODAY);
        assert_eq!(keys(&[1]).check(order(), &pass, TODAY.plus_days(PASS_DAYS)), Ok(()));
        assert_eq!(keys(&[1]).check(order(), &pass, TODAY.plus_days(PASS_DAYS + 1)), Err(BadPass::Expired));
        assert_eq!(keys(&[1]).check(OrderId::new(1, 43), &pass, TODAY), Err(BadPass::Forged));
        assert!(PassKeys::is_pass(&pass) && !PassKeys::is_pass("6JSED35R1WRE7JBAYNBSR7XSAS"));
    }

    #[test]
    fn a_new_key_signs_and_the_old_one_is_still_known() {
        let old = keys(&[1]).pass(order(), TODAY);
        let both = keys(&[2, 1]);
        assert!(both.pass(order(), TODAY).starts_with("lnk_2_"));
        assert_eq!(both.check(order(), &old, TODAY), Ok(()));
        assert_eq!(keys(&[2]).check(order(), &old, TODAY), Err(BadPass::Forged), "its key was taken away");
    }

    #[test]
    fn a_day_has_one_spelling_and_a_key_one_number() {
        let pass = keys(&[1]).pass(order(), TODAY);
        let day = TODAY.plus_days(PASS_DAYS).0.to_string();
        for spelled in [format!("+{day}"), format!("0{day}"), format!(" {day}")] {
            let other = pass.replace(&day, &spelled);
            assert_eq!(keys(&[1]).check(order(), &other, TODAY), Err(BadPass::Forged), "{other}");
        }
        // one secret under two numbers, as where a line was copied
        let twice = PassKeys::new(vec![PassKey { id: 2, secret: [1; 32] }, key(1)]).unwrap();
        assert_eq!(twice.check(order(), &pass, TODAY), Ok(()));
        assert_eq!(twice.check(order(), &pass.replacen("_1_", "_2_", 1), TODAY), Err(BadPass::Forged));
    }

    #[test]
    fn keys_are_some_few_and_each_has_a_number() {
        assert!(PassKeys::new(vec![]).is_none());
        assert!(PassKeys::new(vec![key(1), key(1)]).is_none());
        assert!(PassKeys::new((0..=PASS_KEYS_MAX as u8).map(key).collect()).is_none());
        assert_eq!(format!("{:?}", keys(&[1])), "PassKeys(…)");
    }

    proptest! {
        #[test]
        fn no_changed_pass_opens_anything(at in 0usize..45, to in "[0-9a-zA-Z_-]") {
            let pass = keys(&[1]).pass(order(), TODAY);
            let mut changed = pass.clone();
            let at = at.min(pass.len() - 1);
            changed.replace_range(at..=at, &to);
            prop_assert_eq!(keys(&[1]).check(order(), &changed, TODAY) == Ok(()), changed == pass);
        }

        #[test]
        fn nothing_put_into_a_pass_leaves_it_one(at in 0usize..=45, more in "[0-9a-zA-Z_+ -]|0|\\+") {
            let mut longer = keys(&[1]).pass(order(), TODAY);
            longer.insert_str(at.min(longer.len()), &more);
            prop_assert_eq!(keys(&[1]).check(order(), &longer, TODAY), Err(BadPass::Forged), "{}", longer);
        }

        #[test]
        fn no_text_makes_it_fail(text in ".{0,80}") {
            prop_assert_eq!(keys(&[1]).check(order(), &text, TODAY), Err(BadPass::Forged));
            prop_assert_eq!(keys(&[1]).check(order(), &format!("lnk_1_{text}"), TODAY), Err(BadPass::Forged));
        }
    }
}
