//! Somebody who has the shop do as much as it can be made to: he begins carts, begins checkouts, tries cards that are declined and
//! guesses keys of orders, as fast as answers come, from one address or several. Refused, he waits as he is told to and comes
//! back; when his carts are long over, he comes back to them.
//!
//! What he cannot do here is below HTTP: requests that he pipelines or drips. The tests of the real binary have them.

use std::time::Duration;

use rand::RngExt;
use serde_json::json;

use crate::domain::{Backorder, OrderId};
use crate::gateway::{Request, Response};

use super::super::addresses;
use super::super::history::{CheckoutKey, Route, Wish};
use super::super::market::LONDON;
use super::cart::lines_of;
use super::checkout::Checkout;
use super::form::{cookie_of, form};
use super::program::{details, expected};
use super::visitor::{address, date_to_accept, seen_on};
use super::{Shopper, json_request};

const ADDRESSES_MAX: u8 = 3;
/// Each is more than one client may do at once, by the rates that ship: 60 carts, 60 wrong keys, 20 refused orders.
const CARTS: u32 = 70;
const CHECKOUTS: u32 = 70;
const GUESSES: u32 = 70;
const CARDS: u32 = 25;
/// How often he waits, of one flood, as he is told to. Then he has had enough.
const WAITS_MAX: u32 = 3;
/// While the shop is down he knocks so often.
const KNOCKS_MAX: u32 = 60;
const BETWEEN_KNOCKS: Duration = Duration::from_secs(1);
/// He comes back to so many of his carts.
const CARTS_REMEMBERED: usize = 5;
const CARDS_DECLINED: [&str; 4] =
    ["tok_declined", "tok_insufficient_funds", "tok_expired_card", "tok_stolen_card"];

#[derive(Clone, Copy)]
enum Flood {
    Carts,
    Checkouts,
    Cards,
    Keys,
}

impl Shopper {
    /// `cart_kept`: how long a cart is there.
    pub async fn flooder(mut self, cart_kept: Duration) {
        let mut carts = vec![];
        for nth in 0..self.rng.random_range(1..=ADDRESSES_MAX) {
            self.address = addresses::of_flooder(nth);
            match self.pick(&[Flood::Carts, Flood::Checkouts, Flood::Cards, Flood::Keys]) {
                Flood::Carts => self.begins_carts(&mut carts).await,
                Flood::Checkouts => self.begins_checkouts().await,
                Flood::Cards => self.tries_cards(&mut carts).await,
                Flood::Keys => self.guesses_keys().await,
            };
        }
        tokio::time::sleep(cart_kept).await;
        for cart in carts.iter().take(CARTS_REMEMBERED) {
            self.get(&format!("/api/v1/carts/{cart}")).await;
        }
        self.begins_cart(&mut carts, &mut 0).await;
    }

    async fn begins_carts(&mut self, carts: &mut Vec<String>) -> Option<()> {
        let mut patience = WAITS_MAX;
        for _ in 0..CARTS {
            self.begins_cart(carts, &mut patience).await?;
        }
        Some(())
    }

    async fn begins_cart(&mut self, carts: &mut Vec<String>, patience: &mut u32) -> Option<()> {
        let begun = self.presses(&json_request("POST", "/api/v1/carts", &json!({})), patience).await?;
        if let Some(cart) = begun.json()["id"].as_str() {
            if carts.len() < CARTS_REMEMBERED {
                self.keeps_secret("the id of a cart", cart, Some(self.number));
            }
            carts.push(cart.to_owned());
        }
        Some(())
    }

