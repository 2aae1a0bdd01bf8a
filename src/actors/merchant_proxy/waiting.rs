//! What a payment and its parts wait for.

use crate::actors::{CaseText, Turn, case};
use crate::domain::{CaptureId, CaseKind, OrderId, PaymentId, RefundId, Timestamp};
use crate::runtime::{Due, TimerId};

use super::payment::{CAPTURES_MAX, Payment, REFUNDS_MAX};
use super::{Event, Message};

/// The one timer of an authorisation: whatever it waits for, it waits for one thing.
const TIMER_AUTHORISATION: u8 = 1;
/// With the number of the capture or refund. These are the payment's, so they differ by kind.
const TIMERS_CAPTURE: u8 = 32;
const TIMERS_OVERDUE: u8 = 64;
const TIMERS_REFUND: u8 = 128;
const _: () = assert!(TIMERS_CAPTURE + CAPTURES_MAX < TIMERS_OVERDUE);
const _: () = assert!(TIMERS_OVERDUE + CAPTURES_MAX < TIMERS_REFUND);
const _: () = assert!(REFUNDS_MAX < u8::MAX - TIMERS_REFUND);

/// What was captured on a day T is paid out by T + 5, or somebody has to ask why not.
const SETTLED_WITHIN_DAYS: u32 = 5;

pub fn timer(payment: PaymentId) -> TimerId {
    TimerId { kind: TIMER_AUTHORISATION, of: payment.number() }
}

pub fn capture_timer(capture: CaptureId) -> TimerId {
    TimerId { kind: TIMERS_CAPTURE.saturating_add(capture.no), of: capture.payment.number() }
}

pub fn overdue_timer(capture: CaptureId) -> TimerId {
    TimerId { kind: TIMERS_OVERDUE.saturating_add(capture.no), of: capture.payment.number() }
}

pub fn refund_timer(refund: RefundId) -> TimerId {
    TimerId { kind: TIMERS_REFUND.saturating_add(refund.no), of: refund.payment.number() }
}

/// Gives the processor its time to answer; then the payment's `Deadline` has come.
pub fn wait_for_answer(turn: &mut Turn<'_>, payment: PaymentId, order: OrderId) {
    let due = answer_due(turn);
    turn.timer(timer(payment), due, Message::Deadline { order, payment });
}

/// As [`wait_for_answer`], for what a part waits for.
pub fn answer_due(turn: &Turn<'_>) -> Due {
    turn.real_in(turn.rules().payment_deadline_ms)
}

/// The processor has been asked again so often: waits the longer before the next time.
pub fn ask_again_due(turn: &Turn<'_>, asks: u32) -> Due {
    turn.real_in(turn.rules().retry_ms(asks))
}

/// The processor is asked once more. It is a case, where it takes long: its text is given how often that makes.
pub fn ask_once_more(
    turn: &mut Turn<'_>,
    id: PaymentId,
    payment: &Payment,
    is_case: Option<(CaseKind, impl FnOnce(u32) -> CaseText)>,
) {
    let asks = payment.authorisation.asks.saturating_add(1);
    turn.record(Event::AskedAgain { payment: id, asks });
    if let Some((kind, why)) = is_case {
        case::open(turn, kind, Some(payment.order), why(asks));
    }
    wait_to_ask_again(turn, id, payment.order, asks);
}

pub fn wait_to_ask_again(turn: &mut Turn<'_>, payment: PaymentId, order: OrderId, asks: u32) {
    let due = ask_again_due(turn, asks);
    turn.timer(timer(payment), due, Message::Deadline { order, payment });
}

/// Its line is to stand in a settlement by then, in the trade's time: at the end of the day, and not before payouts are due at all.
pub fn wait_for_settlement(turn: &mut Turn<'_>, capture: CaptureId, order: OrderId) {
    let within = SETTLED_WITHIN_DAYS.max(turn.rules().settlement_days);
    let day: Timestamp = turn.now().date().plus_days(within + 1).start();
    turn.timer(overdue_timer(capture), Due::Trade(day), Message::SettlementOverdue { order, capture });
}
