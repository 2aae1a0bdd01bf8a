//! Parses what a client sends into types of the domain. What is parsed is valid: a handler checks nothing again. No actor is
//! asked here.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::Query;
use serde::{Deserialize, Serialize};

use crate::actors::web_session::{Checkout, CheckoutDetails};
use crate::domain::catalogue::{Catalogue, Product};
use crate::domain::limits::LINES_MAX;
use crate::domain::quote::Quote;
use crate::domain::{
    Backorder, Currency, Customer, Date, Money, OrderId, OrderLine, ProgramId, Quantity, SessionId,
    ShippingAddress, Sku, addresses,
};
use crate::gateway::countries::served_instead;
use crate::gateway::json::Json;
use crate::gateway::{App, Body, Code, Problem, Way, details, idempotency, prices};

use super::fields::{Fields, Place};
use super::{values, views};

const ORDER_FIELDS: [&str; 8] = [
    "lines",
    "customer",
    "shipping_address",
    "delivery_method",
    "payment",
    "backorder",
    "accept_until",
    "expected_total",
];

/// The body of `POST /orders`.
pub struct Order {
    pub checkout: Checkout,
    /// Why nothing is bought at today's prices. The checkout is without lines then: all the same its key is asked for, which may
    /// have bought at those of another day.
    pub refused: Option<Problem>,
}

/// The body of `POST /orders`.
pub fn order(app: &App, program: ProgramId, idempotency_key: String, body: &Body) -> Result<Order, Problem> {
    let json = body.json()?;
    let fields = Fields::of(&json, &Place::Root, &ORDER_FIELDS)?;
    let Lines { wanted, lines } = lines(app, &fields)?;
    let expected = fields.given("expected_total").map(|_| expected_total(&fields)).transpose()?;
    let details = checkout_details(app, &fields)?;
    let method = delivery_method(&fields)?;
    // neither prices nor what is on sale: the same body is the same request, also when these have changed
    let digest =
        idempotency::digest(&Wanted { lines: &wanted, details: &details, method: method.as_deref() });
    let way = Way::to(app, &details.shipping_address, method);
    let priced = lines.and_then(|lines| Ok((priced(app, &lines, &way, expected)?, lines)));
    let (quote, lines, refused) = match priced {
        Ok((quote, lines)) => (quote, lines.into(), None),
        Err(refused) => (Arc::new(Quote::of_nothing(app.rules.currency)), [].into(), Some(refused)),
    };
    Ok(Order { checkout: Checkout { program, idempotency_key, digest, lines, quote, details }, refused })
}

/// The body of `POST /carts/{id}/checkout`.
pub struct CartCheckout {
    pub digest: u64,
    pub details: CheckoutDetails,
    pub way: Way,
    /// What the cart was shown to cost: only who says it can have seen it.
    pub expected_total: Money,
}

pub fn cart_checkout(app: &App, body: &Body) -> Result<CartCheckout, Problem> {
    let json = body.json()?;
    let fields = Fields::of(&json, &Place::Root, &ORDER_FIELDS[1..])?;
    let expected_total = expected_total(&fields)?;
    let details = checkout_details(app, &fields)?;
    let method = delivery_method(&fields)?;
    let digest = idempotency::digest(&Wanted { lines: &[], details: &details, method: method.as_deref() });
    let way = Way::to(app, &details.shipping_address, method);
    Ok(CartCheckout { digest, details, way, expected_total })
}

/// The body of `POST /orders/{id}/refunds`.
pub struct WantedRefund {
    /// `None`: all that is left.
    pub amount: Option<Money>,
    pub reason: String,
}

pub fn refund(body: &Body) -> Result<WantedRefund, Problem> {
    let json = body.json()?;
    let fields = Fields::of(&json, &Place::Root, &["amount", "reason"])?;
    let amount = fields.given("amount").map(|_| money(&fields, "amount")).transpose()?;
    Ok(WantedRefund { amount, reason: fields.parsed("reason", details::reason)? })
}

