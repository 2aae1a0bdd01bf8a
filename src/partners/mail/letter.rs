//! What a letter says, and to whom.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::MailKind;
use crate::domain::{Customer, Date, Money, OrderId, OrderKey, OrderLine, Timestamp};

/// All that the post needs to write and send one letter.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub kind: MailKind,
    pub order: OrderId,
    pub to_address: String,
    pub to_name: String,
    /// Path and query of the order's page, `/orders/ord_…?key=…`: whoever has it can open the order.
    pub link: Option<String>,
    pub lines: Vec<LetterLine>,
    pub total: Money,
    /// The day by which the goods leave us.
    pub promised_on: Option<Date>,
    pub tracking: Option<String>,
    /// Part of a sentence, without a full stop: `the card has expired`.
    pub reason: Option<String>,
    pub written_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterLine {
    pub title: String,
    pub quantity: u32,
    /// Of the whole line.
    pub amount: Money,
}

impl Letter {
    /// About an order, to whoever placed it, with a link to its page; what only its kind says is still to be added.
    pub fn about(
        order: OrderId,
        key: OrderKey,
        customer: &Customer,
        lines: &[OrderLine],
        total: Money,
        kind: MailKind,
        written_at: Timestamp,
    ) -> Letter {
        Letter {
            kind,
            order,
            to_address: customer.email.clone(),
            to_name: customer.name.clone(),
            link: Some(format!("/orders/{order}?key={key}")),
            lines: lines.iter().map(LetterLine::of).collect(),
            total,
            promised_on: None,
            tracking: None,
            reason: None,
            written_at,
        }
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
        shown.field("kind", &self.kind).field("order", &self.order).field("written_at", &self.written_at);
        shown.finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::Currency;

    pub fn letter(kind: MailKind) -> Letter {
        let pounds = |amount| Money::new(amount, Currency::GBP);
        Letter {
            kind,
            order: OrderId::new(1_795_305_600_000, 7),
            to_address: "ada@example.org".into(),
            to_name: "Ada Byron".into(),
            link: Some("/orders/ord_1?key=SECRET".into()),
            lines: vec![
                LetterLine { title: "Emma".into(), quantity: 2, amount: pounds(1_250) },
                LetterLine { title: "Walden".into(), quantity: 1, amount: pounds(799) },
            ],
            total: pounds(2_349),
            promised_on: Some(Date(20_779)),
            tracking: Some("DSD6B5JMFRYP6P".into()),
            reason: Some("the card has expired.".into()),
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
