use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::encoding;

/// An ISO 4217 currency code: three capital letters, for example `GBP`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not an ISO 4217 currency code: three capital letters are expected, as in GBP")]
pub struct BadCurrency(String);

impl Currency {
    pub const GBP: Currency = Currency(*b"GBP");

    pub fn parse(text: &str) -> Result<Currency, BadCurrency> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Currency(code)),
            _ => Err(BadCurrency(text.to_owned())),
        }
    }

    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("built from ASCII capitals only")
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
        encoding::parsed(deserializer, Currency::parse)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in minor units (pence, cents) of one currency. May be negative: a credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    pub amount: i64,
    pub currency: Currency,
}

impl Money {
    pub fn new(amount: i64, currency: Currency) -> Money {
        Money { amount, currency }
    }

    pub fn zero(currency: Currency) -> Money {
        Money::new(0, currency)
    }

    /// The sum, or `None` where the currencies differ or the sum leaves 64 bits.
    pub fn checked_add(self, other: Money) -> Option<Money> {
        if self.currency != other.currency {
            return None;
        }
        self.amount.checked_add(other.amount).map(|amount| Money::new(amount, self.currency))
    }

    /// The amount `times` over, or `None` where it leaves 64 bits.
    pub fn checked_times(self, times: u32) -> Option<Money> {
        self.amount.checked_mul(i64::from(times)).map(|amount| Money::new(amount, self.currency))
    }
}

/// `12.50 GBP`. Every currency of the demo world has two decimals.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.amount < 0 { "-" } else { "" };
        let minor = self.amount.unsigned_abs();
        write!(f, "{sign}{}.{:02} {}", minor / 100, minor % 100, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_is_three_capitals() {
        assert_eq!(Currency::parse("GBP"), Ok(Currency::GBP));
        for bad in ["", "gbp", "GB", "GBPX", "G1P", "£££"] {
            assert!(Currency::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn amounts_of_two_currencies_do_not_add_up() {
        let pound = Money::new(100, Currency::GBP);
        let euro = Money::new(100, Currency::parse("EUR").unwrap());
        assert_eq!(pound.checked_add(euro), None);
        assert_eq!(pound.checked_add(pound), Some(Money::new(200, Currency::GBP)));
    }

    #[test]
    fn an_amount_shows_its_minor_units() {
        assert_eq!(Money::new(1205, Currency::GBP).to_string(), "12.05 GBP");
        assert_eq!(Money::new(-5, Currency::GBP).to_string(), "-0.05 GBP");
    }
}
