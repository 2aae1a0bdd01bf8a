//! Taking what is held, at hand-over.

use crate::actors::bank;
use crate::actors::order_manager::Message as ToOrders;
use crate::actors::{CaseText, Turn, case};
use crate::domain::{CaseKind, Money, PaymentId};

use super::Event;
use super::ledger::Posting;
use super::payment::Payment;
use super::waiting::{ask_once_more, timer, wait_for_answer};

pub fn begin(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    turn.record(Event::Capturing { payment: id });
    ask_bank(turn, id, payment);
    wait_for_answer(turn, id, payment.order);
}

/// Goods have left for which no money is held.
pub fn nothing_held(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    let wrong = format_args!("{id} was to be captured, but nothing is held");
    let text = CaseText::new(wrong, "take the payment by other means");
    case::open(turn, CaseKind::Capture, Some(payment.order), text);
}

fn ask_bank(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    let (order, amount) = (payment.order, payment.authorised);
    turn.send(bank::Message::CaptureHold { order, payment: id, amount });
}

/// The same capture under the same key.
pub fn capture_again(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, is_case: bool) {
    let why = |asks| {
        CaseText::new(
            format_args!("the bank has not confirmed the capture of {id} for {asks} times, and is asked on"),
            "find out from the bank why it does not answer, and whether it has the money",
        )
    };
    ask_bank(turn, id, payment);
    ask_once_more(turn, id, payment, is_case.then_some((CaseKind::Capture, why)));
}

pub fn captured(
    turn: &mut Turn<'_>,
    id: PaymentId,
    payment: &Payment,
    booked: (Money, Posting),
    short: bool,
) {
    let (order, held) = (payment.order, payment.authorised);
    let (amount, posting) = booked;
    turn.record(Event::Captured { payment: id, order, amount, posting });
    if short {
        let wrong = format_args!("the bank captured {amount} of {held}");
        let text = CaseText::new(wrong, "settle the rest with the customer");
        case::open(turn, CaseKind::Capture, Some(order), text);
    }
    turn.cancel_timer(timer(id));
    turn.send(ToOrders::PaymentCaptured { order, payment: id, amount });
}

pub fn unknown(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, why: &str) {
    let (order, text) = (payment.order, sentence(id, why));
    turn.record(Event::CaptureUnknown { payment: id, order, why: text.clone().into_string() });
    case::open_noted(turn, CaseKind::Capture, Some(order), text);
    turn.cancel_timer(timer(id));
}

pub fn still_unknown(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, why: &str) {
    case::open(turn, CaseKind::Capture, Some(payment.order), sentence(id, why));
    turn.cancel_timer(timer(id));
}

fn sentence(id: PaymentId, why: &str) -> CaseText {
    let wrong = format_args!("the capture of {id} is unknown, {why}");
    CaseText::new(wrong, "ask the bank what became of the money, and settle it by hand")
}
