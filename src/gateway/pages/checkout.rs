use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::actors::web_session::{BeginCheckout, CartView, CheckoutBegun, NoCheckout};
use crate::domain::{Backorder, Customer, OrderLine, ShippingAddress, Totals};
use crate::gateway::{App, Problem};
use crate::partners::processor::Payable;

use super::cart::{Line, can_be_paid};
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
    typed: &'a Typed,
    errors: &'a Errors,
    limits: Limits,
    countries: &'a [(&'static str, &'static str)],
    wait: Option<&'a Wait>,
    lines: Vec<Line>,
    totals: Sums,
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
    let Some(cart) = payable_cart(&app, &request).await? else { return Ok(see_other("/cart")) };
    let wait = Wait::for_lines(&app, &cart.lines).await?;
    let typed = match &cart.details {
        Some((customer, address, _)) => Typed::known(customer, address),
        None => Typed { country: app.pages.frame.countries[0].0.to_owned(), ..Typed::default() },
    };
    let notice = (!cancelled.is_empty())
        .then_some("You came back without paying: nothing was charged, and your basket is as it was.");
    checkout_page(&app, &cart, wait.as_ref(), &typed, &Errors::default(), notice)
}

/// The visitor's cart, if there is something in it that one payment can carry. The basket's page says why not.
async fn payable_cart(app: &App, request: &HttpRequest) -> Result<Option<CartView>, Problem> {
    let cart = visitor::cart(app, request).await?;
    Ok(cart.filter(|cart| !cart.lines.is_empty() && can_be_paid(cart.totals.as_ref())))
}

fn checkout_page(
    app: &App,
    cart: &CartView,
    wait: Option<&Wait>,
    typed: &Typed,
    errors: &Errors,
    notice: Option<&'static str>,
) -> Result<HttpResponse, Problem> {
    let Some(totals) = &cart.totals else { return Ok(see_other("/cart")) };
    let page = CheckoutPage {
        layout: Layout::titled("Checkout").basket(visitor::units(cart)),
        notice,
        typed,
        errors,
        limits: LIMITS,
        countries: &app.pages.frame.countries,
        wait,
        lines: cart.lines.iter().map(Line::of).collect(),
        totals: Sums::of(totals),
        sends_mail: app.identity.sends_mail,
        can_go_on: wait.is_none_or(|wait| wait.until.is_some()),
    };
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    render(&app.pages, status, CachePolicy::NoStore, &page)
}

/// `POST /checkout`: on to the payment page, once all that an order needs is there.
pub async fn begin(
    app: Data<App>,
    request: HttpRequest,
    _same_origin: SameOrigin,
    Form(typed): Form<Typed>,
) -> Result<HttpResponse, Problem> {
    app.payment_page()?;
    let Some(cart) = payable_cart(&app, &request).await? else { return Ok(see_other("/cart")) };
    let checked = typed.check(&app.identity);
    let wait = Wait::for_lines(&app, &cart.lines).await?;
    let refused = wait.as_ref().and_then(|wait| unaccepted(wait, &typed.accept_wait));
    let (customer, shipping_address) = match (checked, refused) {
        (Ok(details), None) => details,
        (checked, accept_wait) => {
            let accept_wait = accept_wait.map(str::to_owned);
            let errors = Errors { accept_wait, ..checked.err().map(|errors| *errors).unwrap_or_default() };
            return checkout_page(&app, &cart, wait.as_ref(), &typed, &errors, None);
        }
    };
    let backorder = if wait.is_some() { Backorder::Accept } else { Backorder::Refuse };
    // once, before her name is known to any session: a checkout that was begun earlier can still be finished
    let (renewed, cart) = match cart.details {
        None => visitor::renew(&app, &request, &cart).await.map(|(visitor, cart)| (Some(visitor), cart))?,
        Some(_) => (None, cart),
    };
    let begun = begin_at(&app, &cart, customer.into(), shipping_address.into(), backorder).await?;
    let next = begun.map(|begun| begun.payment_page(&app, &request)).transpose()?;
    let mut on = see_other(next.as_deref().unwrap_or("/cart"));
    if let Some(visitor) = renewed {
        visitor::remember(&app, visitor, &mut on)?;
    }
    Ok(on)
}

/// Why the wait that she has agreed to, if she has, is not the one that there is.
fn unaccepted(wait: &Wait, accepted: &str) -> Option<&'static str> {
    match accepted {
        _ if wait.is_accepted_by(accepted) => None,
        _ if wait.until.is_none() => Some("This order cannot be taken as it is."),
        "" => Some("Please tick this box to go on, or take fewer."),
        _ => Some("The day has changed meanwhile: please see whether you accept the new one."),
    }
}

/// A checkout that waits for its payment.
struct Begun {
    nonce: String,
    lines: Vec<OrderLine>,
    totals: Totals,
}

/// `None`: there is nothing to buy any more.
async fn begin_at(
    app: &App,
    cart: &CartView,
    customer: Arc<Customer>,
    shipping_address: Arc<ShippingAddress>,
    backorder: Backorder,
) -> Result<Option<Begun>, Problem> {
    let begin = BeginCheckout { customer, shipping_address, backorder };
    match app.act_of(cart.id, begin).await? {
        Ok(CheckoutBegun { checkout, cart }) => {
            Ok(cart.totals.map(|totals| Begun { nonce: checkout, lines: cart.lines, totals }))
        }
        Err(NoCheckout::CartEmpty | NoCheckout::NoSuchCart) => Ok(None),
        // only what is paid for is refused so
        Err(NoCheckout::BeingOrdered | NoCheckout::NoSuchCheckout) => Err(Problem::internal()),
    }
}

impl Begun {
    /// Where the card is typed: the payment company's own page, which comes back to ours.
    fn payment_page(&self, app: &App, request: &HttpRequest) -> Result<String, Problem> {
        // a request that names none of ours has come to no handler
        let shop = app.origins.of_head(request.head()).unwrap_or(app.origins.canonical());
        let back = format!("{shop}/checkout/return");
        let payable = Payable { checkout: &self.nonce, back: &back, lines: &self.lines, totals: self.totals };
        Ok(app.payment_page()?.open(&payable))
    }
}
