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

impl CreditKey {
    /// What all orders together stand under.
    pub const ALL: CreditKey = CreditKey(ALL, [0; 16]);

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
            _ => rules.credit_all_max,
        }
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
