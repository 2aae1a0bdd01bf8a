//! What is short of SKUs, and the orders that it is promised to: read when somebody looks, so it is as it stands now.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::actors::back_office::{CaseRecord, ShortageCase};
use crate::actors::order_manager::{Order, StockState};
use crate::actors::stock_keeper::{Demand, DemandId, StockItem};
use crate::domain::{CaseId, OrderId, OrderState, Sku};

use super::Failure;
use super::order_list::in_groups;
use super::rows::Rows;

/// Orders that are named in one line; JSON has them all.
const NAMED_MAX: usize = 10;

/// Fewer units of a SKU are in the house than are promised to orders.
#[derive(Debug, Serialize, Deserialize)]
pub struct ShortRow {
    pub sku: Sku,
    pub promised: u64,
    pub on_hand: u64,
    pub short: u64,
    /// The one that is open on it; `None`: a person has closed it.
    pub case: Option<String>,
    /// Oldest first.
    pub orders: Vec<PromisedTo>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromisedTo {
    pub order: String,
    /// Without spaces.
    pub number: String,
    pub units: u32,
}

/// Of those SKUs of which something is short.
pub fn find(rows: &Rows, skus: &[Sku]) -> Result<Vec<ShortRow>, Failure> {
    let mut short = vec![];
    for sku in skus {
        let item = rows.get::<StockItem>(sku)?;
        short.extend(item.filter(|item| item.missing > 0).map(|item| (sku.clone(), item)));
    }
    let mut promised = promised_to(rows, short.iter().map(|(sku, _)| sku.clone()).collect())?;
    let row = |(sku, item): (Sku, StockItem)| {
        let orders = promised.remove(&sku).unwrap_or_default();
        let case = open_case(rows, &sku)?.map(|case| case.to_string());
        let (promised, on_hand, short) = (item.promised(), item.on_hand(), item.missing);
        Ok(ShortRow { sku, promised, on_hand, short, case, orders })
    };
    short.into_iter().map(row).collect()
}

fn open_case(rows: &Rows, sku: &Sku) -> Result<Option<CaseId>, Failure> {
    let Some(ShortageCase(case)) = rows.get::<ShortageCase>(sku)? else { return Ok(None) };
    let is_open = rows.get::<CaseRecord>(&case)?.is_some_and(|row| row.closed.is_none());
    Ok(is_open.then_some(case))
}

/// The SKU that each case on a shortage is about.
pub fn skus_of_cases(rows: &Rows) -> Result<BTreeMap<CaseId, Sku>, Failure> {
    let mut skus = BTreeMap::new();
    rows.each::<ShortageCase>(&[], None, &mut |sku, ShortageCase(case)| _ = skus.insert(case, sku))?;
    Ok(skus)
}

/// The orders that hold units of these, oldest first. Nothing is read where nothing is wanted.
pub fn promised_to(rows: &Rows, skus: BTreeSet<Sku>) -> Result<BTreeMap<Sku, Vec<PromisedTo>>, Failure> {
    let mut found: BTreeMap<OrderId, Order> = BTreeMap::new();
    if !skus.is_empty() {
        rows.each::<Order>(&[], None, &mut |id, order| {
            let is_wanted = order.terms.lines.iter().any(|line| skus.contains(&line.sku));
            if is_wanted && may_hold(&order) {
                found.insert(id, order);
            }
        })?;
    }
    let mut promised: BTreeMap<Sku, Vec<PromisedTo>> = BTreeMap::new();
    for (id, order) in found {
        let demand = rows.get::<Demand>(&DemandId::of(id))?;
        for (sku, units) in held(&order, demand.as_ref()).into_iter().filter(|(sku, _)| skus.contains(sku)) {
            let (order, number) = (id.to_string(), order.terms.number.digits());
            promised.entry(sku).or_default().push(PromisedTo { order, number, units });
        }
    }
    Ok(promised)
}

fn may_hold(order: &Order) -> bool {
    use OrderState::*;
    let is_in_the_house =
        matches!(order.state, Placed | AwaitingStock | Reserved | AwaitingPayment | Confirmed | Fulfilling);
    is_in_the_house && order.stock != StockState::Asked
}

/// Of an order that waits for supplies only what is here is put aside.
fn held(order: &Order, demand: Option<&Demand>) -> BTreeMap<Sku, u32> {
    let mut held = BTreeMap::new();
    for units in order.units() {
        let aside =
            demand.map_or(units.quantity, |demand| demand.line(&units.sku).map_or(0, |line| line.held));
        if aside > 0 {
            held.insert(units.sku, aside);
        }
    }
    held
}

/// For a shopkeeper.
pub fn said(row: &ShortRow) -> String {
    let ShortRow { sku, promised, on_hand, short, case, orders } = row;
    let case = case.as_ref().map_or(String::new(), |case| format!("; {case}"));
    let (are, is) = (is_or_are(*promised), is_or_are(*on_hand));
    format!(
        "{sku}: {promised} {are} promised, {on_hand} {is} in the house: {short} short{case}{}",
        named(orders)
    )
}

fn is_or_are(units: u64) -> &'static str {
    if units == 1 { "is" } else { "are" }
}

/// Their numbers, as a part of a sentence.
pub fn named(orders: &[PromisedTo]) -> String {
    if orders.is_empty() {
        return String::new();
    }
    let name = |PromisedTo { number, units, .. }: &PromisedTo| match units {
        1 => in_groups(number),
        units => format!("{} ({units})", in_groups(number)),
    };
    let mut names: Vec<String> = orders.iter().take(NAMED_MAX).map(name).collect();
    if orders.len() > NAMED_MAX {
        names.push(format!("{} more", orders.len() - NAMED_MAX));
    }
    format!("; promised to {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orders(count: usize) -> Vec<PromisedTo> {
        let (order, number) = ("ord_".to_owned(), "1000168".to_owned());
        (0..count)
            .map(|no| PromisedTo {
                order: order.clone(),
                number: number.clone(),
                units: 1 + u32::from(no == 1),
            })
            .collect()
    }

    #[test]
    fn a_shortage_says_how_much_and_whose() {
        let row = |orders, case| ShortRow {
            sku: Sku::parse("W1").unwrap(),
            promised: 3,
            on_hand: 1,
            short: 2,
            case,
            orders,
        };
        let case = Some("case_16".to_owned());
        let all =
            "W1: 3 are promised, 1 is in the house: 2 short; case_16; promised to 100 0168, 100 0168 (2)";
        assert_eq!(said(&row(orders(2), case)), all);
        assert_eq!(said(&row(vec![], None)), "W1: 3 are promised, 1 is in the house: 2 short");
        assert!(named(&orders(12)).ends_with(", 2 more"));
    }
}
