//! What a payment waits for.

use crate::actors::{CaseText, Turn, case};
use crate::domain::{CaseKind, OrderId, PaymentId};
use crate::runtime::TimerId;

use super::payment::Payment;
use super::{Event, Message};

/// The one timer of a payment: whatever it waits for, it waits for one thing.
const TIMER_DEADLINE: u8 = 1;

pub fn timer(payment: PaymentId) -> TimerId {
    TimerId { kind: TIMER_DEADLINE, of: payment.number() }
}

/// Gives the bank its time to answer; then the payment's `Deadline` has come.
pub fn wait_for_answer(turn: &mut Turn<'_>, payment: PaymentId, order: OrderId) {
    let due = turn.real_in(turn.rules().payment_deadline_ms);
    turn.timer(timer(payment), due, Message::Deadline { order, payment });
}

/// The bank is asked once more. It is a case, where it takes long: its text is given how often that makes.
pub fn ask_once_more(
    turn: &mut Turn<'_>,
    id: PaymentId,
    payment: &Payment,
    is_case: Option<(CaseKind, impl FnOnce(u32) -> CaseText)>,
) {
    let asks = payment.asks.saturating_add(1);
    turn.record(Event::AskedAgain { payment: id, asks });
    if let Some((kind, why)) = is_case {
        case::open(turn, kind, Some(payment.order), why(asks));
    }
    wait_to_ask_again(turn, id, payment.order, asks);
}

/// The bank has been asked again so often: waits the longer before the next time.
pub fn wait_to_ask_again(turn: &mut Turn<'_>, payment: PaymentId, order: OrderId, asks: u32) {
    let due = turn.real_in(turn.rules().retry_ms(asks));
    turn.timer(timer(payment), due, Message::Deadline { order, payment });
}
