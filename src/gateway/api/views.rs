//! What the API shows, field by field. Each borrows from what an actor replied.

use std::fmt::Display;

use serde::{Serialize, Serializer};

use crate::actors::order_manager::{self, PaymentView};
use crate::actors::stock_keeper::Availability;
use crate::actors::web_session;
use crate::domain::catalogue::Product;
use crate::domain::{Date, Money, OrderId, OrderLine, TimelineEntry, Totals};

/// An amount in minor units and its ISO 4217 currency.
#[derive(Serialize)]
pub struct MoneyShown<'a> {
    amount: i64,
    currency: &'a str,
}

fn money(money: &Money) -> MoneyShown<'_> {
    MoneyShown { amount: money.amount, currency: money.currency.code() }
}

/// Written as its text.
struct Shown<T>(T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[derive(Serialize)]
pub struct ProductsView<'a> {
    pub products: Vec<ListedView<'a>>,
    pub next_cursor: Option<String>,
    pub total: usize,
}

/// A product in a list.
#[derive(Serialize)]
pub struct ListedView<'a> {
    sku: &'a str,
    title: &'a str,
    authors: &'a [String],
    year: Option<i16>,
    price: MoneyShown<'a>,
    available: u32,
}

pub fn listed<'a>(product: &'a Product, stock: &[Availability]) -> ListedView<'a> {
    let found = stock.iter().find(|availability| availability.sku == product.sku);
    ListedView {
        sku: product.sku.as_str(),
        title: &product.title,
        authors: &product.authors,
        year: product.year,
        price: money(&product.price),
        available: found.map_or(0, |availability| availability.available),
    }
}

#[derive(Serialize)]
pub struct ProductView<'a> {
    sku: &'a str,
    title: &'a str,
    authors: &'a [String],
    year: Option<i16>,
    isbn: Option<&'a str>,
    language: Option<&'a str>,
    price: MoneyShown<'a>,
    weight_grams: u32,
    availability: AvailabilityView,
}

#[derive(Serialize)]
struct AvailabilityView {
    available: u32,
    earliest_date: Option<Shown<Date>>,
}

/// `stock` is `None` where the stock keeper does not list it: then there is none of it.
pub fn product<'a>(product: &'a Product, stock: Option<&Availability>) -> ProductView<'a> {
    ProductView {
        sku: product.sku.as_str(),
        title: &product.title,
        authors: &product.authors,
        year: product.year,
        isbn: product.isbn.as_deref(),
        language: product.language.as_deref(),
        price: money(&product.price),
        weight_grams: product.weight_grams,
        availability: AvailabilityView {
            available: stock.map_or(0, |stock| stock.available),
            earliest_date: stock.and_then(|stock| stock.earliest).map(Shown),
        },
    }
}

#[derive(Serialize)]
struct LineView<'a> {
    sku: &'a str,
    title: &'a str,
    quantity: u32,
    unit_price: MoneyShown<'a>,
    amount: MoneyShown<'a>,
}

fn lines(lines: &[OrderLine]) -> Vec<LineView<'_>> {
    lines.iter().map(line).collect()
}

fn line(line: &OrderLine) -> LineView<'_> {
    let units = line.quantity.units();
    let currency = line.unit_price.currency.code();
    LineView {
        sku: line.sku.as_str(),
        title: &line.title,
        quantity: units,
        unit_price: money(&line.unit_price),
        amount: MoneyShown { amount: line.unit_price.amount.saturating_mul(i64::from(units)), currency },
    }
}

#[derive(Serialize)]
struct TotalsView<'a> {
    goods: MoneyShown<'a>,
    shipping: MoneyShown<'a>,
    tax: MoneyShown<'a>,
}

fn totals(totals: &Totals) -> TotalsView<'_> {
    TotalsView { goods: money(&totals.goods), shipping: money(&totals.shipping), tax: money(&totals.tax) }
}

/// An order as its owner sees it. Its key stands here once, and in the link for her browser.
#[derive(Serialize)]
pub struct OrderShown<'a> {
    id: Shown<OrderId>,
    key: String,
    state: &'static str,
    placed_at: Shown<crate::domain::Timestamp>,
    lines: Vec<LineView<'a>>,
    totals: TotalsView<'a>,
    total: MoneyShown<'a>,
    promised_date: Option<Shown<Date>>,
    payment: PaymentShown<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decline_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_reason: Option<&'static str>,
    links: OrderLinks,
}

#[derive(Serialize)]
struct PaymentShown<'a> {
    state: &'static str,
    /// What was taken, once it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<MoneyShown<'a>>,
}

#[derive(Serialize)]
struct OrderLinks {
    #[serde(rename = "self")]
    this: String,
    timeline: String,
    /// For a browser: it holds the key.
    page: String,
}

pub fn order_path(id: OrderId) -> String {
    format!("/api/v1/orders/{id}")
}

pub fn order(view: &order_manager::OrderView) -> OrderShown<'_> {
    let key = view.key.to_string();
    let this = order_path(view.id);
    let links = OrderLinks {
        timeline: format!("{this}/timeline"),
        page: format!("/orders/{}?key={key}", view.id),
        this,
    };
    OrderShown {
        id: Shown(view.id),
        key,
        state: view.state.name(),
        placed_at: Shown(view.placed_at),
        lines: lines(&view.lines),
        totals: totals(&view.totals),
        total: money(&view.totals.total),
        promised_date: view.promised_date.map(Shown),
        payment: payment(&view.payment),
        tracking: view.tracking.as_deref(),
        decline_code: view.decline_reason.map(|reason| reason.code()),
        cancel_reason: view.cancel_reason.map(|reason| reason.code()),
        links,
    }
}

fn payment(view: &PaymentView) -> PaymentShown<'_> {
    let amount = match view {
        PaymentView::Captured { amount } | PaymentView::Settled { amount } => Some(money(amount)),
        _ => None,
    };
    PaymentShown { state: view.name(), amount }
}

/// One entry of an order's timeline: when, which of the fifteen steps, what happened, and which actor stated it.
#[derive(Serialize)]
pub struct EntryView {
    at: Shown<crate::domain::Timestamp>,
    step: u8,
    name: &'static str,
    what: String,
    by: Shown<crate::domain::Party>,
}

pub fn entry(entry: &TimelineEntry) -> EntryView {
    EntryView {
        at: Shown(entry.at),
        step: entry.step.0,
        name: entry.step.name(),
        what: entry.what.to_string(),
        by: Shown(entry.by),
    }
}

#[derive(Serialize)]
pub struct CartShown<'a> {
    id: String,
    lines: Vec<LineView<'a>>,
    /// `null` while the cart is empty.
    totals: Option<TotalsView<'a>>,
    total: Option<MoneyShown<'a>>,
    links: CartLinks,
}

#[derive(Serialize)]
struct CartLinks {
    #[serde(rename = "self")]
    this: String,
    checkout: String,
}

pub fn cart_path(id: crate::domain::SessionId) -> String {
    format!("/api/v1/carts/{id}")
}

pub fn cart(view: &web_session::CartView) -> CartShown<'_> {
    let this = cart_path(view.id);
    CartShown {
        id: view.id.to_string(),
        lines: lines(&view.lines),
        totals: view.totals.as_ref().map(totals),
        total: view.totals.as_ref().map(|totals| money(&totals.total)),
        links: CartLinks { checkout: format!("{this}/checkout"), this },
    }
}
