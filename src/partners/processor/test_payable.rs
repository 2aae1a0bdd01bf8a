//! What tests ask to be paid: one Emma and its delivery, £10.98.

use crate::domain::{Currency, Money, OrderLine, Quantity, Sku, Totals};

use super::Payable;

pub fn emma() -> OrderLine {
    OrderLine {
        sku: Sku::parse("PD-1").unwrap(),
        title: "Emma".to_owned(),
        quantity: Quantity::parse(1).unwrap(),
        unit_price: gbp(799),
        weight_grams: Some(300),
    }
}

pub fn payable<'a>(checkout: &'a str, back: &'a str) -> Payable<'a> {
    static LINES: std::sync::LazyLock<[OrderLine; 1]> = std::sync::LazyLock::new(|| [emma()]);
    let totals = Totals { goods: gbp(799), shipping: gbp(299), tax: gbp(0), total: gbp(1098) };
    Payable { checkout, back, lines: &*LINES, totals }
}

fn gbp(pence: i64) -> Money {
    Money::new(pence, Currency::GBP)
}
