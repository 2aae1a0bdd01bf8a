//! A hold lasts for a window of time, and an order can last longer: then it is held anew, under a new key. A hold that
//! still stands is replaced in one step, so that what is confirmed is paid for all the while; never are two held.

use crate::actors::{Address, Context, Turn, merchant_proxy, warehouse};
use crate::domain::{CancelReason, OrderId, OrderState, PaymentId};

use super::{Cover, Event, Order, PaymentState, StopState, cancel, letters, payments, stock};

/// The last day of the window has begun. A parcel in the house is paid for anew, ahead of the truck, whether it is being
/// stopped or not: it may turn out to be too late for that. What waits for supplies is, when they are in.
pub fn lapsing(id: OrderId, order: &Order, payment: PaymentId, context: &mut Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    if order.cover() != Cover::Held(payment) || order.is_lapsing() {
        return turn;
    }
    turn.event(Event::PaymentLapsing { order: id, payment });
    if order.state == OrderState::Fulfilling && order.may_ask_again() {
        ask(&mut turn, id, order, context);
    }
    turn
}

/// The bank has let go. What still stands needs another hold.
pub fn expired(id: OrderId, order: &Order, payment: PaymentId, context: &mut Context<'_>) -> Turn {
    let mut turn = payments::note(id, order, payment, PaymentState::Expired);
    if turn.events().is_empty() {
        return turn;
    }
    let is_newest = order.payment().is_some_and(|newest| newest.id == payment);
    let newer_is_asked = order.cover() == Cover::Asked;
    match order.state {
        OrderState::Fulfilling => uncovered(&mut turn, id, order, is_newest, context),
        _ if newer_is_asked => {}
        OrderState::AwaitingStock if will_be_here_soon(order, context) => {
            before_confirmation(&mut turn, id, order, context);
        }
        OrderState::Dispatched | OrderState::Delivered => {
            let cover = if is_newest { Cover::Lapsed } else { Cover::Nothing };
            collect(&mut turn, id, order, cover, context);
        }
        // the allocation that was asked for, or the supplies, decide how it goes on
        _ => {}
    }
    turn
}

/// The last hold of a parcel in the house is over: it does not leave. Its renewal, which nobody could ask for in time
/// (the shop was down), is asked for first; one that is being asked for is answered, or unknown, in a moment.
fn uncovered(turn: &mut Turn, id: OrderId, order: &Order, is_newest: bool, context: &mut Context<'_>) {
    let newest = order.payment().map(|newest| newest.state);
    if is_newest && order.may_ask_again() {
        ask(turn, id, order, context);
    } else if newest != Some(PaymentState::Asked) {
        keep_in_the_house(turn, id, order);
    }
}

/// Nobody knows whether the new hold is there. Where nothing else is held, its parcel does not leave.
pub fn unknown(turn: &mut Turn, id: OrderId, order: &Order) {
    if order.state == OrderState::Fulfilling && older_hold(order).is_none() {
        keep_in_the_house(turn, id, order);
    }
}

/// Asks the warehouse to stop it, unless it is being asked, or has said that it cannot: a driver has it, or will.
fn keep_in_the_house(turn: &mut Turn, id: OrderId, order: &Order) {
    if order.stop == StopState::No {
        turn.event(Event::StopAsked { order: id });
        turn.send(Address::WarehouseActor, warehouse::Message::Stop { order: id });
    }
}

/// As for a fresh promise: a hold that would lapse again before the goods are here is of no use.
fn will_be_here_soon(order: &Order, context: &Context<'_>) -> bool {
    order.promised_date.is_some_and(|date| stock::outlasts(letters::leaves_on(date, context), context))
}

