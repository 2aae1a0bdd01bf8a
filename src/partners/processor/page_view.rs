//! The card page's form as a customer sees it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use askama::Template;

use crate::access::form_source;
use crate::domain::{Currency, holds_card_number, money_words};

use super::embedded::now_s;
use super::page_form::CardForm;
use super::page_guard::POLICY;
use super::page_message::{STYLESHEET, rendered};
use super::payment_request::PaymentRequest;
use super::shown_orders::ShownOrder;
use super::{BadCard, CardPage};

/// The test cards of the demo, shown where their tokens are good.
const TEST_CARDS: [(&str, &str); 8] = [
    ("4242 4242 4242 4242", "approved"),
    ("5555 5555 5555 4444", "approved (Mastercard)"),
    ("4000 0000 0000 0002", "declined: do not honour"),
    ("4000 0000 0000 9995", "declined: insufficient funds"),
    ("4000 0000 0000 0069", "declined: expired card"),
    ("4000 0000 0000 4087", "approved, but the answer is lost"),
    ("4000 0000 0000 5993", "declined, and the answer is lost"),
    ("4000 0000 0000 5043", "the bank cannot be reached"),
];

/// What the form says besides its fields.
#[derive(Default)]
pub struct Said {
    pub errors: Errors,
    pub failure: Option<&'static str>,
    pub kept: Option<KeptCard>,
}

/// What is wrong with each field, beside it; no digit is repeated.
#[derive(Default)]
pub struct Errors {
    pub number: Option<String>,
    pub expiry: Option<String>,
    pub cvv: Option<String>,
    pub name: Option<String>,
}

impl Errors {
    pub fn any(&self) -> bool {
        !self.places().is_empty()
    }

    /// The fields that they stand beside, by their ids and names.
    fn places(&self) -> Vec<(&'static str, &'static str)> {
        let fields = [
            ("number", "Card number", &self.number),
            ("expiry", "Expiry", &self.expiry),
            ("cvv", "Security code", &self.cvv),
            ("name", "Name on the card", &self.name),
        ];
        fields.into_iter().filter(|(.., error)| error.is_some()).map(|(id, label, _)| (id, label)).collect()
    }

    /// Where nothing runs, a page that comes back is announced by the field that it is given the focus of.
    fn is_first(&self, id: &str) -> bool {
        self.places().first().is_some_and(|(first, _)| *first == id)
    }
}

/// A card whose number need not be typed again.
pub struct KeptCard {
    pub last4: String,
    /// Comes back with the form.
    pub code: String,
}

pub fn as_sentence(why: BadCard) -> String {
    let text = why.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[derive(Template)]
#[template(path = "processor/card.html")]
struct CardFormPage<'a> {
    stylesheet: &'a str,
    amount: String,
    shop: &'a str,
    order: Option<&'a ShownOrder>,
    checkout: &'a str,
    minor: i64,
    currency: Currency,
    back: &'a str,
    cancel: String,
    expires: u64,
    signature: &'a str,
    card_expiry: &'a str,
    name: &'a str,
    said: Said,
    test_cards: &'static [(&'static str, &'static str)],
}

/// The form with what was typed in it, but for the number and the security code.
pub fn form(
    page: &CardPage,
    payment: &PaymentRequest,
    typed: &CardForm,
    status: StatusCode,
    said: Said,
) -> HttpResponse {
    let order = page.processor.orders.of(&payment.checkout, payment.amount, now_s());
    let html = CardFormPage {
        stylesheet: &STYLESHEET,
        amount: money_words::said(payment.amount),
        shop: &page.identity.name,
        order: order.as_deref(),
        checkout: &payment.checkout,
        minor: payment.amount.amount,
        currency: payment.amount.currency,
        back: payment.back(),
        cancel: payment.cancel_url(),
        expires: payment.expires,
        signature: &payment.signature,
        card_expiry: shown(&typed.expiry),
        name: shown(&typed.name),
        said,
        test_cards: if page.takes_test_cards() { &TEST_CARDS } else { &[] },
    };
    let mut response = rendered(status, &html);
    if let Ok(policy) = HeaderValue::try_from(policy(payment)) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A number that was typed into a wrong field does not come back either.
fn shown(typed: &str) -> &str {
    if holds_card_number(typed) { "" } else { typed }
}

/// The `Content-Security-Policy` of the form: it is sent here, and by redirect back to the shop; nothing runs.
fn policy(payment: &PaymentRequest) -> String {
    let shop = form_source(payment.back()).unwrap_or_default();
    format!("{POLICY}; form-action 'self' {shop}")
}
