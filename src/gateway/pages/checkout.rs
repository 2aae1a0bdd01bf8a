use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::actors::web_session::{BeginCheckout, CheckoutBegun, NoCheckout, RemoveLine};
use crate::domain::{Backorder, Customer, OrderLine, ShippingAddress, Totals};
use crate::gateway::{App, FreshCart, Problem};
use crate::partners::processor::Payable;

use super::cart::{Line, can_be_paid, price_notices};
use super::checkout_form::{Errors, LIMITS, Limits, Typed};
use super::form::{Form, query};
use super::format::Sums;
use super::layout::{CachePolicy, Layout, render, see_other};
use super::same_origin::SameOrigin;
use super::stock::Wait;
use super::visitor;

#[derive(Template)]
#[template(path = "shop/checkout.html")]
struct CheckoutPage<'a> {
    layout: Layout,
    notice: Option<&'static str>,
    /// Sentences about prices that have changed.
    repriced: Vec<String>,
    typed: &'a Typed,
    errors: &'a Errors,
    limits: Limits,
    countries: &'a [(&'static str, &'static str)],
    wait: Option<&'a Wait>,
    lines: Vec<Line>,
    totals: Sums,
    seen: String,
    can_go_on: bool,
    sends_mail: bool,
}

#[derive(Deserialize)]
struct Back {
    #[serde(default)]
    cancelled: String,
}

/// `GET /checkout`
pub async fn show(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let Back { cancelled } = query(&request)?;
    app.payment_page()?;
    let Some(payable) = payable_cart(&app, &request).await? else { return Ok(see_other("/cart")) };
    let wait = Wait::for_lines(&app, &payable.fresh.cart.lines).await?;
    let typed = match &payable.fresh.cart.details {
        Some((customer, address, _)) => Typed::known(customer, address),
        None => Typed { country: app.pages.frame.countries[0].0.to_owned(), ..Typed::default() },
    };
    let notice = (!cancelled.is_empty())
        .then_some("You came back without paying: nothing was charged, and your basket is as it was.");
    checkout_page(&app, &payable, wait.as_ref(), &typed, &Errors::default(), notice)
}

/// A cart that can be checked out, and what it comes to.
struct PayableCart {
    fresh: FreshCart,
    totals: Totals,
    /// Titles that are no longer sold, and were in it when she pressed.
    taken_out: Vec<String>,
}

impl PayableCart {
    /// It still is what the page has shown her.
    fn is_as_seen(&self, typed: &Typed) -> bool {
        !self.fresh.is_news && self.taken_out.is_empty() && typed.seen == self.seen()
    }

    fn seen(&self) -> String {
        self.totals.total.amount.to_string()
    }

    /// Sentences of what is other than she may have seen it.
    fn news(&self) -> Vec<String> {
        let gone = |title| format!("“{title}” is no longer sold, so it was taken out of your basket.");
        price_notices(&self.fresh).into_iter().chain(self.taken_out.iter().map(gone)).collect()
    }
}

/// The visitor's cart, if there is something in it that one payment can carry, and all of it is sold. The basket's page says why not.
async fn payable_cart(app: &App, request: &HttpRequest) -> Result<Option<PayableCart>, Problem> {
    let fresh = visitor::fresh_cart(app, request).await?.filter(|fresh| fresh.gone.is_empty());
    Ok(fresh.and_then(|fresh| payable(fresh, vec![])))
}

fn payable(fresh: FreshCart, taken_out: Vec<String>) -> Option<PayableCart> {
    let totals = fresh.totals.filter(|totals| can_be_paid(Some(totals)))?;
    Some(PayableCart { fresh, totals, taken_out })
}

/// The same for who goes on: a book that went off sale while she typed her address is taken out and she is told so, on this page, which
/// keeps what she has typed. A basket with no other book is left as it is.
async fn payable_rest(app: &App, request: &HttpRequest) -> Result<Option<PayableCart>, Problem> {
    let Some(mut fresh) = visitor::fresh_cart(app, request).await? else { return Ok(None) };
    let mut taken_out = vec![];
    if fresh.totals.is_some() {
        for sku in std::mem::take(&mut fresh.gone) {
            if app.act_of(fresh.cart.id, RemoveLine { sku: sku.clone() }).await?.is_err() {
                return Ok(None);
            }
            taken_out.extend(fresh.cart.lines.extract_if(.., |line| line.sku == sku).map(|line| line.title));
        }
    }
    Ok(Some(fresh).filter(|fresh| fresh.gone.is_empty()).and_then(|fresh| payable(fresh, taken_out)))
}

fn checkout_page(
    app: &App,
    payable: &PayableCart,
    wait: Option<&Wait>,
    typed: &Typed,
    errors: &Errors,
    notice: Option<&'static str>,
) -> Result<HttpResponse, Problem> {
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = filled_in(app, payable, wait, typed, errors, notice);
    render(&app.pages, status, CachePolicy::NoStore, &page)
}

/// The page once more, with what it comes to now. Nothing is begun.
fn look_again(
    app: &App,
    payable: &PayableCart,
    wait: Option<&Wait>,
    typed: &Typed,
    errors: &Errors,
) -> Result<HttpResponse, Problem> {
    let notice = "Your order does not come to what this page has shown you: a price has changed, or what is in your basket. Nothing was begun or charged. Please look at the total, and go on if you agree.";
    let page = filled_in(app, payable, wait, typed, errors, Some(notice));
    render(&app.pages, StatusCode::CONFLICT, CachePolicy::NoStore, &page)
}

