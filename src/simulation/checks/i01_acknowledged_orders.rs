//! I1: every order answered with 2xx is there, same content, after any kill, power cut, restart.
//!
//! Held against every answer that a customer had, after each crash and at the end: the order stands in the journal with the
//! key, lines, prices and times that she was shown; it has been in the state that she was told; and what she is told
//! later is never an earlier state. A state that is not in the journal was told before it was durable.

use std::collections::BTreeMap;

use crate::actors::order_manager::{Claim, Order};
use crate::domain::{OrderId, OrderState};
use crate::simulation::history::{CheckoutOutcome, History, Moment, OrderLook, ShownOrder};
use crate::simulation::observation::Observation;
use crate::simulation::simulated_world::links;

use super::Found;
use super::journal::passed;

type Passed = BTreeMap<OrderId, Vec<OrderState>>;

const NOT_FOUND: u16 = 404;

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    let passed = passed(observation);
    for view in views(observation) {
        is_there(observation, view.shown, &passed, found);
    }
    for asked in &observation.history.checkouts {
        if let Some(CheckoutOutcome::SentOn { order, order_key }) =
            asked.told.as_ref().map(|told| &told.outcome)
        {
            is_there_under_its_key(observation, *order, order_key, found);
        }
    }
    observation.history.looks.iter().for_each(|look| is_not_denied(look, found));
    goes_forward(observation, &passed, found);
}

/// An order as its owner was shown it.
struct View<'a> {
    asked_at: Moment,
    at: Moment,
    shown: &'a ShownOrder,
    /// The first answer once more, whatever has happened since.
    is_repeat: bool,
}

fn views<'a>(observation: &Observation<'a>) -> impl Iterator<Item = View<'a>> {
    let history: &'a History = observation.history;
    let checkouts = history.checkouts.iter().filter_map(|asked| {
        let told = asked.told.as_ref()?;
        match &told.outcome {
            CheckoutOutcome::Taken(shown) | CheckoutOutcome::Pending(shown) => {
                Some(View { asked_at: asked.at, at: told.at, shown, is_repeat: told.replayed })
            }
            _ => None,
        }
    });
    let looks = history.looks.iter().filter_map(|look| {
        let shown = look.shown.as_ref()?;
        Some(View { asked_at: look.asked_at, at: look.at, shown, is_repeat: false })
    });
    checkouts.chain(looks)
}

fn is_there(observation: &Observation<'_>, shown: &ShownOrder, passed: &Passed, found: &mut Found) {
    let Some(order) = observation.tables().of::<Order>().peek(&shown.id) else {
        return found.wrong_of(shown.id, format!("she was told of it as {}, and it is gone", shown.state));
    };
    found.expect_of(shown.id, is_content_of(order, shown), || {
        format!("she was shown {}, and the order is {order:?}", shown.json)
    });
    let has_been = passed.get(&shown.id).is_some_and(|states| states.contains(&shown.state));
    found.expect_of(shown.id, has_been, || {
        format!("she was told that it is {}, which it has never been", shown.state)
    });
}

fn is_content_of(order: &Order, shown: &ShownOrder) -> bool {
    let line = |line: &crate::domain::OrderLine| {
        (line.sku.as_str().to_owned(), line.quantity.units(), line.unit_price.amount)
    };
    let lines: Vec<_> = order.terms.lines.iter().map(line).collect();
    let totals = &order.terms.quote.totals;
    let sums = (totals.shipping.amount, totals.tax.amount, totals.total.amount);
    // a link shows no key
    (shown.key.is_empty() || shown.key == order.key.to_string())
        && shown.lines == lines
        && (shown.shipping, shown.tax, shown.total) == sums
        && shown.placed_at == order.terms.placed_at.to_string()
}

fn is_there_under_its_key(observation: &Observation<'_>, id: OrderId, key: &str, found: &mut Found) {
    match observation.tables().of::<Order>().peek(&id) {
        None => found.wrong_of(id, "her browser was sent on to it, and it is gone"),
        Some(_) => found.expect_of(id, matches!(links().claim(id, key), Ok(Claim::Link)), || {
            "her browser was sent on to it with a key that does not open it".to_owned()
        }),
    }
}

/// Whoever looks at an order has been told of it.
fn is_not_denied(look: &OrderLook, found: &mut Found) {
    found.expect_of(look.order, look.status != NOT_FOUND, || {
        format!("its owner looked at it and was answered {} {}", look.status, look.code)
    });
}

/// What she asked after an answer was in her hands shows no earlier state.
fn goes_forward(observation: &Observation<'_>, passed: &Passed, found: &mut Found) {
    let mut by_order: BTreeMap<OrderId, Vec<View<'_>>> = BTreeMap::new();
    for view in views(observation).filter(|view| !view.is_repeat) {
        by_order.entry(view.shown.id).or_default().push(view);
    }
    for (order, views) in by_order {
        let states = passed.get(&order).map(Vec::as_slice).unwrap_or_default();
        for before in &views {
            let is_back = |after: &&View<'_>| {
                after.asked_at > before.at && is_earlier(states, after.shown.state, before.shown.state)
            };
            if let Some(after) = views.iter().find(is_back) {
                let (before, after) = (before.shown.state, after.shown.state);
                found.wrong_of(order, format!("she was told that it is {before}, and later {after}"));
            }
        }
    }
}

/// The order was in `one` for the last time before it was in `other` for the first.
fn is_earlier(states: &[OrderState], one: OrderState, other: OrderState) -> bool {
    let last = states.iter().rposition(|state| *state == one);
    let first = states.iter().position(|state| *state == other);
    last.zip(first).is_some_and(|(last, first)| last < first)
}
