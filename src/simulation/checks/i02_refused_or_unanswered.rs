//! I2: an order that was refused or never answered does not exist, or exists once and reaches an end state; no orphan
//! hold of stock or card.
//!
//! After each crash: what was refused has ended, or was never bought, or is forgotten since (`i02_forgotten`); nothing is kept
//! for an order that nobody placed.
//! At the end: every order has ended or has a case open, and one that has ended keeps no unit in the house and no hold on
//! a card. Units are counted by order from the stock keeper's moves, holds from the bank's own events.

use std::collections::BTreeMap;

use crate::actors::Event;
use crate::actors::order_manager::{Order, Placed};
use crate::actors::stock_keeper::{self, Bucket};
use crate::domain::{OrderId, OrderState, Sku};
use crate::simulation::history::{CheckoutAttempt, CheckoutKey, CheckoutOutcome};
use crate::simulation::observation::Observation;

use super::journal::{CardBook, has_dead_letter_without_an_order, is_key_of, placed};
use super::{Found, i02_forgotten};

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    let placed: Vec<&Placed> = placed(observation).collect();
    for asked in &observation.history.checkouts {
        was_refused_for_good(observation, asked, found);
    }
    for key in refused_keys(&observation.history.checkouts) {
        was_not_bought(observation, key, &placed, found);
    }
    let kept = kept_in_the_house(observation);
    for (order, kept) in &kept {
        units_have_an_owner(observation, *order, kept, found);
    }
    holds_have_an_owner(observation, found);
    i02_forgotten::check(observation, found);
    if observation.is_end() {
        all_have_ended(observation, &kept, found);
    }
}

fn order<'a>(observation: &'a Observation<'_>, id: OrderId) -> Option<&'a Order> {
    observation.order(id)
}

/// She was told that it is declined, or out of stock: it has ended so, and stays so.
fn was_refused_for_good(observation: &Observation<'_>, asked: &CheckoutAttempt, found: &mut Found) {
    let (id, end) = match asked.told.as_ref().map(|told| &told.outcome) {
        Some(CheckoutOutcome::Declined { order, .. }) => (*order, OrderState::Declined),
        Some(CheckoutOutcome::OutOfStock { order } | CheckoutOutcome::BackorderLimit { order }) => {
            (*order, OrderState::Cancelled)
        }
        _ => return,
    };
    let state = order(observation, id).map(|order| order.state);
    found.expect_of(id, state == Some(end), || match state {
        Some(state) => format!("she was told that it is {end}, and it is {state}"),
        None => format!("she was told that it is {end}, and it is gone"),
    });
}

/// Keys of which every request was answered, and every answer was a refusal that makes no order.
fn refused_keys(checkouts: &[CheckoutAttempt]) -> Vec<&CheckoutKey> {
    let mut refused: BTreeMap<&CheckoutKey, bool> = BTreeMap::new();
    for asked in checkouts {
        *refused.entry(&asked.key).or_insert(true) &= is_refusal(asked);
    }
    refused.into_iter().filter(|(_, refused)| *refused).map(|(key, _)| key).collect()
}

/// "In progress" and "too many" say nothing of what becomes of it; nor does a 5xx.
fn is_refusal(asked: &CheckoutAttempt) -> bool {
    match asked.told.as_ref().map(|told| &told.outcome) {
        Some(CheckoutOutcome::Other { status: 409 | 429, .. }) | None => false,
        Some(CheckoutOutcome::Other { status, .. }) => (400..500).contains(status),
        Some(_) => false,
    }
}

/// A token that nobody knows leaves a declined order behind; nothing else may be there.
fn was_not_bought(observation: &Observation<'_>, key: &CheckoutKey, placed: &[&Placed], found: &mut Found) {
    for one in placed.iter().filter(|placed| is_key_of(key, placed)) {
        let id = one.place.order;
        let state = order(observation, id).map(|order| order.state);
        found.expect_of(id, state == Some(OrderState::Declined), || {
            format!("all that was asked under its key {} was refused, and it is {state:?}", key.key)
        });
    }
}

/// In units, by SKU: reserved, allocated, picked, packed, and waited for.
type Kept = BTreeMap<Sku, i64>;

