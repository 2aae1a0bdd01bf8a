//! From the intent to the answer: held, verified, declined or unknown.

use crate::actors::Turn;
use crate::actors::order_manager::Message as ToOrders;
use crate::domain::{DeclineReason, Money, PaymentId};
use crate::partners::processor::port::{Hold, Request};

use super::ledger::Posting;
use super::payment::Payment;
use super::waiting::{timer, wait_for_answer, wait_to_ask_again};
use super::{Event, Kind, expiry, processor};

/// Puts the attempt on record and asks the processor, in one turn.
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
    ask(turn, payment, &attempt);
    let Payment { via, kind, token, amount, authorisation, .. } = attempt;
    let replaces = authorisation.replaces;
    turn.record(Event::Intended { payment, order, via, kind, token, amount, replaces });
    turn.record(Event::Sent { payment, order, amount: asked });
    wait_for_answer(turn, payment, order);
}

/// The same request under the same key, however often.
pub fn ask(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    let (token, amount, replaces) = (payment.token.clone(), payment.amount, payment.authorisation.replaces);
    let request = match payment.kind {
        Kind::Hold => Request::Authorise { token, amount, replaces },
        Kind::Verification => Request::Verify { token, amount },
    };
    processor::ask(turn, id, payment, request);
}

/// The deadline has passed: the outcome is unknown, and the processor is asked for it.
pub fn no_answer(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    turn.record(Event::Unknown { payment: id, order: payment.order });
    turn.send(ToOrders::PaymentUnknown { order: payment.order, payment: id });
    ask_what_became(turn, id, payment);
    wait_to_ask_again(turn, id, payment.order, 1);
}

pub fn ask_again(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    let asks = payment.authorisation.asks + 1;
    turn.record(Event::AskedAgain { payment: id, asks });
    ask_what_became(turn, id, payment);
    wait_to_ask_again(turn, id, payment.order, asks);
}

fn ask_what_became(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    let verification = payment.kind == Kind::Verification;
    processor::ask(turn, id, payment, Request::Find { verification });
}

pub fn held(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, hold: &Hold, posting: Posting) {
    let order = payment.order;
    let Hold { amount, approval, capture_before, card } = hold.clone();
    if let Some(old) = payment.authorisation.replaces {
        expiry::replaced(turn, old, id);
    }
    turn.record(Event::Authorised { payment: id, order, amount, approval, capture_before, posting });
    expiry::watch(turn, id, order, capture_before);
    turn.send(ToOrders::PaymentHeld { order, payment: id, card });
}

pub fn declined(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, reason: DeclineReason) {
    let order = payment.order;
    turn.record(Event::Declined { payment: id, order, reason });
    turn.cancel_timer(timer(id));
    turn.send(ToOrders::PaymentDeclined { order, payment: id, reason });
}

pub fn verified(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, card: &str) {
    let order = payment.order;
    turn.record(Event::Verified { payment: id, order });
    turn.cancel_timer(timer(id));
    turn.send(ToOrders::CardVerified { order, payment: id, card: card.to_owned() });
}
