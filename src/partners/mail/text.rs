//! The text of a letter; the words are in `templates/mail/`, a file for each kind.
//!
//! What others wrote (names, titles, reasons) is shown on one line, without control characters: a
//! title cannot pass for a paragraph of ours.

use askama::Template;

use super::{Letter, LetterLine, MailKind};
use crate::domain::{Date, Money, OrderId};

/// So that a reply can quote it within the usual 78.
const LINE_LENGTH_MAX: usize = 72;

/// What a customer bought stands indented, and is never wrapped.
const INDENT: &str = "  ";

pub fn body(letter: &Letter, base_url: &str) -> Result<String, askama::Error> {
    let text = Text::new(letter, base_url).render()?;
    Ok(text.lines().map(wrapped).collect())
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Text {
    kind: MailKind,
    order: OrderId,
    name: String,
    page: Option<String>,
    lines: Vec<LetterLine>,
    total_label: &'static str,
    total: Money,
    promised_on: Option<String>,
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
            order: letter.order,
            name: one_line(&letter.to_name),
            page: letter.link.as_ref().map(page),
            lines: letter.lines.iter().map(line).collect(),
            total_label: if refund { "Paid back" } else { "Total" },
            total: letter.total,
            promised_on: letter.promised_on.map(long_date),
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
