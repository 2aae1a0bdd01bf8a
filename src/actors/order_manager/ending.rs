//! The ends of an order before its delivery: out of stock, no supplies, too much ordered in on words, declined, its hold
//! lapsed, cancelled, stopped at the warehouse. Each leaves nothing behind: the goods are given back, the money let go of,
//! and whoever waits for an answer has one, or a letter, and what she had chosen in her basket.
//!
//! `order` is the order as it was before its end: that decides what is given back, and what is told.

use crate::actors::{Turn, merchant_proxy, stock_keeper, web_session};
use crate::domain::{Buyer, CancelReason, DeclineReason, OrderId, OrderState};
use crate::planted::{self, Bug};

use super::{
    AnswerKind, AttemptState, CancelReply, End, Event, Order, OrderView, StockState, StopState, answers,
    card_time, letters, refusal,
};

/// Before the warehouse has it.
pub fn cancel(turn: &mut Turn<'_>, id: OrderId, order: &Order, reason: CancelReason) {
    turn.record(Event::Cancelled { order: id, reason });
    card_time::stop_if_it_waits(turn, id, order);
    // what is out of stock was not reserved
    if !matches!(reason, CancelReason::OutOfStock { .. }) {
        give_goods_back(turn, id, order);
        let_go_of_money(turn, id, order);
    }
    match reason {
        CancelReason::OutOfStock { earliest } => {
            refusal::answer(turn, id, order, AnswerKind::OutOfStock { earliest });
        }
        CancelReason::BackorderLimit => {
            if !refusal::answer(turn, id, order, AnswerKind::BackorderLimit) {
                letters::cancelled(turn, id, order, reason);
            }
        }
        CancelReason::ByCustomer | CancelReason::NoSupplies | CancelReason::PaymentLapsed => {
            answers::pending(turn, id, order, page(id, order, reason));
            letters::cancelled(turn, id, order, reason);
        }
    }
}

/// The bank does not pay for it, before it is confirmed.
pub fn decline(turn: &mut Turn<'_>, id: OrderId, order: &Order, reason: DeclineReason) {
    turn.record(Event::Declined { order: id, reason });
    if !(planted::is(Bug::StockKeptAfterLateDecline) && order.is_answered()) {
        give_goods_back(turn, id, order);
    }
    // what stood when its renewal was declined
    if let Some(payment) = order.older_hold() {
        turn.send(merchant_proxy::Message::Void { order: id, payment });
    }
    let is_first_word = order.payments.len() == 1 && !order.is_answered();
    let token_is_unknown = reason == DeclineReason::UnknownCard && is_first_word;
    let kind = if token_is_unknown { AnswerKind::UnknownToken } else { AnswerKind::Declined(reason) };
    if token_is_unknown || planted::is(Bug::KeyFreedByDecline) {
        turn.record(Event::KeyFreed { key: order.terms.bound_by });
    }
    if !refusal::answer(turn, id, order, kind) {
        give_basket_back(turn, id, order);
        letters::declined(turn, id, order, reason);
    }
}

/// It had left her cart when she was told that her order is taken, or that the bank is still asked. Programs keep none.
fn give_basket_back(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    if let Buyer::Visitor(cart) = order.terms.buyer {
        let give_back = web_session::Message::GiveBack { order: id, lines: order.terms.lines.clone() };
        turn.send_to(cart, give_back);
    }
}

/// It did not leave the warehouse, which puts it back on the shelf.
pub fn stop(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    let reason = match order.stop {
        StopState::Unpaid => CancelReason::PaymentLapsed,
        StopState::ByCustomer(_) | StopState::No | StopState::TooLate => CancelReason::ByCustomer,
    };
    turn.record(match reason {
        CancelReason::PaymentLapsed => Event::StoppedUnpaid { order: id },
        _ => Event::Stopped { order: id },
    });
    end_credit(turn, id, order);
    if !planted::is(Bug::StoppedKeepsHold) {
        let_go_of_money(turn, id, order);
    }
    letters::cancelled(turn, id, order, reason);
    if let StopState::ByCustomer(Some(owed)) = order.stop {
        turn.answer_owed(owed, CancelReply::Cancelled(Box::new(page(id, order, reason))));
    }
}

/// What its owner is shown in the turn that ends it: its money is let go of, which the bank has yet to say.
pub fn page(id: OrderId, order: &Order, reason: CancelReason) -> OrderView {
    let end = Some(End::Cancelled(reason));
    Order { state: OrderState::Cancelled, end, ..order.clone() }.view(id)
}

fn give_goods_back(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    match order.stock {
        // it may be out of stock, and what it gave back would be another's: `stock` gives back what the answer says it has
        StockState::Asked => {}
        StockState::Pegged | StockState::Reserved => release(turn, id, order),
        // the stock keeper takes messages in the order in which they are sent: it has allocated them when it takes this
        StockState::Allocating | StockState::Allocated => {
            let lines = order.units();
            turn.send(stock_keeper::Message::PutAway { order: id, lines, packed: false });
        }
    }
    end_credit(turn, id, order);
}

/// What was ordered in for it comes all the same, or is in the house, and nobody pays for it.
fn end_credit(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    if order.is_on_credit() {
        turn.record(Event::CreditEnded { order: id });
        turn.send(what_becomes_of_its_credit(id, order));
    }
}

/// What is reserved for it is for sale again, and it waits for no supplies.
pub fn release(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    turn.send(stock_keeper::Message::Release { order: id, lines: order.units() });
}

/// Where nothing was ordered in for it yet, its credit ends. What was ordered in comes all the same, and counts on.
fn what_becomes_of_its_credit(id: OrderId, order: &Order) -> stock_keeper::Message {
    if order.nothing_is_ordered_in() || planted::is(Bug::CancelledCreditFreed) {
        stock_keeper::Message::EndCredit { order: id }
    } else {
        stock_keeper::Message::KeepCredit { order: id }
    }
}

/// Attempts that may hold something, now or later, are let go of: one, or two while a hold is renewed.
fn let_go_of_money(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    for attempt in order.payments.iter().filter(|attempt| may_hold(attempt.state)) {
        turn.send(merchant_proxy::Message::Void { order: id, payment: attempt.id });
    }
}

fn may_hold(state: AttemptState) -> bool {
    use AttemptState::*;
    match state {
        Asked | Unknown | Authorised => true,
        Verified | Captured | Settled | Declined | Voided | Expired => false,
    }
}
