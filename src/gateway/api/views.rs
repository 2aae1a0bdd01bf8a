//! What the API shows, field by field. Each borrows from what an actor replied.

use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;

use crate::actors::Rules;
use crate::actors::merchant_proxy::RefundView;
use crate::actors::order_manager::{self, PaymentView};
use crate::actors::stock_keeper::Availability;
use crate::domain::catalogue::Product;
use crate::domain::quote::Method;
use crate::domain::{Date, Money, OrderId, OrderLine, RefundId, ShippingAddress, TimelineEntry};

use crate::gateway::FreshCart;
use crate::gateway::told::told;

use super::openapi::words;
use super::price_views::{self, DeliveryView, MethodView, TaxView, TotalsView};
use super::values::{AsText, MoneyShown, money, money_of};

#[derive(Serialize, ToSchema)]
#[schema(as = Products)]
pub struct ProductsView<'a> {
    pub products: Vec<ListedView<'a>>,
    #[schema(required)]
    pub next_cursor: Option<String>,
    pub total: usize,
}

/// A product in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = ListedProduct)]
pub struct ListedView<'a> {
    #[schema(schema_with = words::sku)]
    sku: &'a str,
    title: &'a str,
    #[schema(value_type = Vec<String>)]
    authors: &'a [String],
    #[schema(required)]
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

#[derive(Serialize, ToSchema)]
#[schema(as = Product)]
pub struct ProductView<'a> {
    #[schema(schema_with = words::sku)]
    sku: &'a str,
    title: &'a str,
    #[schema(value_type = Vec<String>)]
    authors: &'a [String],
    #[schema(required)]
    year: Option<i16>,
    #[schema(required)]
    isbn: Option<&'a str>,
    #[schema(required)]
    language: Option<&'a str>,
    price: MoneyShown<'a>,
    #[schema(required)]
    weight_grams: Option<u32>,
    availability: AvailabilityView,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Availability)]
struct AvailabilityView {
    available: u32,
    #[schema(value_type = Option<String>, format = Date, required)]
    earliest_date: Option<AsText<Date>>,
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
            earliest_date: stock.and_then(|stock| stock.earliest).map(AsText),
        },
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Line)]
struct LineView<'a> {
    #[schema(schema_with = words::sku)]
    sku: &'a str,
    title: &'a str,
    #[schema(schema_with = words::quantity)]
    quantity: u32,
    unit_price: MoneyShown<'a>,
    amount: MoneyShown<'a>,
}

fn lines(lines: &[OrderLine]) -> Vec<LineView<'_>> {
    lines.iter().map(line).collect()
}

fn line(line: &OrderLine) -> LineView<'_> {
    let units = line.quantity.units();
    LineView {
        sku: line.sku.as_str(),
        title: &line.title,
        quantity: units,
        unit_price: money(&line.unit_price),
        amount: money_of(line.unit_price.amount.saturating_mul(i64::from(units)), &line.unit_price.currency),
    }
}

/// By what the one who is answered has opened an order.
pub enum OpenedBy {
    /// The order's own key, which she has been given with the answer to her order.
    Key,
    /// A signed link, which runs out: it gives out nothing that does not.
    Link(String),
    /// The API key of its program, which can be revoked; a link for a browser comes along.
    Program(String),
}

/// An order as its owner sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = Order)]
pub struct OrderShown<'a> {
    #[schema(schema_with = words::order_id)]
    id: AsText<OrderId>,
    /// The order's number for people, without its spaces.
    #[schema(schema_with = words::order_number)]
    number: String,
    /// There where the order was taken just now, or the request brought it; not where a signed link or a program's API key opened
    /// the order, for those end and it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = words::order_key, required = false)]
    key: Option<String>,
    #[schema(schema_with = words::order_state)]
    state: &'static str,
    #[schema(value_type = String, format = DateTime)]
    placed_at: AsText<crate::domain::Timestamp>,
    lines: Vec<LineView<'a>>,
    totals: TotalsView<'a>,
    total: MoneyShown<'a>,
    #[schema(value_type = Option<String>, format = Date, required)]
    promised_date: Option<AsText<Date>>,
    payment: PaymentShown<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tracking: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = words::decline_code, required = false)]
    decline_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = words::cancel_reason, required = false)]
    cancel_reason: Option<&'static str>,
    taxes: Vec<TaxView<'a>>,
    delivery: DeliveryView<'a>,
    customer: CustomerShown<'a>,
    shipping_address: AddressShown<'a>,
    links: OrderLinks,
}

