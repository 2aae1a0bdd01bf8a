use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::actors::Rules;
use crate::runtime::TableKey;

/// Whose word it is. A hash stands for what names a person or a card: nothing of them is kept here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CreditKey(u8, [u8; 16]);

const ALL: u8 = 0;
const CARD: u8 = 1;
const CUSTOMER: u8 = 2;
const UNWANTED: u8 = 3;
const BORNE: u8 = 4;
/// Added to the kind, where money is held.
const HELD: u8 = 16;
const HELD_ALL: u8 = ALL + HELD;
const HELD_CARD: u8 = CARD + HELD;
const HELD_CUSTOMER: u8 = CUSTOMER + HELD;

/// Of what may be ordered in on money that is held so much, a tenth, may be on the way with nothing held for it.
const GIVEN_BACK_PART: i64 = 10;

impl CreditKey {
    /// What all orders together stand under.
    pub const ALL: CreditKey = CreditKey(ALL, [0; 16]);

    /// What is on the way, or has come, for orders that have ended unpaid.
    pub const UNWANTED: CreditKey = CreditKey(UNWANTED, [0; 16]);

    /// Of that, what the operator has taken upon the shop.
    pub const BORNE: CreditKey = CreditKey(BORNE, [0; 16]);

    /// By what she has written, which nobody has looked at.
    pub(super) fn is_customer(self) -> bool {
        self.on_a_word().0 == CUSTOMER
    }

    /// The same card, customer or all, for what is ordered in on money that is held.
    pub fn held(self) -> CreditKey {
        CreditKey(self.0 | HELD, self.1)
    }

    /// And for what is ordered in on a word.
    pub(super) fn on_a_word(self) -> CreditKey {
        CreditKey(self.0 & !HELD, self.1)
    }

    /// By what the processor knows a card by, whatever token names it.
    pub fn card(fingerprint: &str) -> CreditKey {
        CreditKey(CARD, hash(&[fingerprint]))
    }

    /// By an e-mail address, in whatever case it is written and without what stands after a plus sign.
    pub fn email(address: &str) -> CreditKey {
        let (mailbox, domain) = address.rsplit_once('@').unwrap_or((address, ""));
        let mailbox = mailbox.split('+').next().unwrap_or_default();
        CreditKey(CUSTOMER, hash(&["email", &plain(mailbox, "."), &plain(domain, ".-")]))
    }

    /// By where the goods go, however it is written.
    pub fn delivery(line: &str, postcode: &str, country: &str) -> CreditKey {
        CreditKey(CUSTOMER, hash(&["to", &plain(line, ""), &plain(postcode, ""), &plain(country, "")]))
    }

    /// In minor units.
    pub(super) fn limit(self, rules: &Rules) -> i64 {
        match self.0 {
            CARD => rules.credit_card_max,
            CUSTOMER => rules.credit_customer_max,
            HELD_CARD => rules.credit_held_card_max,
            HELD_CUSTOMER => rules.credit_held_customer_max,
            HELD_ALL => rules.credit_held_all_max,
            _ => rules.credit_all_max,
        }
    }

    /// Beyond it nothing more is ordered in, not even on money that is held: so much is on the way for which nothing is. What
    /// was held and given back counts in it, also in a shop that orders nothing in on a word.
    pub(super) fn unpaid_limit(self, rules: &Rules) -> i64 {
        self.limit(rules).max(self.held().limit(rules) / GIVEN_BACK_PART)
    }
}

/// Its letters and digits alone, small, with whichever of these others.
fn plain(text: &str, others: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || others.contains(*c)).flat_map(char::to_lowercase).collect()
}

fn hash(parts: &[&str]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    short
}

impl TableKey for CreditKey {
    fn to_bytes(&self) -> Vec<u8> {
        [&[self.0], &self.1[..]].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<CreditKey> {
        let (kind, hash) = bytes.split_first()?;
        Some(CreditKey(*kind, hash.try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_one_however_it_is_written() {
        let at = |line, postcode| CreditKey::delivery(line, postcode, "GB");
        assert_eq!(at("12 St James's Square", "SW1Y 4JH"), at("12, st jamess square.", "sw1y4jh"));
        assert_ne!(at("12 St James's Square", "SW1Y 4JH"), at("13 St James's Square", "SW1Y 4JH"));
    }
}
