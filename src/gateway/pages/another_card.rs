use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Deserialize;

use crate::actors::order_manager::{PaymentView, TryCard, TryCardReply};
use crate::domain::OrderId;
use crate::gateway::{App, Problem, rates};
use crate::partners::processor::Payable;

use super::checkout::shop_of;
use super::form::{Fields, Form, query};
use super::layout::{MessagePage, see_other};
use super::order;
use super::same_origin::SameOrigin;

/// How long her browser remembers that she was on her way to type a card: as long as the card page takes one.
const ON_THE_WAY: Duration = Duration::hours(1);

#[derive(Deserialize)]
pub struct Opening {
    key: String,
}

impl Fields for Opening {}

/// `POST /orders/{order}/card`: on to the payment page, for the same amount.
pub async fn begin(
    app: Data<App>,
    request: HttpRequest,
    _same_origin: SameOrigin,
    Form(Opening { key }): Form<Opening>,
) -> Result<HttpResponse, Problem> {
    let order = order::named(&request, &key)?;
    let view = order::view(&app, order, app.links.claim(order, &key)?).await?;
    let PaymentView::AnotherCard { attempt, .. } = view.payment else {
        return Ok(see_other(&order::address(order, &key)));
    };
    let checkout = Checkout::new(&app, order, attempt)?.to_string();
    let back = format!("{}/orders/{order}/card/return", shop_of(&app, &request));
    let payable = Payable { checkout: &checkout, back: &back, lines: &view.lines, totals: view.quote.totals };
    let mut on = see_other(&app.payment_page()?.open(&payable));
    remember(&app, order, key, &mut on)?;
    Ok(on)
}

/// What the payment page calls it: which payment of which order, and a number that nobody has had, since each takes one card.
struct Checkout {
    order: OrderId,
    attempt: u8,
    nth: u64,
}

impl Checkout {
    fn new(app: &App, order: OrderId, attempt: u8) -> Result<Checkout, Problem> {
        let (_, random) = app.sessions.draw().ok_or_else(Problem::internal)?;
        Ok(Checkout { order, attempt, nth: random as u64 })
    }

    /// Which payment of the order it is for; `None` where it is for another order, or is none of ours.
    fn attempt_of(checkout: &str, order: OrderId) -> Option<u8> {
        let (attempt, _) = checkout.strip_prefix(&order.to_string())?.strip_prefix('-')?.split_once('-')?;
        attempt.parse().ok()
    }
}

impl std::fmt::Display for Checkout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}-{:016x}", self.order, self.attempt, self.nth)
    }
}

#[derive(Deserialize)]
struct Returned {
    #[serde(default)]
    checkout: String,
    /// For who typed a card there.
    #[serde(default)]
    code: String,
}

/// `GET /orders/{order}/card/return?checkout=&code=`: she comes back from the payment page. However often the browser comes here, it is
/// one payment.
pub async fn come_back(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let Returned { checkout, code } = query(&request)?;
    let order = OrderId::parse(request.match_info().query("order")).map_err(|_| Problem::no_such_order())?;
    // a link that somebody else sends her pays for no order of his: it was not her browser that began this
    let Some(key) = key_of(&app, &request, order) else { return begun_elsewhere(&app) };
    let claim = app.links.claim(order, &key)?;
    let page = order::address(order, &key);
    let attempt = Checkout::attempt_of(&checkout, order);
    let card = app.payment_page()?.card_of(&checkout, &code);
    let (Some(attempt), Some(card)) = (attempt, card) else { return Ok(see_other(&page)) };
    let reply = app.act(TryCard { order, claim, attempt, card: Box::new(card) }).await?;
    if reply == TryCardReply::Asked {
        rates::note_another_card(&request);
    }
    match reply {
        TryCardReply::Asked | TryCardReply::AskedBefore => Ok(see_other(&page)),
        TryCardReply::NotUsed => Ok(see_other(&format!("{page}&notice=card_not_used"))),
        TryCardReply::RefusedForGood => Ok(see_other(&format!("{page}&notice=card_refused"))),
        TryCardReply::NoSuchOrder => Err(Problem::no_such_order()),
    }
}

fn begun_elsewhere(app: &App) -> Result<HttpResponse, Problem> {
    let elsewhere = if app.identity.sends_mail { ": the link in our e-mail opens it" } else { "" };
    MessagePage::new(
        "Nothing was charged",
        vec![
            "This card was typed for an order whose page was not opened in this browser, or too long ago."
                .to_owned(),
            format!("To pay for your order, please begin on its own page{elsewhere}."),
        ],
    )
    .link("/", "To the shop")
    .response(&app.pages, StatusCode::NOT_FOUND)
}

/// A browser takes a `__Host-` cookie over TLS only, and then from this very host only.
fn cookie_name(app: &App, order: OrderId) -> String {
    let prefix = if app.origins.is_secure() { "__Host-" } else { "" };
    format!("{prefix}doorstep_card_{order}")
}

/// That it is this browser that opened the order's page, with what opened it: neither stands in the address that she comes back to.
fn remember(app: &App, order: OrderId, key: String, response: &mut HttpResponse) -> Result<(), Problem> {
    let cookie = Cookie::build(cookie_name(app, order), key)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.origins.is_secure())
        .max_age(ON_THE_WAY)
        .finish();
    response.add_cookie(&cookie).map_err(|_| Problem::internal())
}

fn key_of(app: &App, request: &HttpRequest, order: OrderId) -> Option<String> {
    request.cookie(&cookie_name(app, order)).map(|cookie| cookie.value().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkout_is_read_as_that_of_its_own_order_alone() {
        let (order, other) = (OrderId::new(1, 1), OrderId::new(1, 2));
        let checkout = Checkout { order, attempt: 3, nth: 7 }.to_string();
        assert!(checkout.len() <= 64, "{checkout}");
        assert_eq!(Checkout::attempt_of(&checkout, order), Some(3));
        for none in [checkout.as_str(), "", "-3-", "x-3-7"] {
            assert_eq!(Checkout::attempt_of(none, other), None, "{none}");
        }
        assert_eq!(Checkout::attempt_of(&format!("{order}-999-7"), order), None);
    }
}
