//! The card page: the one place where a card number is typed. It has a port, and so an origin, of its own.
//!
//! - A card number and its security code are in no answer, address, log or message. The code lives as long as the request that
//!   brought it; the number too, but where another field of its form was wrong: then it waits for that to be corrected, ten minutes
//!   at most. What leaves this page is a token, the brand and the last four digits.
//! - The customer goes back to the shop by one of the names that the settings give it, and to no other address.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse};
use rand::TryRng;
use rand::rngs::SysRng;
use ulid::Ulid;
use xxhash_rust::xxh3::xxh3_64;

use crate::access::{Counted, Limited, Notice, Rate, write_rate_headers};
use crate::domain::Date;
use crate::http::{self, Server};
use crate::partners::wall_clock;

use super::embedded::now_s;
use super::kept_numbers::KEPT_FOR_S;
use super::page_form::CardForm;
use super::page_guard::guarded;
use super::page_message::{STYLESHEET, message, stylesheet};
use super::page_view::{Errors, KeptCard, Said, as_sentence, form};
use super::payment_request::PaymentRequest;
use super::{BadCard, Brand, CardNumber, CardPage, Expiry, TypedCard, check_cvv, test_behaviour};

/// More customers than type a card number at once.
pub const CONNECTIONS_MAX: usize = 1_000;
const NAME_CHARS_MAX: usize = 100;

/// Serves the page on all of `listeners`, until the server is dropped.
pub fn serve(listeners: Vec<TcpListener>, page: CardPage, limits: &http::Limits) -> std::io::Result<Server> {
    let page = Data::new(page);
    let site = move || App::new().app_data(page.clone()).wrap(from_fn(guarded)).configure(configure);
    let limits = http::Limits { wipes_bodies: true, ..limits.clone() };
    http::serve(listeners, 1, &limits, site)
}

pub(super) fn configure(site: &mut ServiceConfig) {
    site.service(web::resource("/pay").route(web::get().to(show)).route(web::post().to(pay)))
        .route(&STYLESHEET, web::get().to(stylesheet))
        .default_service(web::to(nothing_here));
}

/// `GET /pay?checkout=&amount=&currency=&return=&expires=&signature=`
async fn show(page: Data<CardPage>, request: HttpRequest) -> HttpResponse {
    let sent = CardForm::parse(request.query_string().as_bytes()).unwrap_or_default().sent;
    match PaymentRequest::parse(&sent, page.shop.all(), &page.processor) {
        Ok(payment) if page.processor.typed.is_over(&payment.checkout, now_s()) => to_the_answer(&payment),
        Ok(payment) => form(&page, &payment, &CardForm::default(), StatusCode::OK, Said::default()),
        Err(why) => no_payment(&page, &request, why),
    }
}

/// `POST /pay`: a card for a token, which the shop fetches.
async fn pay(page: Data<CardPage>, request: HttpRequest, typed: CardForm) -> HttpResponse {
    let payment = match PaymentRequest::parse(&typed.sent, page.shop.all(), &page.processor) {
        Ok(payment) => payment,
        Err(why) => return no_payment(&page, &request, why),
    };
    if page.processor.typed.is_over(&payment.checkout, now_s()) {
        return to_the_answer(&payment);
    }
    // a link that the shop has not signed, or whose checkout has had its cards, costs nobody one
    let checkout = Counted::Checkout(xxh3_64(payment.checkout.as_bytes()));
    let admitted = page.clients.check(checkout, Rate::Checkouts);
    let who = page.clients.who(request.head());
    let admitted = admitted.and_then(|_| page.clients.admit(who, Rate::Cards));
    if let Err(limited) = admitted.and_then(|_| page.clients.admit(checkout, Rate::Checkouts)) {
        return too_often(&page, &request, &limited);
    }
    let number = number(&page, &payment, &typed);
    let errors = errors(&number, &typed, wall_clock().date());
    let number = match number {
        Ok(number) if !errors.any() => number,
        number => {
            let kept = number.ok().and_then(|number| kept(&page, &payment, number));
            let said = Said { errors, kept, failure: None };
            return form(&page, &payment, &typed, StatusCode::UNPROCESSABLE_ENTITY, said);
        }
    };
    if let (Some(token), Some(code)) = (token_for(&page, &number).await, random_word()) {
        let card = TypedCard { token, amount: payment.amount };
        if page.processor.typed.keep(&payment.checkout, card, &code, now_s()).is_err() {
            return to_the_answer(&payment);
        }
        page.processor.numbers.wipe(&payment.checkout);
        return see_other(&payment.return_url(&code));
    }
    let failure = "Your bank cannot be reached just now. Nothing was charged: please try again in a moment.";
    let said = Said { kept: kept(&page, &payment, number), failure: Some(failure), ..Said::default() };
    form(&page, &payment, &typed, StatusCode::SERVICE_UNAVAILABLE, said)
}