/// What the program has shown that it costs.
fn expected_total(body: &Fields<'_>) -> Result<Money, Problem> {
    money(body, "expected_total")
}

fn money(body: &Fields<'_>, name: &'static str) -> Result<Money, Problem> {
    let at = body.place(name);
    let fields = Fields::of(body.required(name)?, &at, &["amount", "currency"])?;
    let currency = |text: &str| Currency::parse(text).map_err(|error| error.to_string());
    let currency = fields.parsed("currency", currency)?;
    let amount = match fields.required("amount")? {
        Json::Whole(amount) => i64::try_from(*amount).ok().filter(|amount| *amount >= 0),
        _ => None,
    };
    let wanted = "a whole number of minor units is expected";
    let amount = amount.ok_or_else(|| fields.place("amount").bad(wanted))?;
    Ok(Money::new(amount, currency))
}

/// The body of `PUT /carts/{id}/lines/{sku}`.
pub fn cart_line(app: &App, sku: &str, body: &Body) -> Result<OrderLine, Problem> {
    let json = body.json()?;
    let fields = Fields::of(&json, &Place::Root, &["quantity"])?;
    let quantity = quantity(&fields)?;
    let catalogue = app.catalogue.now();
    let product = product(&catalogue, sku)?;
    Ok(OrderLine::of(product, quantity))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedWay {
    country: Option<String>,
    region: Option<String>,
    postcode: Option<String>,
    delivery_method: Option<String>,
}

/// Where a cart would go, as its query says: `None` where that says nothing.
pub fn way(app: &App, request: &HttpRequest) -> Result<Option<Way>, Problem> {
    let bad = |detail: String| Problem::new(Code::BadQuery, detail);
    let Query(asked) = Query::<AskedWay>::from_query(request.query_string()).map_err(|_| {
        bad("country, region, postcode and delivery_method are read, each at most once and in UTF-8"
            .to_owned())
    })?;
    let AskedWay { country, region, postcode, delivery_method } = asked;
    if country.is_none() && (region.is_some() || postcode.is_some()) {
        return Err(bad("region and postcode go with a country".to_owned()));
    }
    if country.is_none() && delivery_method.is_none() {
        return Ok(None);
    }
    let part = |name: &str, text: Option<String>| {
        let read = text.map(|text| details::optional_address_field(&text)).transpose();
        read.map_err(|wanted| bad(format!("{name}: {wanted}")))
    };
    let country = country.map(|country| details::country(&country)).transpose();
    let country = country.map_err(|wanted| bad(format!("country: {wanted}")))?.unwrap_or(app.rules.home);
    let (region, postcode) = (part("region", region)?, part("postcode", postcode)?);
    let method = delivery_method.map(|method| details::method(&method)).transpose();
    let method = method.map_err(|wanted| bad(format!("delivery_method: {wanted}")))?;
    // as an address of hers would have them
    let regions = &addresses::AddressForm::of(country).regions;
    let written = |typed: String| regions.find(&typed).map_or(typed, |region| region.written.to_owned());
    let region = region.filter(|region| !region.is_empty()).map(written);
    let postcode = postcode.unwrap_or_default().to_uppercase();
    Ok(Some(Way { country, region, postcode, method }))
}

/// What makes a request another one.
#[derive(Serialize)]
struct Wanted<'a> {
    lines: &'a [(Sku, Quantity)],
    details: &'a CheckoutDetails,
    method: Option<&'a str>,
}

/// Why the SKU cannot be bought: it is none, not a product's, or of one that is sold no more.
fn product<'a>(catalogue: &'a Catalogue, sku: &str) -> Result<&'a Product, Problem> {
    let parsed = Sku::parse(sku).ok();
    let found = parsed.as_ref().and_then(|sku| catalogue.get(sku));
    found.ok_or_else(|| match parsed {
        Some(sku) if catalogue.is_delisted(&sku) => {
            Problem::new(Code::UnknownSku, format!("`{sku}` was sold once, and is sold no more"))
        }
        _ => unknown_sku(sku),
    })
}

