//! Units that come back to the shelf, and who gets them: the oldest peg, before anything is for sale.

use std::collections::BTreeSet;

use crate::actors::Turn;
use crate::domain::{OrderId, Sku, Units};

use super::process::{self, Report};
use super::shift::are_there;
use super::{Bucket, Demand, DemandId, Event, Peg, StockItem, Waiting, shortage};

/// Orders that wait and got units in the turn at hand.
pub type Served = BTreeSet<OrderId>;

pub fn release(turn: &mut Turn<'_>, order: OrderId, lines: &[Units]) {
    let id = DemandId::of(order);
    // it waits for nothing: what it has, it has in full
    let Some(demand) = turn.get::<Demand>(&id) else {
        return give_back(turn, order, lines, Bucket::Reserved);
    };
    let mut served = Served::new();
    if demand.holds() {
        for line in &demand.lines {
            if line.short > 0 {
                turn.record(Event::Unpegged { order, sku: line.sku.clone() });
            }
            return_units(turn, order, &line.sku, Bucket::Reserved, line.held, &mut served);
        }
    }
    turn.record(Event::DemandClosed { id });
    complete(turn, &served);
}

/// Back to the shelf in full.
pub fn give_back(turn: &mut Turn<'_>, order: OrderId, lines: &[Units], from: Bucket) {
    if !are_there(turn, order, lines, from) {
        return;
    }
    let mut served = Served::new();
    for line in lines {
        return_units(turn, order, &line.sku, from, line.quantity, &mut served);
    }
    complete(turn, &served);
}

fn return_units(
    turn: &mut Turn<'_>,
    order: OrderId,
    sku: &Sku,
    from: Bucket,
    quantity: u32,
    served: &mut Served,
) {
    if quantity == 0 {
        return;
    }
    shortage::watched(turn, sku, |turn| {
        turn.record(Event::Moved { order, sku: sku.clone(), from, to: Bucket::Available, quantity });
    });
    serve(turn, sku, served);
}

/// Gives what is available to whoever waits, oldest first; but who has not paid yet, and may never, comes after those whose
/// supplies these are.
pub fn serve(turn: &mut Turn<'_>, sku: &Sku, served: &mut Served) {
    let Some(item) = turn.get::<StockItem>(sku) else { return };
    let (ordered, others): (Vec<&Peg>, Vec<&Peg>) = item.pegs.iter().partition(|peg| is_ordered(turn, peg));
    let mut left = item.available;
    for peg in ordered.into_iter().chain(others) {
        let quantity = u64::from(peg.units).min(left) as u32;
        if quantity == 0 {
            return;
        }
        left -= u64::from(quantity);
        turn.record(Event::PegServed { order: peg.order, sku: sku.clone(), quantity });
        served.insert(peg.order);
    }
}

fn is_ordered(turn: &mut Turn<'_>, peg: &Peg) -> bool {
    let demand = turn.get::<Demand>(&DemandId::of(peg.order));
    demand.is_some_and(|demand| matches!(demand.state, Waiting::Ordered { .. }))
}

/// Tells the orders whose supplies are all in.
pub fn complete(turn: &mut Turn<'_>, served: &Served) {
    for &order in served {
        process::go_on(turn, DemandId::of(order), Report::Served);
    }
}
