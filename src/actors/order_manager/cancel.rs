//! The customer cancels: at once while it is only on paper, through the warehouse once that has it, and
//! not at all when it has left.

use crate::actors::{Turn, warehouse};
use crate::domain::{CancelReason, OrderId, OrderState};
use crate::planted::{self, Bug};

use super::transitions::{Trigger, next};
use super::{Cancel, CancelReply, Event, Order, StopState, ending};

pub fn cancel(turn: &mut Turn<'_>, question: &Cancel) {
    let id = question.order;
    let opens = |order: &Order| order.is_owned_by(&question.claim) || planted::is(Bug::AnyKeyCancels);
    let Some(order) = turn.get::<Order>(&id).filter(|order| opens(order)) else {
        return turn.answer(question, CancelReply::NoSuchOrder);
    };
    match next(order.state, Trigger::Cancel) {
        Ok(OrderState::Cancelled) => at_once(turn, id, &order, question),
        Ok(_) => through_the_warehouse(turn, id, &order, question),
        Err(_) if matches!(order.state, OrderState::Cancelled | OrderState::Declined) => {
            turn.answer(question, CancelReply::Cancelled(Box::new(order.view(id))));
        }
        Err(_) if planted::is(Bug::LateCancelTaken) => through_the_warehouse(turn, id, &order, question),
        Err(_) => turn.answer(question, CancelReply::TooLate(Box::new(order.view(id)))),
    }
}

fn at_once(turn: &mut Turn<'_>, id: OrderId, order: &Order, question: &Cancel) {
    let reason = CancelReason::ByCustomer;
    ending::cancel(turn, id, order, reason);
    turn.answer(question, CancelReply::Cancelled(Box::new(ending::page(id, order, reason))));
}

/// The first who asks waits for the warehouse; others meanwhile are told that it is being asked.
fn through_the_warehouse(turn: &mut Turn<'_>, id: OrderId, order: &Order, question: &Cancel) {
    if matches!(order.stop, StopState::ByCustomer(_) | StopState::Unpaid) {
        return turn.answer(question, CancelReply::Pending(Box::new(order.view(id))));
    }
    let owed = turn.answer_later(question);
    turn.record(Event::CancelAsked { order: id, owed });
    turn.send(warehouse::Message::Stop { order: id });
}