fn kept_in_the_house(observation: &Observation<'_>) -> BTreeMap<OrderId, Kept> {
    use stock_keeper::Event as Stock;
    let mut kept: BTreeMap<OrderId, Kept> = BTreeMap::new();
    let mut pegs: BTreeMap<(OrderId, Sku), i64> = BTreeMap::new();
    for (_, _, event) in observation.events() {
        let Event::StockKeeper(event) = event else { continue };
        match event {
            Stock::Moved { order, sku, from, to, quantity } => {
                let units = i64::from(*quantity) * (i64::from(is_kept(*to)) - i64::from(is_kept(*from)));
                *kept.entry(*order).or_default().entry(sku.clone()).or_default() += units;
            }
            Stock::PegServed { order, sku, quantity } => {
                *kept.entry(*order).or_default().entry(sku.clone()).or_default() += i64::from(*quantity);
                *pegs.entry((*order, sku.clone())).or_default() -= i64::from(*quantity);
            }
            Stock::Pegged { order, sku, quantity } => {
                *pegs.entry((*order, sku.clone())).or_default() += i64::from(*quantity);
            }
            Stock::Unpegged { order, sku } => {
                pegs.remove(&(*order, sku.clone()));
            }
            _ => {}
        }
    }
    for ((order, sku), units) in pegs {
        *kept.entry(order).or_default().entry(sku).or_default() += units;
    }
    kept
}

fn is_kept(bucket: Bucket) -> bool {
    matches!(bucket, Bucket::Reserved | Bucket::Allocated | Bucket::Picked | Bucket::Packed)
}

fn units_have_an_owner(observation: &Observation<'_>, id: OrderId, kept: &Kept, found: &mut Found) {
    let kept: Vec<String> = kept
        .iter()
        .filter(|(_, units)| **units != 0)
        .map(|(sku, units)| format!("{units} of {sku}"))
        .collect();
    if kept.is_empty() {
        return;
    }
    match order(observation, id) {
        None => found.wrong_of(id, format!("{} are kept for an order that does not exist", kept.join(", "))),
        // what it held is on its way back, or a case says why not
        Some(order) if observation.is_end() && order.state.is_end() && !observation.has_case(id) => {
            found.wrong_of(id, format!("it is {}, and still keeps {}", order.state, kept.join(", ")));
        }
        Some(_) => {}
    }
}

fn holds_have_an_owner(observation: &Observation<'_>, found: &mut Found) {
    for (payment, row) in CardBook::of(observation).rows() {
        let (Some(id), Some(held)) = (row.order, row.held) else { continue };
        match order(observation, id) {
            None => {
                found.wrong_of(id, format!("{held} are held by {payment} for an order that does not exist"))
            }
            Some(order) if observation.is_end() && order.state.is_end() && !observation.has_case(id) => {
                found.wrong_of(
                    id,
                    format!("it is {}, and the bank still holds {held} by {payment}", order.state),
                );
            }
            Some(_) => {}
        }
    }
}

/// A dead letter that is tied to no order can be the supplies, or the settlement, that an order waits for.
fn all_have_ended(observation: &Observation<'_>, kept: &BTreeMap<OrderId, Kept>, found: &mut Found) {
    use OrderState::{AwaitingStock, Delivered, Dispatched};
    let dead_letter = has_dead_letter_without_an_order(observation);
    for (id, order) in observation.tables().of::<Order>().resident() {
        let waits = match order.state {
            AwaitingStock => dead_letter || is_behind_a_case(observation, *id, kept),
            Dispatched | Delivered => dead_letter,
            _ => false,
        };
        found.expect_of(*id, order.state.is_end() || waits || observation.has_case(*id), || {
            format!("it is {} at the end, and no case is open", order.state)
        });
    }
}

/// Supplies serve whoever waits longest, also an order that is stuck until its case is closed.
fn is_behind_a_case(observation: &Observation<'_>, id: OrderId, kept: &BTreeMap<OrderId, Kept>) -> bool {
    let waits_for: Vec<&Sku> = kept.get(&id).into_iter().flat_map(Kept::keys).collect();
    let stuck = kept.iter().filter(|(other, _)| {
        observation.has_case(**other)
            && order(observation, **other).is_some_and(|order| !order.state.is_end())
    });
    stuck.into_iter().any(|(_, kept)| kept.iter().any(|(sku, units)| *units != 0 && waits_for.contains(&sku)))
}
