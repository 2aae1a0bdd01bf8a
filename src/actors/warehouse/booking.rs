//! From the shelf to a booked parcel.

use crate::actors::{CaseText, Turn, stock_keeper};
use crate::domain::OrderId;
use crate::partners::carrier::Booking;

use super::waiting::{refused_once_more, wait};
use super::{BookTruck, Event, Message, Shipment, road};

pub fn packed(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment) {
    let at = turn.now();
    turn.record(Event::Packed { order, at });
    turn.send(stock_keeper::Message::Packed { order, lines: shipment.units() });
    turn.call(BookTruck { order, request: shipment.booking(at) });
}

pub fn book(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment) {
    if let Some(packed_at) = shipment.packed_at {
        turn.call(BookTruck { order, request: shipment.booking(packed_at) });
    }
}

pub fn await_truck(turn: &mut Turn<'_>, order: OrderId, booking: &Booking) {
    booked(turn, order, booking);
    road::track_at(turn, order, booking.collection_at);
}

pub fn booked(turn: &mut Turn<'_>, order: OrderId, booking: &Booking) {
    let Booking { tracking, collection_at } = booking.clone();
    turn.record(Event::Booked { order, tracking, collection_at });
}

pub fn refused(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment, why: &str) {
    refused_once_more(turn, shipment, || {
        CaseText::new(
            format_args!("the carrier does not take the parcel ({why})"),
            "call the carrier; it is offered again and again",
        )
    });
    let due = turn.real_in(turn.rules().retry_max_ms);
    wait(turn, order, due, Message::BookRetry { order });
}
