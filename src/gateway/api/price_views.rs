//! What the API shows of a quote.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::quote::{Method, Quote, TaxSum};
use crate::domain::{Currency, Date, Money};

use super::openapi::words;
use super::values::{AsText, MoneyShown, money, money_of};

#[derive(Serialize, ToSchema)]
#[schema(as = Totals)]
pub struct TotalsView<'a> {
    goods: MoneyShown<'a>,
    shipping: MoneyShown<'a>,
    tax: MoneyShown<'a>,
    /// Whether the tax is within goods and shipping; else it comes on top of them.
    tax_included: bool,
}

pub fn totals(quote: &Quote) -> TotalsView<'_> {
    let totals = &quote.totals;
    TotalsView {
        goods: money(&totals.goods),
        shipping: money(&totals.shipping),
        tax: money(&totals.tax),
        tax_included: quote.tax_included,
    }
}

/// What of goods and delivery is of one class and rate.
#[derive(Serialize, ToSchema)]
#[schema(as = Tax)]
pub struct TaxView<'a> {
    #[schema(schema_with = words::tax_class)]
    class: &'static str,
    /// A percentage.
    #[schema(schema_with = words::tax_rate)]
    rate: String,
    net: MoneyShown<'a>,
    tax: MoneyShown<'a>,
}

pub fn taxes(quote: &Quote) -> Vec<TaxView<'_>> {
    let currency = &quote.totals.total.currency;
    quote.tax_summary().iter().map(|sum| tax(sum, currency)).collect()
}

fn tax<'a>(sum: &TaxSum, currency: &'a Currency) -> TaxView<'a> {
    TaxView {
        class: sum.class.name(),
        rate: sum.rate.to_string(),
        net: money_of(sum.net, currency),
        tax: money_of(sum.tax, currency),
    }
}

/// How it is delivered.
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryView<'a> {
    #[schema(schema_with = words::delivery_method)]
    method: &'a str,
    title: &'a str,
    /// From dispatch to the doorstep, at the least and at the most.
    days_min: u32,
    days_max: u32,
}

pub fn delivery(quote: &Quote) -> DeliveryView<'_> {
    let delivery = &quote.delivery;
    let (days_min, days_max) = delivery.days;
    DeliveryView { method: &delivery.method, title: &delivery.title, days_min, days_max }
}

/// A way in which it can be delivered.
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryMethod)]
pub struct MethodView<'a> {
    #[schema(schema_with = words::delivery_method)]
    method: &'a str,
    title: &'a str,
    days_min: u32,
    days_max: u32,
    price: MoneyShown<'a>,
}

pub fn method<'a>((method, price): &'a (&'a Method, Money)) -> MethodView<'a> {
    let (days_min, days_max) = method.days;
    MethodView { method: &method.id, title: &method.title, days_min, days_max, price: money(price) }
}

pub fn until(quote: &Quote) -> AsText<Date> {
    AsText(quote.until)
}
