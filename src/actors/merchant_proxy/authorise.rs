//! From the intent to the answer: held, verified, declined or unknown.

use crate::actors::bank::{self, HoldAnswer, VerifyAnswer};
use crate::actors::order_manager::Message as ToOrders;
use crate::actors::{Context, Turn};
use crate::domain::{DeclineReason, Money, PaymentId, Timestamp};
use crate::planted::{self, Bug};

use super::decide::{tell_bank, tell_orders, timer, wait};
use super::ledger::Posting;
use super::payment::Payment;
use super::transitions::PaymentState;
use super::{Event, Kind, State, expiry, reverse};

/// Puts the attempt on record and asks the bank, in one turn.
pub fn begin(state: &State, payment: PaymentId, attempt: Payment, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    if state.payments.get(&payment).is_some() {
        // a repeat: the first is under way or answered
        return turn;
    }
    let order = attempt.order;
    let asked = match attempt.kind {
        Kind::Hold => attempt.amount,
        Kind::Verification => Money::zero(attempt.amount.currency),
    };
    ask_bank(&mut turn, payment, &attempt);
    let Payment { kind, token, amount, replaces, .. } = attempt;
    turn.event(Event::Intended { payment, order, kind, token, amount, replaces });
    turn.event(Event::AuthSent { payment, order, amount: asked });
    wait(&mut turn, order, payment, context.rules().payment_deadline_ms, context);
    turn
}

/// The same request under the same key, however often.
fn ask_bank(turn: &mut Turn, id: PaymentId, payment: &Payment) {
    let (order, token, amount) = (payment.order, payment.token.clone(), payment.amount);
    tell_bank(
        turn,
        match (payment.kind, payment.replaces) {
            (Kind::Hold, None) => bank::Message::ApproveHold { order, payment: id, token, amount },
            (Kind::Hold, Some(replaces)) => {
                bank::Message::RenewHold { order, payment: id, replaces, token, amount }
            }
            (Kind::Verification, _) => bank::Message::VerifyCard { order, payment: id, token, amount },
        },
    );
}

/// The deadline has passed: the outcome is unknown, and the bank is asked for it.
pub fn no_answer(id: PaymentId, payment: &Payment, context: &Context<'_>) -> Turn {
    if planted::is(Bug::SilenceIsDecline) {
        return declined(id, payment, DeclineReason::IssuerUnavailable);
    }
    let mut turn = Turn::nothing();
    turn.event(Event::Unknown { payment: id, order: payment.order });
    tell_orders(&mut turn, ToOrders::PaymentUnknown { order: payment.order, payment: id });
    ask_what_became(&mut turn, id, payment);
    wait(&mut turn, payment.order, id, context.rules().retry_ms(1), context);
    turn
}

pub fn ask_again(id: PaymentId, payment: &Payment, context: &Context<'_>) -> Turn {
    if payment.asks >= context.rules().payment_asks_max {
        return reverse::give_up(id, payment.order, Some(DeclineReason::IssuerUnavailable), context);
    }
    let mut turn = Turn::nothing();
    let asks = payment.asks + 1;
    turn.event(Event::AskedAgain { payment: id, asks });
    ask_what_became(&mut turn, id, payment);
    wait(&mut turn, payment.order, id, context.rules().retry_ms(asks), context);
    turn
}

fn ask_what_became(turn: &mut Turn, id: PaymentId, payment: &Payment) {
    let verification = payment.kind == Kind::Verification;
    tell_bank(turn, bank::Message::AskHold { order: payment.order, payment: id, verification });
}

