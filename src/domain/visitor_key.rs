//! What a browser's cookie holds: the secret that opens a visitor's session.

use std::fmt;

use sha2::{Digest, Sha256};

use super::SessionId;

const SECRET_BYTES: usize = 16;

/// The secret of a visitor: 128 random bits and the time at which she came, shown as two hexadecimal numbers. Her session's id
/// is made of it, and nobody makes it of the id: who learns the id, of a log or an address, has no cookie.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VisitorKey {
    at_ms: u64,
    secret: [u8; SECRET_BYTES],
}

impl VisitorKey {
    /// `at_ms`: milliseconds since 1970; `random`: 128 random bits.
    pub fn new(at_ms: u64, random: u128) -> VisitorKey {
        VisitorKey { at_ms, secret: random.to_be_bytes() }
    }

    /// `None` where it is none as it was shown.
    pub fn parse(text: &str) -> Option<VisitorKey> {
        let (at, secret) = text.split_once('.')?;
        let number = |hex: &str| u128::from_str_radix(hex, 16).ok();
        let key = VisitorKey::new(number(at)?.try_into().ok()?, number(secret)?);
        (key.to_string() == text).then_some(key)
    }

    pub fn session(&self) -> SessionId {
        let mut hash = Sha256::new();
        hash.update(b"doorstep session ");
        hash.update(self.secret);
        let digest: [u8; 32] = hash.finalize().into();
        let mut random = [0; 16];
        random.copy_from_slice(&digest[..16]);
        SessionId::of_browser(self.at_ms, u128::from_be_bytes(random))
    }
}

impl fmt::Display for VisitorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}.{:032x}", self.at_ms, u128::from_be_bytes(self.secret))
    }
}

/// A secret: never in a log.
impl fmt::Debug for VisitorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VisitorKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_names_one_session_which_is_a_browsers_and_shows_nothing_of_it() {
        let key = VisitorKey::new(1_795_305_600_000, 7);
        assert_eq!(VisitorKey::parse(&key.to_string()), Some(key));
        assert!(key.session().is_of_browser());
        assert_ne!(key.session(), VisitorKey::new(1_795_305_600_000, 8).session());
        assert!(!format!("{key:?}").contains('7'));
        assert!(VisitorKey::parse(&key.session().to_string()).is_none());
    }

    proptest! {
        #[test]
        fn what_reads_as_a_key_is_shown_as_it_was(text in "[0-9a-f]{1,12}\\.[0-9a-fA-F]{31,33}|.{0,60}") {
            if let Some(key) = VisitorKey::parse(&text) {
                prop_assert_eq!(key.to_string(), text);
            }
        }
    }
}
