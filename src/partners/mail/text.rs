//! The text of a letter; the words are in `templates/mail/`, a file for each kind.
//!
//! What others wrote (names, titles, reasons) is shown on one line, without control characters: a
//! title cannot pass for a paragraph of ours.

use askama::Template;

use super::{Letter, LetterLine, MailKind, Subject};
use crate::domain::{Date, Money};

/// So that a reply can quote it within the usual 78.
const LINE_LENGTH_MAX: usize = 72;

/// What a customer bought stands indented, and is never wrapped.
const INDENT: &str = "  ";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedLetter {
    pub subject: String,
    /// Plain text. Lines end with `\n`; ours have at most 72 characters, if no word is longer.
    pub body: String,
}

impl Letter {
    /// `base_url`: the shop's address, as the customer's browser knows it: `https://shop.example`.
    pub fn render(&self, base_url: &str) -> Result<RenderedLetter, askama::Error> {
        Ok(RenderedLetter { subject: self.subject(), body: self.body(base_url)? })
    }

    fn body(&self, base_url: &str) -> Result<String, askama::Error> {
        let text = Text::new(self, base_url).render()?;
        Ok(text.lines().map(wrapped).collect())
    }

    fn subject(&self) -> String {
        let order = self.about;
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

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Text {
    kind: MailKind,
    order: Subject,
    name: String,
    page: Option<String>,
    lines: Vec<LetterLine>,
    total_label: &'static str,
    total: Option<Money>,
    arrives_on: Option<String>,
    tracking: Option<String>,
    reason: Option<String>,
}

impl Text {
    fn new(letter: &Letter, base_url: &str) -> Text {
        let line = |line: &LetterLine| LetterLine { title: one_line(&line.title), ..line.clone() };
        let page = |link: &String| format!("{}/{}", base_url.trim_end_matches('/'), path_of(link));
        let refund = letter.kind == MailKind::RefundDone;
        Text {
            kind: letter.kind,
            order: letter.about,
            name: one_line(&letter.to_name),
            page: letter.link.as_ref().map(page),
            lines: letter.lines.iter().map(line).collect(),
            total_label: if refund { "Paid back" } else { "Total" },
            total: letter.totals.map(|totals| totals.total),
            arrives_on: letter.arrives_on.map(long_date),
            tracking: letter.tracking.as_deref().map(one_line),
            reason: letter.reason.as_deref().map(sentence_part),
        }
    }
}

fn wrapped(line: &str) -> String {
    if line.starts_with(INDENT) {
        return format!("{line}\n");
    }
    let (mut text, mut length) = (String::new(), 0);
    for word in line.split_whitespace() {
        let word_length = word.chars().count();
        if length > 0 {
            let fits = length + 1 + word_length <= LINE_LENGTH_MAX;
            text.push(if fits { ' ' } else { '\n' });
            length = if fits { length + 1 } else { 0 };
        }
        text.push_str(word);
        length += word_length;
    }
    text + "\n"
}

fn one_line(text: &str) -> String {
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    let text: String = text.chars().map(visible).collect();
    text.split_whitespace().collect::<Vec<&str>>().join(" ")
}

fn sentence_part(text: &str) -> String {
    one_line(text).trim_end_matches('.').to_owned()
}

/// A link has no spaces; one that had would end early in a mail program anyway.
fn path_of(link: &str) -> String {
    let printable = link.chars().filter(|c| !c.is_control() && !c.is_whitespace());
    printable.collect::<String>().trim_start_matches('/').to_owned()
}

/// `Sunday 22 November 2026`.
fn long_date(date: Date) -> String {
    date.calendar().strftime("%A %-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::letter::tests::letter;
    use super::*;

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
                &letter.about.to_string(),
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
            assert!(letter.render("").unwrap().subject.contains(&letter.about.to_string()));
        }
    }

    #[test]
    fn no_letter_has_a_placeholder_or_a_ragged_paragraph_with_all_facts_or_none() {
        for kind in MailKind::ALL {
            let full = letter(kind);
            let bare = Letter {
                link: None,
                lines: vec![],
                totals: None,
                arrives_on: None,
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
}
