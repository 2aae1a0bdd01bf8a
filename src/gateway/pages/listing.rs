use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::actors::Rules;
use crate::actors::stock_keeper::Availability;
use crate::domain::catalogue::{Cursor, Product};
use crate::domain::{Money, Quantity, Sku, Units, language};
use crate::gateway::{App, Code, HttpLimits, Problem, availability, prices, product, sku_in_path};

use super::form::{encoded, query};
use super::layout::{CachePolicy, Layout, render};
use super::stock::Badge;
use super::{format, visitor};

/// Fills rows of two, three, four and six.
const PAGE_BOOKS: usize = 24;

/// A book among others.
pub struct Book {
    pub sku: String,
    pub title: String,
    pub authors: String,
    pub price: String,
    pub colour: u64,
    /// `None` where the stock is not known just now.
    pub badge: Option<Badge>,
}

impl Book {
    fn of(rules: &Rules, product: &Product, available: Option<u32>) -> Book {
        Book {
            sku: product.sku.to_string(),
            title: product.title.clone(),
            authors: format::listed(&product.authors),
            price: format::money(product.price),
            colour: format::colour(&product.sku),
            badge: available.map(|units| Badge::of(rules, units)),
        }
    }
}

#[derive(Template)]
#[template(path = "shop/list.html")]
struct ListPage {
    layout: Layout,
    books: Vec<Book>,
    total: usize,
    /// Where she came from; on the first page `None`.
    previous: Option<String>,
    next: Option<String>,
    /// What is not here is ordered in.
    orders_in: bool,
    /// Somebody brings it.
    delivers: bool,
}

#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    cursor: String,
}

/// `GET /?q=&cursor=`: books that match, all where nothing is asked for.
pub async fn list(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let search: Search = query(&request)?;
    if search.q.chars().count() > HttpLimits::QUERY_CHARS_MAX {
        let detail = format!("a search has at most {} characters", HttpLimits::QUERY_CHARS_MAX);
        return Err(Problem::new(Code::BadQuery, detail));
    }
    let after = Some(&search.cursor).filter(|cursor| !cursor.is_empty()).map(|cursor| Cursor::parse(cursor));
    let after = after.transpose().map_err(|error| Problem::new(Code::BadQuery, error.to_string()))?;
    let asked = search.q.trim();
    let catalogue = app.catalogue.now();
    let page = catalogue.search(asked, after.as_ref(), PAGE_BOOKS);

    // books can be looked at while the stock keeper has too much to do
    let skus = page.products.iter().map(|product| product.sku.clone()).collect();
    let stock = availability::now(&app, skus).await.ok();
    let available = |sku: &Sku| stock.as_ref().map(|stock| units_of(stock, sku));
    let books =
        page.products.iter().map(|product| Book::of(&app.rules, product, available(&product.sku))).collect();

    let place = after.map(|after| catalogue.place(asked, &after, PAGE_BOOKS));
    let number = place.as_ref().map_or(String::new(), |place| format!(", page {}", place.page));
    let title = if asked.is_empty() { "All books".to_owned() } else { format!("Books for “{asked}”") };
    let mut layout = Layout::titled(title + &number).basket(units_in_basket(&app, &request).await);
    layout.query = asked.to_owned();
    let next = page.next.as_ref().map(|cursor| path_of(asked, Some(cursor)));
    let previous = place.map(|place| path_of(asked, place.previous.as_ref()));
    let (orders_in, delivers) = (app.rules.orders_in(), app.rules.has_crew);
    let page = ListPage { layout, books, total: page.total, previous, next, orders_in, delivers };
    render(&app.pages, StatusCode::OK, CachePolicy::NoCache, &page)
}

fn path_of(asked: &str, after: Option<&Cursor>) -> String {
    let cursor = after.map_or(String::new(), |after| format!("&cursor={}", encoded(&after.to_string())));
    format!("/?q={}{cursor}", encoded(asked))
}

fn units_of(stock: &[Availability], sku: &Sku) -> u32 {
    stock
        .iter()
        .find(|availability| availability.sku == *sku)
        .map_or(0, |availability| availability.available)
}

/// For the top of the page: it can do without.
async fn units_in_basket(app: &App, request: &HttpRequest) -> u32 {
    let cart = visitor::cart(app, request).await.ok().flatten();
    cart.as_ref().map_or(0, visitor::units)
}

