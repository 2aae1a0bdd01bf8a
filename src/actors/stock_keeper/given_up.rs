//! A message that was given up: who waits for it, and how it goes on.

use std::collections::BTreeSet;

use crate::actors::Turn;
use crate::actors::given_up::TRY_AGAIN_MS;
use crate::domain::{OrderId, Sku};

use super::quoting::under_way;
use super::shift::merged;
use super::{Demand, Message, PurchaseOrder, PurchaseOrderId, StockItem, Who, overdue, timers};

/// The orders that wait for what a message would have done that names none: each has a case.
pub fn who_waits_for(turn: &mut Turn<'_>, message: &Message) -> BTreeSet<OrderId> {
    match message {
        Message::SupplyAnswered { purchase_order, .. }
        | Message::SupplyRetry { purchase_order }
        | Message::GoodsDue { purchase_order }
        | Message::ShipNoticeAnswered { purchase_order, .. } => who_waits_for_goods(turn, *purchase_order),
        Message::QuoteDeadline { sku, .. } => who_waits_for_quotes(turn, sku),
        // a quote that is not counted is left out at the deadline
        Message::QuoteAnswered { .. } => BTreeSet::new(),
        // whoever asked is told that it was given up
        Message::List(_)
        | Message::Import(_)
        | Message::Count(_)
        | Message::Delist(_)
        | Message::Relist(_)
        | Message::Check(_)
        | Message::Earliest(_)
        | Message::ShowTimeline(_) => BTreeSet::new(),
        Message::Reserve { .. }
        | Message::OrderSupplies { .. }
        | Message::CheckCredit { .. }
        | Message::BearUnwanted
        | Message::EndCredit { .. }
        | Message::KeepCredit { .. }
        | Message::CheckHeld { .. }
        | Message::HoldCredit { .. }
        | Message::Release { .. }
        | Message::Allocate { .. }
        | Message::Packed { .. }
        | Message::HandedOver { .. }
        | Message::PutAway { .. }
        | Message::MoveAgain { .. }
        | Message::Forget { .. } => BTreeSet::new(),
    }
}

fn who_waits_for_goods(turn: &mut Turn<'_>, id: PurchaseOrderId) -> BTreeSet<OrderId> {
    let Some(purchase_order) = turn.get::<PurchaseOrder>(&id) else { return BTreeSet::new() };
    let item = turn.get::<StockItem>(&purchase_order.sku);
    let pegs = item.iter().flat_map(|item| &item.pegs).filter(|peg| peg.ordered);
    pegs.map(|peg| peg.order).chain([purchase_order.order]).collect()
}

fn who_waits_for_quotes(turn: &mut Turn<'_>, sku: &Sku) -> BTreeSet<OrderId> {
    let item = turn.get::<StockItem>(sku);
    let waiters = item.iter().filter_map(|item| item.round.as_ref()).flat_map(|round| &round.waiters);
    let order = |waiter| match turn.get::<Demand>(waiter)?.who {
        Who::Order { order, .. } => Some(order),
        Who::Gateway(_) => None,
    };
    waiters.filter_map(order).collect()
}

/// A purchase order is never taken for refused because its answer could not be handled: its wholesaler is asked
/// again. A round of quotes has its deadline again, and units that were not moved are moved later.
pub fn given_up(turn: &mut Turn<'_>, message: &Message) {
    let due = turn.real_in(TRY_AGAIN_MS);
    match message {
        Message::SupplyAnswered { purchase_order, .. } | Message::SupplyRetry { purchase_order } => {
            let again = Message::SupplyRetry { purchase_order: *purchase_order };
            turn.timer(timers::supply_retry(*purchase_order), due, again);
        }
        Message::ShipNoticeAnswered { purchase_order, .. } | Message::GoodsDue { purchase_order } => {
            let again = Message::GoodsDue { purchase_order: *purchase_order };
            turn.timer(timers::goods_due(*purchase_order), due, again);
        }
        Message::QuoteDeadline { sku, round } => {
            // the timer of a later round is not to be moved
            if under_way(turn, sku, *round).is_some() {
                turn.timer(timers::quote_deadline(sku), due, message.clone());
            }
        }
        Message::MoveAgain { order, sku } => overdue::try_again(turn, *order, sku),
        Message::Release { .. }
        | Message::Allocate { .. }
        | Message::Packed { .. }
        | Message::HandedOver { .. }
        | Message::PutAway { .. } => {
            if let Some((order, what, lines)) = message.as_move() {
                overdue::given_up(turn, order, what, &merged(lines));
            }
        }
        // nothing of these goes on by itself: whoever asked asks again, or the operator sends it again from the order's case
        Message::List(_)
        | Message::Import(_)
        | Message::Count(_)
        | Message::Delist(_)
        | Message::Relist(_)
        | Message::Check(_)
        | Message::Earliest(_)
        | Message::ShowTimeline(_)
        | Message::QuoteAnswered { .. }
        | Message::Reserve { .. }
        | Message::OrderSupplies { .. }
        | Message::CheckCredit { .. }
        | Message::BearUnwanted
        | Message::EndCredit { .. }
        | Message::KeepCredit { .. }
        | Message::CheckHeld { .. }
        | Message::HoldCredit { .. }
        | Message::Forget { .. } => {}
    }
}

/// The operator has discarded a message that was given up.
pub fn discarded(turn: &mut Turn<'_>, message: &Message) {
    if let Some((order, what, lines)) = message.as_move() {
        overdue::discarded(turn, order, what, &merged(lines));
    }
}
