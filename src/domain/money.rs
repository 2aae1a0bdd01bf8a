use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::encoding;

/// Of all but a few currencies, so also of one that this build does not know.
const DECIMALS_OF_MOST: u32 = 2;

/// A currency of ISO 4217 that is in use, for example `GBP`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` is not a currency that money is paid in: the three capital letters of one in use are expected, as in GBP"
)]
pub struct BadCurrency(String);

impl Currency {
    pub const GBP: Currency = Currency(*b"GBP");

    /// Of the currencies in use. Gold has a code too, but no decimals; what another has replaced cannot be paid any more.
    pub fn parse(text: &str) -> Result<Currency, BadCurrency> {
        let in_use = iso_currency::Currency::from_code(text)
            .filter(|known| known.exponent().is_some() && known.is_superseded().is_none());
        match in_use {
            Some(_) => Currency::stored(text),
            None => Err(BadCurrency(text.to_owned())),
        }
    }

    /// As it was written into the journal, where it was held to [`parse`](Currency::parse): a currency that has been replaced
    /// since is read for ever.
    fn stored(text: &str) -> Result<Currency, BadCurrency> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Currency(code)),
            _ => Err(BadCurrency(text.to_owned())),
        }
    }

    /// How many decimals its amounts have: 2 for GBP, 0 for JPY, 3 for KWD.
    pub fn decimals(self) -> u32 {
        let known = iso_currency::Currency::from_code(self.code());
        known.and_then(|known| known.exponent()).map_or(DECIMALS_OF_MOST, u32::from)
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
        let read = if deserializer.is_human_readable() { Currency::parse } else { Currency::stored };
        encoding::parsed(deserializer, read)
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

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{typed}` is no amount in {currency}: digits are expected, with a point before the last {decimals} where it has such, as in {example}"
)]
pub struct BadAmount {
    typed: String,
    currency: Currency,
    decimals: u32,
    example: String,
}

impl Money {
    /// As people type it: `12.50`, `12`, `1200`; more decimals than the currency has are none.
    pub fn typed(text: &str, currency: Currency) -> Result<Money, BadAmount> {
        let decimals = currency.decimals();
        let (units, minor) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let is_number = |digits: &str| digits.bytes().all(|c| c.is_ascii_digit());
        let fits =
            !units.is_empty() && is_number(units) && is_number(minor) && minor.len() <= decimals as usize;
        let amount = format!("{units}{minor:0<width$}", width = decimals as usize).parse().ok();
        amount.filter(|_| fits).map(|amount| Money::new(amount, currency)).ok_or_else(|| {
            let example = Money::new(12 * 10_i64.pow(decimals), currency).to_string();
            BadAmount { typed: text.chars().take(32).collect(), currency, decimals, example }
        })
    }

    /// Whole units, and the digits behind the point: as many as the currency has decimals. Without the sign.
    pub(super) fn digits(self) -> (u64, String) {
        let decimals = self.currency.decimals();
        let (amount, one) = (self.amount.unsigned_abs(), 10_u64.pow(decimals));
        let minor = if decimals == 0 {
            String::new()
        } else {
            format!(".{:0w$}", amount % one, w = decimals as usize)
        };
        (amount / one, minor)
    }
}

/// `12.50 GBP`, `1200 JPY`, `1.234 KWD`: for logs and reports, and as it is read again.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.amount < 0 { "-" } else { "" };
        let (units, minor) = self.digits();
        write!(f, "{sign}{units}{minor} {}", self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(amount: i64, code: &str) -> Money {
        Money::new(amount, Currency::parse(code).unwrap())
    }

    #[test]
    fn a_currency_is_one_that_money_is_paid_in() {
        assert_eq!(Currency::parse("GBP"), Ok(Currency::GBP));
        for bad in ["", "gbp", "GB", "GBPX", "G1P", "£££", "XAU", "XDR", "XXX", "XTS", "ZZZ", "CUC", "SLL"]
        {
            assert!(Currency::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_currency_has_its_decimals() {
        let codes = ["GBP", "EUR", "JPY", "KRW", "CLP", "KWD", "BHD", "TND"];
        let decimals = codes.map(|code| Currency::parse(code).unwrap().decimals());
        assert_eq!(decimals, [2, 2, 0, 0, 0, 3, 3, 3]);
    }

    #[test]
    fn what_was_stored_is_read_although_another_currency_has_replaced_it() {
        let stored = postcard::to_stdvec("HRK").unwrap();
        assert_eq!(postcard::from_bytes::<Currency>(&stored).unwrap().to_string(), "HRK");
        assert!(postcard::from_bytes::<Currency>(b"\x03gbp").is_err());
    }

    #[test]
    fn amounts_of_two_currencies_do_not_add_up() {
        let pound = Money::new(100, Currency::GBP);
        let euro = Money::new(100, Currency::parse("EUR").unwrap());
        assert_eq!(pound.checked_add(euro), None);
        assert_eq!(pound.checked_add(pound), Some(Money::new(200, Currency::GBP)));
    }

    #[test]
    fn an_amount_is_read_as_it_is_typed() {
        let read = |text: &str, code: &str| {
            Money::typed(text, Currency::parse(code).unwrap()).ok().map(|read| read.amount)
        };
        assert_eq!(
            ["12.50", "12.5", " 12", "0.05"].map(|text| read(text, "GBP")),
            [1250, 1250, 1200, 5].map(Some)
        );
        assert_eq!((read("1200", "JPY"), read("1.234", "KWD")), (Some(1200), Some(1234)));
        for bad in ["", ".5", "1.234", "-1", "1,5", "£1", "1.2.3", "99999999999999999999"] {
            assert_eq!(read(bad, "GBP"), None, "{bad}");
        }
        assert_eq!(read("1.0", "JPY"), None);
    }

    #[test]
    fn an_amount_shows_its_minor_units() {
        assert_eq!(Money::new(1205, Currency::GBP).to_string(), "12.05 GBP");
        assert_eq!(Money::new(-5, Currency::GBP).to_string(), "-0.05 GBP");
        assert_eq!(money(1200, "JPY").to_string(), "1200 JPY");
        assert_eq!(money(1234, "KWD").to_string(), "1.234 KWD");
        assert_eq!(Money::new(i64::MIN, Currency::GBP).to_string(), "-92233720368547758.08 GBP");
    }
}
