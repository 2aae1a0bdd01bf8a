//! From the intent to the answer: held, verified, declined or unknown.

use crate::actors::Turn;
use crate::actors::bank;
use crate::actors::order_manager::Message as ToOrders;
use crate::domain::{DeclineReason, Money, PaymentId};

use super::ledger::Posting;
use super::payment::Payment;
use super::process::Hold;
use super::waiting::{timer, wait_for_answer, wait_to_ask_again};
use super::{Event, Kind, expiry};

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
    turn.record(Event::Intended { payment, order, kind, token, amount, replaces });
    turn.record(Event::AuthSent { payment, order, amount: asked });
    wait_for_answer(turn, payment, order);
}

/// The same request under the same key, however often.
pub fn ask_bank(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
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
    turn.record(Event::Unknown { payment: id, order: payment.order });
    turn.send(ToOrders::PaymentUnknown { order: payment.order, payment: id });
    ask_what_became(turn, id, payment);
    wait_to_ask_again(turn, id, payment.order, 1);
}

pub fn ask_again(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    let asks = payment.asks + 1;
    turn.record(Event::AskedAgain { payment: id, asks });
    ask_what_became(turn, id, payment);
    wait_to_ask_again(turn, id, payment.order, asks);
}

fn ask_what_became(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    let verification = payment.kind == Kind::Verification;
    turn.send(bank::Message::QueryHold { order: payment.order, payment: id, verification });
}

pub fn held(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, hold: Hold<'_>, posting: Posting) {
    let order = payment.order;
    let Hold { amount, approval, capture_before, card } = hold;
    let approval = approval.to_owned();
    if let Some(old) = payment.replaces {
        expiry::replaced(turn, old, id);
    }
    turn.record(Event::Authorised { payment: id, order, amount, approval, capture_before, posting });
    expiry::watch(turn, id, order, capture_before);
    turn.send(match card {
        Some(card) => ToOrders::PaymentHeld { order, payment: id, card: card.to_owned() },
        None => ToOrders::PaymentAuthorised { order, payment: id },
    });
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
