use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::encoding;

/// A stock-keeping unit: the shop's code of one product. 1 to 32 of `A-Z a-z 0-9 . _ -`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sku(Box<str>);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a SKU: 1 to {max} letters, digits, dots, dashes or underscores are expected", max = Sku::LENGTH_MAX)]
pub struct BadSku(String);

impl Sku {
    pub const LENGTH_MAX: usize = 32;

    pub fn parse(text: &str) -> Result<Sku, BadSku> {
        let allowed = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-');
        if text.is_empty() || text.len() > Sku::LENGTH_MAX || !text.bytes().all(allowed) {
            return Err(BadSku(text.chars().take(2 * Sku::LENGTH_MAX).collect()));
        }
        Ok(Sku(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for Sku {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Sku {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Sku, D::Error> {
        encoding::parsed(deserializer, Sku::parse)
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn what_reads_as_a_sku_is_shown_as_it_was(text in "[A-Za-z0-9._-]{0,34}|.*") {
            if let Ok(sku) = Sku::parse(&text) {
                proptest::prop_assert_eq!(sku.as_str(), &text);
            }
        }
    }

    #[test]
    fn a_sku_is_short_and_plain() {
        assert!(Sku::parse("PG-1342").is_ok());
        for bad in ["", "a b", "é", &"x".repeat(33), "a/b"] {
            assert!(Sku::parse(bad).is_err(), "{bad}");
        }
    }
}
