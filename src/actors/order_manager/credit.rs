//! What the stock keeper says of the word of a card that was only verified.

use crate::actors::Turn;
use crate::domain::OrderId;

use super::{Credit, Event, Order, process};

pub fn granted(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    answered(turn, id, order, Event::CreditGranted { order: id });
}

/// Too much stands so.
pub fn refused(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    answered(turn, id, order, Event::CreditRefused { order: id });
}

fn answered(turn: &mut Turn<'_>, id: OrderId, order: &Order, fact: Event) {
    if order.credit != Credit::Asked {
        return; // nobody asked, or it was answered before
    }
    turn.record(fact);
    process::go_on(turn, id);
}