    /// Always with the cookie that he was given first: each checkout that is begun by it gives him another.
    async fn begins_checkouts(&mut self) -> Option<()> {
        let mut patience = WAITS_MAX;
        let fields = format!("sku={}&quantity=1", self.assortment.first().sku);
        let put_in = self.presses(&form("/cart/lines", &fields, ""), &mut patience).await?;
        let cookie = cookie_of(&put_in)?;
        let headers = vec![("cookie", cookie.clone()), ("accept", "text/html".to_owned())];
        let look = Request { method: "GET", uri: "/checkout".to_owned(), headers, ..Request::default() };
        let page = self.presses(&look, &mut patience).await?.text();
        let accepts = date_to_accept(&page).map(|date| format!("&accept_wait={date}")).unwrap_or_default();
        let (number, name) = (self.number, "name=Ada+Lovelace");
        let seen = seen_on(&page)?;
        let filled = format!(
            "{name}&email=shopper{number}%40example.com&line1={number}{}{accepts}&seen={seen}",
            address(&LONDON)
        );
        for _ in 0..CHECKOUTS {
            self.presses(&form("/checkout", &filled, &cookie), &mut patience).await?;
        }
        Some(())
    }

    /// One cart, and one card after the other.
    async fn tries_cards(&mut self, carts: &mut Vec<String>) -> Option<()> {
        let mut patience = WAITS_MAX;
        self.begins_cart(carts, &mut patience).await?;
        let cart = carts.last()?.clone();
        let sku = self.assortment.first().sku.to_string();
        let uri = format!("/api/v1/carts/{cart}/lines/{sku}");
        let put_in = self.presses(&json_request("PUT", &uri, &json!({"quantity": 1})), &mut patience).await?;
        if put_in.status != 200 {
            return None;
        }
        for nth in 0..CARDS {
            let (token, backorder) = (self.pick(&CARDS_DECLINED).to_owned(), Backorder::Accept);
            let cart_shown = put_in.json();
            let (lines, total) = (lines_of(&cart_shown), cart_shown["total"]["amount"].as_i64());
            let (email, to, method) = (self.email(), &LONDON, None);
            let wish = Wish { lines, total, token, backorder, email, to, method };
            self.tries_card(&cart, nth, wish, &mut patience).await?;
        }
        Some(())
    }

    async fn tries_card(&mut self, cart: &str, nth: u32, wish: Wish, patience: &mut u32) -> Option<()> {
        let key = format!("card-{nth}");
        let mut body = details(&wish);
        body["expected_total"] = expected(&wish);
        let mut request = json_request("POST", &format!("/api/v1/carts/{cart}/checkout"), &body);
        request.headers.push(("idempotency-key", key.clone()));
        let key = CheckoutKey { principal: cart.to_owned(), route: Route::CartCheckout, key };
        let checkout = Checkout { key, body: 1, wish, request };
        for _ in 0..KNOCKS_MAX {
            match self.asks_and_reads(&checkout).await {
                Some((_, answer)) if answer.status == 429 => self.waits(&answer, patience).await?,
                Some(_) => return Some(()),
                None => tokio::time::sleep(BETWEEN_KNOCKS).await,
            }
        }
        None
    }

    async fn guesses_keys(&mut self) -> Option<()> {
        let mut patience = WAITS_MAX;
        let made_up = (OrderId::new(1, self.rng.random()).to_string(), String::new());
        let (order, key) = self.somebodys_order().unwrap_or(made_up);
        for nth in 0..GUESSES {
            let wrong = if key.is_empty() { format!("key=guess{nth}") } else { format!("key={key}{nth}") };
            let guess = json_request("GET", &format!("/api/v1/orders/{order}?{wrong}"), &json!(null));
            self.presses(&guess, &mut patience).await?;
        }
        Some(())
    }

    /// Sends it, and again when he was told to wait. `None`: he has had enough.
    async fn presses(&mut self, request: &Request, patience: &mut u32) -> Option<Response> {
        for _ in 0..KNOCKS_MAX {
            match self.send(request.clone()).await {
                Some(answer) if answer.status == 429 => self.waits(&answer, patience).await?,
                Some(answer) => return Some(answer),
                None => tokio::time::sleep(BETWEEN_KNOCKS).await,
            }
        }
        None
    }

    async fn waits(&self, refusal: &Response, patience: &mut u32) -> Option<()> {
        *patience = patience.checked_sub(1)?;
        let told: u64 = refusal.header("retry-after")?.parse().ok()?;
        tokio::time::sleep(Duration::from_secs(told)).await;
        Some(())
    }
}