/// Who has ordered.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderCustomer)]
struct CustomerShown<'a> {
    name: &'a str,
    email: &'a str,
}

/// Where it goes; `null` where the address has none.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderAddress)]
struct AddressShown<'a> {
    line1: &'a str,
    #[schema(required)]
    line2: Option<&'a str>,
    #[schema(required)]
    city: Option<&'a str>,
    #[schema(required)]
    region: Option<&'a str>,
    #[schema(required)]
    postcode: Option<&'a str>,
    country: &'a str,
    #[schema(required)]
    phone: Option<&'a str>,
}

fn address(to: &ShippingAddress) -> AddressShown<'_> {
    AddressShown {
        line1: &to.line1,
        line2: to.line2.as_deref(),
        city: Some(to.city.as_str()).filter(|city| !city.is_empty()),
        region: to.region.as_deref(),
        postcode: Some(to.postcode.as_str()).filter(|postcode| !postcode.is_empty()),
        country: &to.country,
        phone: to.phone.as_deref(),
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = OrderPayment)]
struct PaymentShown<'a> {
    #[schema(schema_with = words::payment_state)]
    state: &'static str,
    /// What was taken, once it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    amount: Option<MoneyShown<'a>>,
    /// What of that was given back, once anything was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    refunded: Option<MoneyShown<'a>>,
}

#[derive(Serialize, ToSchema)]
pub struct OrderLinks {
    #[serde(rename = "self")]
    this: String,
    timeline: String,
    /// For a browser: it opens the order by the key or the signed link that the request brought, else by a new signed link.
    page: String,
}

pub fn order_path(id: OrderId) -> String {
    format!("/api/v1/orders/{id}")
}

/// `key`: what opens it, its key or a signed link's.
pub fn links(order: OrderId, key: &str) -> OrderLinks {
    links_to(order, format!("/orders/{order}?key={key}"))
}

fn links_to(order: OrderId, page: String) -> OrderLinks {
    let this = order_path(order);
    OrderLinks { timeline: format!("{this}/timeline"), page, this }
}

pub fn order<'a>(rules: &Rules, view: &'a order_manager::OrderView, opened: OpenedBy) -> OrderShown<'a> {
    let (key, links) = match opened {
        OpenedBy::Key => {
            let key = view.key.to_string();
            let links = links(view.id, &key);
            (Some(key), links)
        }
        OpenedBy::Link(given) => (None, links(view.id, &given)),
        OpenedBy::Program(page) => (None, links_to(view.id, page)),
    };
    OrderShown {
        id: AsText(view.id),
        number: view.number.digits(),
        key,
        state: view.state.name(),
        placed_at: AsText(view.placed_at),
        lines: lines(&view.lines),
        totals: price_views::totals(&view.quote),
        total: money(&view.quote.totals.total),
        taxes: price_views::taxes(&view.quote),
        delivery: price_views::delivery(&view.quote),
        // nobody promises for whom there is no crew
        promised_date: view.promised_date.filter(|_| rules.has_crew).map(AsText),
        payment: payment(&view.payment),
        tracking: view.tracking.as_deref(),
        decline_code: view.decline_reason.map(|reason| reason.code()),
        cancel_reason: view.cancel_reason.map(|reason| reason.code()),
        customer: CustomerShown { name: &view.customer.name, email: &view.customer.email },
        shipping_address: address(&view.shipping_address),
        links,
    }
}

fn payment(view: &PaymentView) -> PaymentShown<'_> {
    let (amount, refunded) = match view {
        PaymentView::Captured { amount } | PaymentView::Settled { amount } => (Some(money(amount)), None),
        PaymentView::Refunded { captured, refunded } => (Some(money(captured)), Some(money(refunded))),
        _ => (None, None),
    };
    PaymentShown { state: view.name(), amount, refunded }
}

/// Money that is given back of an order.
#[derive(Serialize, ToSchema)]
#[schema(as = Refund)]
pub struct RefundShown<'a> {
    #[schema(value_type = String)]
    id: AsText<RefundId>,
    amount: MoneyShown<'a>,
    #[schema(schema_with = words::refund_state)]
    state: &'static str,
}

