//! Somebody who sends bad input. All of it must be refused, and change nothing.

use rand::RngExt;

use crate::domain::Backorder;
use crate::gateway::Request;

use super::super::history::{Trial, TrialKind, Wish};
use super::super::market::LONDON;
use super::super::programs;
use super::program::{details, raw};
use super::{DAY_MS, Shopper, json_request};

const TRIALS: u32 = 6;
/// Of a body, in the report.
const SHOWN_CHARS_MAX: usize = 400;
/// A valid card number that is nobody's.
const CARD: &str = "4012888888881881";

impl Shopper {
    pub async fn fuzzer(mut self) {
        self.keeps_secret("a card number", CARD, None);
        self.keeps_secret("the API key of a program", &programs::key(0).reveal(), None);
        for n in 0..TRIALS {
            self.thinks(DAY_MS / 4).await;
            let marker = format!("vandal{}-{n}@example.com", self.number);
            let request = self.nonsense(&marker);
            let body =
                String::from_utf8_lossy(&request.body).chars().take(SHOWN_CHARS_MAX).collect::<String>();
            let sent = format!("{} {} {body}", request.method, request.uri);
            let response = self.send(request).await;
            self.network.history.borrow_mut().trials.push(Trial {
                what: TrialKind::BadInput,
                sent,
                marker,
                status: response.as_ref().map(|response| response.status),
                text: response.map(|response| response.text()).unwrap_or_default(),
            });
        }
    }

    fn nonsense(&mut self, marker: &str) -> Request {
        let key = format!("vandal-{}-{}", self.number, self.rng.random_range(0..1_000_000));
        let (token, email) = ("tok_visa".into(), marker.to_owned());
        let backorder = Backorder::Accept;
        let (to, method) = (&LONDON, None);
        let mut good = details(&Wish { lines: vec![], total: None, token, backorder, email, to, method });
        good["lines"] = serde_json::json!([{"sku": self.assortment.first().sku.to_string(), "quantity": 1}]);
        // a program's, so that it is looked at at all
        let program = format!("Bearer {}", programs::key(0).reveal());
        let content = ("content-type", "application/json");
        let json = [content, ("authorization", program.as_str()), ("idempotency-key", key.as_str())];
        let kind = self.rng.random_range(0..15);
        match kind {
            0 => good["lines"][0]["quantity"] = 0.into(),
            1 => good["lines"][0]["quantity"] = (-1).into(),
            2 => good["lines"][0]["quantity"] = 9_223_372_036_854_775_808_u64.into(),
            3 => good["lines"][0]["sku"] = "NO-SUCH-BOOK".into(),
            4 => good["lines"] = vec![good["lines"][0].clone(); 10_000].into(),
            5 => good["customer"]["name"] = CARD.into(),
            6 => good["payment"]["token"] = "tok_of_somebody".into(),
            7 => good["shipping_address"]["country"] = "XX".into(),
            8 => good["surprise"] = true.into(),
            9 => return raw("POST", "/api/v1/orders", &json, b"{\"lines\": [\xff\xfe"),
            10 => return raw("POST", "/api/v1/orders", &json, "[".repeat(50_000).as_bytes()),
            11 => return raw("POST", "/api/v1/orders", &json[..2], good.to_string().as_bytes()),
            12 => return raw("DELETE", "/api/v1/orders", &json, b""),
            // which of the two is meant?
            13 => {
                let twice = good.to_string().replacen("\"quantity\"", "\"quantity\":900,\"quantity\"", 1);
                return raw("POST", "/api/v1/orders", &json, twice.as_bytes());
            }
            _ => {
                return raw(
                    "POST",
                    "/cart/lines",
                    &[("sec-fetch-site", "cross-site")],
                    b"sku=NO-SUCH-BOOK&quantity=1",
                );
            }
        }
        let mut request = json_request("POST", "/api/v1/orders", &good);
        request.headers.push(("idempotency-key", key));
        request.headers.push(("authorization", program));
        request
    }
}
