//! What was taken is given back, or a part of it.

use crate::actors::{Turn, merchant_proxy};
use crate::domain::{Money, OrderId, RefundId};
use crate::partners::processor::port::{Answer, NotRefunded, RefundAnswer, Settled, SettlementLine};

use super::batch::next_line;
use super::capture::behaves;
use super::hold::{Hold, moved};
use super::{Behaviour, Event};

/// Goes to the cardholder's account at once, and to the shop with the next payout, as less than nothing.
pub fn refund(turn: &mut Turn<'_>, order: OrderId, refund: RefundId, amount: Money) {
    let hold = turn.get::<Hold>(&refund.payment);
    let known = hold.as_deref().and_then(|hold| moved(&hold.refunds, hold.amount, refund.no));
    let answer = match (known, hold.as_deref()) {
        (Some(given), _) => Answer::Known(given),
        (None, Some(hold)) if behaves(turn, hold, Behaviour::RefundRejected) => {
            Answer::Refused(NotRefunded::Rejected)
        }
        (None, Some(hold)) if was_taken(hold, amount) => give_back(turn, refund, hold, amount),
        (None, _) => Answer::Refused(NotRefunded::NotTaken),
    };
    let is_given_now = known.is_none() && matches!(answer, Answer::Known(_));
    let is_lost = is_given_now && hold.is_some_and(|hold| behaves(turn, &hold, Behaviour::RefundLost));
    if !is_lost {
        turn.send(merchant_proxy::Message::RefundAnswered { order, refund, answer });
    }
}

/// And not given back yet.
fn was_taken(hold: &Hold, amount: Money) -> bool {
    let left = hold.captured().amount - hold.refunded().amount;
    hold.amount.currency == amount.currency && (1..=left).contains(&amount.amount)
}

/// The fee of the capture stays with the bank.
fn give_back(turn: &mut Turn<'_>, refund: RefundId, hold: &Hold, amount: Money) -> RefundAnswer {
    let batch = next_line(turn, amount.currency);
    let (less, fee) = (Money::new(-amount.amount, amount.currency), Money::zero(amount.currency));
    let line = SettlementLine { of: Settled::Refund(refund), amount: less, fee };
    turn.record(Event::Refunded { line, token: hold.token.clone(), batch });
    Answer::Known(amount)
}