/// The number that she typed; where she left the field empty, the one that is kept for this form.
fn number(page: &CardPage, payment: &PaymentRequest, typed: &CardForm) -> Result<CardNumber, BadCard> {
    let kept = || page.processor.numbers.of(&payment.checkout, &typed.kept, now_s());
    match typed.number.trim().is_empty().then(kept).flatten() {
        Some(number) => Ok(number),
        None => CardNumber::parse(&typed.number),
    }
}

fn errors(number: &Result<CardNumber, BadCard>, typed: &CardForm, today: Date) -> Errors {
    let expiry = Expiry::parse(&typed.expiry).and_then(|expiry| expiry.check(today));
    let cvv = match number {
        Ok(number) => check_cvv(typed.cvv.trim(), number.brand()),
        Err(_) if typed.cvv.trim().is_empty() => check_cvv("", Brand::Other),
        // of a card that is not known any of the two lengths may be right
        Err(_) => Ok(()),
    };
    let name = typed.name.trim();
    let has_name = !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX;
    Errors {
        number: number.as_ref().err().copied().map(as_sentence),
        expiry: expiry.err().map(as_sentence),
        cvv: cvv.err().map(as_sentence),
        name: (!has_name).then(|| "Type the name as it stands on the card.".to_owned()),
    }
}

/// Keeps a number that was right until the rest of its form is.
fn kept(page: &CardPage, payment: &PaymentRequest, number: CardNumber) -> Option<KeptCard> {
    let (last4, code) = (number.last4().to_owned(), random_word()?);
    page.processor.numbers.keep(&payment.checkout, number, &code, now_s());
    let processor = page.processor.clone();
    // nothing else may come here for hours
    actix_web::rt::spawn(async move {
        actix_web::rt::time::sleep(Duration::from_secs(KEPT_FOR_S)).await;
        processor.numbers.wipe_old(now_s());
    });
    Some(KeptCard { last4, code })
}

/// The card's token, known to the bank; `None` where the bank could not be told.
async fn token_for(page: &CardPage, number: &CardNumber) -> Option<String> {
    let test_card = test_behaviour(number);
    // the bank knows the test tokens already
    if let Some(token) = test_card.filter(|token| page.test_tokens.contains(token)) {
        return Some(token.to_owned());
    }
    // nobody guesses one, and it is told to the bank and the shop alone
    let token = format!("tok_{}", random_word()?);
    let (brand, last4) = (number.brand().name().to_owned(), number.last4().to_owned());
    match page.cards.register(token.clone(), brand, last4, test_card).await {
        Ok(()) => Some(token),
        Err(why) => {
            tracing::warn!(why, "the bank could not be told of a card, the customer was asked to try again");
            None
        }
    }
}

/// 128 random bits, as 26 characters.
fn random_word() -> Option<String> {
    let mut random = [0; 16];
    if let Err(error) = SysRng.try_fill_bytes(&mut random) {
        tracing::error!(%error, "the operating system gives no randomness, so no card can be taken");
        return None;
    }
    Some(Ulid(u128::from_be_bytes(random)).to_string())
}

fn no_payment(
    page: &CardPage,
    request: &HttpRequest,
    why: super::payment_request::BadPaymentRequest,
) -> HttpResponse {
    page.clients.notice(Notice::BadPayment, request.head(), || why.to_string());
    message(
        StatusCode::BAD_REQUEST,
        "This is no payment",
        "The link that brought you here is not whole, or comes from a shop that we do not work for. \
         Please go back to the shop and begin the payment again. Nothing was charged.",
    )
}

/// For a customer who comes back to a payment that is over, or who has pressed twice: the shop has fetched her card, and says what
/// came of it to the browser that began the checkout.
fn to_the_answer(payment: &PaymentRequest) -> HttpResponse {
    see_other(&payment.return_url(""))
}

fn too_often(page: &CardPage, request: &HttpRequest, limited: &Limited) -> HttpResponse {
    let notice = Notice::of(limited);
    page.clients.notice(notice, request.head(), || notice.setting().unwrap_or_default());
    let wait = wait_in_words(limited.retry_after_s);
    let text = format!(
        "A lot of cards were typed here. Nothing was charged: please wait {wait}, then reload this page."
    );
    let mut response = message(StatusCode::TOO_MANY_REQUESTS, "That was too often", &text);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(limited.retry_after_s));
    write_rate_headers(response.headers_mut(), &limited.standing);
    response
}

/// Not less than `seconds`: `a minute`, `7 minutes`.
fn wait_in_words(seconds: u32) -> String {
    match seconds.div_ceil(60) {
        0 | 1 => "a minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}

async fn nothing_here() -> HttpResponse {
    message(
        StatusCode::NOT_FOUND,
        "There is nothing here",
        "Please go back to the shop and begin the payment again.",
    )
}

fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish()
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
