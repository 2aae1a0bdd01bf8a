//! Taking what is held, at hand-over.

use crate::actors::bank::{self, CaptureAnswer};
use crate::actors::order_manager::Message as ToOrders;
use crate::actors::{Case, Context, Turn};
use crate::domain::{Money, PaymentId};
use crate::planted::{self, Bug};

use super::decide::{tell_bank, tell_orders, timer, wait};
use super::ledger::Posting;
use super::payment::Payment;
use super::transitions::PaymentState;
use super::{Event, Kind, expiry};

pub fn begin(id: PaymentId, payment: &Payment, context: &Context<'_>) -> Turn {
    use PaymentState::*;
    let mut turn = Turn::nothing();
    match payment.state {
        Authorised if payment.kind == Kind::Hold => {
            turn.event(Event::Capturing { payment: id });
            ask_bank(&mut turn, id, payment);
            wait(&mut turn, payment.order, id, context.rules().payment_deadline_ms, context);
        }
        // a repeat: it is under way, or done
        Capturing | CaptureUnknown | Captured | Settled | Refunding | Refunded | RefundFailed | Disputed
        | Won | Lost => {}
        // goods have left for which no money is held: no one is to find out by chance
        _ => {
            let why =
                format!("{id} was to be captured, but nothing is held: take the payment by other means");
            turn.event(Case { order: payment.order, why });
        }
    }
    turn
}

fn ask_bank(turn: &mut Turn, id: PaymentId, payment: &Payment) {
    let (order, amount) = (payment.order, payment.authorised);
    tell_bank(turn, bank::Message::CaptureHold { order, payment: id, amount });
}

/// The same capture under the same key; the operator hears of one that takes long.
pub fn capture_again(id: PaymentId, payment: &Payment, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    let asks = payment.asks.saturating_add(1);
    turn.event(Event::AskedAgain { payment: id, asks });
    if asks == context.rules().payment_asks_max {
        let why =
            format!("the bank has not confirmed the capture of {id} for {asks} times: it is being asked on");
        turn.event(Case { order: payment.order, why });
    }
    ask_bank(&mut turn, id, payment);
    wait(&mut turn, payment.order, id, context.rules().retry_ms(asks), context);
    turn
}

pub fn answered(id: PaymentId, payment: &Payment, answer: &CaptureAnswer) -> Turn {
    match payment.state {
        PaymentState::Capturing => {}
        PaymentState::CaptureUnknown if matches!(answer, CaptureAnswer::Captured { .. }) => {}
        PaymentState::Captured | PaymentState::Settled if planted::is(Bug::CaptureBookedAgain) => {}
        // said before: a capture that was repeated is acknowledged twice
        _ => return Turn::nothing(),
    }
    match answer {
        CaptureAnswer::Captured { amount } => captured(id, payment, *amount),
        // it came too late: nothing was taken, and nothing is held to be taken
        CaptureAnswer::Lapsed => expiry::expired(id, payment),
        CaptureAnswer::NoHold => {
            let why = "the bank holds nothing under this key: ask it what became of the money";
            unknown(id, payment, why.to_owned())
        }
    }
}

fn captured(id: PaymentId, payment: &Payment, amount: Money) -> Turn {
    let order = payment.order;
    let held = payment.authorised;
    let within = amount.currency == held.currency && amount.amount <= held.amount;
    let posting = match Posting::capture(held, amount) {
        Ok(posting) if within => posting,
        _ => return unknown(id, payment, format!("the bank captured {amount} of {held}: settle it by hand")),
    };
    let mut turn = Turn::nothing();
    turn.event(Event::Captured { payment: id, order, amount, posting });
    if amount != held {
        let why = format!("the bank captured {amount} of {held}: settle the rest with the customer");
        turn.event(Case { order, why });
    }
    turn.cancel_timer(timer(id));
    tell_orders(&mut turn, ToOrders::PaymentCaptured { order, payment: id });
    turn
}

fn unknown(id: PaymentId, payment: &Payment, why: String) -> Turn {
    let mut turn = Turn::nothing();
    let order = payment.order;
    let why = format!("the capture of {id} is unknown: {why}");
    match payment.state {
        PaymentState::CaptureUnknown => turn.event(Case { order, why }),
        _ => turn.event(Event::CaptureUnknown { payment: id, order, why }),
    }
    turn.cancel_timer(timer(id));
    turn
}
