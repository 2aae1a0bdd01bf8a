//! The customer cancels, or no money is held for it: what can still be done about the parcel.

use crate::actors::{Turn, order_manager, stock_keeper};
use crate::domain::OrderId;
use crate::partners::carrier::{Booking, CancelRequest};
use crate::planted::{self, Bug};

use super::waiting::stop_waiting;
use super::{CancelBooking, Event, Shipment, booking, road};

pub fn ask_back(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment) {
    stop_waiting(turn, order);
    turn.record(Event::CancelSent { order });
    ask_back_again(turn, order, shipment);
}

pub fn ask_new_booking_back(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment, booking: &Booking) {
    booking::booked(turn, order, booking);
    turn.record(Event::CancelSent { order });
    cancel_booking(turn, order, shipment, booking.tracking.clone());
}

pub fn ask_back_again(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment) {
    if let Some(tracking) = &shipment.tracking {
        cancel_booking(turn, order, shipment, tracking.clone());
    }
}

fn cancel_booking(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment, tracking: String) {
    let Some(packed_at) = shipment.packed_at else { return };
    let booking = shipment.booking(packed_at);
    let request = CancelRequest { tracking, booking, asked_at: turn.now() };
    turn.call(CancelBooking { order, request });
}

/// It has the parcel, or will not let go of it.
pub fn go_on(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment) {
    turn.record(Event::NotStopped { order });
    too_late(turn, order);
    road::track(turn, order, shipment);
}

pub fn too_late(turn: &mut Turn<'_>, order: OrderId) {
    turn.send(order_manager::Message::TooLateToStop { order });
}

/// Back to the shelf. What is not packed waits for that no more.
pub fn put_away(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment, packed: bool) {
    if !packed {
        stop_waiting(turn, order);
    }
    let packed = packed && !planted::is(Bug::PackedPutAwayAsAllocated);
    turn.record(Event::Stopped { order });
    turn.send(stock_keeper::Message::PutAway { order, lines: shipment.units(), packed });
    turn.send(order_manager::Message::Stopped { order });
}
