//! From the truck to the doorstep.

use std::sync::Arc;

use crate::actors::{CaseText, Turn, mailer, order_manager, stock_keeper};
use crate::domain::{OrderId, Timestamp};
use crate::partners::carrier::{TrackRequest, Tracking};
use crate::partners::mail::{AboutOrder, Letter, MailKind};
use crate::runtime::Due;

use super::waiting::{answered, refused_once_more, wait};
use super::{Event, Fulfilment, Message, Shipment, TrackParcel};

/// Where the carrier names no time, it is asked again after this long, in trade time.
const TRACK_AGAIN_MS: u64 = Timestamp::HOUR_MS;
/// It is never asked again sooner than this, in trade time.
const TRACK_AGAIN_MS_MIN: u64 = 60_000;
/// Nor later than this, whatever it says: a parcel is not forgotten.
const TRACK_AGAIN_MS_MAX: u64 = 7 * Timestamp::DAY_MS;

pub fn track(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment) {
    let (Some(tracking), Some(packed_at)) = (&shipment.tracking, shipment.packed_at) else { return };
    let request = TrackRequest {
        tracking: tracking.clone(),
        booking: shipment.booking(packed_at),
        asked_at: turn.now(),
    };
    turn.call(TrackParcel { order, request });
}

/// The carrier does not know it.
pub fn track_unknown(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment, why: &str) {
    refused_once_more(turn, shipment, || {
        CaseText::new(
            format_args!("the carrier does not know the parcel ({why})"),
            "call the carrier; it is asked again and again",
        )
    });
    let due = turn.trade_in(TRACK_AGAIN_MS);
    wait(turn, order, due, Message::TrackDue { order });
}

pub fn track_on(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment, seen: &Tracking) {
    answered(turn, shipment);
    let now = turn.now();
    let next = seen.next_expected_at.unwrap_or(now.plus_ms(TRACK_AGAIN_MS));
    track_at(turn, order, next.max(now.plus_ms(TRACK_AGAIN_MS_MIN)));
}

pub fn deliver(turn: &mut Turn<'_>, order: OrderId) {
    turn.record(Event::Delivered { order });
    turn.send(order_manager::Message::Delivered { order });
}

/// Asks where the parcel is when the carrier says that there is news, or before.
pub fn track_at(turn: &mut Turn<'_>, order: OrderId, at: Timestamp) {
    let latest = turn.now().plus_ms(TRACK_AGAIN_MS_MAX);
    wait(turn, order, Due::Trade(at.min(latest)), Message::TrackDue { order });
}

pub fn hand_over(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment) {
    let tracking = shipment.tracking.clone().unwrap_or_default();
    turn.record(Event::HandedOver { order, tracking: tracking.clone() });
    turn.send(stock_keeper::Message::HandedOver { order, lines: shipment.units() });
    let letter = letter(&shipment.fulfilment, tracking.clone(), turn.now());
    turn.send(order_manager::Message::HandedOver { order, tracking });
    turn.send(mailer::Message::Send(Arc::new(letter)));
}

/// Step 14: it is on its way.
fn letter(fulfilment: &Fulfilment, tracking: String, written_at: Timestamp) -> Letter {
    let Fulfilment { order, number, key, lines, totals, customer, shipping_address } = fulfilment;
    let about = AboutOrder {
        order: *order,
        number: *number,
        key: *key,
        customer,
        lines,
        totals: *totals,
        ship_to: shipping_address,
    };
    Letter { tracking: Some(tracking), ..about.letter(MailKind::Dispatched, written_at) }
}
