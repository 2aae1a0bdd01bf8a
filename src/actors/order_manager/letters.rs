//! What the order manager writes to the customer.

use std::sync::Arc;

use crate::actors::{Turn, mailer};
use crate::domain::{Buyer, CancelReason, Date, DeclineReason, Money, OrderId, RefundId};
use crate::partners::mail::{AboutOrder, Aftermath, Letter, MailKind};

use super::{AttemptState, Order};

/// An order's promised date is that at her doorstep, and so is the letters'.
pub fn backorder_promise(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    post(turn, id, order, MailKind::BackorderPromise, |letter| letter.arrives_on = order.promised_date);
}

pub fn promise_changed(turn: &mut Turn<'_>, id: OrderId, order: &Order, promised: Date) {
    // `order` is as it was before
    let before = order.promised_date.filter(|before| *before != promised);
    post(turn, id, order, MailKind::PromiseChanged, |letter| {
        letter.arrives_on = Some(promised);
        letter.reason = before.map(|before| format!("it was {}", before.said()));
        // suppliers can slip twice in a millisecond, always to a later day: that is a later letter, with an id of its own
        let days = promised.0.saturating_sub(order.terms.placed_at.date().0);
        letter.written_at = letter.written_at.plus_ms(u64::from(days));
    });
}

pub fn confirmation(turn: &mut Turn<'_>, id: OrderId, order: &Order, promised: Date) {
    post(turn, id, order, MailKind::OrderConfirmation, |letter| letter.arrives_on = Some(promised));
}

pub fn declined(turn: &mut Turn<'_>, id: OrderId, order: &Order, reason: DeclineReason) {
    let aftermath = is_basket_given_back(turn, order).then_some(Aftermath::BasketGivenBack);
    post(turn, id, order, MailKind::PaymentDeclined, |letter| {
        letter.tell_decline(reason);
        letter.aftermath = aftermath;
        come_after(letter, order.declines.len());
    });
}

/// She may type another card on its page, which the letter leads to.
pub fn another_card(turn: &mut Turn<'_>, id: OrderId, order: &Order, reason: DeclineReason) {
    let minutes = turn.rules().another_card_ms / 60_000;
    post(turn, id, order, MailKind::PaymentDeclined, |letter| {
        letter.invite_another_card(reason, minutes);
        // `order` has noted this decline
        come_after(letter, order.declines.len().saturating_sub(1));
    });
}

/// Cards are declined by the real clock, and the trade's can stand still meanwhile: a later letter has an id of its own all the same.
fn come_after(letter: &mut Letter, others: usize) {
    letter.written_at = letter.written_at.plus_ms(u64::try_from(others).unwrap_or(u64::MAX));
}

pub fn cancelled(turn: &mut Turn<'_>, id: OrderId, order: &Order, reason: CancelReason) {
    post(turn, id, order, MailKind::Cancelled, |letter| {
        letter.tell_cancel(reason);
        letter.aftermath = money_of_cancelled(order);
    });
}

/// What there is to know of the money of an order that is cancelled now, by how it stood. `None` where some was taken, which is not
/// when it has to be.
fn money_of_cancelled(order: &Order) -> Option<Aftermath> {
    use AttemptState::*;
    let has = |is_it: fn(AttemptState) -> bool| order.payments.iter().any(|payment| is_it(payment.state));
    match () {
        () if has(AttemptState::is_taken) => None,
        () if has(|state| state == Authorised) => Some(Aftermath::LetGo),
        () if has(|state| matches!(state, Asked | Unknown)) => Some(Aftermath::NotAnswered),
        () => Some(Aftermath::NothingHeld),
    }
}

/// Into a browser's, unless its time is over.
fn is_basket_given_back(turn: &Turn<'_>, order: &Order) -> bool {
    match order.terms.buyer {
        Buyer::Visitor(cart) => cart.is_of_browser() && !turn.rules().is_over(cart, turn.real_now()),
        _ => false,
    }
}

pub fn delivered(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    post(turn, id, order, MailKind::Delivered, |_| {});
}

/// Of what went back alone: what she had ordered stands in other letters.
pub fn refunded(turn: &mut Turn<'_>, id: OrderId, order: &Order, refund: RefundId, amount: Money) {
    post(turn, id, order, MailKind::RefundDone, |letter| {
        letter.tell_refund(amount);
        // two can be done in one millisecond: each has a letter, with an id of its own
        letter.written_at = letter.written_at.plus_ms(u64::from(refund.no));
    });
}

/// To the shop's own mailbox, once an order: it is taken.
pub fn new_order(turn: &mut Turn<'_>, id: OrderId, order: &Order, promised: Option<Date>) {
    let Some(mailbox) = &turn.rules().mailbox else { return };
    let letter = about(id, order).to_the_shop(mailbox, turn.now());
    turn.send(mailer::Message::Send(Arc::new(Letter { arrives_on: promised, ..letter })));
}

/// Sends a letter of this kind; `edit` adds what only this kind says.
fn post(turn: &mut Turn<'_>, id: OrderId, order: &Order, kind: MailKind, edit: impl FnOnce(&mut Letter)) {
    let mut letter = about(id, order).letter(kind, turn.now());
    letter.tracking = order.shipments.last().map(|shipment| shipment.tracking.clone());
    edit(&mut letter);
    // nobody promises for whom there is no crew
    letter.arrives_on = letter.arrives_on.filter(|_| turn.rules().has_crew);
    turn.send(mailer::Message::Send(Arc::new(letter)));
}

fn about(id: OrderId, order: &Order) -> AboutOrder<'_> {
    let terms = &order.terms;
    AboutOrder {
        order: id,
        number: terms.number,
        key: order.key,
        customer: &terms.customer,
        lines: &terms.lines,
        totals: terms.quote.totals,
        ship_to: &terms.shipping_address,
    }
}
