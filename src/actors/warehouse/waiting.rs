//! What a parcel waits for.

use crate::actors::{Turn, case};
use crate::domain::{CaseKind, OrderId};
use crate::planted::{self, Bug};
use crate::runtime::{Due, TimerId};

use super::{Event, Message, Shipment};

/// One timer for each parcel: whatever it waits for, it waits for one thing.
const NEXT: u8 = 1;

pub fn wait(turn: &mut Turn<'_>, order: OrderId, due: Due, message: Message) {
    turn.timer(timer_of(order), due, message);
}

pub fn stop_waiting(turn: &mut Turn<'_>, order: OrderId) {
    turn.cancel_timer(timer_of(order));
}

/// Not answered: once more after a while, with the same key.
pub fn again_later(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment, message: Message) {
    let attempt = shipment.unanswered.saturating_add(1);
    unanswered(turn, order, None);
    if planted::is(Bug::RetriesOnce) && attempt > 1 {
        return;
    }
    let due = turn.real_in(turn.rules().retry_ms(attempt));
    wait(turn, order, due, message);
}

/// The carrier's answer is of no use. `text`: what the operator has to know of it.
pub fn unanswered(turn: &mut Turn<'_>, order: OrderId, text: Option<String>) {
    turn.record(Event::Unanswered { order, case: text.clone() });
    if let Some(text) = text {
        case::keep(turn, CaseKind::Carrier, Some(order), text);
    }
}

fn timer_of(order: OrderId) -> TimerId {
    TimerId { kind: NEXT, of: order.number() }
}
