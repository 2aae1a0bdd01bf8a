use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::countries::COUNTRIES;
use crate::encoding;

/// A country of ISO 3166-1, by its two letters: `GB`; and Kosovo by its `XK`, which that leaves to whoever needs it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode(&'static str);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the two capital letters of a country are expected, such as GB for the United Kingdom (ISO 3166-1)")]
pub struct BadCountry;

impl CountryCode {
    pub fn parse(text: &str) -> Result<CountryCode, BadCountry> {
        let known = COUNTRIES.iter().find(|(code, _)| *code == text);
        known.map(|(code, _)| CountryCode(code)).ok_or(BadCountry)
    }

    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// In English: `United Kingdom`.
    pub fn name(self) -> &'static str {
        COUNTRIES.iter().find(|(code, _)| *code == self.0).map_or(self.0, |(_, name)| name)
    }
}

impl Serialize for CountryCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for CountryCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CountryCode, D::Error> {
        encoding::parsed(deserializer, CountryCode::parse)
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_the_two_capitals_of_one_that_there_is() {
        assert_eq!(CountryCode::parse("GB").unwrap().name(), "United Kingdom");
        assert_eq!(CountryCode::parse("XK").unwrap().name(), "Kosovo");
        for bad in ["", "gb", "GBR", "G1", "É", " GB", "XX", "XA"] {
            assert_eq!(CountryCode::parse(bad), Err(BadCountry), "{bad}");
        }
    }
}
