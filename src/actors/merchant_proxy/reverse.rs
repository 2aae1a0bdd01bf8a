//! Letting go: of what is held, and of what may be.

use crate::actors::bank;
use crate::actors::order_manager::Message as ToOrders;
use crate::actors::{CaseText, Turn};
use crate::domain::{CaseKind, DeclineReason, PaymentId};

use super::Event;
use super::ledger::Posting;
use super::payment::Payment;
use super::waiting::{ask_once_more, timer, wait_for_answer};

/// Reverses a payment whose outcome is not known, or not what was asked.
pub fn give_up(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, reverse_as: Option<DeclineReason>) {
    turn.record(Event::Reversing { payment: id, reverse_as });
    release(turn, id, payment);
}

/// The order manager wants nothing held.
pub fn void(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    turn.record(Event::Voiding { payment: id });
    release(turn, id, payment);
}

pub fn say_voided(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    turn.send(ToOrders::PaymentVoided { order: payment.order, payment: id });
}

fn release(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    ask_bank(turn, id, payment);
    wait_for_answer(turn, id, payment.order);
}

/// The bank lets go of whatever it holds.
pub fn ask_bank(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    turn.send(bank::Message::ReleaseHold { order: payment.order, payment: id });
}

/// Until the bank acknowledges.
pub fn release_again(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, is_case: bool) {
    let why = |asks| {
        CaseText::new(
            format_args!("the bank has not confirmed {asks} times that it let go of {id}, and is asked on"),
            "find out from the bank why it does not answer, and have it let go",
        )
    };
    ask_bank(turn, id, payment);
    ask_once_more(turn, id, payment, is_case.then_some((CaseKind::Payment, why)));
}

/// The bank says that nothing is held, nor will be.
pub fn released(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    let order = payment.order;
    // a verification and a reversal have nothing on the books
    let on_the_books = payment.authorised.amount > 0;
    let posting = on_the_books.then(|| Posting::void(payment.authorised)).and_then(Result::ok);
    turn.record(Event::Voided { payment: id, order, reversed_as: payment.reverse_as, posting });
    turn.cancel_timer(timer(id));
    turn.send(match payment.reverse_as {
        Some(reason) => ToOrders::PaymentDeclined { order, payment: id, reason },
        None => ToOrders::PaymentVoided { order, payment: id },
    });
}
