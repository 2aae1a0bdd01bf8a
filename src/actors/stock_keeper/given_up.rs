//! A message that was given up: who waits for it, and how it goes on.

use std::collections::BTreeSet;

use crate::actors::given_up::TRY_AGAIN_MS;
use crate::actors::{Context, Turn};
use crate::domain::{OrderId, Sku};

use super::quoting::deadline_of;
use super::supply::{goods_due_of, retry_of};
use super::{Message, PurchaseOrderId, State, Who};

/// Orders that wait for what the message would have done.
pub fn who_waits_for(state: &State, message: &Message) -> BTreeSet<OrderId> {
    match message {
        Message::SupplyAnswered { purchase_order, .. }
        | Message::SupplyRetry { purchase_order }
        | Message::GoodsDue { purchase_order }
        | Message::ShipNoticeAnswered { purchase_order, .. } => who_waits_for_goods(state, *purchase_order),
        Message::QuoteDeadline { sku, .. } => who_waits_for_quotes(state, sku),
        // a quote that is not counted is left out at the deadline
        _ => BTreeSet::new(),
    }
}

fn who_waits_for_goods(state: &State, id: PurchaseOrderId) -> BTreeSet<OrderId> {
    let Some(purchase_order) = state.purchase_orders.peek(&id) else { return BTreeSet::new() };
    let pegs = state.stock.peek(&purchase_order.sku).map(|item| item.pegs.as_slice()).unwrap_or_default();
    let waiting = pegs.iter().filter(|peg| peg.called).map(|peg| peg.order);
    waiting.chain([purchase_order.order]).collect()
}

fn who_waits_for_quotes(state: &State, sku: &Sku) -> BTreeSet<OrderId> {
    let round = state.stock.peek(sku).and_then(|item| item.round.as_ref());
    let waiters = round.map(|round| round.waiters.as_slice()).unwrap_or_default();
    let demands = waiters.iter().filter_map(|waiter| state.demands.peek(waiter));
    let order = |who: Who| match who {
        Who::Order { order, .. } => Some(order),
        Who::Gateway(_) => None,
    };
    demands.filter_map(|demand| order(demand.who)).collect()
}

/// A purchase order is never taken for refused because its answer could not be handled: its wholesaler is asked
/// again. A round of quotes has its deadline again.
pub fn try_again(state: &State, message: &Message, turn: &mut Turn, context: &Context<'_>) {
    let due = context.real_in(TRY_AGAIN_MS);
    match message {
        Message::SupplyAnswered { purchase_order, .. } | Message::SupplyRetry { purchase_order } => {
            let again = Message::SupplyRetry { purchase_order: *purchase_order };
            turn.timer(retry_of(*purchase_order), due, again);
        }
        Message::ShipNoticeAnswered { purchase_order, .. } | Message::GoodsDue { purchase_order } => {
            let again = Message::GoodsDue { purchase_order: *purchase_order };
            turn.timer(goods_due_of(*purchase_order), due, again);
        }
        Message::QuoteDeadline { sku, round } => {
            let current = state.stock.peek(sku).and_then(|item| item.round.as_ref());
            // the timer of a later round is not to be moved
            if current.is_some_and(|current| current.number == *round) {
                turn.timer(deadline_of(sku), due, message.clone());
            }
        }
        _ => {}
    }
}
