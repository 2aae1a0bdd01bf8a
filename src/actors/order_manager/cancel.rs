//! The customer cancels: at once while it is only on paper, through the warehouse once that has it, and
//! not at all when it has left.

use crate::actors::{Address, Context, Turn, warehouse};
use crate::domain::{CancelReason, OrderId, OrderState};
use crate::partners::mail::MailKind;
use crate::planted::{self, Bug};
use crate::runtime::RequestId;

use super::transitions::{Trigger, next};
use super::{
    Answer, AnswerKind, AnswerState, Claim, Event, Order, OrderView, Outcome, Reply, State, StopState,
    answers, letters, stock,
};

pub fn cancel(state: &State, id: OrderId, claim: &Claim, context: &mut Context<'_>) -> Turn {
    let opens = |order: &&Order| order.is_owned_by(claim) || planted::is(Bug::AnyKeyCancels);
    let Some(order) = state.orders.get(&id).filter(opens) else {
        return replied(context.request(), Reply::NoSuchOrder);
    };
    match next(order.state, Trigger::Cancel) {
        Ok(OrderState::Cancelled) => at_once(id, order, context),
        Ok(_) => through_the_warehouse(id, order, context),
        Err(refusal) if matches!(refusal.state, OrderState::Cancelled | OrderState::Declined) => {
            replied(context.request(), Reply::Order(Box::new(order.view(id))))
        }
        Err(_) if planted::is(Bug::LateCancelTaken) => through_the_warehouse(id, order, context),
        Err(_) => replied(context.request(), Reply::TooLate(Box::new(order.view(id)))),
    }
}

fn at_once(id: OrderId, order: &Order, context: &mut Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    turn.event(Event::Cancelled { order: id, reason: CancelReason::ByCustomer });
    stock::give_back(&mut turn, id, order);
    let view = cancelled(id, order, CancelReason::ByCustomer);
    answer_pending(&mut turn, id, order, &view);
    post(&mut turn, id, order, CancelReason::ByCustomer, context);
    reply(&mut turn, context.request(), Reply::Order(Box::new(view)));
    turn
}

/// Whoever waits for the checkout's answer is told that the order's page will tell.
pub fn answer_pending(turn: &mut Turn, id: OrderId, order: &Order, view: &OrderView) {
    let AnswerState::Waiting(request) = order.answer else { return };
    turn.event(Event::Answered { order: id, kind: AnswerKind::Pending });
    let answer = Answer { outcome: Outcome::Pending(Box::new(view.clone())), replayed: false };
    answers::tell(turn, order.buyer, order.bound_by, request, id, answer);
}

/// The first who asks waits for the warehouse; others meanwhile are told that it is being asked.
fn through_the_warehouse(id: OrderId, order: &Order, context: &mut Context<'_>) -> Turn {
    if matches!(order.stop, StopState::Asked(_) | StopState::ForPayment) {
        return replied(context.request(), Reply::CancelPending(Box::new(order.view(id))));
    }
    let mut turn = Turn::nothing();
    turn.event(Event::CancelAsked { order: id, request: context.request() });
    turn.send(Address::WarehouseActor, warehouse::Message::Stop { order: id });
    turn
}

/// It did not leave; the warehouse puts it back on the shelf.
pub fn stopped(id: OrderId, order: &Order, context: &mut Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    let reason = match order.stop {
        StopState::ForPayment => CancelReason::PaymentLapsed,
        StopState::Asked(_) | StopState::No | StopState::TooLate => CancelReason::ByCustomer,
    };
    turn.event(match reason {
        CancelReason::PaymentLapsed => Event::StoppedUnpaid { order: id },
        _ => Event::Stopped { order: id },
    });
    if !planted::is(Bug::StoppedKeepsHold) {
        stock::void(&mut turn, id, order);
    }
    post(&mut turn, id, order, reason, context);
    if let StopState::Asked(request) = order.stop {
        reply(&mut turn, request, Reply::Order(Box::new(cancelled(id, order, reason))));
    }
    turn
}

/// It leaves, or has left. What it is paid by was renewed all the while.
pub fn too_late(id: OrderId, order: &Order) -> Turn {
    let mut turn = Turn::nothing();
    match order.stop {
        // said already, and nobody asks any more
        StopState::No | StopState::TooLate => return turn,
        StopState::Asked(_) | StopState::ForPayment => turn.event(Event::TooLateToCancel { order: id }),
    }
    if let StopState::Asked(request) = order.stop {
        reply(&mut turn, request, Reply::TooLate(Box::new(order.view(id))));
    }
    turn
}

/// As it will be once this turn is applied.
pub fn cancelled(id: OrderId, order: &Order, reason: CancelReason) -> OrderView {
    let mut view = order.view(id);
    view.state = OrderState::Cancelled;
    view.cancel_reason = Some(reason);
    view
}

pub fn post(turn: &mut Turn, id: OrderId, order: &Order, reason: CancelReason, context: &Context<'_>) {
    letters::post(turn, id, order, MailKind::Cancelled, context, |letter| {
        letter.reason = Some(letters::why_cancelled(reason).to_owned());
    });
}

fn replied(request: Option<RequestId>, with: Reply) -> Turn {
    let mut turn = Turn::nothing();
    reply(&mut turn, request, with);
    turn
}

fn reply(turn: &mut Turn, request: Option<RequestId>, with: Reply) {
    if let Some(request) = request {
        turn.reply(request, with);
    }
}
