//! The time for which an order waits for another card, by the real clock.

use crate::actors::Turn;
use crate::domain::{OrderId, PaymentId, Timestamp};
use crate::runtime::{Due, TimerId};

use super::{Message, Order};

const TIMER_CARD: u8 = 2;

fn timer(id: OrderId) -> TimerId {
    TimerId { kind: TIMER_CARD, of: id.number() }
}

/// From the decline of this payment on; it takes the place of any before.
pub fn begin(turn: &mut Turn<'_>, id: OrderId, payment: PaymentId, until: Timestamp) {
    turn.timer(timer(id), Due::Real(until), Message::CardTimeOver { order: id, payment });
}

/// Another card is being asked.
pub fn stop(turn: &mut Turn<'_>, id: OrderId) {
    turn.cancel_timer(timer(id));
}

/// It ends otherwise.
pub fn stop_if_it_waits(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    if order.waits_for_card().is_some() {
        stop(turn, id);
    }
}
