//! Steps 6 to 9: what the merchant system says of the money, until it is paid out. A message about what is known already is
//! late or doubled: it is consumed and changes nothing.

use crate::actors::Turn;
use crate::actors::stock_keeper::{self, CreditKey};
use crate::domain::{DeclineReason, Money, OrderId, OrderState, PaymentId};
use crate::planted::{self, Bug};

use super::{AnswerKind, AttemptState, Cover, Event, Order, another_card, answers, ending, process, steps};

/// The bank let go of the older hold when it granted this one, and what is ordered in for it stands on money. `card`: what
/// the processor knows it by.
pub fn authorised(turn: &mut Turn<'_>, id: OrderId, order: &Order, payment: PaymentId, card: Option<&str>) {
    let state = AttemptState::Authorised;
    match order.payment_that_may_become(payment, state) {
        Some(attempt) if !attempt.verification => {}
        _ => return,
    }
    if let Some(older) = order.older_hold() {
        turn.record(Event::PaymentBecame { order: id, payment: older, state: AttemptState::Expired });
    }
    turn.record(Event::PaymentBecame { order: id, payment, state });
    if order.is_on_credit() {
        if order.older_hold().is_none() {
            turn.send(stock_keeper::Message::HoldCredit { order: id, held: true });
        }
    } else if let Some(card) = card.filter(|_| order.is_to_be_ordered_in()) {
        turn.record(Event::CardNamed { order: id, card: CreditKey::card(card) });
    }
    process::go_on(turn, id);
}

/// `card`: what the processor knows it by.
pub fn verified(turn: &mut Turn<'_>, id: OrderId, order: &Order, payment: PaymentId, card: &str) {
    match order.payment_that_may_become(payment, AttemptState::Verified) {
        Some(attempt) if attempt.verification => {}
        _ => return,
    }
    turn.record(Event::CardVerified { order: id, payment, card: CreditKey::card(card) });
    process::go_on(turn, id);
}

/// It goes on being asked; she is not kept waiting.
pub fn unknown(turn: &mut Turn<'_>, id: OrderId, order: &Order, payment: PaymentId) {
    if !note(turn, id, order, payment, AttemptState::Unknown) {
        return;
    }
    answers::answer(turn, id, order, AnswerKind::Pending);
    process::go_on(turn, id);
    if planted::is(Bug::UnknownAskedAnew) {
        steps::ask_hold(turn, id, order);
    }
}

/// Before it is confirmed the order ends with that, unless a hold stands or she may try another card.
pub fn declined(turn: &mut Turn<'_>, id: OrderId, order: &Order, payment: PaymentId, reason: DeclineReason) {
    if order.payment_that_may_become(payment, AttemptState::Declined).is_none() {
        return;
    }
    match order.state {
        OrderState::Fulfilling | OrderState::Dispatched | OrderState::Delivered => {
            note(turn, id, order, payment, AttemptState::Declined);
            process::go_on(turn, id);
        }
        _ if another_card::stands_on(turn, id, order, payment, reason) => process::go_on(turn, id),
        _ => before_confirmation(turn, id, order, payment, reason),
    }
}

/// Nothing is held for it.
fn before_confirmation(
    turn: &mut Turn<'_>,
    id: OrderId,
    order: &Order,
    payment: PaymentId,
    reason: DeclineReason,
) {
    if another_card::is_waited_for(turn, order) {
        another_card::wait(turn, id, payment, reason);
    } else {
        ending::decline(turn, id, order, reason);
    }
}

/// What is held may lapse before the goods leave.
pub fn lapsing(turn: &mut Turn<'_>, id: OrderId, order: &Order, payment: PaymentId) {
    let is_known = order.payments.iter().any(|attempt| attempt.id == payment && attempt.lapsing);
    if is_known || order.cover() != Cover::Held(payment) {
        return;
    }
    turn.record(Event::PaymentLapsing { order: id, payment });
    process::go_on(turn, id);
}

/// The bank has let go: what is ordered in for it stands on its word alone.
pub fn expired(turn: &mut Turn<'_>, id: OrderId, order: &Order, payment: PaymentId) {
    if order.is_on_credit() && order.cover() == Cover::Held(payment) {
        turn.send(stock_keeper::Message::HoldCredit { order: id, held: false });
    }
    became(turn, id, order, payment, AttemptState::Expired);
    let Some(order) = turn.get::<Order>(&id) else { return };
    if let Some((declined, reason)) = another_card::is_left_without(&order) {
        before_confirmation(turn, id, &order, declined, reason);
    }
}

pub fn captured(turn: &mut Turn<'_>, id: OrderId, order: &Order, payment: PaymentId, amount: Money) {
    if order.payment_that_may_become(payment, AttemptState::Captured).is_some() {
        turn.record(Event::PaymentCaptured { order: id, payment, amount });
        process::go_on(turn, id);
    }
}

pub fn voided(turn: &mut Turn<'_>, id: OrderId, order: &Order, payment: PaymentId) {
    became(turn, id, order, payment, AttemptState::Voided);
}

pub fn settled(turn: &mut Turn<'_>, id: OrderId, order: &Order, payment: PaymentId) {
    became(turn, id, order, payment, AttemptState::Settled);
}

fn became(turn: &mut Turn<'_>, id: OrderId, order: &Order, payment: PaymentId, state: AttemptState) {
    if note(turn, id, order, payment, state) {
        process::go_on(turn, id);
    }
}

/// States what has become of a payment; `false` where that is known already.
fn note(turn: &mut Turn<'_>, id: OrderId, order: &Order, payment: PaymentId, state: AttemptState) -> bool {
    let is_news = order.payment_that_may_become(payment, state).is_some();
    if is_news {
        turn.record(Event::PaymentBecame { order: id, payment, state });
    }
    is_news
}
