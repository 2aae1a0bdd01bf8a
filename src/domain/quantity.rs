use serde::{Deserialize, Serialize};

/// Of one product at most so many are in the house: what is more was mistyped. For a file's counts and a shopkeeper's alike.
pub const STOCK_MAX: u32 = 1_000_000;

/// How many units of one product an order line asks for: 1 to `Quantity::MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Quantity(u32);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a quantity is a whole number from 1 to {max}, not {0}", max = Quantity::MAX)]
pub struct BadQuantity(pub i128);

impl Quantity {
    /// Above this a customer is a wholesaler; the shop says so rather than promise it.
    pub const MAX: u32 = 999;

    pub fn parse(units: i128) -> Result<Quantity, BadQuantity> {
        match u32::try_from(units) {
            Ok(n) if (1..=Quantity::MAX).contains(&n) => Ok(Quantity(n)),
            _ => Err(BadQuantity(units)),
        }
    }

    pub fn units(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Quantity {
    type Error = BadQuantity;
    fn try_from(units: u32) -> Result<Quantity, BadQuantity> {
        Quantity::parse(i128::from(units))
    }
}

impl From<Quantity> for u32 {
    fn from(quantity: Quantity) -> u32 {
        quantity.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn only_one_to_the_maximum_is_a_quantity(units in any::<i64>()) {
            let within = (1..=i64::from(Quantity::MAX)).contains(&units);
            prop_assert_eq!(Quantity::parse(i128::from(units)).is_ok(), within);
        }
    }
}
