//! Somebody who tries to see, or cancel, an order that is not hers.

use rand::RngExt;
use serde_json::json;

use super::super::history::{CheckoutOutcome, Trial, TrialKind};
use super::form::form;
use super::{DAY_MS, Shopper, json_request};

const TRIALS: u32 = 4;

impl Shopper {
    pub async fn stranger(mut self) {
        for _ in 0..TRIALS {
            self.thinks(DAY_MS / 2).await;
            let Some((order, key)) = self.somebodys_order() else { continue };
            let wrong = self.wrong_key(&key);
            let (method, place) = self.pick(&[
                ("GET", "/api/v1/orders/{}"),
                ("GET", "/api/v1/orders/{}/timeline"),
                ("POST", "/api/v1/orders/{}/cancel"),
                ("GET", "/orders/{}"),
                ("POST", "/orders/{}/cancel"),
            ]);
            let uri = format!("{}?{wrong}", place.replace("{}", &order));
            let request = match place {
                // the page's button sends the key in its form
                "/orders/{}/cancel" if wrong.is_empty() => form(&uri, "key=", ""),
                "/orders/{}/cancel" => form(&uri, &wrong, ""),
                _ => json_request(method, &uri, &json!({})),
            };
            let response = self.send(request).await;
            self.network.history.borrow_mut().trials.push(Trial {
                what: TrialKind::Unauthorised,
                sent: format!("{method} {uri}"),
                marker: String::new(),
                status: response.as_ref().map(|response| response.status),
                text: response.map(|response| response.text()).unwrap_or_default(),
            });
        }
    }

    /// An order that somebody was told of: its id is no secret.
    pub(super) fn somebodys_order(&mut self) -> Option<(String, String)> {
        let history = self.network.history.borrow();
        let told = history.checkouts.iter().filter_map(|asked| match &asked.told.as_ref()?.outcome {
            CheckoutOutcome::Taken(shown) | CheckoutOutcome::Pending(shown) => {
                Some((shown.id.to_string(), shown.key.clone()))
            }
            _ => None,
        });
        let told: Vec<(String, String)> = told.collect();
        (!told.is_empty()).then(|| told[self.rng.random_range(0..told.len())].clone())
    }

    /// A key that opens nothing: none, an empty one, one letter off, one too long, that of nothing.
    fn wrong_key(&mut self, key: &str) -> String {
        match self.rng.random_range(0..5) {
            0 => String::new(),
            1 => "key=".to_owned(),
            2 => {
                let last = if key.ends_with('0') { '1' } else { '0' };
                format!("key={}{last}", &key[..key.len() - 1])
            }
            3 => format!("key={key}0"),
            _ => "key=00000000000000000000000000".to_owned(),
        }
    }
}
