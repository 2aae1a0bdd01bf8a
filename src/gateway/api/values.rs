//! Values as the API shows them, whatever they are of.

use std::fmt::Display;

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::domain::{Currency, Money};

use super::openapi::words;

/// An amount in minor units and its ISO 4217 currency.
#[derive(Serialize, ToSchema)]
#[schema(as = Money)]
pub struct MoneyShown<'a> {
    amount: i64,
    #[schema(schema_with = words::currency)]
    currency: &'a str,
}

pub fn money(money: &Money) -> MoneyShown<'_> {
    MoneyShown { amount: money.amount, currency: money.currency.code() }
}

pub fn money_of(amount: i64, currency: &Currency) -> MoneyShown<'_> {
    MoneyShown { amount, currency: currency.code() }
}

/// Serialised as its text.
pub struct AsText<T>(pub T);

impl<T: Display> Serialize for AsText<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