/// `None`: no cart can have this id. The session that all programs share is no cart.
pub fn cart_id(text: &str) -> Option<SessionId> {
    SessionId::parse(text).ok().filter(|session| *session != SessionId::PROGRAMS)
}

pub fn order_id(text: &str) -> Option<OrderId> {
    OrderId::parse(text).ok()
}

/// What is wanted, lines of one SKU put together where the first of them stands.
struct Lines {
    wanted: Vec<(Sku, Quantity)>,
    /// With what each is and costs today; or why one of them cannot be bought any more.
    lines: Result<Vec<OrderLine>, Problem>,
}

/// What was never sold is an error, for no key can have bought it.
fn lines(app: &App, order: &Fields<'_>) -> Result<Lines, Problem> {
    let at = order.place("lines");
    let items = order.list("lines")?;
    if !(1..=LINES_MAX).contains(&items.len()) {
        return Err(at.bad(format!("1 to {LINES_MAX} lines are expected, not {}", items.len())));
    }
    let catalogue = app.catalogue.now();
    let (mut wanted, mut gone): (Vec<(Sku, Quantity)>, _) = (Vec::with_capacity(items.len()), None);
    for (place, item) in items.iter().enumerate() {
        let at = Place::Item(&at, place);
        let fields = Fields::of(item, &at, &["sku", "quantity"])?;
        let quantity = quantity(&fields)?;
        let text = fields.text("sku")?;
        let sku = Sku::parse(text).map_err(|_| unknown_sku(text).at(fields.place("sku").pointer()))?;
        if let Err(problem) = product(&catalogue, text) {
            let problem = problem.at(fields.place("sku").pointer());
            if !catalogue.is_delisted(&sku) {
                return Err(problem);
            }
            gone.get_or_insert(problem);
        }
        match wanted.iter_mut().find(|(known, _)| *known == sku) {
            Some((_, units)) => *units = sum(*units, quantity, &fields)?,
            None => wanted.push((sku, quantity)),
        }
    }
    let line = |(sku, quantity): &(Sku, Quantity)| Some(OrderLine::of(catalogue.get(sku)?, *quantity));
    let lines = gone.map_or_else(|| Ok(wanted.iter().filter_map(line).collect()), Err);
    Ok(Lines { wanted, lines })
}

fn sum(one: Quantity, other: Quantity, fields: &Fields<'_>) -> Result<Quantity, Problem> {
    let units = i128::from(one.units()) + i128::from(other.units());
    Quantity::parse(units).map_err(|error| {
        let detail = format!("the lines of this SKU together: {error}");
        Problem::new(Code::BadQuantity, detail).at(fields.place("quantity").pointer())
    })
}

fn quantity(fields: &Fields<'_>) -> Result<Quantity, Problem> {
    let bad = |detail: String| Problem::new(Code::BadQuantity, detail).at(fields.place("quantity").pointer());
    let wanted = || format!("a quantity is a whole number from 1 to {}", Quantity::MAX);
    match fields.get("quantity") {
        Some(Json::Whole(units)) => Quantity::parse(*units).map_err(|error| bad(error.to_string())),
        Some(Json::Real(_)) => Err(bad(format!("{}, this one has a fraction, or is far larger", wanted()))),
        Some(other) => Err(bad(format!("{}, not {}", wanted(), other.kind()))),
        None => Err(bad(format!("{}, and is missing", wanted()))),
    }
}

fn unknown_sku(sku: &str) -> Problem {
    let shown: String = sku.chars().filter(|c| !c.is_control()).take(Sku::LENGTH_MAX).collect();
    Problem::new(Code::UnknownSku, format!("the catalogue has no `{shown}`"))
}

/// What these cost there. A total that is expected is the one that it is.
fn priced(app: &App, lines: &[OrderLine], way: &Way, expected: Option<Money>) -> Result<Arc<Quote>, Problem> {
    let quote = prices::quote(app, lines, way).map_err(|why| prices::problem(app, why, way))?;
    let total = quote.totals.total;
    match expected {
        _ if !quote.totals.can_be_paid() => Err(prices::too_large(app)),
        Some(expected) if expected != total => Err(price_changed(total)),
        _ => Ok(quote),
    }
}

