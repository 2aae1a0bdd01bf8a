//! Letting go: of what is held, and of what may be.

use crate::actors::bank;
use crate::actors::order_manager::Message as ToOrders;
use crate::actors::{Case, Context, Turn};
use crate::domain::{DeclineReason, OrderId, PaymentId};

use super::Event;
use super::decide::{tell_bank, tell_orders, timer, wait};
use super::ledger::Posting;
use super::payment::Payment;
use super::transitions::PaymentState;

/// Reverses a payment whose outcome is not known, or not what was asked.
pub fn give_up(
    id: PaymentId,
    order: OrderId,
    reverse_as: Option<DeclineReason>,
    context: &Context<'_>,
) -> Turn {
    let mut turn = Turn::nothing();
    turn.event(Event::Reversing { payment: id, reverse_as });
    release(&mut turn, id, order, context);
    turn
}

/// The order manager wants nothing held.
pub fn void(id: PaymentId, payment: &Payment, context: &Context<'_>) -> Turn {
    use PaymentState::*;
    let mut turn = Turn::nothing();
    match payment.state {
        AuthSent | Unknown => return give_up(id, payment.order, None, context),
        Authorised => {
            turn.event(Event::Voiding { payment: id });
            release(&mut turn, id, payment.order, context);
        }
        // already on its way: whoever asked is told at its end
        Reversing => turn.event(Event::VoidWanted { payment: id }),
        Voiding => {}
        // nothing is held
        Voided | Declined | Abandoned | Expired => {
            tell_orders(&mut turn, ToOrders::PaymentVoided { order: payment.order, payment: id });
        }
        // the goods have left, and the money is asked for or taken: only a refund brings it back
        Capturing | CaptureUnknown | Captured | Settled | Refunding | Refunded | RefundFailed | Disputed
        | Won | Lost => {}
        // no row is left so by a turn
        Intended | ActionRequired => {}
    }
    turn
}

fn release(turn: &mut Turn, id: PaymentId, order: OrderId, context: &Context<'_>) {
    tell_bank(turn, bank::Message::ReleaseHold { order, payment: id });
    wait(turn, order, id, context.rules().payment_deadline_ms, context);
}

/// Until the bank acknowledges; the operator hears of one that takes long.
pub fn release_again(id: PaymentId, payment: &Payment, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    let asks = payment.asks.saturating_add(1);
    turn.event(Event::AskedAgain { payment: id, asks });
    if asks == context.rules().payment_asks_max {
        let why =
            format!("the bank has not confirmed {asks} times that it let go of {id}: it is being asked on");
        turn.event(Case { order: payment.order, why });
    }
    tell_bank(&mut turn, bank::Message::ReleaseHold { order: payment.order, payment: id });
    wait(&mut turn, payment.order, id, context.rules().retry_ms(asks), context);
    turn
}

/// The bank says that nothing is held, nor will be.
pub fn released(id: PaymentId, payment: &Payment) -> Turn {
    let mut turn = Turn::nothing();
    let order = payment.order;
    if !matches!(payment.state, PaymentState::Reversing | PaymentState::Voiding) {
        // said before: a release that was repeated is acknowledged twice
        return turn;
    }
    // a verification and a reversal have nothing on the books
    let on_the_books = payment.authorised.amount > 0;
    let posting = on_the_books.then(|| Posting::void(payment.authorised)).and_then(Result::ok);
    turn.event(Event::Voided { payment: id, order, reversed_as: payment.reverse_as, posting });
    turn.cancel_timer(timer(id));
    let told = match payment.reverse_as {
        Some(reason) => ToOrders::PaymentDeclined { order, payment: id, reason },
        None => ToOrders::PaymentVoided { order, payment: id },
    };
    tell_orders(&mut turn, told);
    turn
}
