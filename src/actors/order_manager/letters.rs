//! What the order manager writes to the customer.

use std::sync::Arc;

use crate::actors::{Address, Context, Turn, mailer};
use crate::domain::{CancelReason, Date, DeclineReason, Money, OrderId, OrderLine};
use crate::partners::mail::{Letter, LetterLine, MailKind};

use super::Order;

/// Sends a letter of this kind; `edit` adds what only this kind says.
pub fn post(
    turn: &mut Turn,
    id: OrderId,
    order: &Order,
    kind: MailKind,
    context: &Context<'_>,
    edit: impl FnOnce(&mut Letter),
) {
    let mut letter = Letter {
        kind,
        order: id,
        to_address: order.customer.email.clone(),
        to_name: order.customer.name.clone(),
        link: Some(format!("/orders/{id}?key={}", order.key)),
        lines: order.lines.iter().map(line).collect(),
        total: order.totals.total,
        promised_on: None,
        tracking: order.shipments.last().map(|shipment| shipment.tracking.clone()),
        reason: None,
        written_at: context.now(),
    };
    edit(&mut letter);
    turn.send(Address::Mailer, mailer::Message::Send(Arc::new(letter)));
}

/// The day by which the goods leave the house, for goods promised at the doorstep on `promised`.
pub fn leaves_on(promised: Date, context: &Context<'_>) -> Date {
    Date(promised.0.saturating_sub(context.rules().delivery_days))
}

/// As part of a sentence.
pub fn why_declined(reason: DeclineReason) -> &'static str {
    match reason.as_told() {
        DeclineReason::DoNotHonour | DeclineReason::StolenCard => "the bank did not accept the card",
        DeclineReason::InsufficientFunds => "the account has not enough funds",
        DeclineReason::ExpiredCard => "the card has expired",
        DeclineReason::UnknownCard => "the bank does not know the card",
        DeclineReason::IssuerUnavailable => "the bank could not be reached",
    }
}

/// As part of a sentence.
pub fn why_cancelled(reason: CancelReason) -> &'static str {
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

fn line(line: &OrderLine) -> LetterLine {
    let quantity = line.quantity.units();
    // the order's total was added up from these when it was placed, so they fit
    let amount = line.unit_price.checked_times(quantity).unwrap_or(Money::zero(line.unit_price.currency));
    LetterLine { title: line.title.clone(), quantity, amount }
}
