//! Letting go: of what is held, and of what may be.

use crate::actors::bank;
use crate::actors::order_manager::Message as ToOrders;
use crate::actors::{Case, Turn};
use crate::domain::{DeclineReason, PaymentId};

use super::Event;
use super::ledger::Posting;
use super::payment::Payment;
use super::transitions::PaymentState;
use super::waiting::{timer, wait_for_answer, wait_to_ask_again};

/// Reverses a payment whose outcome is not known, or not what was asked.
pub fn give_up(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, reverse_as: Option<DeclineReason>) {
    turn.state(Event::Reversing { payment: id, reverse_as });
    release(turn, id, payment);
}

/// The order manager wants nothing held.
pub fn void(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    use PaymentState::*;
    match payment.state {
        AuthSent | Unknown => give_up(turn, id, payment, None),
        Authorised => {
            turn.state(Event::Voiding { payment: id });
            release(turn, id, payment);
        }
        // already on its way: whoever asked is told at its end
        Reversing => turn.state(Event::VoidWanted { payment: id }),
        Voiding => {}
        // nothing is held
        Voided | Declined | Abandoned | Expired => {
            turn.send(ToOrders::PaymentVoided { order: payment.order, payment: id });
        }
        // the goods have left, and the money is asked for or taken: only a refund brings it back
        Capturing | CaptureUnknown | Captured | Settled | Refunding | Refunded | RefundFailed | Disputed
        | Won | Lost => {}
        // no row is left so by a turn
        Intended | ActionRequired => {}
    }
}

fn release(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    turn.send(bank::Message::ReleaseHold { order: payment.order, payment: id });
    wait_for_answer(turn, id, payment.order);
}

/// Until the bank acknowledges; the operator hears of one that takes long.
pub fn release_again(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    let asks = payment.asks.saturating_add(1);
    turn.state(Event::AskedAgain { payment: id, asks });
    if asks == turn.rules().payment_asks_max {
        let why =
            format!("the bank has not confirmed {asks} times that it let go of {id}: it is being asked on");
        turn.state(Case { order: payment.order, why });
    }
    turn.send(bank::Message::ReleaseHold { order: payment.order, payment: id });
    wait_to_ask_again(turn, id, payment.order, asks);
}

/// The bank says that nothing is held, nor will be.
pub fn released(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    let order = payment.order;
    if !matches!(payment.state, PaymentState::Reversing | PaymentState::Voiding) {
        // said before: a release that was repeated is acknowledged twice
        return;
    }
    // a verification and a reversal have nothing on the books
    let on_the_books = payment.authorised.amount > 0;
    let posting = on_the_books.then(|| Posting::void(payment.authorised)).and_then(Result::ok);
    turn.state(Event::Voided { payment: id, order, reversed_as: payment.reverse_as, posting });
    turn.cancel_timer(timer(id));
    turn.send(match payment.reverse_as {
        Some(reason) => ToOrders::PaymentDeclined { order, payment: id, reason },
        None => ToOrders::PaymentVoided { order, payment: id },
    });
}