/// One that is offered; where there are several and none is named, the first.
fn delivery_method(body: &Fields<'_>) -> Result<Option<String>, Problem> {
    match body.given("delivery_method") {
        None => Ok(None),
        Some(_) => body.parsed("delivery_method", details::method).map(Some),
    }
}

fn price_changed(total: Money) -> Problem {
    let detail = format!("the order costs {total}, which is not what is expected");
    let total = views::as_value(&values::money(&total));
    Problem::new(Code::PriceChanged, detail).at("/expected_total").with("total", total)
}

/// What an order and a cart's checkout have in common.
fn checkout_details(app: &App, body: &Fields<'_>) -> Result<CheckoutDetails, Problem> {
    let customer = customer(body)?;
    let shipping_address = shipping_address(app, body)?;
    let backorder = backorder(body)?;
    let token = token(app, body)?;
    Ok(CheckoutDetails {
        customer: customer.into(),
        shipping_address: shipping_address.into(),
        token,
        backorder,
    })
}

fn customer(body: &Fields<'_>) -> Result<Customer, Problem> {
    let at = body.place("customer");
    let fields = Fields::of(body.required("customer")?, &at, &["email", "name"])?;
    Ok(Customer {
        email: fields.parsed("email", details::email)?,
        name: fields.parsed("name", details::name)?,
    })
}

fn shipping_address(app: &App, body: &Fields<'_>) -> Result<ShippingAddress, Problem> {
    let at = body.place("shipping_address");
    let known = ["line1", "line2", "city", "region", "postcode", "country", "phone"];
    let fields = Fields::of(body.required("shipping_address")?, &at, &known)?;
    let optional_as = |name, read: fn(&str) -> Result<String, String>| match fields.given(name) {
        Some(_) => fields.parsed(name, read),
        None => Ok(String::new()),
    };
    let optional = |name| optional_as(name, details::optional_address_field);
    let typed = addresses::Typed {
        line1: fields.parsed("line1", details::address_field)?,
        line2: optional("line2")?,
        city: optional("city")?,
        region: optional("region")?,
        postcode: optional("postcode")?,
        phone: optional_as("phone", details::phone)?,
    };
    let country = fields.parsed("country", details::country)?;
    if let Some(served) = served_instead(&app.identity, country) {
        let detail = format!("the shop sends to these countries alone: {served}");
        return Err(fields.place("country").bad(detail));
    }
    // one problem names one field: the first
    addresses::check(country, &typed).map_err(|mut wrong| {
        let first = wrong.swap_remove(0);
        fields.place(first.field.name()).bad(first.expected)
    })
}

fn backorder(body: &Fields<'_>) -> Result<Backorder, Problem> {
    let waits = match body.given("backorder") {
        None => false,
        Some(_) => body.parsed("backorder", |text| match text {
            "accept" => Ok(true),
            "refuse" => Ok(false),
            _ => Err("accept or refuse is expected".to_owned()),
        })?,
    };
    match body.given("accept_until") {
        None if waits => Ok(Backorder::Accept),
        None => Ok(Backorder::Refuse),
        Some(_) if waits => body.parsed("accept_until", |text| {
            let day = Date::parse(text).ok_or_else(|| "a day is expected, as 2026-12-24".to_owned())?;
            Ok(Backorder::AcceptUntil(day))
        }),
        Some(_) => Err(body.place("accept_until").bad("it goes with \"backorder\": \"accept\" alone")),
    }
}

fn token(app: &App, body: &Fields<'_>) -> Result<String, Problem> {
    let at = body.place("payment");
    let fields = Fields::of(body.required("payment")?, &at, &["token"])?;
    let token = fields.parsed("token", details::token)?;
    if (app.tokens)(&token) {
        return Ok(token);
    }
    // where nobody takes cards no token is known
    app.payment_page()?;
    let pointer = fields.place("token").pointer();
    Err(Problem::new(Code::UnknownToken, "the payment system does not know this token").at(pointer))
}
