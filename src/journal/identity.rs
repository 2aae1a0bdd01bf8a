use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Tells one journal from every other: drawn when its directory is made, and in each of its files from then on. What is made
/// from a journal names it, so that files of two shops are never taken for those of one. Shown as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JournalId(u128);

impl JournalId {
    /// How many bytes it takes.
    pub const BYTES: usize = 16;

    /// As files hold it: little-endian.
    pub const fn to_bytes(self) -> [u8; JournalId::BYTES] {
        self.0.to_le_bytes()
    }

    /// Of the bytes that a file holds.
    pub const fn from_bytes(bytes: [u8; JournalId::BYTES]) -> JournalId {
        JournalId(u128::from_le_bytes(bytes))
    }
}

impl fmt::Display for JournalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for JournalId {
    type Err = String;

    fn from_str(text: &str) -> Result<JournalId, String> {
        let digits = text.len() == 2 * JournalId::BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u128::from_str_radix(text, 16).ok().filter(|_| digits);
        number.map(JournalId).ok_or_else(|| "a journal's id is 32 hexadecimal digits".to_owned())
    }
}

impl TryFrom<String> for JournalId {
    type Error = String;

    fn try_from(text: String) -> Result<JournalId, String> {
        text.parse()
    }
}

impl From<JournalId> for String {
    fn from(id: JournalId) -> String {
        id.to_string()
    }
}
