use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::actors::web_session::{CartView, NoCart, SetLine};
use crate::domain::limits::LINES_MAX;
use crate::domain::limits::TOTAL_MINOR_MAX;
use crate::domain::quote::NoQuote;
use crate::domain::{Money, OrderLine, Quantity, Sku, VisitorKey};
use crate::gateway::{App, Code, FreshCart, Problem, prices, product};

use super::form::{Fields, Form, encoded, query};
use super::format::{self, Sums};
use super::layout::{CachePolicy, Layout, render, see_other};
use super::listing::Again as BookAgain;
use super::same_origin::SameOrigin;
use super::stock::Wait;
use super::{listing, visitor};

#[derive(Template)]
#[template(path = "shop/cart.html")]
struct CartPage {
    layout: Layout,
    lines: Vec<CartLine>,
    totals: Option<Sums>,
    /// The country that it is priced for.
    goes_to: Option<&'static str>,
    /// The day by which all of it can be at her doorstep, where it is not all here.
    until: Option<String>,
    can_check_out: bool,
    quantity_max: u32,
    notice: Option<String>,
    error: Option<String>,
}

/// What she typed, where her basket is shown again because something of it could not be done.
#[derive(Default)]
pub struct Again {
    pub refused: Option<String>,
    pub quantities: HashMap<Sku, String>,
}

/// A line of a cart or an order.
pub struct Line {
    pub sku: String,
    pub title: String,
    pub quantity: u32,
    pub unit_price: String,
    pub amount: String,
    pub colour: u64,
}

impl Line {
    pub fn of(line: &OrderLine) -> Line {
        let units = line.quantity.units();
        let amount = line.unit_price.checked_times(units);
        Line {
            sku: line.sku.to_string(),
            title: line.title.clone(),
            quantity: units,
            unit_price: format::money(line.unit_price),
            // more than 64 bits of pence: then there are no totals either, and the page says so
            amount: amount.map_or_else(|| "too much".to_owned(), format::money),
            colour: format::colour(&line.sku),
        }
    }
}

/// A line of a basket, and what has become of its book since it was put in.
struct CartLine {
    line: Line,
    is_sold: bool,
    typed: String,
    /// What is wrong with the quantity that she typed.
    error: Option<String>,
    /// A sentence.
    repriced: Option<String>,
    /// What is here of so many, and when the rest can be.
    short: Option<String>,
}

