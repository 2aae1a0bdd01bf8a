//! What was taken for an order is given back, or a part of it, as a clerk wants it. The merchant system knows what is left of it and
//! keeps the refund; the order knows which payment it is of, and tells its customer once the money is hers again.

use crate::actors::Turn;
use crate::actors::merchant_proxy::{self, NoRefund, RefundRequest};
use crate::domain::{Money, OrderId, RefundId};

use super::{Event, Order, Refund, RefundWanted, letters};

/// The merchant system answers whoever asks.
pub fn refund(turn: &mut Turn<'_>, question: &Refund) {
    let id = question.order;
    let RefundWanted { amount, reason, by, key } = *question.wanted.clone();
    let order = turn.get::<Order>(&id).ok_or(NoRefund::NoSuchOrder);
    let payment = order.and_then(|order| order.taken().ok_or(NoRefund::NothingTaken));
    match payment {
        Err(why) => turn.answer(question, Err(why)),
        Ok(payment) => {
            let owed = turn.answer_later(question);
            let request = RefundRequest { order: id, payment, amount, key, reason, by, owed };
            turn.send(merchant_proxy::Message::Refund(Box::new(request)));
        }
    }
}

/// Her account has it: she is told.
pub fn refunded(
    turn: &mut Turn<'_>,
    id: OrderId,
    order: &Order,
    refund: RefundId,
    amount: Money,
    in_all: Money,
) {
    let payment = refund.payment;
    let attempt = order.payments.iter().find(|attempt| attempt.id == payment);
    if attempt.is_some_and(|attempt| attempt.refunded < in_all.amount) {
        turn.record(Event::PaymentRefunded { order: id, payment, in_all });
        letters::refunded(turn, id, order, refund, amount);
    }
}
