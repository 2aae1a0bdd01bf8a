//! A card that was only verified holds nothing: supplies are ordered on it within limits, which the stock keeper holds for
//! all orders. What is beyond them is refused before anything is ordered.

use crate::actors::stock_keeper::{self, CreditKey};
use crate::actors::{Address, Context, Turn};
use crate::domain::{CancelReason, OrderId, OrderState};
use crate::partners::mail::MailKind;
use crate::planted::{self, Bug};

use super::payments::{self, Ask};
use super::{AnswerKind, Event, Order, PaymentState, StockState, letters, refusal, stock};

/// The card is good: may its word be taken for the order? `card` is what the processor knows it by.
pub fn ask(turn: &mut Turn, id: OrderId, order: &Order, card: &str) {
    turn.event(Event::CreditAsked { order: id });
    let to = &order.shipping_address;
    let who = vec![
        CreditKey::card(card),
        CreditKey::email(order.customer.email.as_str()),
        CreditKey::delivery(&to.line1, &to.postcode, to.country.as_ref()),
        CreditKey::ALL,
    ];
    let amount = order.totals.total;
    turn.send(Address::StockKeeper, stock_keeper::Message::CheckCredit { order: id, who, amount });
}

pub fn granted(id: OrderId, order: &Order, context: &mut Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    match (waits(order), order.stock) {
        (false, _) => {}
        (true, StockState::Reserved) => payments::ask(&mut turn, id, order, Ask::Hold, context),
        (true, _) => payments::order_supplies(&mut turn, id, order, false, context),
    }
    turn
}

pub fn refused(id: OrderId, order: &Order, context: &mut Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    if !waits(order) {
        return turn;
    }
    if order.stock == StockState::Reserved {
        // the goods of others' supplies came in meanwhile: nothing has to be ordered on anybody's word
        payments::ask(&mut turn, id, order, Ask::Hold, context);
        return turn;
    }
    let reason = CancelReason::BackorderLimit;
    turn.event(Event::Cancelled { order: id, reason });
    stock::give_back(&mut turn, id, order);
    if !refusal::answer(&mut turn, id, order, AnswerKind::BackorderLimit, context) {
        letters::post(&mut turn, id, order, MailKind::Cancelled, context, |letter| {
            letter.reason = Some(letters::why_cancelled(reason).to_owned());
        });
    }
    turn
}

/// The stock keeper was asked, and what it says decides how it goes on.
fn waits(order: &Order) -> bool {
    order.on_credit && order.payment().is_some_and(|newest| newest.state == PaymentState::Verified)
}

/// Its money is held.
pub fn end(turn: &mut Turn, id: OrderId, order: &Order) {
    ends(turn, id, order, stock_keeper::Message::EndCredit { order: id });
}

/// It has ended unpaid: what was ordered in for it goes on counting.
pub fn unpaid(turn: &mut Turn, id: OrderId, order: &Order) {
    let nothing_ordered = waits(order) && order.state == OrderState::AwaitingPayment;
    let message = if nothing_ordered || planted::is(Bug::CancelledCreditFreed) {
        stock_keeper::Message::EndCredit { order: id }
    } else {
        stock_keeper::Message::KeepCredit { order: id }
    };
    ends(turn, id, order, message);
}

fn ends(turn: &mut Turn, id: OrderId, order: &Order, message: stock_keeper::Message) {
    if order.on_credit {
        turn.event(Event::CreditEnded { order: id });
        turn.send(Address::StockKeeper, message);
    }
}
