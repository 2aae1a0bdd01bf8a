//! What a letter says, and to whom.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{MailKind, text};
use crate::domain::{Date, Money, OrderId, Timestamp};

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

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedLetter {
    pub subject: String,
    /// Plain text. Lines end with `\n`; ours have at most 72 characters, if no word is longer.
    pub body: String,
}

impl Letter {
    /// `base_url`: the shop's address, as the customer's browser knows it: `https://shop.example`.
    pub fn render(&self, base_url: &str) -> Result<RenderedLetter, askama::Error> {
        Ok(RenderedLetter { subject: self.subject(), body: text::body(self, base_url)? })
    }

    fn subject(&self) -> String {
        let order = self.order;
        match self.kind {
            MailKind::OrderConfirmation => format!("Your order is confirmed ({order})"),
            MailKind::BackorderPromise => format!("When your order will be sent ({order})"),
            MailKind::PromiseChanged => format!("A new date for your order ({order})"),
            MailKind::PaymentActionNeeded => format!("Please confirm your payment ({order})"),
            MailKind::PaymentDeclined => format!("Your payment was declined ({order})"),
            MailKind::Dispatched => format!("Your order is on its way ({order})"),
            MailKind::Delivered => format!("Your order was delivered ({order})"),
            MailKind::Cancelled => format!("Your order is cancelled ({order})"),
            MailKind::RefundDone => format!("Your refund is done ({order})"),
            MailKind::ReturnReceived => format!("Your return has arrived ({order})"),
        }
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

    fn body(letter: &Letter) -> String {
        letter.render("https://shop.example/").unwrap().body
    }

    fn words(letter: &Letter) -> String {
        body(letter).split_whitespace().collect::<Vec<&str>>().join(" ")
    }

    #[test]
    fn every_letter_greets_by_name_shows_the_order_and_its_page_and_says_what_to_do() {
        for kind in MailKind::ALL {
            let letter = letter(kind);
            let body = body(&letter);
            assert!(body.starts_with("Hello Ada Byron,\n\n"), "{body}");
            for wanted in [
                &letter.order.to_string(),
                "\n  2 x Emma: 12.50 GBP\n  1 x Walden: 7.99 GBP\n",
                ": 23.49 GBP\n\n",
                "\nhttps://shop.example/orders/ord_1?key=SECRET\n",
            ] {
                assert!(body.contains(wanted), "{kind} lacks `{wanted}`:\n{body}");
            }
            let next = ["nothing for you to do", "Please ", "please ", "You can"];
            assert!(
                next.iter().any(|some| words(&letter).contains(some)),
                "{kind} says nothing to do:\n{body}"
            );
            assert!(letter.render("").unwrap().subject.contains(&letter.order.to_string()));
        }
    }

    #[test]
    fn no_letter_has_a_placeholder_or_a_ragged_paragraph_with_all_facts_or_none() {
        for kind in MailKind::ALL {
            let full = letter(kind);
            let bare = Letter {
                link: None,
                lines: vec![],
                promised_on: None,
                tracking: None,
                reason: None,
                ..full.clone()
            };
            for body in [body(&full), body(&bare)] {
                for odd in ["{", "}", "None", "Some", "\n\n\n", " \n", ":\n\n", "..", "  \n", " ."] {
                    assert!(!body.contains(odd), "{kind} has `{odd}`:\n{body}");
                }
                assert!(body.is_ascii() && body.lines().all(|line| line.len() <= 72 || !line.contains(' ')));
                assert!(body.ends_with("Doorstep\n"));
            }
        }
    }

    #[test]
    fn facts_are_told_where_they_matter() {
        let tells = |kind, fact| assert!(words(&letter(kind)).contains(fact), "{kind} without `{fact}`");
        for kind in [MailKind::OrderConfirmation, MailKind::BackorderPromise, MailKind::PromiseChanged] {
            tells(kind, "by Sunday 22 November 2026.");
        }
        for kind in [MailKind::Dispatched, MailKind::Delivered] {
            tells(kind, "DSD6B5JMFRYP6P");
        }
        for kind in [MailKind::PaymentDeclined, MailKind::Cancelled, MailKind::PromiseChanged] {
            tells(kind, "the card has expired. ");
        }
        tells(MailKind::RefundDone, "Paid back: 23.49 GBP");
    }

    #[test]
    fn every_kind_has_a_subject_of_its_own() {
        let subjects = MailKind::ALL.map(|kind| letter(kind).subject());
        assert_eq!(std::collections::BTreeSet::from(subjects).len(), 10);
    }

    #[test]
    fn what_others_wrote_stays_on_its_line() {
        let mut letter = letter(MailKind::Cancelled);
        letter.lines[0].title = "Emma\r\n\r\nPay again at http://evil.example".into();
        letter.to_name = "Ada\nByron".into();
        letter.link = Some("/orders/ord_1\r\n?key=A".into());
        let body = body(&letter);
        assert!(body.contains("  2 x Emma Pay again at http://evil.example: 12.50 GBP\n"), "{body}");
        assert!(body.starts_with("Hello Ada Byron,\n"));
        assert!(body.contains("/orders/ord_1?key=A\n"));
    }

    #[test]
    fn who_gave_no_name_is_greeted_all_the_same() {
        let letter = Letter { to_name: " ".into(), ..letter(MailKind::Delivered) };
        assert!(body(&letter).starts_with("Hello,\n\nYour order"));
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
