//! A program that fills a cart over the API, leaves it, or buys what is in it.

use serde_json::json;

use crate::domain::Backorder;

use super::super::history::{CheckoutKey, CheckoutOutcome, Route, Wish};
use super::super::market::Doorstep;
use super::checkout::{Checkout, LOOKS_MAX};
use super::program::{details, expected};
use super::{DAY_MS, Shopper, json_request};

impl Shopper {
    pub async fn cart(mut self) {
        let Some(created) = self.send(json_request("POST", "/api/v1/carts", &json!({}))).await else {
            return;
        };
        let Some(cart) = created.json()["id"].as_str().map(str::to_owned) else { return };
        self.keeps_secret("the id of a cart", &cart, Some(self.number));
        for (sku, units, _) in self.lines() {
            self.sets_line(&cart, &sku, units).await;
            self.thinks(DAY_MS / 100).await;
        }
        if self.chance(0.2) {
            let (sku, ..) = self.lines().remove(0);
            let request = json_request("DELETE", &format!("/api/v1/carts/{cart}/lines/{sku}"), &json!({}));
            self.send(request).await;
        }
        if self.chance(0.3) {
            return; // she has thought better of it
        }
        let mut wish = self.wish(vec![], None);
        for look in 0..LOOKS_MAX {
            let Some(outcome) = self.looks_and_buys(&cart, &mut wish, look == 0).await else { return };
            if !outcome.is_at_other_prices() {
                return self.looks_after(&outcome).await;
            }
        }
    }

    /// What she is shown is what she buys; `None`: she gave up.
    async fn looks_and_buys(
        &mut self,
        cart: &str,
        wish: &mut Wish,
        is_first: bool,
    ) -> Option<CheckoutOutcome> {
        let shown = self.get(&format!("/api/v1/carts/{cart}{}", asking_for(wish))).await;
        let shown = shown.filter(|response| response.status == 200)?.json();
        let methods = shown["delivery_methods"].as_array().cloned().unwrap_or_default();
        if wish.method.is_none() && methods.len() > 1 && self.chance(0.5) {
            // she looks once more, at what the other way costs
            wish.method = methods.last().and_then(|method| Some(method["method"].as_str()?.to_owned()));
            return Some(CheckoutOutcome::Other { status: 409, code: "price_changed".to_owned() });
        }
        (wish.lines, wish.total) = (lines_of(&shown), shown["total"]["amount"].as_i64());
        self.thinks(DAY_MS / 50).await;
        let checkout = self.cart_checkout(cart, "cart", wish.clone());
        if is_first && self.chance(0.25) {
            // another tab, with a key of its own; it does not see what this one is shown
            let other = self.cart_checkout(cart, "tab", wish.clone());
            self.sends_beside(&other);
            if self.chance(0.5) {
                // and a program's fault: what it has sent already with another body
                let otherwise = match wish.backorder {
                    Backorder::Accept | Backorder::AcceptUntil(_) => Backorder::Refuse,
                    Backorder::Refuse => Backorder::Accept,
                };
                let wish = Wish { backorder: otherwise, ..wish.clone() };
                self.sends_beside(&self.cart_checkout(cart, "cart", wish));
            }
        }
        let outcome = self.insists(&checkout).await?;
        if !outcome.is_at_other_prices() && self.chance(0.3) {
            self.asks(&checkout).await;
        }
        Some(outcome)
    }

    async fn sets_line(&self, cart: &str, sku: &str, units: u32) {
        let uri = format!("/api/v1/carts/{cart}/lines/{sku}");
        self.send(json_request("PUT", &uri, &json!({"quantity": units}))).await;
    }

    fn cart_checkout(&self, cart: &str, tab: &str, wish: Wish) -> Checkout {
        let key = format!("{tab}-{}", self.number);
        let mut details = details(&wish);
        details["expected_total"] = expected(&wish);
        let mut request = json_request("POST", &format!("/api/v1/carts/{cart}/checkout"), &details);
        request.headers.push(("idempotency-key", key.clone()));
        let body = u64::from(wish.backorder == Backorder::Accept);
        Checkout {
            key: CheckoutKey { principal: cart.to_owned(), route: Route::CartCheckout, key },
            body,
            wish,
            request,
        }
    }
}

/// Where the cart is to go, as its address asks for it.
fn asking_for(wish: &Wish) -> String {
    let Doorstep { region, postcode, country, .. } = wish.to;
    let method = wish.method.as_ref().map(|method| format!("&delivery_method={method}")).unwrap_or_default();
    let region =
        if region.is_empty() { String::new() } else { format!("&region={}", region.replace(' ', "+")) };
    format!("?country={country}{region}&postcode={}{method}", postcode.replace(' ', "+"))
}

/// The lines of a cart as it was shown.
pub fn lines_of(cart: &serde_json::Value) -> Vec<(String, u32, i64)> {
    let line = |line: &serde_json::Value| {
        let units = u32::try_from(line["quantity"].as_u64()?).ok()?;
        Some((line["sku"].as_str()?.to_owned(), units, line["unit_price"]["amount"].as_i64()?))
    };
    cart["lines"].as_array().into_iter().flatten().filter_map(line).collect()
}