impl CartLine {
    fn of(fresh: &FreshCart, wait: Option<&Wait>, again: &Again, line: &OrderLine) -> CartLine {
        let short = wait.and_then(|wait| wait.lines.iter().find(|short| short.sku == line.sku));
        let held = line.quantity.units().to_string();
        let typed = again.quantities.get(&line.sku).cloned().unwrap_or(held);
        CartLine {
            short: short.map(|short| format!("{}.", capitalised(&short.words))),
            line: Line::of(line),
            error: quantity(&typed).is_none().then(listing::bad_quantity),
            typed,
            is_sold: fresh.is_sold(&line.sku),
            repriced: repriced(fresh, line).map(|prices| format!("Its price has changed: {prices}.")),
        }
    }
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// `now £9.00, was £8.00`
fn repriced(fresh: &FreshCart, line: &OrderLine) -> Option<String> {
    let was = fresh.was(&line.sku).filter(|_| fresh.is_sold(&line.sku))?;
    Some(format!("now {}, was {}", format::money(line.unit_price), format::money(*was)))
}

/// A sentence for each book whose price has changed since she put it in.
pub fn price_notices(fresh: &FreshCart) -> Vec<String> {
    let notice = |line: &OrderLine| {
        Some(format!("The price of “{}” has changed: {}.", line.title, repriced(fresh, line)?))
    };
    fresh.cart.lines.iter().filter_map(notice).collect()
}

/// The quantity that she typed, if it is one.
pub fn quantity(typed: &str) -> Option<Quantity> {
    typed.trim().parse().ok().and_then(|units| Quantity::parse(units).ok())
}

/// What a line holds, where that is neither what her page showed nor what she asks for.
pub fn held_otherwise(cart: &CartView, sku: &Sku, shown: &str, wanted: Quantity) -> Option<Quantity> {
    let shown: u32 = shown.parse().ok()?;
    let held = cart.lines.iter().find(|line| line.sku == *sku).map(|line| line.quantity)?;
    (held.units() != shown && held != wanted).then_some(held)
}

#[derive(Deserialize)]
struct Noted {
    #[serde(default)]
    notice: String,
    /// Of the line that it is about.
    #[serde(default)]
    sku: String,
}

/// The basket, which says that this line held another quantity than the page on which she has changed it.
pub fn path_that_tells(sku: &Sku, held: Quantity) -> String {
    format!("/cart?notice={HELD}{}&sku={}", held.units(), encoded(sku.as_str()))
}

const HELD: &str = "held-";

/// `3 copies of “Emma” were in your basket, now 1: …`
fn replaced(cart: &CartView, noted: &Noted) -> Option<String> {
    let was = quantity(noted.notice.strip_prefix(HELD)?)?.units();
    let line = cart.lines.iter().find(|line| line.sku.as_str() == noted.sku)?;
    let now = line.quantity.units();
    let copies = if was == 1 { "copy" } else { "copies" };
    let were = if was == 1 { "was" } else { "were" };
    let title = &line.title;
    (was != now).then(|| {
        format!(
            "{was} {copies} of “{title}” {were} in your basket, now {now}: it had been changed since you opened that page."
        )
    })
}

/// `GET /cart`
pub async fn show(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let noted: Noted = query(&request)?;
    let cart = visitor::fresh_cart(&app, &request).await?;
    let notice = match (noted.notice.as_str(), &cart) {
        ("renewed", _) => Some(format!(
            "{BASKET_GONE}, so we have begun a new one. Please see whether something is missing."
        )),
        (_, None) if visitor::session(&app, &request).is_some() => {
            Some(format!("{BASKET_GONE}. What you put in now begins a new one."))
        }
        (_, Some(fresh)) => replaced(&fresh.cart, &noted),
        _ => None,
    };
    cart_page(&app, cart.as_ref(), notice, Again::default()).await
}

const BASKET_GONE: &str = "Your earlier basket is gone: it was too old, or you have had it forgotten";

pub async fn cart_page(
    app: &App,
    fresh: Option<&FreshCart>,
    notice: Option<String>,
    again: Again,
) -> Result<HttpResponse, Problem> {
    let wait = match fresh {
        Some(fresh) => wait(app, fresh).await,
        None => None,
    };
    let hindrance = fresh.and_then(|fresh| hindrance(app, fresh, wait.as_ref()));
    let lines = |fresh: &FreshCart| {
        fresh.cart.lines.iter().map(|line| CartLine::of(fresh, wait.as_ref(), &again, line)).collect()
    };
    let status = if again.refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = CartPage {
        layout: Layout::titled("Your basket").basket(fresh.map_or(0, |fresh| visitor::units(&fresh.cart))),
        lines: fresh.map_or(vec![], lines),
        totals: fresh.and_then(|fresh| fresh.quote.as_deref().ok()).map(Sums::of),
        goes_to: fresh.map(|fresh| fresh.way.country.name()),
        until: wait.and_then(|wait| wait.until).map(|until| until.words),
        can_check_out: hindrance.is_none() && app.payment_page.is_some(),
        quantity_max: Quantity::MAX,
        notice: notice.or(not_open(app).map(str::to_owned)),
        error: again.refused.or(hindrance),
    };
    render(&app.pages, status, CachePolicy::NoStore, &page)
}

/// What the checkout will say of what is not all here. A basket can be looked at while the stock keeper has too much to do.
async fn wait(app: &App, fresh: &FreshCart) -> Option<Wait> {
    let sold = fresh.sold();
    let days = fresh.quote.as_ref().map_or_else(|_| prices::usual_days(app), |quote| quote.delivery.days.1);
    if sold.is_empty() { None } else { Wait::for_lines(app, &sold, days).await.ok().flatten() }
}

/// Why a basket that is not empty cannot be checked out, if it cannot.
fn hindrance(app: &App, fresh: &FreshCart, wait: Option<&Wait>) -> Option<String> {
    let is_gone = |line: &&OrderLine| !fresh.is_sold(&line.sku);
    if let Some(line) = fresh.cart.lines.iter().find(is_gone) {
        let then = if fresh.cart.lines.iter().all(|line| is_gone(&line)) {
            "and look whether we have another edition"
        } else {
            "then you can check out"
        };
        return Some(format!("“{}” is no longer sold. Please take it out, {then}.", line.title));
    }
    if wait.is_some_and(|wait| wait.until.is_none()) {
        return Some(
            "Not all of this is here, and nobody can say when the rest is. Please take fewer, or take it out."
                .to_owned(),
        );
    }
    match &fresh.quote {
        Ok(quote) => (!quote.totals.can_be_paid()).then(|| too_dear(app)),
        // an empty basket is hindered by nothing
        Err(NoQuote::Nothing) => None,
        Err(NoQuote::TooMuch) => Some(too_dear(app)),
        // she may have it sent elsewhere
        Err(NoQuote::NotServed | NoQuote::NoSuchMethod) => None,
        Err(NoQuote::TooHeavy) => Some(TOO_HEAVY.to_owned()),
    }
}

pub const TOO_HEAVY: &str =
    "This is heavier than what we can send at once. Please take something out, and order it on its own.";

/// Why there is no button that leads on.
fn not_open(app: &App) -> Option<&'static str> {
    let why = "We cannot take payments yet: the shop is open for looking, and your basket waits.";
    app.payment_page.is_none().then_some(why)
}

