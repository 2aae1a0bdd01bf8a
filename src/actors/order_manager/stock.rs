//! Steps 4 and 5: what the stock keeper says.

use crate::actors::{Address, Context, Turn, merchant_proxy, stock_keeper};
use crate::domain::{CancelReason, Date, OrderId, OrderState};
use crate::partners::mail::MailKind;

use super::payments::{self, Ask};
use super::{
    AnswerKind, Cover, Event, Order, PaymentState, StockState, credit, fulfilment, letters, refusal, renewal,
};

/// A parcel needs this long to leave the house, or to be sent once its supplies are in.
const DISPATCH_DAYS: u32 = 1;

pub fn reserved(id: OrderId, order: &Order, context: &mut Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    turn.event(Event::InStock { order: id });
    payments::ask(&mut turn, id, order, Ask::Hold, context);
    turn
}

/// A hold that would lapse before the goods are here is of no use: then the card is only verified.
pub fn promised(id: OrderId, order: &Order, ships_on: Date, context: &mut Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    turn.event(Event::Promised { order: id, date: at_the_doorstep(ships_on, context) });
    let ask = if outlasts(ships_on, context) { Ask::Hold } else { Ask::Verification };
    payments::ask(&mut turn, id, order, ask, context);
    turn
}

/// Whether a hold of today still stands when goods of that day are sent.
pub fn outlasts(ships_on: Date, context: &Context<'_>) -> bool {
    let held_until = context.now().date().plus_days(context.rules().hold_days);
    later(ships_on, DISPATCH_DAYS) <= held_until
}

pub fn out_of_stock(id: OrderId, order: &Order, earliest: Option<Date>, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    turn.event(Event::Cancelled { order: id, reason: CancelReason::OutOfStock { earliest } });
    refusal::answer(&mut turn, id, order, AnswerKind::OutOfStock { earliest }, context);
    turn
}

pub fn supplies_arrived(id: OrderId, order: &Order, context: &mut Context<'_>) -> Turn {
    if order.stock != StockState::Pegged {
        return Turn::nothing(); // doubled: it is all here already
    }
    let mut turn = Turn::nothing();
    turn.event(Event::SuppliesArrived { order: id });
    if order.state == OrderState::AwaitingPayment {
        return turn; // the bank is being asked: its answer decides how it goes on
    }
    match order.cover() {
        // a new hold is being asked for: its answer decides how it goes on
        Cover::Asked => {}
        // it would lapse before the truck comes
        Cover::Held(_) if order.is_lapsing() => {
            renewal::before_confirmation(&mut turn, id, order, context);
        }
        Cover::Held(_) => allocate(&mut turn, id, order),
        Cover::Lapsed => renewal::before_confirmation(&mut turn, id, order, context),
        Cover::Nothing => payments::ask(&mut turn, id, order, Ask::Hold, context),
    }
    turn
}

/// She is told by letter, once she has been told anything at all.
pub fn promise_changed(id: OrderId, order: &Order, ships_on: Date, context: &mut Context<'_>) -> Turn {
    if order.stock != StockState::Pegged {
        return Turn::nothing(); // it crossed the arrival of the goods
    }
    let mut turn = Turn::nothing();
    let date = at_the_doorstep(ships_on, context);
    turn.event(Event::PromiseChanged { order: id, date });
    if order.is_answered() {
        letters::post(&mut turn, id, order, MailKind::PromiseChanged, context, |letter| {
            letter.promised_on = Some(ships_on);
            // suppliers can slip twice in a millisecond, always to a later day: that is a later letter, with an id of its own
            let days = ships_on.0.saturating_sub(order.placed_at.date().0);
            letter.written_at = letter.written_at.plus_ms(u64::from(days));
        });
    }
    turn
}

/// No wholesaler supplies it in the end: everything is given back.
pub fn no_supplies(id: OrderId, order: &Order, context: &mut Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    turn.event(Event::Cancelled { order: id, reason: CancelReason::NoSupplies });
    give_back(&mut turn, id, order);
    letters::post(&mut turn, id, order, MailKind::Cancelled, context, |letter| {
        letter.reason = Some(letters::why_cancelled(CancelReason::NoSupplies).to_owned());
    });
    turn
}

/// The goods are the order's and so is the money: it is confirmed.
pub fn allocated(id: OrderId, order: &Order, context: &mut Context<'_>) -> Turn {
    if !order.is_allocating() {
        return Turn::nothing(); // nobody asked for it: never confirmed without the money
    }
    let mut turn = Turn::nothing();
    if order.cover() == Cover::Lapsed {
        turn.event(Event::GoodsAllocated { order: id });
        renewal::before_confirmation(&mut turn, id, order, context);
        return turn;
    }
    confirm(&mut turn, id, order, context);
    renewal::after_confirmation(&mut turn, id, order, context);
    turn
}

pub fn confirm(turn: &mut Turn, id: OrderId, order: &Order, context: &Context<'_>) {
    let ready = later(context.now().date(), DISPATCH_DAYS);
    let promised = order.promised_date.unwrap_or(at_the_doorstep(ready, context));
    fulfilment::confirm(turn, id, order, promised, context);
}

pub fn allocate(turn: &mut Turn, id: OrderId, order: &Order) {
    let lines = order.units();
    turn.send(Address::StockKeeper, stock_keeper::Message::Allocate { order: id, lines });
}

/// Of an order that ends before it is confirmed: its goods, and whatever of its payment is or will be held.
/// What was asked for and is not answered yet arrives there before this does.
pub fn give_back(turn: &mut Turn, id: OrderId, order: &Order) {
    give_goods_back(turn, id, order);
    void(turn, id, order);
}

pub fn give_goods_back(turn: &mut Turn, id: OrderId, order: &Order) {
    let lines = order.units();
    let message = if order.stock == StockState::Allocated || order.is_allocating() {
        stock_keeper::Message::PutAway { order: id, lines, packed: false }
    } else {
        stock_keeper::Message::Release { order: id, lines }
    };
    turn.send(Address::StockKeeper, message);
    credit::unpaid(turn, id, order);
}

/// Payments that may hold something, now or later, are let go of: one, or two while a hold is renewed.
pub fn void(turn: &mut Turn, id: OrderId, order: &Order) {
    let held =
        |state| matches!(state, PaymentState::Asked | PaymentState::Unknown | PaymentState::Authorised);
    for payment in order.payments.iter().filter(|payment| held(payment.state)) {
        let message = merchant_proxy::Message::Void { order: id, payment: payment.id };
        turn.send(Address::MerchantProxy, message);
    }
}

fn at_the_doorstep(ships_on: Date, context: &Context<'_>) -> Date {
    later(ships_on, context.rules().delivery_days)
}

/// A supplier's date can be any number.
fn later(date: Date, days: u32) -> Date {
    Date(date.0.saturating_add(days))
}
