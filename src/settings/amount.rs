//! Amounts of money among the settings.

use serde::{Deserialize, Deserializer};

use crate::encoding;

use super::ShopKind;

/// In minor units of the shop's currency; `""` says nothing. What ships is a demo's: in another currency, and for another shop, the same
/// number is another price, so a shop has none that it has not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount(Option<i64>);

impl Amount {
    pub fn said(self) -> Option<i64> {
        self.0
    }

    /// Where nothing is said a demo has its own, and a shop nothing.
    pub fn in_a(self, kind: ShopKind, demos: i64) -> i64 {
        self.0.unwrap_or(if kind.is_demo() { demos } else { 0 })
    }

    fn parse(text: &str) -> Result<Amount, &'static str> {
        if text.is_empty() {
            return Ok(Amount(None));
        }
        let minor = text.parse().ok().filter(|minor| *minor >= 0);
        minor.map(|minor| Amount(Some(minor))).ok_or("a whole number of minor units (pence, cents) is expected, at least 0: 299 is 2.99 where the currency has two decimals")
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Amount, D::Error> {
        encoding::parsed(deserializer, Amount::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_whole_minor_units_or_nothing_and_what_ships_is_a_demos() {
        assert_eq!(Amount::parse("299").unwrap().in_a(ShopKind::Shop, 500), 299);
        assert_eq!(Amount::parse("0").unwrap().in_a(ShopKind::Demo, 500), 0);
        assert_eq!([ShopKind::Demo, ShopKind::Shop].map(|kind| Amount(None).in_a(kind, 500)), [500, 0]);
        assert_eq!(Amount::parse("").unwrap().said(), None);
        for bad in ["-1", "2.99", "£2", "99999999999999999999"] {
            assert!(Amount::parse(bad).is_err(), "{bad}");
        }
    }
}
