//! From the shelf to a booked parcel.

use crate::actors::{What, stock_keeper};
use crate::partners::carrier::Booking;

use super::decide::Desk;
use super::{Event, Message, Shipment, road, stop};
use crate::actors::Answered;

pub fn packed(desk: &mut Desk<'_, '_>, shipment: &Shipment) {
    let order = shipment.fulfilment.order;
    let at = desk.context.now();
    desk.turn.event(Event::Packed { order, at });
    desk.tell_stock(stock_keeper::Message::Packed { order, lines: shipment.units() });
    desk.call(What::Book { order, request: shipment.booking(at) });
}

pub fn book(desk: &mut Desk<'_, '_>, shipment: &Shipment) {
    if let Some(packed_at) = shipment.packed_at {
        let order = shipment.fulfilment.order;
        desk.call(What::Book { order, request: shipment.booking(packed_at) });
    }
}

pub fn answered(desk: &mut Desk<'_, '_>, shipment: &Shipment, result: &Answered<Booking>) {
    let order = shipment.fulfilment.order;
    match result {
        Answered::Yes(Booking { tracking, collection_at }) => {
            let (tracking, collection_at) = (tracking.clone(), *collection_at);
            desk.turn.event(Event::Booked { order, tracking: tracking.clone(), collection_at });
            if shipment.stop {
                desk.turn.event(Event::CancelSent { order });
                stop::ask_back(desk, shipment, tracking);
            } else {
                road::track_at(desk, order, collection_at);
            }
        }
        // it never had a booking: there is nothing to give back
        Answered::Refused(_) if shipment.stop => stop::stopped(desk, shipment, true),
        Answered::Refused(why) => refused(desk, shipment, why),
        Answered::Unknown(_) => desk.again_later(shipment, Message::BookRetry { order }),
    }
}

/// A person has to talk with the carrier; the parcel waits, and is offered again and again.
fn refused(desk: &mut Desk<'_, '_>, shipment: &Shipment, why: &str) {
    let order = shipment.fulfilment.order;
    let first = shipment.unanswered == 0;
    let case = first.then(|| format!("the carrier does not take the parcel ({why}): call the carrier"));
    desk.turn.event(Event::Unanswered { order, case });
    let due = desk.context.real_in(desk.context.rules().retry_max_ms);
    desk.wait(order, due, Message::BookRetry { order });
}