#[derive(Template)]
#[template(path = "shop/book.html")]
struct BookPage {
    layout: Layout,
    book: Book,
    /// What its badge does not say.
    supply: Option<String>,
    year: Option<String>,
    language: Option<String>,
    isbn: Option<String>,
    weight_grams: Option<u32>,
    quantity_max: u32,
    in_basket: u32,
    typed: String,
    /// What it costs, in minor units: sent back with the form.
    seen: i64,
    notice: Option<String>,
    error: Option<String>,
}

/// Why she sees the book's page again instead of her basket.
pub enum Again {
    /// What was typed is no quantity.
    BadQuantity { typed: String },
    /// It costs something else than the page that she had open said.
    Repriced { typed: String, was: Money },
}

impl Again {
    fn status(&self) -> StatusCode {
        match self {
            Again::BadQuantity { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Again::Repriced { .. } => StatusCode::CONFLICT,
        }
    }
}

/// `GET /books/{sku}`, whatever the case that a code was typed in.
pub async fn book(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let catalogue = app.catalogue.now();
    let typed = sku_in_path(&request);
    match product(&catalogue, &typed) {
        Ok(product) => book_page(&app, &request, product, None).await,
        Err(problem) => match catalogue.get_in_any_case(&typed) {
            Some(meant) if problem.code() == Code::NoSuchProduct => Ok(found_at(&meant.sku)),
            _ => Err(problem),
        },
    }
}

/// The browser asks again next time: another product may be listed under what was typed.
fn found_at(sku: &Sku) -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, format!("/books/{}", encoded(sku.as_str()).replace('+', "%20"))))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .finish()
}

pub async fn book_page(
    app: &App,
    request: &HttpRequest,
    product: &Product,
    again: Option<Again>,
) -> Result<HttpResponse, Problem> {
    let wanted = vec![Units { sku: product.sku.clone(), quantity: 1 }];
    let stock = availability::with_earliest(app, wanted, prices::usual_days(app)).await.ok();
    let stock = stock.as_ref().map(|stock| stock.iter().find(|found| found.sku == product.sku));
    let cart = visitor::cart(app, request).await.ok().flatten();
    let line = cart.as_ref().and_then(|cart| cart.lines.iter().find(|line| line.sku == product.sku));
    let in_basket = line.map_or(0, |line| line.quantity.units());

    let status = again.as_ref().map_or(StatusCode::OK, Again::status);
    let (typed, notice, error) = match again {
        None => (in_basket.max(1).to_string(), None, None),
        Some(Again::BadQuantity { typed }) => (typed, None, Some(bad_quantity())),
        Some(Again::Repriced { typed, was }) => (typed, Some(repriced(product.price, was)), None),
    };
    let page = BookPage {
        layout: Layout::titled(&product.title).basket(cart.as_ref().map_or(0, visitor::units)),
        book: Book::of(&app.rules, product, stock.map(|found| found.map_or(0, |found| found.available))),
        supply: supply(&app.rules, stock),
        year: product.year.map(format::year),
        language: product.language.as_deref().map(|tag| language::name_of(tag).to_owned()),
        isbn: product.isbn.clone(),
        weight_grams: product.weight_grams,
        quantity_max: Quantity::MAX,
        in_basket,
        typed,
        seen: product.price.amount,
        notice,
        error,
    };
    render(&app.pages, status, CachePolicy::NoCache, &page)
}

fn repriced(now: Money, was: Money) -> String {
    let (now, was) = (format::money(now), format::money(was));
    format!(
        "The price has changed since you opened this page: now {now}, was {was}. Nothing was put into your basket; press the button \
         again if you agree."
    )
}

pub fn bad_quantity() -> String {
    format!("We take whole numbers from 1 to {}.", Quantity::MAX)
}

/// What the shop can promise of a book, and no more: without a crew no day on which it leaves, without wholesalers none that it comes.
/// `stock`: nothing where it is not known, an empty one where the stock keeper does not list the book.
fn supply(rules: &Rules, stock: Option<Option<&Availability>>) -> Option<String> {
    let said = match stock {
        None => "We cannot see our shelves just now; the basket will tell.".to_owned(),
        Some(Some(stock)) if stock.available > 0 && rules.has_crew => {
            "Leaves our house within a day or so.".to_owned()
        }
        Some(Some(stock)) if stock.available > 0 => return None,
        Some(Some(Availability { earliest: Some(date), .. })) => {
            format!("We order it in for you: at your doorstep by {}.", format::day(*date))
        }
        Some(_) if rules.orders_in() => "We have none, and no wholesaler offers it now.".to_owned(),
        Some(_) => "We cannot say when there is more.".to_owned(),
    };
    Some(said)
}
