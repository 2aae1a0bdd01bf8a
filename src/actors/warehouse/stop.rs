//! The customer cancels, or no money is held for it: what can still be done about the parcel.

use crate::actors::{Turn, order_manager, stock_keeper};
use crate::domain::OrderId;
use crate::partners::Answered;
use crate::partners::carrier::{CancelAnswer, CancelRequest};
use crate::planted::{self, Bug};

use super::waiting::{again_later, stop_waiting};
use super::{CancelBooking, Event, Message, Shipment, Stage, road};

pub fn stop(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment) {
    match shipment.stage {
        Stage::Packing => {
            stop_waiting(turn, order);
            stopped(turn, order, shipment, false);
        }
        // the carrier may have a booking: only its answer tells what there is to give back
        Stage::Booking => turn.state(Event::StopNoted { order }),
        Stage::AwaitingTruck => {
            stop_waiting(turn, order);
            turn.state(Event::CancelSent { order });
            cancel_booking(turn, order, shipment);
        }
        Stage::OnTheWay | Stage::Delivered => {
            turn.send(order_manager::Message::TooLateToStop { order });
        }
        // asked twice: the first is answered, or will be
        Stage::Cancelling | Stage::Stopped => {}
    }
}

pub fn cancel_booking(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment) {
    if let Some(tracking) = &shipment.tracking {
        ask_back(turn, order, shipment, tracking.clone());
    }
}

pub fn ask_back(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment, tracking: String) {
    let Some(packed_at) = shipment.packed_at else { return };
    let booking = shipment.booking(packed_at);
    let request = CancelRequest { tracking, booking, asked_at: turn.now() };
    turn.call(CancelBooking { order, request });
}

pub fn answered(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment, result: &Answered<CancelAnswer>) {
    match result {
        Answered::Known(CancelAnswer::Cancelled) => stopped(turn, order, shipment, true),
        // it has the parcel, or will not let go of it
        Answered::Known(CancelAnswer::AlreadyCollected) | Answered::Refused(_) => {
            turn.state(Event::NotStopped { order });
            turn.send(order_manager::Message::TooLateToStop { order });
            road::track(turn, order, shipment);
        }
        Answered::Unknown(_) => again_later(turn, order, shipment, Message::CancelRetry { order }),
    }
}

/// Back to the shelf.
pub fn stopped(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment, packed: bool) {
    let packed = packed && !planted::is(Bug::PackedPutAwayAsAllocated);
    turn.state(Event::Stopped { order });
    turn.send(stock_keeper::Message::PutAway { order, lines: shipment.units(), packed });
    turn.send(order_manager::Message::Stopped { order });
}
