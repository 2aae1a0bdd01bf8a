//! Steps 4 and 5: what the stock keeper says of the goods, and that it has made them the order's own.

use crate::actors::Turn;
use crate::domain::{CancelReason, Date, OrderId};

use super::{Event, Order, StockState, ending, letters, process, promise};

pub fn reserved(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    has_goods(turn, id, order, Event::InStock { order: id });
}

pub fn promised(turn: &mut Turn<'_>, id: OrderId, order: &Order, ships_on: Date) {
    let date = promise::at_the_doorstep(&order.terms.quote, ships_on);
    has_goods(turn, id, order, Event::Promised { order: id, date });
}

/// What it asked for is kept for it now, or what there is of it. Where it has ended meanwhile it is given back.
fn has_goods(turn: &mut Turn<'_>, id: OrderId, order: &Order, fact: Event) {
    if order.stock != StockState::Asked {
        return; // doubled
    }
    turn.record(fact);
    if order.state.is_end() {
        ending::release(turn, id, order);
    } else {
        process::go_on(turn, id);
    }
}

/// An order that has ended meanwhile has nothing to give back; this does not fit it.
pub fn out_of_stock(turn: &mut Turn<'_>, id: OrderId, order: &Order, leaves_on: Option<Date>) {
    let earliest = leaves_on.map(|day| promise::at_the_doorstep(&order.terms.quote, day));
    ending::cancel(turn, id, order, CancelReason::OutOfStock { earliest });
}

pub fn supplies_arrived(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    if order.stock != StockState::Pegged {
        return; // doubled: it is all here already
    }
    turn.record(Event::SuppliesArrived { order: id });
    process::go_on(turn, id);
}

/// She is told by letter, once she has been told anything at all.
pub fn promise_changed(turn: &mut Turn<'_>, id: OrderId, order: &Order, ships_on: Date) {
    if order.stock != StockState::Pegged {
        return; // it crossed the arrival of the goods
    }
    let date = promise::at_the_doorstep(&order.terms.quote, ships_on);
    turn.record(Event::PromiseChanged { order: id, date });
    if order.is_answered() {
        letters::promise_changed(turn, id, order, date);
    }
    process::go_on(turn, id);
}

/// No wholesaler supplies it in the end.
pub fn no_supplies(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    ending::cancel(turn, id, order, CancelReason::NoSupplies);
}

pub fn allocated(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    if order.stock != StockState::Allocating {
        return; // nobody asked for it: never confirmed without the money
    }
    turn.record(Event::GoodsAllocated { order: id });
    process::go_on(turn, id);
}
