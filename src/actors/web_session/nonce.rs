use std::fmt;

use serde::{Deserialize, Serialize};

/// Names one checkout that a browser has begun: 128 random bits, shown as 32 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nonce(u128);

impl Nonce {
    pub fn new(random: u128) -> Nonce {
        Nonce(random)
    }

    /// Whether this is the nonce as it was shown: one spelling only.
    pub fn is(self, shown: &str) -> bool {
        self.to_string() == shown
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