/// Of an order that is not confirmed: it is, once there is another hold.
pub fn before_confirmation(turn: &mut Turn, id: OrderId, order: &Order, context: &mut Context<'_>) {
    if order.may_ask_again() {
        return ask(turn, id, order, context);
    }
    let reason = CancelReason::PaymentLapsed;
    turn.event(Event::Cancelled { order: id, reason });
    stock::give_back(turn, id, order);
    cancel::answer_pending(turn, id, order, &cancel::cancelled(id, order, reason));
    cancel::post(turn, id, order, reason, context);
}

/// In the turn that confirms it: what is held may lapse before the truck comes.
pub fn after_confirmation(turn: &mut Turn, id: OrderId, order: &Order, context: &mut Context<'_>) {
    if order.is_lapsing() && order.may_ask_again() {
        ask(turn, id, order, context);
    }
}

fn ask(turn: &mut Turn, id: OrderId, order: &Order, context: &mut Context<'_>) {
    let Some(replaces) = last_hold(order) else { return };
    let payment = PaymentId::in_slot(id.slot(), context.real_now().0, context.random());
    let (amount, token) = (order.totals.total, order.token.clone());
    turn.event(Event::RenewalAsked { order: id, payment, amount });
    let message = merchant_proxy::Message::Renew { order: id, payment, replaces, token, amount };
    turn.send(Address::MerchantProxy, message);
}

/// What the bank is to let go of when it grants the new hold: also one that has lapsed, in case the bank has yet to
/// find that out.
fn last_hold(order: &Order) -> Option<PaymentId> {
    use PaymentState::{Authorised, Expired};
    let held = order.payments.iter().rev().find(|attempt| matches!(attempt.state, Authorised | Expired));
    held.map(|attempt| attempt.id)
}

/// The bank does not pay (any more) for what is confirmed.
pub fn declined(id: OrderId, order: &Order, payment: PaymentId, context: &mut Context<'_>) -> Turn {
    let mut turn = payments::note(id, order, payment, PaymentState::Declined);
    match order.state {
        // what was held before stands to its end, and the parcel may leave until then
        OrderState::Fulfilling if older_hold(order).is_some() => {}
        OrderState::Fulfilling => keep_in_the_house(&mut turn, id, order),
        _ => {
            let older = older_hold(order);
            collect(&mut turn, id, order, older.map_or(Cover::Nothing, Cover::Held), context);
        }
    }
    turn
}

/// The goods have left: now the money is taken. Where there is none, the merchant system opens a case.
pub fn collect(turn: &mut Turn, id: OrderId, order: &Order, cover: Cover, context: &mut Context<'_>) {
    match (cover, order.payment()) {
        // its answer comes first: what was held before may be no more
        (Cover::Asked, _) => {}
        (Cover::Held(payment), _) => capture(turn, id, payment),
        (Cover::Lapsed, _) if order.may_ask_again() => ask(turn, id, order, context),
        (Cover::Lapsed | Cover::Nothing, newest) => {
            newest.into_iter().for_each(|newest| capture(turn, id, newest.id));
        }
    }
}

fn capture(turn: &mut Turn, id: OrderId, payment: PaymentId) {
    turn.send(Address::MerchantProxy, merchant_proxy::Message::Capture { order: id, payment });
}

/// What stands besides the newest attempt.
fn older_hold(order: &Order) -> Option<PaymentId> {
    let held = order.payments.iter().rev().skip(1).find(|older| older.state == PaymentState::Authorised);
    held.map(|older| older.id)
}

/// In the turn that notes the new hold: the bank let go of the old one when it granted it.
pub fn let_go_of_the_older(turn: &mut Turn, id: OrderId, order: &Order) {
    if let Some(payment) = older_hold(order) {
        turn.event(Event::PaymentBecame { order: id, payment, state: PaymentState::Expired });
    }
}

/// The order ends with the decline of its renewal.
pub fn void_the_older(turn: &mut Turn, id: OrderId, order: &Order) {
    if let Some(payment) = older_hold(order) {
        turn.send(Address::MerchantProxy, merchant_proxy::Message::Void { order: id, payment });
    }
}
