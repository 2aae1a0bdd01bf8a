use super::price;
use crate::domain::{Currency, Money};

/// An amount as an operator types it: read as a price in a file is, so `2.99`, `£2.99` and `2,99` are one.
///
/// # Errors
/// Why it is none, and how to write it.
pub fn amount(typed: &str, currency: Currency) -> Result<Money, String> {
    let minor = price::read(typed, currency, currency.decimals() as usize).map_err(|bad| bad.to_string())?;
    Ok(Money::new(minor, currency))
}
