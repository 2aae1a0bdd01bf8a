//! An order that its checkout refused is nobody's: a day later nothing is left of it, and its idempotency key is free.
//!
//! It is kept that long so that the same request again is told the same. Then the shelves are asked first, for they know
//! whether a case is open on it; what an operator has to look at stays.

use crate::actors::{OwnTimeline, Turn, merchant_proxy, stock_keeper};
use crate::domain::{OrderId, Timestamp};
use crate::planted::{self, Bug};
use crate::runtime::TimerId;

use super::{AnswerKind, AnswerState, AttemptState, Event, Message, Order, answers};

/// Real time, as clients live in it.
pub const REFUSAL_KEPT_MS: u64 = Timestamp::DAY_MS;

const TIMER_REFUSAL: u8 = 1;

/// Answers the checkout that there is no order, where it has not been answered; `false` where it has.
pub fn answer(turn: &mut Turn<'_>, id: OrderId, order: &Order, kind: AnswerKind) -> bool {
    let waited = answers::answer(turn, id, order, kind);
    if (waited && !planted::is(Bug::RefusalsKept)) || planted::is(Bug::PendingForgotten) {
        wait(turn, id);
    }
    waited
}

fn wait(turn: &mut Turn<'_>, id: OrderId) {
    let timer = TimerId { kind: TIMER_REFUSAL, of: id.number() };
    turn.timer(timer, turn.real_in(REFUSAL_KEPT_MS), Message::RefusalOver { order: id });
}

/// The day is over. What the bank still has to say is waited for, a day at a time: the merchant system ends it.
pub fn over(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    if !is_refused(order) {
        return;
    }
    if order.payments.iter().all(|payment| is_over(payment.state)) {
        turn.send(stock_keeper::Message::Forget { order: id });
    } else {
        wait(turn, id);
    }
}

/// The shelves have nothing of it any more.
pub fn forget(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    let timeline = turn.get::<OwnTimeline>(&id);
    let has_case = timeline.is_some_and(|timeline| timeline.0.read().has_case());
    if has_case || !is_refused(order) {
        return;
    }
    turn.record(Event::Forgotten { order: id, key: order.terms.bound_by });
    for payment in &order.payments {
        turn.send(merchant_proxy::Message::Forget { order: id, payment: payment.id });
    }
}

fn is_refused(order: &Order) -> bool {
    let was_refused = matches!(order.answer, AnswerState::Given(kind) if kind.is_refusal());
    let is_forgotten_too = planted::is(Bug::PendingForgotten) && order.answer.began_pending();
    order.state.is_end() && (was_refused || is_forgotten_too)
}

/// Nothing is held, nor will be. A verification never holds anything.
fn is_over(state: AttemptState) -> bool {
    use AttemptState::*;
    match state {
        Verified | Declined | Voided | Expired => true,
        Asked | Unknown | Authorised | Captured(_) | Settled(_) => false,
    }
}
