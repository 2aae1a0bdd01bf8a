//! What a letter says, and to whom.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Aftermath, MailKind, Subject};
use crate::domain::{
    CancelReason, CaseId, Customer, Date, DeclineReason, EmailAddress, Money, OrderId, OrderKey, OrderLine,
    OrderNumber, ShippingAddress, Timestamp, Totals,
};

/// All that the post needs to write and send one letter.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub kind: MailKind,
    pub about: Subject,
    /// The order's, for people.
    pub number: Option<OrderNumber>,
    pub to_address: String,
    pub to_name: String,
    /// Path and query of the order's page, `/orders/ord_…?key=…`: whoever has it can open the order.
    pub link: Option<String>,
    pub lines: Vec<LetterLine>,
    /// What the lines and the way come to.
    pub totals: Option<Totals>,
    pub ship_to: Option<Arc<ShippingAddress>>,
    /// The day by which the goods are at her doorstep.
    pub arrives_on: Option<Date>,
    pub tracking: Option<String>,
    /// Part of a sentence, without a full stop: `the card has expired`; of a decline with how she may go on, as a second sentence. To the shop: who has placed the order, what the case is about.
    pub reason: Option<String>,
    /// Of an order that has ended.
    pub aftermath: Option<Aftermath>,
    pub written_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterLine {
    pub title: String,
    pub quantity: u32,
    /// Of the whole line.
    pub amount: Money,
}

/// What every letter about an order tells of it.
pub struct AboutOrder<'a> {
    pub order: OrderId,
    pub number: OrderNumber,
    pub key: OrderKey,
    pub customer: &'a Customer,
    pub lines: &'a [OrderLine],
    pub totals: Totals,
    pub ship_to: &'a Arc<ShippingAddress>,
}

impl AboutOrder<'_> {
    /// To whoever placed it, with a link to its page; what only its kind says is still to be added.
    pub fn letter(&self, kind: MailKind, written_at: Timestamp) -> Letter {
        Letter {
            kind,
            about: self.order.into(),
            number: Some(self.number),
            to_address: self.customer.email.clone(),
            to_name: self.customer.name.clone(),
            link: Some(format!("/orders/{}?key={}", self.order, self.key)),
            lines: self.lines.iter().map(LetterLine::of).collect(),
            totals: Some(self.totals),
            ship_to: Some(self.ship_to.clone()),
            arrives_on: None,
            tracking: None,
            reason: None,
            aftermath: None,
            written_at,
        }
    }

    /// To the shop's own mailbox: it has come, and from whom. What opens the order stays hers.
    pub fn to_the_shop(&self, mailbox: &EmailAddress, written_at: Timestamp) -> Letter {
        let Customer { name, email } = self.customer;
        let letter = self.letter(MailKind::NewOrder, written_at);
        Letter {
            to_address: mailbox.as_str().to_owned(),
            to_name: String::new(),
            link: None,
            reason: Some(format!("{name}, {email}")),
            ..letter
        }
    }
}

impl Letter {
    /// To the shop's own mailbox: a person has to look at this case.
    pub fn new_case(
        case: CaseId,
        text: String,
        number: Option<OrderNumber>,
        mailbox: &EmailAddress,
        written_at: Timestamp,
    ) -> Letter {
        Letter {
            kind: MailKind::NewCase,
            about: Subject::Case(case),
            number,
            to_address: mailbox.as_str().to_owned(),
            to_name: String::new(),
            link: None,
            lines: vec![],
            totals: None,
            ship_to: None,
            arrives_on: None,
            tracking: None,
            reason: Some(text),
            aftermath: None,
            written_at,
        }
    }

    /// Why it was not paid, and how she may go on.
    pub fn tell_decline(&mut self, reason: DeclineReason) {
        self.reason = Some(format!("{}. {}", reason.said(), reason.invitation()));
    }

    /// So much goes back to her card, of nothing in particular.
    pub fn tell_refund(&mut self, amount: Money) {
        let zero = Money::zero(amount.currency);
        self.lines.clear();
        self.ship_to = None;
        self.tracking = None;
        self.totals = Some(Totals { goods: amount, shipping: zero, tax: zero, total: amount });
    }

    /// Why it was not paid, and how long another card can be typed on the order's page.
    pub fn invite_another_card(&mut self, reason: DeclineReason, minutes: u64) {
        self.reason = Some(format!(
            "{}. Your order waits: on its page, below, you can pay {} within {minutes} minutes of this e-mail. Your books are kept for you \
             until then",
            reason.said(),
            reason.way_on(),
        ));
    }

    pub fn tell_cancel(&mut self, reason: CancelReason) {
        self.reason = Some(reason.said().into_owned());
    }
}

impl LetterLine {
    fn of(line: &OrderLine) -> LetterLine {
        let quantity = line.quantity.units();
        // the order's total was added up from these when it was placed, so they fit
        let amount = line.unit_price.checked_times(quantity).unwrap_or(Money::zero(line.unit_price.currency));
        LetterLine { title: line.title.clone(), quantity, amount }
    }
}

/// Without the customer's name, address and the secret in the link: it may end up in a log.
impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Letter");
        shown.field("kind", &self.kind).field("about", &self.about).field("written_at", &self.written_at);
        shown.finish_non_exhaustive()
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::domain::{Currency, Slot};

    pub fn letter(kind: MailKind) -> Letter {
        let pounds = |amount| Money::new(amount, Currency::GBP);
        Letter {
            kind,
            about: OrderId::new(1_795_305_600_000, 7).into(),
            number: Some(OrderNumber::nth_of(Slot::of(0), 1)),
            to_address: "ada@example.org".into(),
            to_name: "Ada Byron".into(),
            link: Some("/orders/ord_1?key=SECRET".into()),
            lines: vec![
                LetterLine { title: "Emma".into(), quantity: 2, amount: pounds(1_250) },
                LetterLine { title: "Walden".into(), quantity: 1, amount: pounds(799) },
            ],
            totals: Some(Totals {
                goods: pounds(2_049),
                shipping: pounds(299),
                tax: pounds(0),
                total: pounds(2_348),
            }),
            ship_to: Some(ShippingAddress::of("12 St James's Square", "London", "SW1Y 4JH", "GB").into()),
            arrives_on: Some(Date(20_782)),
            tracking: Some("DSD6B5JMFRYP6P".into()),
            reason: Some("the card has expired.".into()),
            aftermath: match kind {
                MailKind::Cancelled => Some(Aftermath::LetGo),
                MailKind::PaymentDeclined => Some(Aftermath::BasketGivenBack),
                _ => None,
            },
            written_at: Timestamp(1_795_339_845_000),
        }
    }

    #[test]
    fn a_letter_reads_back_from_the_journal_as_it_was() {
        for kind in MailKind::ALL {
            let letter = letter(kind);
            let bytes = postcard::to_stdvec(&letter).unwrap();
            assert_eq!(postcard::from_bytes::<Letter>(&bytes).unwrap(), letter);
        }
    }

    #[test]
    fn a_log_shows_neither_the_customer_nor_the_key() {
        let shown = format!("{:?}", letter(MailKind::Delivered));
        for secret in ["SECRET", "Ada", "ada@"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
