//! Taking what is held, at the hand-over of each shipment.

use crate::actors::order_manager::Message as ToOrders;
use crate::actors::{CaseText, Turn, case};
use crate::domain::{CaptureId, CaseKind, Money};
use crate::partners::processor::port::Request;
use crate::planted::{self, Bug};

use super::capture_process::{Report, Step, next};
use super::ledger::Posting;
use super::payment::Payment;
use super::waiting::{answer_due, ask_again_due, capture_timer, overdue_timer, timer, wait_for_settlement};
use super::{CaptureState, Event, Message, expiry, processor, reverse};

/// A message about a capture: what follows of it.
pub fn reported(
    turn: &mut Turn<'_>,
    payment: &Payment,
    capture: CaptureId,
    report: Report,
    message: &Message,
) {
    match next(payment, capture, report, turn.rules().payment_asks_max) {
        Step::Wait => {}
        Step::Send => {
            if let Message::Capture { amount, is_last, .. } = message {
                begin(turn, payment, capture, *amount, *is_last);
            }
        }
        Step::AskAgain { case } => ask_again(turn, payment, capture, case),
        Step::Book { booked, short } => captured(turn, payment, capture, booked, short),
        Step::GiveToOperator(why) => give_to_operator(turn, payment, capture, &why),
        Step::OpenCase => not_held(turn, payment, capture),
        Step::Fail => too_late(turn, payment, capture),
    }
}

fn begin(turn: &mut Turn<'_>, payment: &Payment, capture: CaptureId, amount: Money, is_last: bool) {
    turn.record(Event::CaptureSent { capture, amount, is_last });
    ask(turn, payment, capture, amount, is_last);
    let order = payment.order;
    let due = answer_due(turn);
    turn.timer(capture_timer(capture), due, Message::CaptureDeadline { order, capture });
    if is_last {
        // the hold ends with it, or with its answer
        turn.cancel_timer(timer(capture.payment));
    }
}

fn ask(turn: &mut Turn<'_>, payment: &Payment, capture: CaptureId, amount: Money, is_last: bool) {
    processor::ask(turn, capture.payment, payment, Request::Capture { capture, amount, is_last });
}

/// Goods have left for which no money is held, or not so much.
fn not_held(turn: &mut Turn<'_>, payment: &Payment, capture: CaptureId) {
    let id = capture.payment;
    let wrong = match payment.is_held() {
        true => format!("more was to be captured of {id} than the {} that are held", payment.left()),
        false => format!("{id} was to be captured, but nothing is held"),
    };
    let text = CaseText::new(wrong, "take the payment by other means");
    case::open(turn, CaseKind::Capture, Some(payment.order), text);
}

/// The same capture under the same key.
fn ask_again(turn: &mut Turn<'_>, payment: &Payment, capture: CaptureId, is_case: bool) {
    let Some(known) = payment.capture(capture) else { return };
    let (order, asks) = (payment.order, known.asks.saturating_add(1));
    turn.record(match known.state {
        CaptureState::Sent => Event::CaptureUnknown { capture },
        _ => Event::CaptureAskedAgain { capture, asks },
    });
    ask(turn, payment, capture, known.amount, known.is_last);
    if is_case {
        let text = CaseText::new(
            format_args!(
                "the processor has not confirmed the capture of {} for {asks} times, and is asked on",
                capture.payment
            ),
            "find out from it why it does not answer, and whether it has the money",
        );
        case::open(turn, CaseKind::Capture, Some(order), text);
    }
    let due = ask_again_due(turn, asks);
    turn.timer(capture_timer(capture), due, Message::CaptureDeadline { order, capture });
}

fn captured(
    turn: &mut Turn<'_>,
    payment: &Payment,
    capture: CaptureId,
    booked: (Money, Posting),
    short: bool,
) {
    let Some(known) = payment.capture(capture) else { return };
    let (order, id, asked, is_last) = (payment.order, capture.payment, known.amount, known.is_last);
    let (amount, posting) = booked;
    turn.record(Event::Captured { capture, order, amount, posting });
    turn.cancel_timer(capture_timer(capture));
    wait_for_settlement(turn, capture, order);
    turn.send(ToOrders::PaymentCaptured { order, payment: id, amount });
    if short {
        let text = CaseText::new(
            format_args!("the processor captured {amount} of {asked}"),
            "settle the rest with the customer",
        );
        case::open(turn, CaseKind::Capture, Some(order), text);
    }
    let Some(after) = turn.get::<Payment>(&id).filter(|after| after.held().amount > 0) else { return };
    if is_last {
        reverse::void(turn, id, &after);
    } else {
        expiry::look_again(turn, id, &after);
    }
}

/// It says what cannot be: it is no longer asked.
fn give_to_operator(turn: &mut Turn<'_>, payment: &Payment, capture: CaptureId, why: &str) {
    let wrong = format_args!("the capture of {} is unknown, {why}", capture.payment);
    let text = CaseText::new(wrong, "ask the processor what became of the money, and settle it by hand");
    let order = payment.order;
    if payment.capture(capture).is_some_and(|known| known.state == CaptureState::Sent) {
        turn.record(Event::CaptureUnknown { capture });
    }
    turn.record(Event::CaptureUnclear { capture, order, why: text.clone().into_string() });
    case::open_noted(turn, CaseKind::Capture, Some(order), text);
    turn.cancel_timer(capture_timer(capture));
}

/// The issuer had let go: nothing was taken.
fn too_late(turn: &mut Turn<'_>, payment: &Payment, capture: CaptureId) {
    turn.record(Event::CaptureFailed { capture });
    turn.cancel_timer(capture_timer(capture));
    expiry::expired(turn, capture.payment, payment);
}

/// It was captured, and no settlement has its line.
pub fn overdue(turn: &mut Turn<'_>, payment: &Payment, capture: CaptureId) {
    let Some(known) = payment.capture(capture).filter(|known| known.state == CaptureState::Captured) else {
        return;
    };
    if planted::is(Bug::OverdueNotTold) {
        return;
    }
    let text = CaseText::new(
        format_args!(
            "the processor captured {} by {capture}, and has not paid it out for days",
            known.amount
        ),
        "ask the processor when it will",
    );
    case::open(turn, CaseKind::Settlement, Some(payment.order), text);
}

/// Its line stood in a settlement.
pub fn wait_no_more(turn: &mut Turn<'_>, capture: CaptureId) {
    turn.cancel_timer(overdue_timer(capture));
}
