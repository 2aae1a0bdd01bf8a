use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::encoding;

/// What goods are to the tax office. By country, region and class the table has a rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum TaxClass {
    /// What a product of this shop is where nothing is said.
    #[default]
    Books,
    Standard,
    Reduced,
    /// Taxed, at nothing.
    Zero,
    /// Not taxed at all: gift cards, stamps.
    Exempt,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no tax class: books, standard, reduced, zero or exempt is expected")]
pub struct BadTaxClass(String);

impl TaxClass {
    pub const ALL: [TaxClass; 5] =
        [TaxClass::Books, TaxClass::Standard, TaxClass::Reduced, TaxClass::Zero, TaxClass::Exempt];

    pub fn name(self) -> &'static str {
        match self {
            TaxClass::Books => "books",
            TaxClass::Standard => "standard",
            TaxClass::Reduced => "reduced",
            TaxClass::Zero => "zero",
            TaxClass::Exempt => "exempt",
        }
    }

    pub fn parse(text: &str) -> Result<TaxClass, BadTaxClass> {
        let named = TaxClass::ALL.into_iter().find(|class| class.name() == text);
        named.ok_or_else(|| BadTaxClass(text.chars().take(32).collect()))
    }

    /// Whether a table can have a rate for it.
    pub fn has_rates(self) -> bool {
        !matches!(self, TaxClass::Zero | TaxClass::Exempt)
    }
}

/// A word where people read it, a number where it is stored.
impl<'de> Deserialize<'de> for TaxClass {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TaxClass, D::Error> {
        #[derive(Deserialize)]
        enum Stored {
            Books,
            Standard,
            Reduced,
            Zero,
            Exempt,
        }
        if deserializer.is_human_readable() {
            return encoding::parsed(deserializer, |text| TaxClass::parse(&text.to_lowercase()));
        }
        Ok(match Stored::deserialize(deserializer)? {
            Stored::Books => TaxClass::Books,
            Stored::Standard => TaxClass::Standard,
            Stored::Reduced => TaxClass::Reduced,
            Stored::Zero => TaxClass::Zero,
            Stored::Exempt => TaxClass::Exempt,
        })
    }
}

impl fmt::Display for TaxClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_has_one_name_and_is_stored_as_a_number() {
        for class in TaxClass::ALL {
            assert_eq!(TaxClass::parse(class.name()), Ok(class));
            let bytes = postcard::to_stdvec(&class).unwrap();
            assert_eq!((bytes.len(), postcard::from_bytes(&bytes)), (1, Ok(class)));
        }
        assert!(TaxClass::parse("Books").is_err() && TaxClass::parse("food").is_err());
    }
}
