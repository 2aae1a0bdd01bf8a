//! What a demand's steps do: whoever waits is told, and the demand stands elsewhere or is no more.

use crate::actors::{Turn, order_manager};
use crate::domain::{Date, OrderId, Units};
use crate::runtime::Owed;

use super::{Availability, Demand, DemandId, DemandLine, Event, Message, PromisedLine};

pub fn answer(turn: &mut Turn<'_>, id: DemandId, demand: &Demand, owed: Owed<Vec<Availability>>) {
    turn.answer_owed(owed, demand.availability());
    turn.record(Event::DemandClosed { id });
}

fn close(turn: &mut Turn<'_>, order: OrderId) {
    turn.record(Event::DemandClosed { id: DemandId::of(order) });
}

pub fn refuse(turn: &mut Turn<'_>, order: OrderId, earliest: Option<Date>) {
    turn.send(order_manager::Message::OutOfStock { order, earliest });
    close(turn, order);
}

pub fn reserved(turn: &mut Turn<'_>, order: OrderId) {
    turn.send(order_manager::Message::Reserved { order });
    close(turn, order);
}

pub fn promise(turn: &mut Turn<'_>, order: OrderId, demand: &Demand, ships_on: Date) {
    let promised = |line: &DemandLine| {
        let (sku, quantity) = (line.sku.clone(), line.short);
        Some(PromisedLine { sku, quantity, date: line.date? })
    };
    let lines = demand.lines.iter().filter(|line| line.short > 0).filter_map(promised).collect();
    turn.record(Event::Promised { order, ships_on, lines });
    turn.send(order_manager::Message::Promised { order, ships_on });
}

/// It is released in a message of its own, so that each turn gives back the units of one order only.
pub fn out_of_stock(turn: &mut Turn<'_>, order: OrderId, demand: &Demand, earliest: Option<Date>) {
    turn.record(Event::GivenUp { order });
    turn.send(order_manager::Message::OutOfStock { order, earliest });
    let units = |line: &DemandLine| Units { sku: line.sku.clone(), quantity: line.quantity() };
    turn.send(Message::Release { order, lines: demand.lines.iter().map(units).collect() });
}

pub fn supplies_arrived(turn: &mut Turn<'_>, order: OrderId) {
    close(turn, order);
    turn.send(order_manager::Message::SuppliesArrived { order });
}

pub fn no_supplies(turn: &mut Turn<'_>, order: OrderId) {
    turn.record(Event::GivenUp { order });
    turn.send(order_manager::Message::NoSupplies { order });
}

pub fn slip(turn: &mut Turn<'_>, order: OrderId, ships_on: Date) {
    turn.record(Event::Slipped { order, ships_on });
    turn.send(order_manager::Message::PromiseChanged { order, ships_on });
}
