//! From the intent to the answer: held, verified, declined or unknown.

use crate::actors::Turn;
use crate::actors::bank::{self, HoldAnswer, VerifyAnswer};
use crate::actors::order_manager::Message as ToOrders;
use crate::domain::{DeclineReason, Money, PaymentId, Timestamp};
use crate::planted::{self, Bug};

use super::ledger::Posting;
use super::payment::Payment;
use super::transitions::PaymentState;
use super::waiting::{timer, wait_for_answer, wait_to_ask_again};
use super::{Event, Kind, expiry, reverse};

/// Puts the attempt on record and asks the bank, in one turn.
pub fn begin(turn: &mut Turn<'_>, payment: PaymentId, attempt: Payment) {
    if turn.get::<Payment>(&payment).is_some() {
        // a repeat: the first is under way or answered
        return;
    }
    let order = attempt.order;
    let asked = match attempt.kind {
        Kind::Hold => attempt.amount,
        Kind::Verification => Money::zero(attempt.amount.currency),
    };
    ask_bank(turn, payment, &attempt);
    let Payment { kind, token, amount, replaces, .. } = attempt;
    turn.state(Event::Intended { payment, order, kind, token, amount, replaces });
    turn.state(Event::AuthSent { payment, order, amount: asked });
    wait_for_answer(turn, payment, order);
}

/// The same request under the same key, however often.
fn ask_bank(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    let (order, token, amount) = (payment.order, payment.token.clone(), payment.amount);
    turn.send(match (payment.kind, payment.replaces) {
        (Kind::Hold, None) => bank::Message::ApproveHold { order, payment: id, token, amount },
        (Kind::Hold, Some(replaces)) => {
            bank::Message::RenewHold { order, payment: id, replaces, token, amount }
        }
        (Kind::Verification, _) => bank::Message::VerifyCard { order, payment: id, token, amount },
    });
}

/// The deadline has passed: the outcome is unknown, and the bank is asked for it.
pub fn no_answer(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    if planted::is(Bug::SilenceIsDecline) {
        return declined(turn, id, payment, DeclineReason::IssuerUnavailable);
    }
    turn.state(Event::Unknown { payment: id, order: payment.order });
    turn.send(ToOrders::PaymentUnknown { order: payment.order, payment: id });
    ask_what_became(turn, id, payment);
    wait_to_ask_again(turn, id, payment.order, 1);
}

pub fn ask_again(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    if payment.asks >= turn.rules().payment_asks_max {
        return reverse::give_up(turn, id, payment, Some(DeclineReason::IssuerUnavailable));
    }
    let asks = payment.asks + 1;
    turn.state(Event::AskedAgain { payment: id, asks });
    ask_what_became(turn, id, payment);
    wait_to_ask_again(turn, id, payment.order, asks);
}

fn ask_what_became(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    let verification = payment.kind == Kind::Verification;
    turn.send(bank::Message::QueryHold { order: payment.order, payment: id, verification });
}

pub fn hold_answered(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, answer: &HoldAnswer) {
    if payment.kind != Kind::Hold {
        // no hold was asked for under this key
        return;
    }
    match answer {
        HoldAnswer::Held { approval, amount, capture_before } => {
            held(turn, id, payment, *amount, approval, *capture_before);
        }
        HoldAnswer::Declined(reason) => declined(turn, id, payment, *reason),
        HoldAnswer::UnknownToken => declined(turn, id, payment, DeclineReason::UnknownCard),
        HoldAnswer::NeverSeen => never_seen(turn, id, payment),
        // nobody could be told in time, and nothing is held any more
        HoldAnswer::Lapsed => declined(turn, id, payment, DeclineReason::IssuerUnavailable),
    }
}

fn held(
    turn: &mut Turn<'_>,
    id: PaymentId,
    payment: &Payment,
    amount: Money,
    approval: &str,
    capture_before: Timestamp,
) {
    use PaymentState::*;
    let order = payment.order;
    match payment.state {
        AuthSent | Unknown => {}
        // it was given up: a hold that comes late is let go, never kept
        Reversing | Voiding | Voided | Declined | Abandoned | Expired => {
            return turn.send(bank::Message::ReleaseHold { order, payment: id });
        }
        // said before, and used
        _ => return,
    }
    let posting = match Posting::hold(amount) {
        Ok(posting) if amount == payment.amount => posting,
        // another amount than was asked for pays for no order: let it go
        _ => return reverse::give_up(turn, id, payment, Some(DeclineReason::InsufficientFunds)),
    };
    let approval = approval.to_owned();
    if let Some(old) = payment.replaces {
        expiry::replaced(turn, old, id);
    }
    turn.state(Event::Authorised { payment: id, order, amount, approval, capture_before, posting });
    expiry::watch(turn, id, order, capture_before);
    turn.send(ToOrders::PaymentAuthorised { order, payment: id });
}

fn declined(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, reason: DeclineReason) {
    let order = payment.order;
    if !waits_for_an_answer(payment) {
        // said before; or it is being reversed, and ends when the bank confirms that
        return;
    }
    turn.state(Event::Declined { payment: id, order, reason });
    turn.cancel_timer(timer(id));
    turn.send(ToOrders::PaymentDeclined { order, payment: id, reason });
}

/// The request was lost: it is made again under the same key. The timer that asks goes on.
fn never_seen(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    if payment.state == PaymentState::Unknown {
        ask_bank(turn, id, payment);
    }
}

pub fn verify_answered(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, answer: &VerifyAnswer) {
    if payment.kind != Kind::Verification {
        // no verification was asked for under this key
        return;
    }
    match answer {
        VerifyAnswer::Good { card } => verified(turn, id, payment, card),
        VerifyAnswer::Declined(reason) => declined(turn, id, payment, *reason),
        VerifyAnswer::UnknownToken => declined(turn, id, payment, DeclineReason::UnknownCard),
        VerifyAnswer::NeverSeen => never_seen(turn, id, payment),
    }
}

fn verified(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, card: &str) {
    let order = payment.order;
    if !waits_for_an_answer(payment) {
        // said before, or given up: a verification holds nothing that would have to be let go
        return;
    }
    turn.state(Event::Verified { payment: id, order });
    turn.cancel_timer(timer(id));
    turn.send(ToOrders::CardVerified { order, payment: id, card: card.to_owned() });
}

fn waits_for_an_answer(payment: &Payment) -> bool {
    matches!(payment.state, PaymentState::AuthSent | PaymentState::Unknown)
}
