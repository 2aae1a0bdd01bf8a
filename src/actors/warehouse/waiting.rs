//! What a parcel waits for.

use crate::actors::{CaseText, Turn, case};
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

/// Not answered: once more after a while, with the same key. After as many as the rules say the operator is told, once.
pub fn again_later(turn: &mut Turn<'_>, shipment: &Shipment, why: &str, message: Message) {
    let order = shipment.fulfilment.order;
    let attempt = shipment.unanswered.saturating_add(1);
    let text = (attempt == turn.rules().carrier_attempts_max).then(|| {
        CaseText::new(
            format_args!("the carrier has not answered for the parcel in {attempt} attempts ({why})"),
            "call the carrier; it is asked again and again",
        )
    });
    turn.record(Event::Unanswered { order, case: noted(&text) });
    tell(turn, order, text);
    if planted::is(Bug::RetriesOnce) && attempt > 1 {
        return;
    }
    let due = turn.real_in(turn.rules().retry_ms(attempt));
    wait(turn, order, due, message);
}

/// The carrier has answered, and will have nothing to do with the parcel. Of several in a row the operator is told once,
/// however many answers were lost between them.
pub fn refused_once_more(turn: &mut Turn<'_>, shipment: &Shipment, text: impl FnOnce() -> CaseText) {
    let order = shipment.fulfilment.order;
    let text = (!shipment.refused).then(text);
    turn.record(Event::Refused { order, case: noted(&text) });
    tell(turn, order, text);
}

/// The answer is of use, and nothing else is recorded of it: what comes after it is another trouble.
pub fn answered(turn: &mut Turn<'_>, shipment: &Shipment) {
    if shipment.unanswered > 0 || shipment.refused {
        turn.record(Event::Answered { order: shipment.fulfilment.order });
    }
}

fn noted(text: &Option<CaseText>) -> Option<String> {
    text.clone().map(CaseText::into_string)
}

fn tell(turn: &mut Turn<'_>, order: OrderId, text: Option<CaseText>) {
    if let Some(text) = text {
        case::open_noted(turn, CaseKind::Carrier, Some(order), text);
    }
}

fn timer_of(order: OrderId) -> TimerId {
    TimerId { kind: NEXT, of: order.number() }
}
