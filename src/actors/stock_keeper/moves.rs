use crate::actors::{Address, Case, Turn, order_manager};
use crate::domain::{OrderId, Units};

use super::{Event, Place, State};

pub fn allocate(state: &State, order: OrderId, lines: &[Units]) -> Turn {
    let mut turn = shift(state, order, lines, Place::Reserved, Place::Allocated);
    let refused = matches!(turn.events(), [crate::actors::Event::Case(_)]);
    if !refused {
        turn.send(Address::OrderManager, order_manager::Message::Allocated { order });
    }
    turn
}

/// Moves all lines or none.
pub fn shift(state: &State, order: OrderId, lines: &[Units], from: Place, to: Place) -> Turn {
    let mut turn = Turn::nothing();
    if let Some(mismatch) = missing(state, order, lines, from) {
        turn.event(mismatch);
        return turn;
    }
    for Units { sku, quantity } in lines {
        turn.event(Event::Moved { order, sku: sku.clone(), from, to, quantity: *quantity });
    }
    turn
}

/// The guard of every move (S1). The other actors only move what they were told is theirs, so a
/// mismatch is a defect somewhere: nothing moves, and the operator gets a case.
pub fn missing(state: &State, order: OrderId, lines: &[Units], from: Place) -> Option<Case> {
    let there = |line: &Units| state.stock.get(&line.sku).map_or(0, |item| item.at(from));
    let line = lines.iter().find(|line| u64::from(line.quantity) > there(line))?;
    let why = format!(
        "{} units of {} should be {from:?} but only {} are: count the shelf, then run `doorstep verify`",
        line.quantity,
        line.sku,
        there(line)
    );
    Some(Case { order, why })
}
