//! The key by which a program is known to the shop's API.

use std::fmt;

use flate2::Crc;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A program that orders by the API: the principal of its idempotency keys. It keeps its number whatever key it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProgramId(u32);

impl ProgramId {
    /// Whoever orders from a demo without a key: all of them are one program.
    pub const OPEN: ProgramId = ProgramId(0);

    pub fn new(number: u32) -> ProgramId {
        ProgramId(number)
    }

    pub fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for ProgramId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What a program may do by its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyRole {
    /// It orders, and looks at its own orders.
    Buyer,
    /// And what a clerk does: it gives money back, of whichever order.
    Clerk,
}

/// Scanners for leaked secrets find keys by it: `dsk_[0-9]+_[0-9a-f]{72}`.
const PREFIX: &str = "dsk_";
const SECRET_BYTES: usize = 32;
const CHECKSUM_BYTES: usize = 4;
const HEX_CHARS: usize = 2 * (SECRET_BYTES + CHECKSUM_BYTES);

/// An API key, shown once as `dsk_`, the program's number, `_`, and in hexadecimal 256 random bits and a CRC-32 of all
/// before it: a scanner can tell a key from what looks like one without asking the shop.
#[derive(Clone)]
pub struct ApiKey {
    program: ProgramId,
    secret: [u8; SECRET_BYTES],
}

impl ApiKey {
    pub fn new(program: ProgramId, secret: [u8; SECRET_BYTES]) -> ApiKey {
        ApiKey { program, secret }
    }

    /// Whether `text` is meant for one, well formed or not.
    pub fn is_meant_by(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// `None` where it is not a whole key as it was shown.
    pub fn parse(text: &str) -> Option<ApiKey> {
        let (number, hex) = text.strip_prefix(PREFIX)?.split_once('_')?;
        if hex.len() != HEX_CHARS || !hex.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        let mut secret = [0; SECRET_BYTES];
        for (byte, digits) in secret.iter_mut().zip(hex.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        let key = ApiKey { program: ProgramId(number.parse().ok()?), secret };
        // one spelling only, and the checksum is in it
        (key.reveal() == text).then_some(key)
    }

    /// The key itself: for whoever is to use it, and nowhere else.
    pub fn reveal(&self) -> String {
        let mut text = format!("{PREFIX}{}_", self.program);
        self.secret.iter().for_each(|byte| text.push_str(&format!("{byte:02x}")));
        let mut checksum = Crc::new();
        checksum.update(text.as_bytes());
        text.push_str(&format!("{:08x}", checksum.sum()));
        text
    }

    /// The four characters by which its owner tells it from others.
    pub fn last_four(&self) -> String {
        let text = self.reveal();
        text[text.len() - 4..].to_owned()
    }

    pub fn program(&self) -> ProgramId {
        self.program
    }

    pub fn hash(&self) -> ApiKeyHash {
        ApiKeyHash(Sha256::digest(self.secret).into())
    }
}

/// A secret: never in a log.
impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({}, …)", self.program)
    }
}

/// What the shop keeps of a key. Plain SHA-256 is right for it: 256 random bits cannot be guessed, so nothing is won by
/// making each guess slow, as for a password; and each request of a program is held against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyHash([u8; 32]);

impl ApiKeyHash {
    /// Compares in constant time.
    pub fn is_of(&self, key: &ApiKey) -> bool {
        self.0.ct_eq(&key.hash().0).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_reads_back_as_it_was_shown_and_only_so() {
        let key = ApiKey::new(ProgramId::new(7), [0xa5; 32]);
        let shown = key.reveal();
        assert!(shown.starts_with("dsk_7_a5a5") && shown.len() == 78, "{shown}");
        assert!(ApiKey::parse(&shown).is_some_and(|read| key.hash().is_of(&read)));
        let other_checksum = format!("{}0", &shown[..77]);
        for bad in [
            "",
            "dsk_",
            "dsk_7",
            &shown[..77],
            &other_checksum,
            &shown.to_uppercase(),
            &shown.replace("dsk_7_", "dsk_07_"),
            &shown.replace("dsk_7_", "dsk_8_"),
            &format!("{shown} "),
        ] {
            assert!(ApiKey::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_hash_is_of_its_key_alone_and_nothing_shows_the_key() {
        let (one, other) = (ApiKey::new(ProgramId::new(1), [1; 32]), ApiKey::new(ProgramId::new(1), [2; 32]));
        assert!(one.hash().is_of(&one) && !one.hash().is_of(&other));
        assert!(!format!("{one:?}").contains("0101"));
        assert!(one.reveal().ends_with(&one.last_four()));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(dsk_)?[0-9]{0,12}_?[0-9a-fé]{70,74}|.*") {
            if let Some(key) = ApiKey::parse(&text) {
                prop_assert_eq!(key.reveal(), text);
            }
        }
    }
}
