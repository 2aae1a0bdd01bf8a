use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::actors::web_session::{BeginCheckout, CheckoutBegun, NoCheckout, RemoveLine, Seen};
use crate::domain::quote::{Method, NoQuote, Totals};
use crate::domain::{Backorder, Customer, Money, OrderLine, ShippingAddress};
use crate::gateway::{App, FreshCart, Problem, Way, prices};
use crate::partners::processor::Payable;

use super::cart::{Line, price_notices};
use super::checkout_form::{Errors, LIMITS, Limits, Typed};
use super::form::{Form, query};
use super::format::{self, Sums};
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
    /// The ways of delivery, where she has a choice.
    methods: Vec<MethodChoice>,
    lines: Vec<Line>,
    /// `None`: it cannot be delivered there.
    totals: Option<Sums>,
    seen: String,
    can_go_on: bool,
    sends_mail: bool,
}

struct MethodChoice {
    id: String,
    title: String,
    /// `£2.99`, `nothing`.
    price: String,
    days: String,
    is_chosen: bool,
}

impl MethodChoice {
    fn of(method: &Method, price: Money, chosen: Option<&str>) -> MethodChoice {
        let days = match method.days {
            (from, to) if from == to => format!("{to} days"),
            (from, to) => format!("{from} to {to} days"),
        };
        MethodChoice {
            id: method.id.to_string(),
            title: method.title.to_string(),
            price: if price.amount == 0 { "free".to_owned() } else { format::money(price) },
            days,
            is_chosen: chosen == Some(&*method.id),
        }
    }
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
    let wait = payable.wait(&app).await?;
    let typed = match &payable.fresh.cart.details {
        Some((customer, address, _)) => Typed::known(customer, address),
        None => Typed { country: payable.fresh.way.country.as_str().to_owned(), ..Typed::default() },
    };
    let notice = (!cancelled.is_empty())
        .then_some("You came back without paying: nothing was charged, and your basket is as it was.");
    checkout_page(&app, &payable, wait.as_ref(), &typed, &Errors::default(), notice)
}

/// A cart that can be checked out, if it can be delivered.
struct PayableCart {
    fresh: FreshCart,
    /// Titles that are no longer sold, and were in it when she pressed.
    taken_out: Vec<String>,
}

impl PayableCart {
    /// It still is what the page has shown her.
    fn is_as_seen(&self, typed: &Typed) -> bool {
        !self.fresh.is_news && self.taken_out.is_empty() && typed.seen == self.seen()
    }

    /// What the page says of its price; empty where it has none.
    fn seen(&self) -> String {
        self.fresh.totals().map(|totals| totals.total.amount.to_string()).unwrap_or_default()
    }

    async fn wait(&self, app: &App) -> Result<Option<Wait>, Problem> {
        let days =
            self.fresh.quote.as_ref().map_or_else(|_| prices::usual_days(app), |quote| quote.delivery.days.1);
        Wait::for_lines(app, &self.fresh.cart.lines, days).await
    }

    /// To go where her form says, by the method that it names. The error is what is wrong with that; then the cart is priced for
    /// another method, where there is one.
    fn by(self, app: &App, way: Way) -> (PayableCart, Option<NoWay>) {
        let fresh = self.fresh.by(app, way);
        let no_way = match fresh.quote {
            Err(NoQuote::NotServed) => NoWay::There,
            Err(NoQuote::NoSuchMethod | NoQuote::TooHeavy) => NoWay::By,
            _ => return (PayableCart { fresh, ..self }, None),
        };
        let way = Way { method: None, ..fresh.way.clone() };
        (PayableCart { fresh: fresh.by(app, way), ..self }, Some(no_way))
    }

    /// Sentences of what is other than she may have seen it.
    fn news(&self) -> Vec<String> {
        let gone = |title| format!("“{title}” is no longer sold, so it was taken out of your basket.");
        price_notices(&self.fresh).into_iter().chain(self.taken_out.iter().map(gone)).collect()
    }
}

/// Why a cart does not go where she has said.
enum NoWay {
    There,
    By,
}

