use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::encoding;

/// A stock-keeping unit: the shop's code of one product. 1 to 64 of `A-Z a-z 0-9 . _ - /` and single spaces within, a letter or a digit
/// among them: `..` would lead an address elsewhere. Addresses and links escape it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sku(Box<str>);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a SKU: 1 to {max} letters, digits, dots, dashes, underscores, slashes or single spaces within are expected", max = Sku::LENGTH_MAX)]
pub struct BadSku(String);

impl Sku {
    pub const LENGTH_MAX: usize = 64;

    pub fn parse(text: &str) -> Result<Sku, BadSku> {
        let allowed = |c: u8| c.is_ascii_alphanumeric() || b"._-/ ".contains(&c);
        let is_code = text.bytes().any(|c| c.is_ascii_alphanumeric()) && text.bytes().all(allowed);
        let has_spaces_around = text.trim() != text || text.contains("  ");
        if !is_code || has_spaces_around || text.len() > Sku::LENGTH_MAX {
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
        fn what_reads_as_a_sku_is_shown_as_it_was(text in "[A-Za-z0-9._/ -]{0,66}|.*") {
            if let Ok(sku) = Sku::parse(&text) {
                proptest::prop_assert_eq!(sku.as_str(), &text);
            }
        }
    }

    #[test]
    fn a_sku_is_short_and_plain() {
        for good in ["PG-1342", "a b", "GB/12.A", &"x".repeat(64)] {
            assert!(Sku::parse(good).is_ok(), "{good}");
        }
        for bad in
            ["", " ", "..", "./.", "é", " a", "a ", "a  b", "a\tb", "a?b", "a#b", "a%2Fb", &"x".repeat(65)]
        {
            assert!(Sku::parse(bad).is_err(), "{bad}");
        }
    }
}
