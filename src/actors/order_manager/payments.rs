//! Steps 6 and 9: what the merchant system is asked, and what it says. A message about what is known already is
//! late or doubled: it is consumed and changes nothing.

use crate::actors::{Address, Context, Turn, merchant_proxy, stock_keeper};
use crate::domain::{DeclineReason, OrderId, OrderState, PaymentId};
use crate::partners::mail::MailKind;
use crate::planted::{self, Bug};

use super::{
    AnswerKind, Cover, Event, Order, PaymentState, StockState, answers, credit, letters, refusal, renewal,
    stock,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Hold the money.
    Hold,
    /// Say whether the card is good.
    Verification,
}

/// A new attempt, with an id that is also its key.
pub fn ask(turn: &mut Turn, id: OrderId, order: &Order, ask: Ask, context: &mut Context<'_>) {
    let payment = match order.payments.is_empty() {
        true => PaymentId::first_of(id),
        false => PaymentId::in_slot(id.slot(), context.real_now().0, context.random()),
    };
    let forgets_shipping = planted::is(Bug::ShippingForgotten) && !order.payments.is_empty();
    let amount = if forgets_shipping { order.totals.goods } else { order.totals.total };
    let token = order.token.clone();
    let verification = ask == Ask::Verification;
    turn.event(Event::PaymentAsked { order: id, payment, amount, verification });
    let message = match ask {
        Ask::Hold => merchant_proxy::Message::Authorise { order: id, payment, token, amount },
        Ask::Verification => merchant_proxy::Message::Verify { order: id, payment, token, amount },
    };
    turn.send(Address::MerchantProxy, message);
}

pub fn authorised(id: OrderId, order: &Order, payment: PaymentId, context: &mut Context<'_>) -> Turn {
    let state = PaymentState::Authorised;
    match order.payment_that_may_become(payment, state) {
        Some(attempt) if !attempt.verification => {}
        _ => return Turn::nothing(),
    }
    let mut turn = Turn::nothing();
    renewal::let_go_of_the_older(&mut turn, id, order);
    credit::end(&mut turn, id, order);
    turn.event(Event::PaymentBecame { order: id, payment, state });
    match (order.state, order.stock) {
        // it left while the bank was being asked
        (OrderState::Dispatched | OrderState::Delivered, _) => {
            renewal::collect(&mut turn, id, order, Cover::Held(payment), context);
        }
        // the parcel goes on as it is, and what supplies it waits for are on their way already
        (OrderState::Fulfilling | OrderState::AwaitingStock, _) => {}
        (_, StockState::Reserved) => stock::allocate(&mut turn, id, order),
        (_, StockState::Allocated) => stock::confirm(&mut turn, id, order, context),
        (OrderState::AwaitingPayment, _) => order_supplies(&mut turn, id, order, true, context),
        // nothing else is reserved but what is reserved in full
        _ => {}
    }
    turn
}

pub fn verified(
    id: OrderId,
    order: &Order,
    payment: PaymentId,
    card: &str,
    context: &mut Context<'_>,
) -> Turn {
    let state = PaymentState::Verified;
    match order.payment_that_may_become(payment, state) {
        Some(attempt) if attempt.verification => {}
        _ => return Turn::nothing(),
    }
    let mut turn = Turn::nothing();
    turn.event(Event::PaymentBecame { order: id, payment, state });
    if order.stock == StockState::Reserved {
        // the goods came in meanwhile: nothing to wait for but the money
        ask(&mut turn, id, order, Ask::Hold, context);
    } else {
        credit::ask(&mut turn, id, order, card);
    }
    turn
}

/// The promised order is taken.
pub fn order_supplies(turn: &mut Turn, id: OrderId, order: &Order, held: bool, context: &Context<'_>) {
    turn.event(Event::SuppliesOrdered { order: id });
    answers::answer(turn, id, order, AnswerKind::OnPromise { promised: order.promised_date, held });
    let lines = order.units();
    turn.send(Address::StockKeeper, stock_keeper::Message::OrderSupplies { order: id, lines });
    letters::post(turn, id, order, MailKind::BackorderPromise, context, |letter| {
        letter.promised_on = order.promised_date.map(|date| letters::leaves_on(date, context));
    });
}

/// It goes on being asked; she is not kept waiting.
pub fn unknown(id: OrderId, order: &Order, payment: PaymentId, context: &mut Context<'_>) -> Turn {
    let state = PaymentState::Unknown;
    let mut turn = Turn::nothing();
    if order.payment_that_may_become(payment, state).is_some() {
        turn.event(Event::PaymentBecame { order: id, payment, state });
        answers::answer(&mut turn, id, order, AnswerKind::Pending);
        renewal::unknown(&mut turn, id, order);
        if planted::is(Bug::UnknownAskedAnew) {
            ask(&mut turn, id, order, Ask::Hold, context);
        }
    }
    turn
}

pub fn declined(
    id: OrderId,
    order: &Order,
    payment: PaymentId,
    reason: DeclineReason,
    context: &mut Context<'_>,
) -> Turn {
    if order.payment_that_may_become(payment, PaymentState::Declined).is_none() {
        return Turn::nothing();
    }
    match order.state {
        OrderState::Fulfilling | OrderState::Dispatched | OrderState::Delivered => {
            renewal::declined(id, order, payment, context)
        }
        _ => declined_for_good(id, order, reason, context),
    }
}

/// Before it is confirmed: the order ends.
fn declined_for_good(id: OrderId, order: &Order, reason: DeclineReason, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    turn.event(Event::Declined { order: id, reason });
    if !(planted::is(Bug::StockKeptAfterLateDecline) && order.is_answered()) {
        stock::give_goods_back(&mut turn, id, order);
    }
    renewal::void_the_older(&mut turn, id, order);
    let mistyped = reason == DeclineReason::UnknownCard && order.payments.len() == 1 && !order.is_answered();
    let kind = if mistyped { AnswerKind::UnknownToken } else { AnswerKind::Declined(reason) };
    if mistyped || planted::is(Bug::KeyFreedByDecline) {
        turn.event(Event::KeyFreed { key: order.bound_by });
    }
    if !refusal::answer(&mut turn, id, order, kind, context) {
        letters::post(&mut turn, id, order, MailKind::PaymentDeclined, context, |letter| {
            letter.reason = Some(letters::why_declined(reason).to_owned());
        });
    }
    turn
}

pub fn captured(id: OrderId, order: &Order, payment: PaymentId) -> Turn {
    note(id, order, payment, PaymentState::Captured)
}

pub fn voided(id: OrderId, order: &Order, payment: PaymentId) -> Turn {
    note(id, order, payment, PaymentState::Voided)
}

/// The order is closed once it is delivered and paid out, whichever comes last.
pub fn settled(id: OrderId, order: &Order, payment: PaymentId) -> Turn {
    let mut turn = note(id, order, payment, PaymentState::Settled);
    if order.state == OrderState::Delivered && !turn.events().is_empty() {
        turn.event(Event::Closed { order: id });
    }
    turn
}

pub fn note(id: OrderId, order: &Order, payment: PaymentId, state: PaymentState) -> Turn {
    let mut turn = Turn::nothing();
    if order.payment_that_may_become(payment, state).is_some() {
        turn.event(Event::PaymentBecame { order: id, payment, state });
    }
    turn
}
