//! A program that orders over the API: it browses, sends, double clicks, breaks off, repeats, and tries another body
//! under a key that it has used.

use std::rc::Rc;
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::domain::quote::{Destination, TaxClass};
use crate::domain::{Backorder, CountryCode, Date, Money, OrderLine, Quantity};
use crate::gateway::Request;

use super::super::history::{CheckoutKey, CheckoutOutcome, Route, Wish};
use super::super::market::Doorstep;
use super::super::programs;
use super::checkout::{Checkout, LOOKS_MAX};
use super::{DAY_MS, Shopper, json_request};

impl Shopper {
    pub async fn program(mut self) {
        if self.chance(0.5) {
            self.get("/api/v1/products?q=book").await;
        }
        let lines = self.lines();
        let Some(wish) = self.looks_up(lines).await else { return };
        let checkout = self.checkout(self.program_number(), wish, 1);
        if self.chance(0.25) {
            self.sends_beside(&checkout);
        }
        if self.chance(0.1) {
            return self.breaks_off(&checkout).await;
        }
        let Some((checkout, outcome)) = self.insists_at_todays_prices(checkout).await else { return };
        self.sends_more(&checkout).await;
        self.looks_after(&outcome).await;
    }

    /// The same order, each time at the prices that she has looked up, until it is answered otherwise than with other prices.
    async fn insists_at_todays_prices(
        &mut self,
        mut checkout: Checkout,
    ) -> Option<(Checkout, CheckoutOutcome)> {
        for _ in 0..LOOKS_MAX {
            let outcome = self.insists(&checkout).await?;
            if !outcome.is_at_other_prices() {
                return Some((checkout, outcome));
            }
            let seen = self.looks_up(checkout.wish.lines.clone()).await?;
            let total = self.adds_up(&Wish { lines: seen.lines.clone(), ..checkout.wish.clone() });
            let wish = Wish { lines: seen.lines, total, ..checkout.wish };
            checkout = self.checkout(self.program_number(), wish, checkout.body);
        }
        None
    }

    /// What these cost now, as the API shows it. `None`: it was not to be had.
    async fn looks_up(&mut self, lines: Vec<(String, u32, i64)>) -> Option<Wish> {
        let mut shown = vec![];
        for (sku, units, _) in lines {
            let product = self.get(&format!("/api/v1/products/{sku}")).await?;
            shown.push((sku, units, product.json()["price"]["amount"].as_i64()?));
        }
        let mut wish = self.wish(shown, None);
        if self.chance(CHOOSES) {
            wish.method = self.a_method();
        }
        wish.total = self.adds_up(&wish);
        Some(wish)
    }

    /// One of those that are offered there.
    fn a_method(&mut self) -> Option<String> {
        let zone = self.network.prices.clone();
        let zone = zone.delivery.zone(&destination(self.doorstep()))?;
        let place = self.rng.random_range(0..zone.methods.len());
        Some(zone.methods[place].id.to_string())
    }

    /// As a program does that knows the shop's prices. `None`: the shop does not deliver it there, which it is to say itself.
    fn adds_up(&self, wish: &Wish) -> Option<i64> {
        let lines: Option<Vec<(OrderLine, TaxClass)>> = wish
            .lines
            .iter()
            .map(|(sku, units, price)| {
                let product = self.assortment.product(sku)?;
                let line = OrderLine::of(product, Quantity::parse(i128::from(*units)).ok()?);
                let unit_price = Money::new(*price, product.price.currency);
                Some((OrderLine { unit_price, ..line }, product.tax_class))
            })
            .collect();
        let lines = lines?;
        let lines = lines.iter().map(|(line, class)| (line, *class));
        let quote = self.network.prices.quote(lines, &destination(wish.to), wish.method.as_deref(), SOME_DAY);
        quote.ok().map(|quote| quote.totals.total.amount)
    }

    /// Which of the programs it is.
    fn program_number(&self) -> usize {
        self.number as usize % programs::NAMES.len()
    }

    fn checkout(&self, program: usize, wish: Wish, body: u64) -> Checkout {
        let key = format!("key-{}", self.number);
        let api_key = programs::key(program).reveal();
        self.keeps_secret("the API key of a program", &api_key, None);
        let mut request = json_request("POST", "/api/v1/orders", &order_body(&wish));
        request.headers.push(("idempotency-key", key.clone()));
        request.headers.push(("authorization", format!("Bearer {api_key}")));
        let key = CheckoutKey { principal: programs::NAMES[program].into(), route: Route::Orders, key };
        Checkout { key, body, wish, request }
    }

