//! Letting go: of what is held, and of what may be.

use crate::actors::order_manager::Message as ToOrders;
use crate::actors::{CaseText, Turn};
use crate::domain::{CaseKind, DeclineReason, PaymentId};
use crate::partners::processor::port::Request;

use super::ledger::Posting;
use super::payment::Payment;
use super::waiting::{ask_once_more, timer, wait_for_answer};
use super::{Event, processor};

/// Reverses a payment whose outcome is not known, or not what was asked.
pub fn give_up(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, reverse_as: Option<DeclineReason>) {
    turn.record(Event::Reversing { payment: id, reverse_as });
    release(turn, id, payment);
}

/// The order manager wants nothing held, or the last capture has left something.
pub fn void(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    turn.record(Event::Voiding { payment: id });
    release(turn, id, payment);
}

pub fn say_voided(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    turn.send(ToOrders::PaymentVoided { order: payment.order, payment: id });
}

fn release(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    processor::ask(turn, id, payment, Request::Void);
    wait_for_answer(turn, id, payment.order);
}

/// Until the processor acknowledges.
pub fn release_again(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, is_case: bool) {
    let why = |asks| {
        CaseText::new(
            format_args!(
                "the processor has not confirmed {asks} times that it let go of {id}, and is asked on"
            ),
            "find out from it why it does not answer, and have it let go",
        )
    };
    processor::ask(turn, id, payment, Request::Void);
    ask_once_more(turn, id, payment, is_case.then_some((CaseKind::Payment, why)));
}

/// The processor says that nothing is held, nor will be. Who wanted a rest of it voided is the capture, which needs no answer.
pub fn released(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    let (order, reversed_as) = (payment.order, payment.authorisation.reverse_as);
    // a verification and a reversal have nothing on the books
    let held = payment.held();
    let posting = (held.amount > 0).then(|| Posting::void(held)).and_then(Result::ok);
    turn.record(Event::Voided { payment: id, order, reversed_as, posting });
    turn.cancel_timer(timer(id));
    if !payment.captures.is_empty() {
        return;
    }
    turn.send(match reversed_as {
        Some(reason) => ToOrders::PaymentDeclined { order, payment: id, reason },
        None => ToOrders::PaymentVoided { order, payment: id },
    });
}
