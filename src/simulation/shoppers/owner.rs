//! What a customer does with an order of hers: she looks, reads its timeline, cancels.

use rand::RngExt;
use serde_json::json;

use crate::domain::OrderId;

use super::super::history::{CheckoutOutcome, OrderLook, ShownOrder};
use super::{DAY_MS, Shopper, json_request};

const LOOKS_MAX: u32 = 5;

impl Shopper {
    /// Looks after what came of her checkout for some days.
    pub async fn looks_after(&mut self, outcome: &CheckoutOutcome) {
        let (order, key) = match outcome {
            CheckoutOutcome::Taken(shown) | CheckoutOutcome::Pending(shown) => (shown.id, shown.key.clone()),
            CheckoutOutcome::SentOn { order, order_key } => {
                self.keeps_secret("the key of an order", order_key, Some(self.number));
                (*order, order_key.clone())
            }
            _ => return,
        };
        let cancels = self.chance(0.25);
        let looks = self.rng.random_range(1..=LOOKS_MAX);
        for look in 0..looks {
            let days = if look == 0 { 1 } else { 3 };
            self.thinks(days * DAY_MS / 2).await;
            if self.chance(0.3) {
                self.get(&format!("/api/v1/orders/{order}/timeline?key={key}")).await;
            }
            if self.chance(0.2) {
                self.get(&format!("/orders/{order}?key={key}")).await;
            }
            self.looks_at(order, &key, false).await;
            if cancels && look + 1 == looks {
                self.looks_at(order, &key, true).await;
                if self.chance(0.5) {
                    self.looks_at(order, &key, true).await;
                }
            }
        }
    }

    /// Looks at it, or asks to cancel it.
    async fn looks_at(&self, order: OrderId, key: &str, cancels: bool) {
        let asked_at = self.network.moment();
        let uri = format!("/api/v1/orders/{order}{}?key={key}", if cancels { "/cancel" } else { "" });
        let request = if cancels {
            json_request("POST", &uri, &json!({}))
        } else {
            json_request("GET", &uri, &json!(null))
        };
        let Some(response) = self.send(request).await else { return };
        let json = response.json();
        self.network.history.borrow_mut().looks.push(OrderLook {
            order,
            cancels,
            asked_at,
            at: self.network.moment(),
            status: response.status,
            code: json["code"].as_str().unwrap_or_default().to_owned(),
            shown: ShownOrder::read(&json),
        });
    }
}
