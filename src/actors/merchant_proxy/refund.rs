//! Giving back what was taken, as a clerk wants it.

use crate::actors::order_manager::Message as ToOrders;
use crate::actors::{CaseText, Turn, case};
use crate::domain::{CaseKind, Money, RefundId};
use crate::partners::processor::port::Request;
use crate::planted::{self, Bug};

use super::ledger::Posting;
use super::payment::{Payment, REFUNDS_MAX, Refund};
use super::refund_process::{Report, Step, next};
use super::waiting::{answer_due, ask_again_due, refund_timer};
use super::{Event, Message, NoRefund, RefundReply, RefundRequest, RefundState, RefundView, processor};

/// Answers whoever asked, in the turn that puts it on record.
pub fn wanted(turn: &mut Turn<'_>, request: &RefundRequest) {
    let reply = match turn.get::<Payment>(&request.payment) {
        Some(payment) => begin(turn, request, &payment),
        None => Err(NoRefund::NothingTaken),
    };
    if let Some(owed) = request.owed {
        turn.answer_owed(owed, reply);
    }
}

fn begin(turn: &mut Turn<'_>, request: &RefundRequest, payment: &Payment) -> RefundReply {
    let RefundRequest { order, payment: id, key, reason, by, .. } = request;
    if let Some(known) = payment.refunds.iter().find(|known| known.key == *key) {
        return repeated(request, known);
    }
    let amount = wanted_amount(request, payment)?;
    let no = u8::try_from(payment.refunds.len()).ok().and_then(|count| count.checked_add(1));
    let no = no.filter(|no| *no <= REFUNDS_MAX).ok_or(NoRefund::TooMany)?;
    let refund = RefundId { payment: *id, no };
    let (order, key, reason, by) = (*order, key.clone(), reason.clone(), by.clone());
    turn.record(Event::RefundRequested { refund, order, amount, key, reason, by });
    turn.record(Event::RefundSent { refund });
    ask(turn, payment, refund, amount);
    let due = answer_due(turn);
    turn.timer(refund_timer(refund), due, Message::RefundDeadline { order, refund });
    Ok(RefundView { id: refund, amount, state: RefundState::Sent, is_repeated: false })
}

/// The same again is the same refund.
fn repeated(request: &RefundRequest, known: &Refund) -> RefundReply {
    if request.amount.is_some_and(|amount| amount != known.amount) {
        return Err(NoRefund::KeyUsed);
    }
    let id = RefundId { payment: request.payment, no: known.no };
    Ok(RefundView { id, amount: known.amount, state: known.state, is_repeated: true })
}

/// Never more than was taken, with what is being given back already.
fn wanted_amount(request: &RefundRequest, payment: &Payment) -> Result<Money, NoRefund> {
    let taken = payment.captured();
    let back = if planted::is(Bug::RefundsNotCounted) { 0 } else { payment.refunding().amount };
    let left = Money::new(taken.amount - back, taken.currency);
    let amount = request.amount.unwrap_or(left);
    match (taken.amount, left.amount) {
        (0, _) => Err(NoRefund::NothingTaken),
        (_, ..=0) => Err(NoRefund::NothingLeft),
        _ if amount.currency != left.currency || amount.amount <= 0 => {
            Err(NoRefund::NotAnAmount(left.currency))
        }
        (_, most) if amount.amount > most => Err(NoRefund::MoreThanLeft(left)),
        _ => Ok(amount),
    }
}

fn ask(turn: &mut Turn<'_>, payment: &Payment, refund: RefundId, amount: Money) {
    processor::ask(turn, refund.payment, payment, Request::Refund { refund, amount });
}

/// A message about a refund: what follows of it.
pub fn reported(turn: &mut Turn<'_>, payment: &Payment, id: RefundId, report: Report) {
    let Some(refund) = payment.refund(id) else { return };
    match next(refund, report, turn.rules().payment_asks_max) {
        Step::Wait => {}
        Step::AskAgain { case } => ask_again(turn, payment, id, refund, case),
        Step::Book(posting) => refunded(turn, payment, id, refund, posting),
        Step::GiveToOperator(why) => give_to_operator(turn, payment, id, &why),
        Step::Fail(why) => failed(turn, payment, id, refund, why),
    }
}

/// The same refund under the same key.
fn ask_again(turn: &mut Turn<'_>, payment: &Payment, id: RefundId, known: &Refund, is_case: bool) {
    let (order, asks) = (payment.order, known.asks.saturating_add(1));
    turn.record(match known.state {
        RefundState::Sent => Event::RefundUnknown { refund: id },
        _ => Event::RefundAskedAgain { refund: id, asks },
    });
    ask(turn, payment, id, known.amount);
    if is_case {
        let text = CaseText::new(
            format_args!("the processor has not confirmed the refund {id} for {asks} times, and is asked on"),
            "find out from it why it does not answer, and whether it has given the money back",
        );
        case::open(turn, CaseKind::Refund, Some(order), text);
    }
    let due = ask_again_due(turn, asks);
    turn.timer(refund_timer(id), due, Message::RefundDeadline { order, refund: id });
}

fn refunded(turn: &mut Turn<'_>, payment: &Payment, id: RefundId, known: &Refund, posting: Posting) {
    let (order, amount) = (payment.order, known.amount);
    turn.record(Event::Refunded { refund: id, order, amount, posting });
    turn.cancel_timer(refund_timer(id));
    let in_all = Money::new(payment.refunded().amount.saturating_add(amount.amount), amount.currency);
    turn.send(ToOrders::PaymentRefunded { order, refund: id, amount, in_all });
}

/// It says what cannot be: it is no longer asked.
fn give_to_operator(turn: &mut Turn<'_>, payment: &Payment, id: RefundId, why: &str) {
    let wrong = format_args!("the refund {id} is unknown, {why}");
    let text = CaseText::new(wrong, "ask the processor what became of the money, and settle it by hand");
    let order = payment.order;
    if payment.refund(id).is_some_and(|known| known.state == RefundState::Sent) {
        turn.record(Event::RefundUnknown { refund: id });
    }
    turn.record(Event::RefundUnclear { refund: id, order, why: text.clone().into_string() });
    case::open_noted(turn, CaseKind::Refund, Some(order), text);
    turn.cancel_timer(refund_timer(id));
}

/// Nothing was given back, nor will be under this key.
fn failed(turn: &mut Turn<'_>, payment: &Payment, id: RefundId, known: &Refund, why: &str) {
    let wrong = format_args!("{} were not given back, {why}", known.amount);
    let text = CaseText::new(wrong, "ask the customer how she wants the money, and pay it by other means");
    let order = payment.order;
    turn.record(Event::RefundFailed { refund: id, order, why: text.clone().into_string() });
    case::open_noted(turn, CaseKind::Refund, Some(order), text);
    turn.cancel_timer(refund_timer(id));
}
