//! A hold lasts for a window of time: its approach, its end, and one hold in the place of another.

use crate::actors::order_manager::Message as ToOrders;
use crate::actors::{Context, Turn};
use crate::domain::{Money, OrderId, PaymentId, Timestamp};
use crate::runtime::Due;

use super::decide::{tell_orders, timer};
use super::ledger::Posting;
use super::payment::Payment;
use super::transitions::PaymentState;
use super::{Event, Message, State};

/// The order manager is told when so much of the window is left, or a fifth of a short one: so that a parcel that is
/// still in the house is paid for when it leaves.
const ALERT_BEFORE_MS_MAX: u64 = Timestamp::DAY_MS;

/// Waits for the alert, in the trade's time; it takes the place of the payment's other timer.
pub fn watch(
    turn: &mut Turn,
    order: OrderId,
    payment: PaymentId,
    capture_before: Timestamp,
    context: &Context<'_>,
) {
    let window_ms = capture_before.0.saturating_sub(context.now().0);
    let alert = context.now().plus_ms(window_ms - ALERT_BEFORE_MS_MAX.min(window_ms / 5));
    turn.timer(timer(payment), Due::Trade(alert), Message::WindowDue { order, payment });
}

pub fn window_due(id: PaymentId, payment: &Payment, context: &Context<'_>) -> Turn {
    match (payment.state, payment.capture_before) {
        (PaymentState::Authorised, Some(end)) if context.now() < end => lapsing(id, payment.order, end),
        (PaymentState::Authorised, Some(_)) => expired(id, payment),
        // it was captured or voided while the timer rang
        _ => Turn::nothing(),
    }
}

fn lapsing(id: PaymentId, order: OrderId, capture_before: Timestamp) -> Turn {
    let mut turn = Turn::nothing();
    turn.event(Event::Lapsing { payment: id, order, capture_before });
    turn.timer(timer(id), Due::Trade(capture_before), Message::WindowDue { order, payment: id });
    tell_orders(&mut turn, ToOrders::PaymentLapsing { order, payment: id });
    turn
}

/// The issuer has let go: it is off the books, and the order needs another hold.
pub fn expired(id: PaymentId, payment: &Payment) -> Turn {
    let mut turn = Turn::nothing();
    let order = payment.order;
    let Some(event) = off_the_books(id, payment, None) else { return turn };
    turn.event(event);
    turn.cancel_timer(timer(id));
    tell_orders(&mut turn, ToOrders::PaymentExpired { order, payment: id });
    turn
}

/// In the turn that books the new hold: the bank let go of the old one when it granted it.
pub fn replaced(turn: &mut Turn, state: &State, old: PaymentId, by: PaymentId) {
    // one that has lapsed or is being voided has come, or comes, off the books by itself
    let row = state.payments.get(&old).filter(|row| row.is_held() && row.state == PaymentState::Authorised);
    if let Some(event) = row.and_then(|row| off_the_books(old, row, Some(by))) {
        turn.event(event);
        turn.cancel_timer(timer(old));
    }
}

/// `None` for an amount that could not have been booked.
fn off_the_books(id: PaymentId, payment: &Payment, replaced_by: Option<PaymentId>) -> Option<Event> {
    let amount: Money = payment.authorised;
    let posting = Posting::void(amount).ok()?;
    Some(Event::Expired { payment: id, order: payment.order, amount, replaced_by, posting })
}