/// The visitor's cart, if there is something in it that one payment can carry, and all of it is sold. The basket's page says why not.
async fn payable_cart(app: &App, request: &HttpRequest) -> Result<Option<PayableCart>, Problem> {
    let fresh = visitor::fresh_cart(app, request).await?.filter(|fresh| fresh.gone.is_empty());
    Ok(fresh.and_then(|fresh| payable(fresh, vec![])))
}

fn payable(fresh: FreshCart, taken_out: Vec<String>) -> Option<PayableCart> {
    let is_payable = match &fresh.quote {
        Ok(quote) => quote.totals.can_be_paid(),
        // another address, or another way
        Err(NoQuote::NotServed | NoQuote::NoSuchMethod) => true,
        Err(NoQuote::Nothing | NoQuote::TooMuch | NoQuote::TooHeavy) => false,
    };
    is_payable.then_some(PayableCart { fresh, taken_out })
}

/// The same for who goes on: a book that went off sale while she typed her address is taken out and she is told so, on this page, which
/// keeps what she has typed. A basket with no other book is left as it is.
async fn payable_rest(app: &App, request: &HttpRequest) -> Result<Option<PayableCart>, Problem> {
    let Some(mut fresh) = visitor::fresh_cart(app, request).await? else { return Ok(None) };
    let mut taken_out = vec![];
    if fresh.cart.lines.iter().any(|line| fresh.is_sold(&line.sku)) {
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
    let notice = "Your order does not come to what this page has shown you: a price has changed, what is in your basket, or what it costs to where it goes. Nothing was begun or charged. Please look at the total, and go on if you agree.";
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
    let chosen = payable.fresh.quote.as_ref().ok().map(|quote| &*quote.delivery.method);
    let methods = prices::methods(app, &cart.lines, &payable.fresh.way);
    let methods = if methods.len() > 1 { methods } else { vec![] };
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
        methods: methods.iter().map(|(method, price)| MethodChoice::of(method, *price, chosen)).collect(),
        totals: payable.fresh.quote.as_deref().ok().map(Sums::of),
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
    let way = typed.way(&app, checked.as_ref().ok().map(|(_, address)| address));
    let (payable, no_way) = payable.by(&app, way);
    let wait = payable.wait(&app).await?;
    let accepted = wait.as_ref().and_then(|wait| wait.accepted(&typed.accept_wait));
    let refused =
        wait.as_ref().filter(|_| accepted.is_none()).map(|wait| unaccepted(wait, &typed.accept_wait));
    let details = match (checked, refused, &no_way) {
        (Ok(details), None, None) if payable.is_as_seen(&typed) => details,
        (checked, accept_wait, no_way) => {
            let accept_wait = accept_wait.map(str::to_owned);
            let mut errors =
                Errors { accept_wait, ..checked.err().map(|errors| *errors).unwrap_or_default() };
            match no_way {
                Some(NoWay::There) => errors.not_delivered(),
                Some(NoWay::By) => errors.no_such_method(),
                None => {}
            }
            return match payable.is_as_seen(&typed) || no_way.is_some() {
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
    let (cart, quote) = (payable.fresh.cart, payable.fresh.quote);
    // with its price she has been shown that it can be delivered
    let quote = quote.map_err(|_| Problem::internal())?;
    let seen = Seen::of(&cart.lines, quote.clone());
    // once, before her name is known to any session: a checkout that was begun earlier can still be finished
    let (renewed, cart) = match cart.details {
        None => visitor::renew(app, request, &cart).await.map(|(visitor, cart)| (Some(visitor), cart))?,
        Some(_) => (None, cart),
    };
    let (customer, shipping_address) = (customer.into(), shipping_address.into());
    let begin = BeginCheckout { customer, shipping_address, backorder, seen };
    let mut on = match app.act_of(cart.id, begin).await? {
        Ok(CheckoutBegun { checkout, cart }) => {
            see_other(&payment_page(app, request, &checkout, &cart.lines, quote.totals)?)
        }
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