    /// A moment later, and at the same time.
    pub fn sends_beside(&mut self, checkout: &Checkout) {
        let ms = self.rng.random_range(0..50);
        let twin = Shopper {
            number: self.number,
            network: Rc::clone(&self.network),
            address: self.address,
            rng: self.rng.fork(),
            assortment: self.assortment.clone(),
            cards: self.cards,
        };
        let checkout = checkout.clone();
        actix::spawn(async move {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            twin.asks(&checkout).await;
        });
    }

    /// Closes the connection before the answer, and mostly never comes back.
    async fn breaks_off(&mut self, checkout: &Checkout) {
        let ms = self.rng.random_range(0..2_000);
        let place = self.network.history.borrow().checkouts.len();
        if tokio::time::timeout(Duration::from_millis(ms), self.asks(checkout)).await.is_err() {
            self.network.history.borrow_mut().checkouts[place].hung_up = true;
        }
        if self.chance(0.3)
            && let Some(outcome) = self.insists(checkout).await
        {
            self.looks_after(&outcome).await;
        }
    }

    /// The other program has used the same key, for the same body or another: they never hear of one another.
    async fn collides(&mut self, checkout: &Checkout) {
        let mut wish = checkout.wish.clone();
        if self.chance(0.5) {
            let lines = self.lines();
            let Some(other) = self.looks_up(lines).await else { return };
            wish = other;
        }
        let other = self.checkout((self.program_number() + 1) % programs::NAMES.len(), wish, 1);
        self.insists(&other).await;
    }

    /// The same request once more, and another under the same key.
    async fn sends_more(&mut self, checkout: &Checkout) {
        if self.chance(0.3) {
            // what was refused may be forgotten by then
            self.thinks(2 * DAY_MS).await;
            self.asks(checkout).await;
        }
        if self.chance(0.2) {
            let lines = self.lines();
            let Some(seen) = self.looks_up(lines).await else { return };
            let other = Wish { email: "other@example.com".into(), ..seen };
            let other = self.checkout(self.program_number(), other, 2);
            self.asks(&other).await;
        }
        if self.chance(0.3) {
            self.collides(checkout).await;
        }
    }
}

/// How often she names a way of delivery.
const CHOOSES: f64 = 0.3;
/// No rate of a world changes.
const SOME_DAY: Date = Date(30_000);

fn destination(to: &'static Doorstep) -> Destination<'static> {
    let country = CountryCode::parse(to.country).expect("a doorstep is in a country");
    let region = Some(to.region).filter(|region| !region.is_empty());
    Destination { country, region, postcode: to.postcode }
}

pub fn details(wish: &Wish) -> Value {
    let backorder = match wish.backorder {
        Backorder::Accept | Backorder::AcceptUntil(_) => "accept",
        Backorder::Refuse => "refuse",
    };
    let Doorstep { city, region, postcode, country } = wish.to;
    json!({
        "customer": {"email": wish.email, "name": "Ada Lovelace"},
        "shipping_address": {
            "line1": lives_at(&wish.email), "city": city, "region": region, "postcode": postcode, "country": country,
        },
        "delivery_method": wish.method,
        "payment": {"token": wish.token},
        "backorder": backorder,
    })
}

/// The total that she has seen.
pub fn expected(wish: &Wish) -> Value {
    json!({"amount": wish.total, "currency": "GBP"})
}

/// Each has a house of her own: its number is that in her address.
fn lives_at(email: &str) -> String {
    let number: String = email.chars().filter(char::is_ascii_digit).collect();
    format!("{} St James's Square", if number.is_empty() { "12" } else { &number })
}

fn order_body(wish: &Wish) -> Value {
    let mut body = details(wish);
    let line = |(sku, units, _): &(String, u32, i64)| json!({"sku": sku, "quantity": units});
    body["lines"] = wish.lines.iter().map(line).collect();
    if wish.total.is_some() {
        body["expected_total"] = expected(wish);
    }
    body
}

/// With a body that is no JSON object, for those who send nonsense.
pub fn raw(method: &'static str, uri: &str, headers: &[(&'static str, &str)], body: &[u8]) -> Request {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Request { method, uri: uri.to_owned(), headers, body: body.to_vec(), peer: None }
}