fn filled_in<'a>(
    app: &'a App,
    payable: &PayableCart,
    wait: Option<&'a Wait>,
    typed: &'a Typed,
    errors: &'a Errors,
    notice: Option<&'static str>,
) -> CheckoutPage<'a> {
    let cart = &payable.fresh.cart;
    CheckoutPage {
        layout: Layout::titled(if errors.any() { "Error: Checkout" } else { "Checkout" })
            .basket(visitor::units(cart)),
        notice,
        repriced: payable.news(),
        typed,
        errors,
        limits: LIMITS,
        countries: &app.pages.frame.countries,
        wait,
        lines: cart.lines.iter().map(Line::of).collect(),
        totals: Sums::of(&payable.totals),
        seen: payable.seen(),
        sends_mail: app.identity.sends_mail,
        can_go_on: wait.is_none_or(|wait| wait.until.is_some()),
    }
}

/// `POST /checkout`: on to the payment page, once all that an order needs is there.
pub async fn begin(
    app: Data<App>,
    request: HttpRequest,
    _same_origin: SameOrigin,
    Form(typed): Form<Typed>,
) -> Result<HttpResponse, Problem> {
    app.payment_page()?;
    let Some(payable) = payable_rest(&app, &request).await? else { return Ok(see_other("/cart")) };
    let checked = typed.check(&app.identity);
    let wait = Wait::for_lines(&app, &payable.fresh.cart.lines).await?;
    let accepted = wait.as_ref().and_then(|wait| wait.accepted(&typed.accept_wait));
    let refused =
        wait.as_ref().filter(|_| accepted.is_none()).map(|wait| unaccepted(wait, &typed.accept_wait));
    let details = match (checked, refused) {
        (Ok(details), None) if payable.is_as_seen(&typed) => details,
        (checked, accept_wait) => {
            let accept_wait = accept_wait.map(str::to_owned);
            let errors = Errors { accept_wait, ..checked.err().map(|errors| *errors).unwrap_or_default() };
            return match payable.is_as_seen(&typed) {
                true => checkout_page(&app, &payable, wait.as_ref(), &typed, &errors, None),
                false => look_again(&app, &payable, wait.as_ref(), &typed, &errors),
            };
        }
    };
    // what she is promised when she has paid is no later
    let backorder = accepted.map_or(Backorder::Refuse, Backorder::AcceptUntil);
    begin_for(&app, &request, payable, details, backorder).await
}

async fn begin_for(
    app: &App,
    request: &HttpRequest,
    payable: PayableCart,
    (customer, shipping_address): (Customer, ShippingAddress),
    backorder: Backorder,
) -> Result<HttpResponse, Problem> {
    let cart = payable.fresh.cart;
    // once, before her name is known to any session: a checkout that was begun earlier can still be finished
    let (renewed, cart) = match cart.details {
        None => visitor::renew(app, request, &cart).await.map(|(visitor, cart)| (Some(visitor), cart))?,
        Some(_) => (None, cart),
    };
    let (customer, shipping_address) = (customer.into(), shipping_address.into());
    let begin = BeginCheckout { customer, shipping_address, backorder, seen: payable.totals.total };
    let mut on = match app.act_of(cart.id, begin).await? {
        Ok(CheckoutBegun { checkout, cart }) => match cart.totals {
            Some(totals) => see_other(&payment_page(app, request, &checkout, &cart.lines, totals)?),
            None => see_other("/cart"),
        },
        // in another tab, a moment ago
        Err(NoCheckout::NotAsSeen) => see_other("/checkout"),
        Err(NoCheckout::CartEmpty | NoCheckout::NoSuchCart) => see_other("/cart"),
        // only what is paid for is refused so
        Err(NoCheckout::BeingOrdered | NoCheckout::NoSuchCheckout) => return Err(Problem::internal()),
    };
    if let Some(visitor) = renewed {
        visitor::remember(app, visitor, &mut on)?;
    }
    Ok(on)
}

/// Why the wait that she has agreed to, if she has, is not the one that there is.
fn unaccepted(wait: &Wait, accepted: &str) -> &'static str {
    match accepted {
        _ if wait.until.is_none() => "This order cannot be taken as it is.",
        "" => "Please tick this box to go on, or take fewer.",
        _ => "The day has changed meanwhile: please see whether you accept the new one.",
    }
}

/// By the name that she has come by.
pub fn shop_of<'a>(app: &'a App, request: &HttpRequest) -> &'a str {
    // a request that names none of ours has come to no handler
    app.origins.of_head(request.head()).unwrap_or(app.origins.canonical())
}

/// Where the card is typed: the payment company's own page, which comes back to ours.
fn payment_page(
    app: &App,
    request: &HttpRequest,
    checkout: &str,
    lines: &[OrderLine],
    totals: Totals,
) -> Result<String, Problem> {
    let back = format!("{}/checkout/return", shop_of(app, request));
    let payable = Payable { checkout, back: &back, lines, totals };
    Ok(app.payment_page()?.open(&payable))
}