fn too_dear(app: &App) -> String {
    let max = format::money(Money::new(TOTAL_MINOR_MAX, app.rules.currency));
    format!("One payment can carry at most {max}. Please take something out, and order it on its own.")
}

#[derive(Deserialize)]
pub struct LineForm {
    sku: String,
    quantity: String,
    /// What a unit costs on the page that she has pressed the button of, in minor units. Nothing is charged by it.
    #[serde(default)]
    seen: String,
    /// How many of it her basket held on that page.
    #[serde(default)]
    held: String,
}

impl Fields for LineForm {}

impl LineForm {
    /// The price that she has seen, where it is another now.
    fn seen_otherwise(&self, price: Money) -> Option<Money> {
        let seen = self.seen.parse().ok().map(|amount| Money::new(amount, price.currency));
        seen.filter(|seen| *seen != price)
    }
}

/// `POST /cart/lines`: so many of a book, in the place of what the line held; so a form that is sent twice does no harm.
pub async fn set_line(
    app: Data<App>,
    request: HttpRequest,
    _same_origin: SameOrigin,
    Form(form): Form<LineForm>,
) -> Result<HttpResponse, Problem> {
    let catalogue = app.catalogue.now();
    let product = product(&catalogue, &form.sku)?;
    let Some(quantity) = quantity(&form.quantity) else {
        let again = BookAgain::BadQuantity { typed: shortened(&form.quantity) };
        return listing::book_page(&app, &request, product, Some(again)).await;
    };
    if let Some(was) = form.seen_otherwise(product.price) {
        let typed = quantity.units().to_string();
        return listing::book_page(&app, &request, product, Some(BookAgain::Repriced { typed, was })).await;
    }
    let before = if form.held.is_empty() { None } else { visitor::cart(&app, &request).await? };
    let replaced = before.and_then(|cart| held_otherwise(&cart, &product.sku, &form.held, quantity));
    let line = OrderLine::of(product, quantity);
    let known = visitor::session(&app, &request);
    let put_in = match known {
        Some(session) => app.act_of(session, SetLine { line: line.clone() }).await?,
        None => Err(NoCart::NoSuchCart),
    };
    match put_in {
        Ok(_) => {
            Ok(see_other(&replaced.map_or("/cart".to_owned(), |held| path_that_tells(&product.sku, held))))
        }
        Err(NoCart::NoSuchCart) => {
            let visitor = visitor::create(&app, &request).await?;
            let path = if known.is_some() { "/cart?notice=renewed" } else { "/cart" };
            match app.act_of(visitor.session(), SetLine { line }).await? {
                Ok(_) => in_new_cart(&app, visitor, path),
                Err(_) => Err(Problem::new(Code::NoSuchCart, "the new cart could not be found again")),
            }
        }
        Err(NoCart::Full) => {
            let cart = visitor::fresh_cart(&app, &request).await?;
            cart_page(&app, cart.as_ref(), None, Again { refused: Some(full()), ..Again::default() }).await
        }
    }
}

pub fn full() -> String {
    format!(
        "A basket holds at most {LINES_MAX} different books. Please check out, and take the rest in another."
    )
}

/// What was typed in the place of a quantity, as it is shown again.
pub fn shortened(typed: &str) -> String {
    typed.trim().chars().take(8).collect()
}

fn in_new_cart(app: &App, visitor: VisitorKey, path: &str) -> Result<HttpResponse, Problem> {
    let mut response = see_other(path);
    visitor::remember(app, visitor, &mut response)?;
    Ok(response)
}
