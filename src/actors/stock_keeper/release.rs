//! Units that come back to the shelf, and who gets them: the oldest peg, before anything is for sale.

use std::collections::BTreeMap;

use crate::actors::{Address, Turn, order_manager};
use crate::domain::{OrderId, Sku, Units};

use super::moves;
use super::{DemandId, Event, Peg, Place, State, Waiting};

/// Units of the turn at hand that went to each order that waits.
pub type Served = BTreeMap<OrderId, u64>;

pub fn release(state: &State, order: OrderId, lines: &[Units]) -> Turn {
    let id = DemandId::of(order);
    // it waits for nothing: what it has, it has in full
    let Some(demand) = state.demands.get(&id) else {
        return give_back(state, order, lines, Place::Reserved);
    };
    let mut turn = Turn::nothing();
    let mut served = Served::new();
    if demand.holds() {
        for line in &demand.lines {
            if line.short > 0 {
                turn.event(Event::Unpegged { order, sku: line.sku.clone() });
            }
            return_units(state, &mut turn, order, &line.sku, Place::Reserved, line.held, &mut served);
        }
    }
    turn.event(Event::DemandClosed { id });
    complete(state, &mut turn, &served);
    turn
}

/// Back to the shelf in full.
pub fn give_back(state: &State, order: OrderId, lines: &[Units], from: Place) -> Turn {
    let mut turn = Turn::nothing();
    if let Some(mismatch) = moves::missing(state, order, lines, from) {
        turn.event(mismatch);
        return turn;
    }
    let mut served = Served::new();
    for line in lines {
        return_units(state, &mut turn, order, &line.sku, from, line.quantity, &mut served);
    }
    complete(state, &mut turn, &served);
    turn
}

fn return_units(
    state: &State,
    turn: &mut Turn,
    order: OrderId,
    sku: &Sku,
    from: Place,
    quantity: u32,
    served: &mut Served,
) {
    if quantity == 0 {
        return;
    }
    turn.event(Event::Moved { order, sku: sku.clone(), from, to: Place::Available, quantity });
    let pegs = state.stock.get(sku).map(|item| item.pegs.as_slice()).unwrap_or_default();
    let others = pegs.iter().filter(|peg| peg.order != order);
    serve(state, turn, others, sku, u64::from(quantity), served);
}

/// Gives available units to whoever waits, oldest first; but who has not paid yet, and may never, comes after those whose
/// supplies these are.
pub fn serve<'a>(
    state: &State,
    turn: &mut Turn,
    pegs: impl Iterator<Item = &'a Peg>,
    sku: &Sku,
    units: u64,
    served: &mut Served,
) {
    let (called, others): (Vec<&Peg>, Vec<&Peg>) = pegs.partition(|peg| is_called(state, peg));
    let mut left = units;
    for peg in called.into_iter().chain(others) {
        let quantity = u64::from(peg.units).min(left) as u32;
        if quantity == 0 {
            return;
        }
        left -= u64::from(quantity);
        turn.event(Event::PegServed { order: peg.order, sku: sku.clone(), quantity });
        *served.entry(peg.order).or_default() += u64::from(quantity);
    }
}

fn is_called(state: &State, peg: &Peg) -> bool {
    let demand = state.demands.get(&DemandId::of(peg.order));
    demand.is_some_and(|demand| matches!(demand.state, Waiting::Called { .. }))
}

/// Tells the orders whose supplies are all in. One that is not paid for yet is told when it asks for its supplies.
pub fn complete(state: &State, turn: &mut Turn, served: &Served) {
    for (&order, &units) in served {
        let id = DemandId::of(order);
        let Some(demand) = state.demands.get(&id) else { continue };
        if matches!(demand.state, Waiting::Called { .. }) && demand.short() == units {
            turn.event(Event::DemandClosed { id });
            turn.send(Address::OrderManager, order_manager::Message::SuppliesArrived { order });
        }
    }
}
