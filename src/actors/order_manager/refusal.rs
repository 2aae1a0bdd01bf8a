//! An order that its checkout refused is nobody's: a day later nothing is left of it, and its idempotency key is free.
//!
//! It is kept that long so that the same request again is told the same. Then the shelves are asked first, for they know
//! whether a case is open on it; what an operator has to look at stays.

use crate::actors::{Address, Context, OwnTimeline, Turn, merchant_proxy, stock_keeper};
use crate::domain::{OrderId, Timestamp};
use crate::planted::{self, Bug};
use crate::runtime::{Table, TimerId};

use super::{AnswerKind, AnswerState, Event, Message, Order, PaymentState, answers};

/// Real time, as clients live in it.
pub const REFUSAL_KEPT_MS: u64 = Timestamp::DAY_MS;

const TIMER_REFUSAL: u8 = 1;

/// Answers the checkout that there is no order, where it has not been answered; `false` where it has.
pub fn answer(turn: &mut Turn, id: OrderId, order: &Order, kind: AnswerKind, context: &Context<'_>) -> bool {
    let waited = answers::answer(turn, id, order, kind);
    if (waited && !planted::is(Bug::RefusalsKept)) || planted::is(Bug::PendingForgotten) {
        wait(turn, id, context);
    }
    waited
}

fn wait(turn: &mut Turn, id: OrderId, context: &Context<'_>) {
    let timer = TimerId { kind: TIMER_REFUSAL, of: id.number() };
    turn.timer(timer, context.real_in(REFUSAL_KEPT_MS), Message::RefusalOver { order: id });
}

/// The day is over. What the bank still has to say is waited for, a day at a time: the merchant system ends it.
pub fn over(id: OrderId, order: &Order, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    if !is_refused(order) {
        return turn;
    }
    if order.payments.iter().all(|payment| is_over(payment.state)) {
        turn.send(Address::StockKeeper, stock_keeper::Message::Forget { order: id });
    } else {
        wait(&mut turn, id, context);
    }
    turn
}

/// The shelves have nothing of it any more.
pub fn forget(id: OrderId, order: &Order, timelines: &Table<OwnTimeline>) -> Turn {
    let mut turn = Turn::nothing();
    let has_case = timelines.get(&id).is_some_and(|OwnTimeline(part)| part.read().has_case());
    if has_case || !is_refused(order) {
        return turn;
    }
    turn.event(Event::Forgotten { order: id, key: order.bound_by });
    for payment in &order.payments {
        let message = merchant_proxy::Message::Forget { order: id, payment: payment.id };
        turn.send(Address::MerchantProxy, message);
    }
    turn
}

fn is_refused(order: &Order) -> bool {
    match order.answer {
        AnswerState::Given(AnswerKind::Pending) if planted::is(Bug::PendingForgotten) => order.state.is_end(),
        AnswerState::Given(kind) => order.state.is_end() && kind.is_refusal(),
        AnswerState::Waiting(_) => false,
    }
}

/// Nothing is held, nor will be. A verification never holds anything.
fn is_over(state: PaymentState) -> bool {
    use PaymentState::*;
    match state {
        Verified | Declined | Voided | Expired => true,
        Asked | Unknown | Authorised | Captured | Settled => false,
    }
}
