use crate::actors::{Address, Context, Turn, bank, order_manager};
use crate::domain::{OrderId, PaymentId};
use crate::runtime::{Keys, TimerId};

use super::payment::Payment;
use super::transitions::PaymentState;
use super::{Event, Kind, Message, State, authorise, capture, expiry, reverse, settlement};

/// The one timer of a payment: whatever it waits for, it waits for one thing.
const TIMER_DEADLINE: u8 = 1;

pub fn touches(state: &State, message: &Message, keys: &mut Keys) {
    match message {
        Message::HoldAnswered { payment, .. } => {
            keys.add::<Payment>(payment);
            let replaces = state.payments.peek(payment).and_then(|row| row.replaces);
            replaces.iter().for_each(|replaces| keys.add::<Payment>(replaces));
        }
        Message::Settlement(file) => {
            for line in &file.lines {
                keys.add::<Payment>(&line.payment);
            }
        }
        about_one => about_one.payment().iter().for_each(|payment| keys.add::<Payment>(payment)),
    }
}

pub fn decide(state: &State, message: &Message, context: &mut Context<'_>) -> Turn {
    match message {
        Message::Authorise { order, payment, token, amount } => {
            let attempt = Payment::intended(*order, Kind::Hold, token.clone(), *amount);
            authorise::begin(state, *payment, attempt, context)
        }
        Message::Verify { order, payment, token, amount } => {
            let attempt = Payment::intended(*order, Kind::Verification, token.clone(), *amount);
            authorise::begin(state, *payment, attempt, context)
        }
        Message::Renew { order, payment, replaces, token, amount } => {
            let attempt = Payment::intended(*order, Kind::Hold, token.clone(), *amount);
            let attempt = Payment { replaces: Some(*replaces), ..attempt };
            authorise::begin(state, *payment, attempt, context)
        }
        Message::Settlement(file) => settlement::settle(state, file),
        about_one => {
            let about = about_one.payment().and_then(|id| Some((id, state.payments.get(&id)?)));
            // nobody can name a payment before its `Authorise` or `Verify`: they travel the same way, in order
            let Some((id, payment)) = about else { return Turn::nothing() };
            decide_on(state, id, payment, about_one, context)
        }
    }
}

fn decide_on(
    state: &State,
    id: PaymentId,
    payment: &Payment,
    message: &Message,
    context: &Context<'_>,
) -> Turn {
    match message {
        Message::Capture { .. } => capture::begin(id, payment, context),
        Message::Void { .. } => reverse::void(id, payment, context),
        Message::HoldAnswered { answer, .. } => authorise::hold_answered(state, id, payment, answer, context),
        Message::VerifyAnswered { answer, .. } => authorise::verify_answered(id, payment, answer),
        Message::CaptureAnswered { answer, .. } => capture::answered(id, payment, answer),
        Message::Released { .. } => reverse::released(id, payment),
        Message::Deadline { .. } => deadline(id, payment, context),
        Message::WindowDue { .. } => expiry::window_due(id, payment, context),
        Message::Forget { .. } => forget(id, payment),
        Message::Authorise { .. }
        | Message::Verify { .. }
        | Message::Renew { .. }
        | Message::Settlement(_) => Turn::nothing(),
    }
}

fn deadline(id: PaymentId, payment: &Payment, context: &Context<'_>) -> Turn {
    match payment.state {
        PaymentState::AuthSent => authorise::no_answer(id, payment, context),
        PaymentState::Unknown => authorise::ask_again(id, payment, context),
        PaymentState::Reversing | PaymentState::Voiding => reverse::release_again(id, payment, context),
        PaymentState::Capturing => capture::capture_again(id, payment, context),
        // the timer rang while the answer was being handled: nothing is waited for any more
        _ => Turn::nothing(),
    }
}

/// A payment that may hold something, or has, is kept.
fn forget(id: PaymentId, payment: &Payment) -> Turn {
    let mut turn = Turn::nothing();
    if payment.is_nothing() {
        turn.event(Event::Forgotten { payment: id });
        tell_bank(&mut turn, bank::Message::Forget { order: payment.order, payment: id });
    }
    turn
}

pub(super) fn timer(payment: PaymentId) -> TimerId {
    TimerId { kind: TIMER_DEADLINE, of: u128::from_be_bytes(payment.to_bytes()) }
}

/// Waits for the bank for this many real milliseconds.
pub(super) fn wait(turn: &mut Turn, order: OrderId, payment: PaymentId, ms: u64, context: &Context<'_>) {
    turn.timer(timer(payment), context.real_in(ms), Message::Deadline { order, payment });
}

pub(super) fn tell_bank(turn: &mut Turn, message: bank::Message) {
    turn.send(Address::BankActor, message);
}

pub(super) fn tell_orders(turn: &mut Turn, message: order_manager::Message) {
    turn.send(Address::OrderManager, message);
}