pub fn hold_answered(
    state: &State,
    id: PaymentId,
    payment: &Payment,
    answer: &HoldAnswer,
    context: &Context<'_>,
) -> Turn {
    if payment.kind != Kind::Hold {
        // no hold was asked for under this key
        return Turn::nothing();
    }
    match answer {
        HoldAnswer::Held { approval, amount, capture_before } => {
            held(state, id, payment, *amount, approval, *capture_before, context)
        }
        HoldAnswer::Declined(reason) => declined(id, payment, *reason),
        HoldAnswer::UnknownToken => declined(id, payment, DeclineReason::UnknownCard),
        HoldAnswer::NeverSeen => never_seen(id, payment),
        // nobody could be told in time, and nothing is held any more
        HoldAnswer::Lapsed => declined(id, payment, DeclineReason::IssuerUnavailable),
    }
}

fn held(
    state: &State,
    id: PaymentId,
    payment: &Payment,
    amount: Money,
    approval: &str,
    capture_before: Timestamp,
    context: &Context<'_>,
) -> Turn {
    use PaymentState::*;
    let mut turn = Turn::nothing();
    let order = payment.order;
    match payment.state {
        AuthSent | Unknown => {}
        // it was given up: a hold that comes late is let go, never kept
        Reversing | Voiding | Voided | Declined | Abandoned | Expired => {
            tell_bank(&mut turn, bank::Message::ReleaseHold { order, payment: id });
            return turn;
        }
        // said before, and used
        _ => return turn,
    }
    let posting = match Posting::hold(amount) {
        Ok(posting) if amount == payment.amount => posting,
        // another amount than was asked for pays for no order: let it go
        _ => return reverse::give_up(id, payment.order, Some(DeclineReason::InsufficientFunds), context),
    };
    let approval = approval.to_owned();
    if let Some(old) = payment.replaces {
        expiry::replaced(&mut turn, state, old, id);
    }
    turn.event(Event::Authorised { payment: id, order, amount, approval, capture_before, posting });
    expiry::watch(&mut turn, order, id, capture_before, context);
    tell_orders(&mut turn, ToOrders::PaymentAuthorised { order, payment: id });
    turn
}

fn declined(id: PaymentId, payment: &Payment, reason: DeclineReason) -> Turn {
    let mut turn = Turn::nothing();
    let order = payment.order;
    if !waits_for_an_answer(payment) {
        // said before; or it is being reversed, and ends when the bank confirms that
        return turn;
    }
    turn.event(Event::Declined { payment: id, order, reason });
    turn.cancel_timer(timer(id));
    tell_orders(&mut turn, ToOrders::PaymentDeclined { order, payment: id, reason });
    turn
}

/// The request was lost: it is made again under the same key. The timer that asks goes on.
fn never_seen(id: PaymentId, payment: &Payment) -> Turn {
    let mut turn = Turn::nothing();
    if payment.state == PaymentState::Unknown {
        ask_bank(&mut turn, id, payment);
    }
    turn
}

pub fn verify_answered(id: PaymentId, payment: &Payment, answer: &VerifyAnswer) -> Turn {
    if payment.kind != Kind::Verification {
        // no verification was asked for under this key
        return Turn::nothing();
    }
    match answer {
        VerifyAnswer::Good { card } => verified(id, payment, card),
        VerifyAnswer::Declined(reason) => declined(id, payment, *reason),
        VerifyAnswer::UnknownToken => declined(id, payment, DeclineReason::UnknownCard),
        VerifyAnswer::NeverSeen => never_seen(id, payment),
    }
}

fn verified(id: PaymentId, payment: &Payment, card: &str) -> Turn {
    let mut turn = Turn::nothing();
    let order = payment.order;
    if !waits_for_an_answer(payment) {
        // said before, or given up: a verification holds nothing that would have to be let go
        return turn;
    }
    turn.event(Event::Verified { payment: id, order });
    turn.cancel_timer(timer(id));
    tell_orders(&mut turn, ToOrders::CardVerified { order, payment: id, card: card.to_owned() });
    turn
}

fn waits_for_an_answer(payment: &Payment) -> bool {
    matches!(payment.state, PaymentState::AuthSent | PaymentState::Unknown)
}
