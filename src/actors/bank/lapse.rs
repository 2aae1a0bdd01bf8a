//! What is held is held for a window of time, and then no more.

use crate::actors::Turn;
use crate::domain::{OrderId, PaymentId, Timestamp};
use crate::runtime::{Due, TimerId};

use super::hold::{Hold, HoldState};
use super::{Event, Message};

const TIMER_WINDOW: u8 = 2;

/// Whether a hold can still be captured: until, and not at, the end of its window.
pub fn is_alive(turn: &Turn<'_>, capture_before: Timestamp) -> bool {
    turn.now() < capture_before
}

/// Waits for the end of the window, in the trade's time.
pub fn watch(turn: &mut Turn<'_>, payment: PaymentId, order: OrderId, capture_before: Timestamp) {
    turn.timer(timer(payment), Due::Trade(capture_before), Message::WindowOver { order, payment });
}

/// It was captured, released or replaced in time.
pub fn watch_no_more(turn: &mut Turn<'_>, payment: PaymentId) {
    turn.cancel_timer(timer(payment));
}

pub fn window_over(turn: &mut Turn<'_>, payment: PaymentId) {
    // where there is none, it ended while the timer rang
    let Some(hold) = turn.get::<Hold>(&payment) else { return };
    if is_over(turn, &hold) {
        lapse(turn, payment, &hold);
    }
}

/// Another hold takes its place; the timer of one that has lapsed has yet to ring.
pub fn replace(turn: &mut Turn<'_>, payment: PaymentId, hold: &Hold) {
    if is_over(turn, hold) {
        lapse(turn, payment, hold);
    } else {
        turn.record(Event::Released { payment, token: hold.token.clone(), held: hold.left() });
    }
    watch_no_more(turn, payment);
}

/// Whether money is still held beyond the window.
fn is_over(turn: &Turn<'_>, hold: &Hold) -> bool {
    matches!(hold.state, HoldState::Held { capture_before, .. } if !is_alive(turn, capture_before))
}

/// What was not taken is the cardholder's again.
pub fn lapse(turn: &mut Turn<'_>, payment: PaymentId, hold: &Hold) {
    turn.record(Event::Lapsed { payment, token: hold.token.clone(), held: hold.left() });
}

fn timer(payment: PaymentId) -> TimerId {
    TimerId { kind: TIMER_WINDOW, of: payment.number() }
}