pub fn refund(view: &RefundView) -> RefundShown<'_> {
    RefundShown { id: AsText(view.id), amount: money(&view.amount), state: view.state.name() }
}

/// One entry of an order's timeline: when, which of the fifteen steps, what happened, and which actor stated it.
#[derive(Serialize, ToSchema)]
#[schema(as = TimelineEntry)]
pub struct EntryView {
    #[schema(value_type = String, format = DateTime)]
    at: AsText<crate::domain::Timestamp>,
    #[schema(minimum = 0, maximum = 15)]
    step: u8,
    name: &'static str,
    what: String,
    #[schema(schema_with = words::party)]
    by: AsText<crate::domain::Party>,
}

/// `zone`: the shop's, in which the words tell moments.
pub fn entry(entry: &TimelineEntry, zone: &TimeZone) -> EntryView {
    EntryView {
        at: AsText(entry.at),
        step: entry.step.0,
        name: entry.step.name(),
        what: told(&entry.what, zone),
        by: AsText(entry.by),
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Cart)]
pub struct CartShown<'a> {
    #[schema(schema_with = words::cart_id)]
    id: String,
    lines: Vec<CartLineView<'a>>,
    /// Without what is no longer sold; `null` where nothing else is in the cart, or it cannot be delivered.
    #[schema(required)]
    totals: Option<TotalsView<'a>>,
    #[schema(required)]
    total: Option<MoneyShown<'a>>,
    taxes: Vec<TaxView<'a>>,
    /// Where it would go.
    #[schema(schema_with = words::country)]
    country: &'static str,
    /// How it would be delivered there; `null` where it has no total.
    #[schema(required)]
    delivery: Option<DeliveryView<'a>>,
    /// All the ways in which it can be delivered there; none where the shop does not deliver there.
    delivery_methods: Vec<MethodView<'a>>,
    /// The last day on which it can be bought for this total.
    #[schema(value_type = Option<String>, format = Date, required)]
    valid_until: Option<AsText<Date>>,
    links: CartLinks,
}

/// A line at today's price.
#[derive(Serialize, ToSchema)]
#[schema(as = CartLine)]
struct CartLineView<'a> {
    #[schema(schema_with = words::sku)]
    sku: &'a str,
    title: &'a str,
    #[schema(schema_with = words::quantity)]
    quantity: u32,
    unit_price: MoneyShown<'a>,
    amount: MoneyShown<'a>,
    /// What a unit cost when the line was put in, where it costs something else now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    was: Option<MoneyShown<'a>>,
    /// Where it is not, the cart cannot be bought before the line is taken out.
    is_sold: bool,
}

#[derive(Serialize, ToSchema)]
struct CartLinks {
    #[serde(rename = "self")]
    this: String,
    checkout: String,
}

pub fn cart_path(id: crate::domain::SessionId) -> String {
    format!("/api/v1/carts/{id}")
}

/// `methods`: those in which it can be delivered.
pub fn cart<'a>(fresh: &'a FreshCart, methods: &'a [(&'a Method, Money)]) -> CartShown<'a> {
    let this = cart_path(fresh.cart.id);
    let quote = fresh.quote.as_deref().ok();
    CartShown {
        id: fresh.cart.id.to_string(),
        lines: fresh.cart.lines.iter().map(|line| cart_line(fresh, line)).collect(),
        totals: quote.map(price_views::totals),
        total: quote.map(|quote| money(&quote.totals.total)),
        taxes: quote.map(price_views::taxes).unwrap_or_default(),
        country: fresh.way.country.as_str(),
        delivery: quote.map(price_views::delivery),
        delivery_methods: methods.iter().map(price_views::method).collect(),
        valid_until: quote.map(price_views::until),
        links: CartLinks { checkout: format!("{this}/checkout"), this },
    }
}

fn cart_line<'a>(fresh: &'a FreshCart, of: &'a OrderLine) -> CartLineView<'a> {
    let LineView { sku, title, quantity, unit_price, amount } = line(of);
    let (was, is_sold) = (fresh.was(&of.sku).map(money), fresh.is_sold(&of.sku));
    CartLineView { sku, title, quantity, unit_price, amount, was, is_sold }
}

/// As a problem brings it along.
pub fn as_value(view: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(view).expect("a view is numbers and texts")
}
