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

/// No country is in this place of the list.
const NONE: u8 = u8::MAX;

/// Where in the list a code stands, by its two letters: prices are looked up by it at each checkout.
static PLACES: [u8; 26 * 26] = {
    assert!(COUNTRIES.len() < NONE as usize);
    let mut places = [NONE; 26 * 26];
    let mut nth = 0;
    while nth < COUNTRIES.len() {
        let code = COUNTRIES[nth].0.as_bytes();
        places[(code[0] - b'A') as usize * 26 + (code[1] - b'A') as usize] = nth as u8;
        nth += 1;
    }
    places
};

/// Its line of the list.
fn known(text: &str) -> Option<&'static (&'static str, &'static str)> {
    let [one, two] = *text.as_bytes() else { return None };
    let letter = |letter: u8| letter.is_ascii_uppercase().then(|| usize::from(letter - b'A'));
    COUNTRIES.get(usize::from(PLACES[letter(one)? * 26 + letter(two)?]))
}

impl CountryCode {
    pub const GB: CountryCode = CountryCode("GB");

    pub fn parse(text: &str) -> Result<CountryCode, BadCountry> {
        known(text).map(|(code, _)| CountryCode(code)).ok_or(BadCountry)
    }

    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// In English: `United Kingdom`.
    pub fn name(self) -> &'static str {
        known(self.0).map_or(self.0, |(_, name)| name)
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
