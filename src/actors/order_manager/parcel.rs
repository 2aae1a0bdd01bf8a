//! Steps 13 and 15: what the warehouse says of the parcel, and whether it could be stopped.

use crate::actors::{Turn, stock_keeper};
use crate::domain::OrderId;

use super::{CancelReply, Event, Order, StopState, ending, letters, process};

/// The truck has it: what was ordered in for it has found its buyer.
pub fn handed_over(turn: &mut Turn<'_>, id: OrderId, order: &Order, tracking: &str) {
    turn.record(Event::HandedOver { order: id, tracking: tracking.to_owned() });
    if order.is_on_credit() {
        turn.record(Event::CreditEnded { order: id });
        turn.send(stock_keeper::Message::EndCredit { order: id });
    }
    process::go_on(turn, id);
}

pub fn delivered(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    turn.record(Event::Delivered { order: id });
    letters::delivered(turn, id, order);
    process::go_on(turn, id);
}

/// It did not leave.
pub fn stopped(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    ending::stop(turn, id, order);
}

/// It leaves, or has left. What it is paid by was renewed all the while.
pub fn too_late(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    match order.stop {
        // said already, and nobody asks any more
        StopState::No | StopState::TooLate => return,
        StopState::ByCustomer(_) | StopState::Unpaid => turn.record(Event::TooLateToCancel { order: id }),
    }
    if let StopState::ByCustomer(Some(owed)) = order.stop {
        turn.answer_owed(owed, CancelReply::TooLate(Box::new(order.view(id))));
    }
    process::go_on(turn, id);
}
