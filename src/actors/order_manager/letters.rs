//! What the order manager writes to the customer.

use std::sync::Arc;

use crate::actors::{Turn, mailer};
use crate::domain::{CancelReason, Date, DeclineReason, OrderId};
use crate::partners::mail::{AboutOrder, Letter, MailKind};

use super::Order;

/// An order's promised date is that at her doorstep, and so is the letters'.
pub fn backorder_promise(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    post(turn, id, order, MailKind::BackorderPromise, |letter| letter.arrives_on = order.promised_date);
}

pub fn promise_changed(turn: &mut Turn<'_>, id: OrderId, order: &Order, promised: Date) {
    post(turn, id, order, MailKind::PromiseChanged, |letter| {
        letter.arrives_on = Some(promised);
        // suppliers can slip twice in a millisecond, always to a later day: that is a later letter, with an id of its own
        let days = promised.0.saturating_sub(order.terms.placed_at.date().0);
        letter.written_at = letter.written_at.plus_ms(u64::from(days));
    });
}

pub fn confirmation(turn: &mut Turn<'_>, id: OrderId, order: &Order, promised: Date) {
    post(turn, id, order, MailKind::OrderConfirmation, |letter| letter.arrives_on = Some(promised));
}

pub fn declined(turn: &mut Turn<'_>, id: OrderId, order: &Order, reason: DeclineReason) {
    let why = why_declined(reason).to_owned();
    post(turn, id, order, MailKind::PaymentDeclined, |letter| letter.reason = Some(why));
}

pub fn cancelled(turn: &mut Turn<'_>, id: OrderId, order: &Order, reason: CancelReason) {
    let why = why_cancelled(reason).to_owned();
    post(turn, id, order, MailKind::Cancelled, |letter| letter.reason = Some(why));
}

pub fn delivered(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    post(turn, id, order, MailKind::Delivered, |_| {});
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
        totals: terms.totals,
        ship_to: &terms.shipping_address,
    }
}

/// As part of a sentence.
fn why_declined(reason: DeclineReason) -> &'static str {
    match reason.as_told() {
        DeclineReason::DoNotHonour | DeclineReason::StolenCard => "the bank did not accept the card",
        DeclineReason::InsufficientFunds => "the account has not enough funds",
        DeclineReason::ExpiredCard => "the card has expired",
        DeclineReason::UnknownCard => "the bank does not know the card",
        DeclineReason::IssuerUnavailable => "the bank could not be reached",
    }
}

/// As part of a sentence.
fn why_cancelled(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::ByCustomer => "you asked us to",
        CancelReason::OutOfStock { .. } => "it is out of stock",
        CancelReason::NoSupplies => "none of our suppliers could send it",
        CancelReason::BackorderLimit => {
            "more is waiting for suppliers than we order in before it is paid for"
        }
        CancelReason::PaymentLapsed => {
            "your bank's hold on the money ended before the parcel had left, and your bank did not renew it"
        }
    }
}
