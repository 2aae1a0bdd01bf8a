//! What is held is held for a window of time, and then no more.

use crate::actors::{Context, Turn};
use crate::domain::{OrderId, PaymentId, Timestamp};
use crate::runtime::{Due, TimerId};

use super::hold::{Hold, HoldState};
use super::{Event, Message, State};

const TIMER_WINDOW: u8 = 2;

/// Whether a hold can still be captured: until, and not at, the end of its window.
pub(super) fn is_alive(capture_before: Timestamp, context: &Context<'_>) -> bool {
    context.now() < capture_before
}

/// Waits for the end of the window, in the trade's time.
pub(super) fn watch(turn: &mut Turn, order: OrderId, payment: PaymentId, capture_before: Timestamp) {
    turn.timer(timer(payment), Due::Trade(capture_before), Message::WindowOver { order, payment });
}

/// It was captured, released or replaced in time.
pub(super) fn watch_no_more(turn: &mut Turn, payment: PaymentId) {
    turn.cancel_timer(timer(payment));
}

pub(super) fn window_over(state: &State, payment: PaymentId, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    match state.holds.get(&payment) {
        Some(hold) if matches!(hold.state, HoldState::Held { capture_before, .. } if !is_alive(capture_before, context)) =>
        {
            lapse(&mut turn, payment, hold);
        }
        // it ended while the timer rang
        _ => {}
    }
    turn
}

/// Another hold takes its place; the timer of one that has lapsed has yet to ring.
pub(super) fn replace(turn: &mut Turn, payment: PaymentId, hold: &Hold, context: &Context<'_>) {
    match hold.state {
        HoldState::Held { capture_before, .. } if !is_alive(capture_before, context) => {
            lapse(turn, payment, hold);
        }
        _ => turn.event(Event::Released { payment, token: hold.token.clone(), held: hold.amount }),
    }
    watch_no_more(turn, payment);
}

/// The money is the cardholder's again.
pub(super) fn lapse(turn: &mut Turn, payment: PaymentId, hold: &Hold) {
    turn.event(Event::Lapsed { payment, token: hold.token.clone(), held: hold.amount });
}

fn timer(payment: PaymentId) -> TimerId {
    TimerId { kind: TIMER_WINDOW, of: u128::from_be_bytes(payment.to_bytes()) }
}
