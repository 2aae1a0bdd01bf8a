//! A customer whose card was declined: she types another on her order's page, and perhaps a third, in one tab or two, or lets the time
//! run out.

use std::time::Duration;

use rand::RngExt;

use crate::domain::OrderId;
use crate::gateway::{Request, Response};

use super::super::history::CheckoutOutcome;
use super::Shopper;
use super::form::{cookie_of, form};

const CARDS_MAX: u32 = 3;
/// A bank that is silent is given up within minutes.
const LOOKS_MAX: u32 = 8;
/// Between two looks, real time.
const LOOK_MS_MAX: u64 = 20_000;

/// On her way to type one: where she is to come back to, and by what.
struct OnTheWay {
    checkout: String,
    cookie: String,
}

impl Shopper {
    pub async fn tries_other_cards(&mut self, outcome: &CheckoutOutcome) {
        let CheckoutOutcome::SentOn { order, order_key } = outcome else { return };
        let mut token = self.token().to_owned();
        for _ in 0..CARDS_MAX {
            if !self.is_asked_for_another(*order, order_key).await || self.chance(0.2) {
                return;
            }
            // she may not believe it, and type the same again
            if self.chance(0.7) {
                token = self.token().to_owned();
            }
            self.types_another(*order, order_key, &token).await;
        }
    }

    /// As her order's page says, once her bank has answered.
    async fn is_asked_for_another(&mut self, order: OrderId, key: &str) -> bool {
        for _ in 0..LOOKS_MAX {
            let wait_ms = self.rng.random_range(0..=LOOK_MS_MAX);
            tokio::time::sleep(Duration::from_millis(wait_ms)).await;
            let page = self.get(&format!("/orders/{order}?key={key}")).await;
            if page.is_some_and(|page| page.text().contains("id=\"pay-again\"")) {
                return true;
            }
        }
        false
    }

    async fn types_another(&mut self, order: OrderId, key: &str, token: &str) {
        let mut tabs = vec![];
        for _ in 0..self.pick(&[1, 1, 1, 2]) {
            tabs.extend(self.goes_to_type(order, key).await);
        }
        for tab in &tabs {
            self.network.card_page.types(&tab.checkout, token);
        }
        for tab in &tabs {
            for _ in 0..self.pick(&[0, 1, 1, 1, 2]) {
                self.comes_back(order, tab).await;
            }
        }
    }

    async fn goes_to_type(&self, order: OrderId, key: &str) -> Option<OnTheWay> {
        let begun = self.send(form(&format!("/orders/{order}/card"), &format!("key={key}"), "")).await?;
        let checkout = begun.header("location")?.split("checkout=").nth(1)?.split('&').next()?.to_owned();
        Some(OnTheWay { checkout, cookie: cookie_of(&begun)? })
    }

    async fn comes_back(&self, order: OrderId, tab: &OnTheWay) -> Option<Response> {
        let uri = format!("/orders/{order}/card/return?checkout={}", tab.checkout);
        let headers = vec![("cookie", tab.cookie.clone()), ("accept", "text/html".to_owned())];
        self.send(Request { method: "GET", uri, headers, ..Request::default() }).await
    }
}
