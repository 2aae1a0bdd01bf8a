use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Rate, TaxClass, Totals};
use crate::domain::{CountryCode, Currency, Date, Money, OrderLine};

/// What an order costs, as it was shown: kept with the order and never reckoned again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub totals: Totals,
    pub tax_included: bool,
    /// Whose tax it is: where the goods go; and the region, where it has rates of its own.
    pub country: Option<CountryCode>,
    pub region: Option<Arc<str>>,
    /// In the order of the order's lines.
    pub lines: Vec<QuotedLine>,
    pub delivery: Delivery,
    /// The last day on which it can be bought.
    pub until: Date,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotedLine {
    pub units: u32,
    /// Of all of them.
    pub price: Taxed,
}

/// An amount of one class of goods and its tax, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taxed {
    pub class: TaxClass,
    pub rate: Rate,
    /// As it is shown: with the tax where prices include it.
    pub amount: i64,
    pub tax: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Of the method, as programs name it.
    pub method: Arc<str>,
    /// As customers read it.
    pub title: Arc<str>,
    /// From dispatch to the doorstep, from and to.
    pub days: (u32, u32),
    /// What it costs, by the classes of what it carries.
    pub parts: SmallVec<[Taxed; 1]>,
}

/// What of an order is of one class and rate, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxSum {
    pub class: TaxClass,
    pub rate: Rate,
    pub net: i64,
    pub tax: i64,
}

impl Taxed {
    pub fn net(&self, tax_included: bool) -> i64 {
        if tax_included { self.amount - self.tax } else { self.amount }
    }
}

impl Quote {
    /// Of no lines: it costs nothing, and buys nothing.
    pub fn of_nothing(currency: Currency) -> Quote {
        let zero = Money::zero(currency);
        let delivery = Delivery { method: "".into(), title: "".into(), days: (0, 0), parts: SmallVec::new() };
        Quote {
            totals: Totals { goods: zero, shipping: zero, tax: zero, total: zero },
            tax_included: true,
            country: None,
            region: None,
            lines: vec![],
            delivery,
            until: Date(0),
        }
    }

    /// Of an order that was kept with its totals alone: nothing was taxed then, and there was one way to deliver.
    pub fn of_totals(totals: Totals, lines: &[OrderLine]) -> Quote {
        let untaxed = |amount| Taxed { class: TaxClass::Books, rate: Rate::ZERO, amount, tax: 0 };
        let line = |line: &OrderLine| {
            let units = line.quantity.units();
            let amount = line.unit_price.checked_times(units).map_or(0, |amount| amount.amount);
            QuotedLine { units, price: untaxed(amount) }
        };
        let delivery = Delivery {
            method: "standard".into(),
            title: "Delivery".into(),
            // as `warehouse.delivery_days` shipped
            days: (1, 2),
            parts: [untaxed(totals.shipping.amount)].into_iter().collect(),
        };
        let lines = lines.iter().map(line).collect();
        Quote { totals, tax_included: true, country: None, region: None, lines, delivery, until: Date(0) }
    }

    pub fn currency(&self) -> Currency {
        self.totals.total.currency
    }

    /// Goods and delivery by class and rate, in the order of the classes: the summary of an invoice.
    pub fn tax_summary(&self) -> Vec<TaxSum> {
        let lines = self.lines.iter().map(|line| &line.price);
        sums(lines.chain(&self.delivery.parts), self.tax_included)
    }
}

/// Put together by class and rate.
pub(super) fn sums<'a>(parts: impl Iterator<Item = &'a Taxed>, tax_included: bool) -> Vec<TaxSum> {
    let mut sums: Vec<TaxSum> = vec![];
    for part in parts {
        let (net, tax) = (part.net(tax_included), part.tax);
        match sums.iter_mut().find(|sum| (sum.class, sum.rate) == (part.class, part.rate)) {
            Some(sum) => (sum.net, sum.tax) = (sum.net + net, sum.tax + tax),
            None => sums.push(TaxSum { class: part.class, rate: part.rate, net, tax }),
        }
    }
    sums.sort_by_key(|sum| (sum.class, sum.rate));
    sums
}
