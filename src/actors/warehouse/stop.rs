//! The customer cancels, or no money is held for it: what can still be done about the parcel.

use crate::actors::{Answered, stock_keeper};
use crate::actors::{What, order_manager};
use crate::partners::carrier::{CancelAnswer, CancelRequest};
use crate::planted::{self, Bug};

use super::decide::Desk;
use super::{Event, Message, Shipment, Stage, road};

pub fn stop(desk: &mut Desk<'_, '_>, shipment: &Shipment, stage: Stage) {
    let order = shipment.fulfilment.order;
    match stage {
        Stage::Packing => {
            desk.stop_waiting(order);
            stopped(desk, shipment, false);
        }
        // the carrier may have a booking: only its answer tells what there is to give back
        Stage::Booking => desk.turn.event(Event::StopNoted { order }),
        Stage::AwaitingTruck => {
            desk.stop_waiting(order);
            desk.turn.event(Event::CancelSent { order });
            cancel_booking(desk, shipment);
        }
        Stage::OnTheWay | Stage::Delivered => {
            desk.tell_orders(order_manager::Message::TooLateToStop { order });
        }
        // asked twice: the first is answered, or will be
        Stage::Cancelling | Stage::Stopped => {}
    }
}

pub fn cancel_booking(desk: &mut Desk<'_, '_>, shipment: &Shipment) {
    if let Some(tracking) = &shipment.tracking {
        ask_back(desk, shipment, tracking.clone());
    }
}

pub fn ask_back(desk: &mut Desk<'_, '_>, shipment: &Shipment, tracking: String) {
    let Some(packed_at) = shipment.packed_at else { return };
    let order = shipment.fulfilment.order;
    let booking = shipment.booking(packed_at);
    let request = CancelRequest { tracking, booking, asked_at: desk.context.now() };
    desk.call(What::CancelBooking { order, request });
}

pub fn answered(desk: &mut Desk<'_, '_>, shipment: &Shipment, result: &Answered<CancelAnswer>) {
    let order = shipment.fulfilment.order;
    match result {
        Answered::Yes(CancelAnswer::Cancelled) => stopped(desk, shipment, true),
        // it has the parcel, or will not let go of it
        Answered::Yes(CancelAnswer::AlreadyCollected) | Answered::Refused(_) => {
            desk.turn.event(Event::NotStopped { order });
            desk.tell_orders(order_manager::Message::TooLateToStop { order });
            road::track(desk, shipment);
        }
        Answered::Unknown(_) => desk.again_later(shipment, Message::CancelRetry { order }),
    }
}

/// Back to the shelf.
pub fn stopped(desk: &mut Desk<'_, '_>, shipment: &Shipment, packed: bool) {
    let order = shipment.fulfilment.order;
    let packed = packed && !planted::is(Bug::PackedPutAwayAsAllocated);
    desk.turn.event(Event::Stopped { order });
    desk.tell_stock(stock_keeper::Message::PutAway { order, lines: shipment.units(), packed });
    desk.tell_orders(order_manager::Message::Stopped { order });
}
