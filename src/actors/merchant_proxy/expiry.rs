//! A hold lasts for a window of time: its approach, its end, and one hold in the place of another.

use crate::actors::Turn;
use crate::actors::order_manager::Message as ToOrders;
use crate::domain::{Money, OrderId, PaymentId, Timestamp};
use crate::runtime::Due;

use super::ledger::Posting;
use super::payment::Payment;
use super::waiting::timer;
use super::{AuthorisationState, Event, Message};

/// The order manager is told when so much of the window is left, or a fifth of a short one: so that a parcel that is
/// still in the house is paid for when it leaves.
const ALERT_BEFORE_MS_MAX: u64 = Timestamp::DAY_MS;

/// Waits for the alert, in the trade's time; it takes the place of the payment's other timer.
pub fn watch(turn: &mut Turn<'_>, payment: PaymentId, order: OrderId, capture_before: Timestamp) {
    let window_ms = capture_before.0.saturating_sub(turn.now().0);
    let alert = turn.trade_in(window_ms - ALERT_BEFORE_MS_MAX.min(window_ms / 5));
    turn.timer(timer(payment), alert, Message::WindowDue { order, payment });
}

pub fn lapsing(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, capture_before: Timestamp) {
    let order = payment.order;
    turn.record(Event::Lapsing { payment: id, order, capture_before });
    turn.timer(timer(id), Due::Trade(capture_before), Message::WindowDue { order, payment: id });
    turn.send(ToOrders::PaymentLapsing { order, payment: id });
}

/// What is left after a capture: its end may have come while that was waited for.
pub fn look_again(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    let is_over = payment.authorisation.capture_before.is_some_and(|end| turn.now() >= end);
    let is_being_taken = payment.captures.iter().any(|capture| capture.is_in_flight());
    if is_over && !is_being_taken {
        expired(turn, id, payment);
    }
}

/// The issuer has let go: it is off the books, and the order needs another hold.
pub fn expired(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    let order = payment.order;
    let Some(event) = off_the_books(id, payment, None) else { return };
    turn.record(event);
    turn.cancel_timer(timer(id));
    turn.send(ToOrders::PaymentExpired { order, payment: id });
}

/// In the turn that books the new hold: the processor let go of the old one when it granted it.
pub fn replaced(turn: &mut Turn<'_>, old: PaymentId, by: PaymentId) {
    let row = turn.get::<Payment>(&old);
    // one that has lapsed or is being voided has come, or comes, off the books by itself
    let row = row.filter(|row| {
        row.is_held() && row.state() == AuthorisationState::Authorised && row.captures.is_empty()
    });
    if let Some(event) = row.and_then(|row| off_the_books(old, &row, Some(by))) {
        turn.record(event);
        turn.cancel_timer(timer(old));
    }
}

/// `None` for an amount that could not have been booked.
fn off_the_books(id: PaymentId, payment: &Payment, replaced_by: Option<PaymentId>) -> Option<Event> {
    let amount: Money = payment.held();
    let posting = Posting::void(amount).ok()?;
    Some(Event::Expired { payment: id, order: payment.order, amount, replaced_by, posting })
}
