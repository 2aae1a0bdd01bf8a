//! The text of a letter; the words are in `templates/mail/`, a file for each kind.
//!
//! - What others wrote (names, titles, reasons) is shown on one line, without control characters: a title cannot pass for a paragraph
//!   of ours.
//! - A letter names what the shop has: a firm, a tax number, an address to write to only where it is set. What the lines, the way
//!   and the tax come to is the total.

use askama::Template;

use super::{Aftermath, Letter, LetterLine, MailKind, Subject};
use crate::domain::{CountryCode, Date, ShippingAddress, ShopIdentity, Totals, addresses, money_words::said};

/// So that a reply can quote it within the usual 78.
const LINE_LENGTH_MAX: usize = 72;

/// What a customer bought, and where it goes, stands indented and is never wrapped.
const INDENT: &str = "  ";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedLetter {
    pub subject: String,
    /// Plain text. Lines end with `\n`; ours have at most 72 characters, if no word is longer.
    pub body: String,
}

impl Letter {
    /// `base_url`: the shop's address, as the customer's browser knows it: `https://shop.example`.
    pub fn render(&self, shop: &ShopIdentity, base_url: &str) -> Result<RenderedLetter, askama::Error> {
        let text = Text::new(self, shop, base_url).render()?;
        let body = text.lines().map(wrapped).collect();
        Ok(RenderedLetter { subject: format!("{}: {}", one_line(&shop.name), self.subject()), body })
    }

    fn subject(&self) -> String {
        let order = self.number();
        match self.kind {
            MailKind::OrderConfirmation => format!("your order {order} is confirmed"),
            MailKind::BackorderPromise => format!("when your order {order} will be sent"),
            MailKind::PromiseChanged => format!("a new date for your order {order}"),
            MailKind::PaymentActionNeeded => format!("please confirm your payment for order {order}"),
            MailKind::PaymentDeclined => format!("your payment for order {order} did not go through"),
            MailKind::Dispatched => format!("your order {order} is on its way"),
            MailKind::Delivered => format!("your order {order} was delivered"),
            MailKind::Cancelled => format!("your order {order} is cancelled"),
            MailKind::RefundDone => format!("your refund for order {order} is done"),
            MailKind::ReturnReceived => format!("your return of order {order} has arrived"),
            MailKind::NewOrder => format!("a new order {order}"),
            MailKind::NewCase => format!("somebody has to look at {}", self.about),
        }
    }

    /// The order's, as people say it; a letter that an older build wrote knows its id alone. Empty where it is about no order.
    fn number(&self) -> String {
        match (self.number, self.about) {
            (Some(number), _) => number.to_string(),
            (None, Subject::Order(order)) => order.to_string(),
            (None, Subject::Case(_)) => String::new(),
        }
    }

    /// Each line, the way, the tax where there is any on top, and what it comes to; then what of it is tax.
    fn sums(&self) -> Vec<String> {
        let line = |line: &LetterLine| {
            format!("{} x {}: {}", line.quantity, one_line(&line.title), said(line.amount))
        };
        let mut sums: Vec<String> = self.lines.iter().map(line).collect();
        match self.totals {
            Some(Totals { total, .. }) if self.kind == MailKind::RefundDone => {
                sums.push(format!("Paid back: {}", said(total)));
            }
            Some(totals) => {
                let Totals { shipping, tax, total, .. } = totals;
                let is_within = totals.includes_tax();
                let tax = Some(tax).filter(|tax| tax.amount != 0);
                sums.push(format!("Delivery: {}", said(shipping)));
                sums.extend(tax.filter(|_| !is_within).map(|tax| format!("Tax: {}", said(tax))));
                sums.push(format!("Total: {}", said(total)));
                sums.extend(tax.filter(|_| is_within).map(|tax| format!("Tax in this: {}", said(tax))));
            }
            None => {}
        }
        sums
    }

    /// As on a parcel. The shop itself reads the customer's name elsewhere.
    fn address(&self) -> Vec<String> {
        let Some(to) = &self.ship_to else { return vec![] };
        let name = if self.kind.is_to_the_shop() { "" } else { &self.to_name };
        let lines = [vec![name.to_owned()], addresses::lines(to), vec![country(to)]].concat();
        lines.iter().map(|line| one_line(line)).filter(|line| !line.is_empty()).collect()
    }
}

fn country(to: &ShippingAddress) -> String {
    CountryCode::parse(&to.country).map_or(to.country.clone(), |country| country.name().to_owned())
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Text {
    kind: MailKind,
    /// The order's.
    number: String,
    case: Subject,
    name: String,
    page: Option<String>,
    /// What was bought, and where it goes: each line indented.
    blocks: Vec<String>,
    arrives_on: Option<String>,
    tracking: Option<String>,
    reason: Option<String>,
    aftermath: Option<&'static str>,
    shop: String,
    /// Who is behind the shop, as far as it is set.
    imprint: Vec<String>,
    /// How she reaches it: `write to …`.
    contact: Option<String>,
    is_demo: bool,
}

impl Text {
    fn new(letter: &Letter, shop: &ShopIdentity, base_url: &str) -> Text {
        let page = |link: &String| format!("{}/{}", base_url.trim_end_matches('/'), path_of(link));
        Text {
            kind: letter.kind,
            number: letter.number(),
            case: letter.about,
            name: one_line(&letter.to_name),
            page: letter.link.as_ref().map(page),
            blocks: [block(None, letter.sums()), block(Some("To:"), letter.address())]
                .into_iter()
                .flatten()
                .collect(),
            arrives_on: letter.arrives_on.map(Date::said),
            tracking: letter.tracking.as_deref().map(one_line),
            aftermath: letter.aftermath.map(Aftermath::sentence),
            reason: letter.reason.as_deref().map(sentence_part),
            shop: one_line(&shop.name),
            imprint: shop.imprint().iter().map(|line| one_line(line)).collect(),
            contact: contact(shop),
            is_demo: shop.is_demo,
        }
    }
}

/// `None` where there are no lines.
fn block(heading: Option<&str>, lines: Vec<String>) -> Option<String> {
    let is_empty = lines.is_empty();
    let lines = lines.iter().map(|line| format!("{INDENT}{line}"));
    let block: Vec<String> = heading.map(str::to_owned).into_iter().chain(lines).collect();
    (!is_empty).then(|| block.join("\n"))
}

fn contact(shop: &ShopIdentity) -> Option<String> {
    let mail = shop.email.as_deref().map(|email| format!("write to {}", one_line(email)));
    mail.or_else(|| shop.phone.as_deref().map(|phone| format!("call {}", one_line(phone))))
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

#[cfg(test)]
mod tests;
