//! Taking what is held, at hand-over.

use crate::actors::bank::{self, CaptureAnswer};
use crate::actors::order_manager::Message as ToOrders;
use crate::actors::{Case, Turn};
use crate::domain::{Money, PaymentId};
use crate::planted::{self, Bug};

use super::ledger::Posting;
use super::payment::Payment;
use super::transitions::PaymentState;
use super::waiting::{timer, wait_for_answer, wait_to_ask_again};
use super::{Event, Kind, expiry};

pub fn begin(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    use PaymentState::*;
    match payment.state {
        Authorised if payment.kind == Kind::Hold => {
            turn.state(Event::Capturing { payment: id });
            ask_bank(turn, id, payment);
            wait_for_answer(turn, id, payment.order);
        }
        // a repeat: it is under way, or done
        Capturing | CaptureUnknown | Captured | Settled | Refunding | Refunded | RefundFailed | Disputed
        | Won | Lost => {}
        // goods have left for which no money is held: no one is to find out by chance
        _ => {
            let why =
                format!("{id} was to be captured, but nothing is held: take the payment by other means");
            turn.state(Case { order: payment.order, why });
        }
    }
}

fn ask_bank(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    let (order, amount) = (payment.order, payment.authorised);
    turn.send(bank::Message::CaptureHold { order, payment: id, amount });
}

/// The same capture under the same key; the operator hears of one that takes long.
pub fn capture_again(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    let asks = payment.asks.saturating_add(1);
    turn.state(Event::AskedAgain { payment: id, asks });
    if asks == turn.rules().payment_asks_max {
        let why =
            format!("the bank has not confirmed the capture of {id} for {asks} times: it is being asked on");
        turn.state(Case { order: payment.order, why });
    }
    ask_bank(turn, id, payment);
    wait_to_ask_again(turn, id, payment.order, asks);
}

pub fn answered(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, answer: &CaptureAnswer) {
    match payment.state {
        PaymentState::Capturing => {}
        PaymentState::CaptureUnknown if matches!(answer, CaptureAnswer::Captured { .. }) => {}
        PaymentState::Captured | PaymentState::Settled if planted::is(Bug::CaptureBookedAgain) => {}
        // said before: a capture that was repeated is acknowledged twice
        _ => return,
    }
    match answer {
        CaptureAnswer::Captured { amount } => captured(turn, id, payment, *amount),
        // it came too late: nothing was taken, and nothing is held to be taken
        CaptureAnswer::Lapsed => expiry::expired(turn, id, payment),
        CaptureAnswer::NoHold => {
            let why = "the bank holds nothing under this key: ask it what became of the money";
            unknown(turn, id, payment, why);
        }
    }
}

fn captured(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, amount: Money) {
    let order = payment.order;
    let held = payment.authorised;
    let within = amount.currency == held.currency && amount.amount <= held.amount;
    let posting = match Posting::capture(held, amount) {
        Ok(posting) if within => posting,
        _ => {
            let why = format!("the bank captured {amount} of {held}: settle it by hand");
            return unknown(turn, id, payment, &why);
        }
    };
    turn.state(Event::Captured { payment: id, order, amount, posting });
    if amount != held {
        let why = format!("the bank captured {amount} of {held}: settle the rest with the customer");
        turn.state(Case { order, why });
    }
    turn.cancel_timer(timer(id));
    turn.send(ToOrders::PaymentCaptured { order, payment: id });
}

fn unknown(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, why: &str) {
    let order = payment.order;
    let why = format!("the capture of {id} is unknown: {why}");
    match payment.state {
        PaymentState::CaptureUnknown => turn.state(Case { order, why }),
        _ => turn.state(Event::CaptureUnknown { payment: id, order, why }),
    }
    turn.cancel_timer(timer(id));
}
