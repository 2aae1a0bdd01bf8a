//! The orders that an operator looks for, newest first.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::actors::order_manager::Order;
use crate::domain::{
    Customer, KnownBy, Money, OrderId, OrderLine, OrderNumber, OrderSearch, OrderState, ShippingAddress, Sku,
    Timestamp,
};

use super::Failure;
use super::rows::{Ended, Rows};

/// What is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wanted {
    pub state: Option<StateWanted>,
    /// As [`OrderSearch`] takes it.
    pub search: Option<String>,
    pub limit: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateWanted {
    /// All that have not ended.
    Open,
    Is(OrderState),
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Found {
    /// Newest first.
    pub orders: Vec<OrderRow>,
    /// There are older ones, which are not shown.
    pub has_more: bool,
    /// `false`: there was no time to look through all of them.
    pub is_whole: bool,
    /// What was meant, where nothing is found.
    pub hint: Option<String>,
}

/// An order, as the operator's list shows it.
#[derive(Debug, Serialize, Deserialize)]
pub struct OrderRow {
    pub id: String,
    /// Without spaces.
    pub number: String,
    /// RFC 3339.
    pub placed_at: String,
    pub state: String,
    pub total: Money,
    /// What delivery costs, of the total.
    pub delivery: Money,
    pub customer: Customer,
    pub shipping_address: ShippingAddress,
    pub lines: Vec<LineRow>,
    /// Of the parcels that have left.
    pub tracking: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct LineRow {
    pub sku: Sku,
    pub title: String,
    pub quantity: u32,
    pub unit_price: Money,
}

/// The newest are looked at first: those of a minute, then those of the two before, of the four before, and so on.
const FIRST_SPAN_MS: u64 = 60_000;

/// `now`: by the real clock, which ids sort by.
pub fn find(rows: &Rows, wanted: &Wanted, now: Timestamp) -> Result<Found, Failure> {
    let search = wanted.search.as_deref().map(OrderSearch::of);
    let (mut newest, mut is_whole) = (BTreeMap::new(), true);
    let (mut below, mut span_ms) = (None, FIRST_SPAN_MS);
    let mut from_ms = now.0.saturating_sub(span_ms);
    // one more, to know whether there is one
    let looked_for = wanted.limit.saturating_add(1);
    while newest.len() < looked_for && is_whole {
        let room = looked_for - newest.len();
        let from = OrderId::new(from_ms, 0).to_bytes();
        let mut of_span = BTreeMap::new();
        let below_key = below.map(OrderId::to_bytes);
        let ended = rows.each::<Order>(&from, below_key.as_ref().map(|key| &key[..]), &mut |id, order| {
            if fits(wanted.state, search.as_ref(), id, &order) {
                of_span.insert(id, row(id, &order));
                if of_span.len() > room {
                    of_span.pop_first();
                }
            }
        })?;
        is_whole = ended == Ended::Whole;
        newest.append(&mut of_span);
        if from_ms == 0 {
            break;
        }
        below = Some(OrderId::new(from_ms, 0));
        span_ms = span_ms.saturating_mul(2);
        from_ms = from_ms.saturating_sub(span_ms);
    }
    let misheard = search.and_then(|search| search.is_misheard()).filter(|_| newest.is_empty());
    let has_more = newest.len() > wanted.limit;
    let orders = newest.into_values().rev().take(wanted.limit).collect();
    Ok(Found { orders, has_more, is_whole, hint: misheard.map(|why| why.to_string()) })
}

fn fits(state: Option<StateWanted>, search: Option<&OrderSearch>, id: OrderId, order: &Order) -> bool {
    let is_in_state = match state {
        None => true,
        Some(StateWanted::Open) => !order.state.is_end(),
        Some(StateWanted::Is(state)) => order.state == state,
    };
    is_in_state && search.is_none_or(|search| is_meant(search, id, order))
}

fn is_meant(search: &OrderSearch, id: OrderId, order: &Order) -> bool {
    let terms = &order.terms;
    let skus: Vec<&Sku> = terms.lines.iter().map(|line| &line.sku).collect();
    let tracking: Vec<&str> = order.shipments.iter().map(|shipment| shipment.tracking.as_str()).collect();
    search.finds(KnownBy {
        skus: &skus,
        id,
        number: terms.number,
        name: &terms.customer.name,
        email: &terms.customer.email,
        postcode: terms.shipping_address.postcode.as_str(),
        city: terms.shipping_address.city.as_str(),
        phone: terms.shipping_address.phone.as_deref(),
        tracking: &tracking,
    })
}

fn row(id: OrderId, order: &Order) -> OrderRow {
    let terms = &order.terms;
    let line = |line: &OrderLine| LineRow {
        sku: line.sku.clone(),
        title: line.title.clone(),
        quantity: line.quantity.units(),
        unit_price: line.unit_price,
    };
    OrderRow {
        id: id.to_string(),
        number: terms.number.digits(),
        placed_at: terms.placed_at.to_string(),
        state: order.state.name().to_owned(),
        total: terms.quote.totals.total,
        delivery: terms.quote.totals.shipping,
        customer: terms.customer.as_ref().clone(),
        shipping_address: terms.shipping_address.as_ref().clone(),
        lines: terms.lines.iter().map(line).collect(),
        tracking: order.shipments.iter().map(|shipment| shipment.tracking.clone()).collect(),
    }
}

/// As people say it: `100 0168`.
pub fn in_groups(digits: &str) -> String {
    OrderNumber::parse(digits).map_or(digits.to_owned(), |number| number.to_string())
}
