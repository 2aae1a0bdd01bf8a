//! From the truck to the doorstep.

use std::sync::Arc;

use crate::actors::{Address, What, mailer, order_manager};
use crate::actors::{Answered, stock_keeper};
use crate::domain::{OrderId, OrderLine, Timestamp};
use crate::partners::carrier::{TrackRequest, Tracking};
use crate::partners::mail::{Letter, LetterLine, MailKind};
use crate::runtime::Due;

use super::decide::Desk;
use super::{Event, Fulfilment, Message, Shipment, Stage};

/// Where the carrier names no time, it is asked again after this long, in trade time.
const TRACK_AGAIN_MS: u64 = Timestamp::HOUR_MS;
/// It is never asked again sooner than this, in trade time.
const TRACK_AGAIN_MS_MIN: u64 = 60_000;
/// Nor later than this, whatever it says: a parcel is not forgotten.
const TRACK_AGAIN_MS_MAX: u64 = 7 * Timestamp::DAY_MS;

pub fn track(desk: &mut Desk<'_, '_>, shipment: &Shipment) {
    let (Some(tracking), Some(packed_at)) = (&shipment.tracking, shipment.packed_at) else { return };
    let request = TrackRequest {
        tracking: tracking.clone(),
        booking: shipment.booking(packed_at),
        asked_at: desk.context.now(),
    };
    desk.call(What::Track { order: shipment.fulfilment.order, request });
}

pub fn tracked(desk: &mut Desk<'_, '_>, shipment: &Shipment, result: &Answered<Tracking>) {
    let order = shipment.fulfilment.order;
    match result {
        Answered::Yes(seen) => scanned(desk, shipment, seen),
        Answered::Refused(why) => {
            let first = shipment.unanswered == 0;
            let case =
                first.then(|| format!("the carrier does not know the parcel ({why}): call the carrier"));
            desk.turn.event(Event::Unanswered { order, case });
            let due = desk.context.trade_in(TRACK_AGAIN_MS);
            desk.wait(order, due, Message::TrackDue { order });
        }
        Answered::Unknown(_) => desk.again_later(shipment, Message::TrackDue { order }),
    }
}

fn scanned(desk: &mut Desk<'_, '_>, shipment: &Shipment, seen: &Tracking) {
    let order = shipment.fulfilment.order;
    // what is at the doorstep was collected, even if that scan is missing
    let collected = seen.collected_at.is_some() || seen.delivered_at.is_some();
    if shipment.stage == Stage::AwaitingTruck && collected {
        hand_over(desk, shipment);
    }
    if seen.delivered_at.is_some() {
        desk.turn.event(Event::Delivered { order });
        desk.tell_orders(order_manager::Message::Delivered { order });
        return;
    }
    let now = desk.context.now();
    let next = seen.next_expected_at.unwrap_or(now.plus_ms(TRACK_AGAIN_MS));
    track_at(desk, order, next.max(now.plus_ms(TRACK_AGAIN_MS_MIN)));
}

/// Asks where the parcel is when the carrier says that there is news, or before.
pub fn track_at(desk: &mut Desk<'_, '_>, order: OrderId, at: Timestamp) {
    let latest = desk.context.now().plus_ms(TRACK_AGAIN_MS_MAX);
    desk.wait(order, Due::Trade(at.min(latest)), Message::TrackDue { order });
}

fn hand_over(desk: &mut Desk<'_, '_>, shipment: &Shipment) {
    let order = shipment.fulfilment.order;
    let tracking = shipment.tracking.clone().unwrap_or_default();
    desk.turn.event(Event::HandedOver { order, tracking: tracking.clone() });
    desk.tell_stock(stock_keeper::Message::HandedOver { order, lines: shipment.units() });
    let letter = letter(&shipment.fulfilment, tracking.clone(), desk.context.now());
    desk.tell_orders(order_manager::Message::HandedOver { order, tracking });
    desk.turn.send(Address::Mailer, mailer::Message::Send(Arc::new(letter)));
}

/// Step 14: it is on its way.
fn letter(fulfilment: &Fulfilment, tracking: String, written_at: Timestamp) -> Letter {
    let line = |line: &OrderLine| LetterLine {
        title: line.title.clone(),
        quantity: line.quantity.units(),
        // the same product was part of the order's total, which was checked
        amount: line.unit_price.checked_times(line.quantity.units()).unwrap_or(line.unit_price),
    };
    Letter {
        kind: MailKind::Dispatched,
        order: fulfilment.order,
        to_address: fulfilment.customer.email.clone(),
        to_name: fulfilment.customer.name.clone(),
        link: Some(format!("/orders/{}?key={}", fulfilment.order, fulfilment.key)),
        lines: fulfilment.lines.iter().map(line).collect(),
        total: fulfilment.total,
        promised_on: None,
        tracking: Some(tracking),
        reason: None,
        written_at,
    }
}
