//! From the shelf to a booked parcel.

use crate::actors::{Turn, stock_keeper};
use crate::domain::OrderId;
use crate::partners::Answered;
use crate::partners::carrier::Booking;

use super::waiting::{again_later, wait};
use super::{BookTruck, Event, Message, Shipment, road, stop};

pub fn packed(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment) {
    let at = turn.now();
    turn.state(Event::Packed { order, at });
    turn.send(stock_keeper::Message::Packed { order, lines: shipment.units() });
    turn.call(BookTruck { order, request: shipment.booking(at) });
}

pub fn book(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment) {
    if let Some(packed_at) = shipment.packed_at {
        turn.call(BookTruck { order, request: shipment.booking(packed_at) });
    }
}

pub fn answered(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment, result: &Answered<Booking>) {
    match result {
        Answered::Known(Booking { tracking, collection_at }) => {
            let (tracking, collection_at) = (tracking.clone(), *collection_at);
            turn.state(Event::Booked { order, tracking: tracking.clone(), collection_at });
            if shipment.stop {
                turn.state(Event::CancelSent { order });
                stop::ask_back(turn, order, shipment, tracking);
            } else {
                road::track_at(turn, order, collection_at);
            }
        }
        // it never had a booking: there is nothing to give back
        Answered::Refused(_) if shipment.stop => stop::stopped(turn, order, shipment, true),
        Answered::Refused(why) => refused(turn, order, shipment, why),
        Answered::Unknown(_) => again_later(turn, order, shipment, Message::BookRetry { order }),
    }
}

/// A person has to talk with the carrier; the parcel waits, and is offered again and again.
fn refused(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment, why: &str) {
    let first = shipment.unanswered == 0;
    let case = first.then(|| format!("the carrier does not take the parcel ({why}): call the carrier"));
    turn.state(Event::Unanswered { order, case });
    let due = turn.real_in(turn.rules().retry_max_ms);
    wait(turn, order, due, Message::BookRetry { order });
}
