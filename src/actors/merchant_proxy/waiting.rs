//! What a payment waits for.

use crate::actors::Turn;
use crate::domain::{OrderId, PaymentId};
use crate::runtime::TimerId;

use super::Message;

/// The one timer of a payment: whatever it waits for, it waits for one thing.
const TIMER_DEADLINE: u8 = 1;

pub fn timer(payment: PaymentId) -> TimerId {
    TimerId { kind: TIMER_DEADLINE, of: u128::from_be_bytes(payment.to_bytes()) }
}

/// Gives the bank its time to answer; then the payment's `Deadline` has come.
pub fn wait_for_answer(turn: &mut Turn<'_>, payment: PaymentId, order: OrderId) {
    let due = turn.real_in(turn.rules().payment_deadline_ms);
    turn.timer(timer(payment), due, Message::Deadline { order, payment });
}

/// The bank has been asked again so often: waits the longer before the next time.
pub fn wait_to_ask_again(turn: &mut Turn<'_>, payment: PaymentId, order: OrderId, asks: u32) {
    let due = turn.real_in(turn.rules().retry_ms(asks));
    turn.timer(timer(payment), due, Message::Deadline { order, payment });
}
