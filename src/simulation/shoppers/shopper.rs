//! Who she is, and what every customer does.

use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use rand::RngExt;
use rand::rngs::StdRng;

use crate::domain::Backorder;
use crate::domain::catalogue::Product;
use crate::gateway::{Request, Response};

use super::super::assortment::Assortment;
use super::super::fault::Fault;
use super::super::history::{Secret, Wish};
use super::super::market::Doorstep;
use super::super::network::Network;
use super::super::plan::Plan;

pub const DAY_MS: u64 = 86_400_000;

const GOOD_TOKENS: [&str; 3] = ["tok_visa", "tok_mastercard", "tok_amex"];
const BAD_TOKENS: [&str; 5] =
    ["tok_declined", "tok_insufficient_funds", "tok_expired_card", "tok_stolen_card", "tok_nobody"];
/// The bank does what it is asked, and its answer is lost.
const SILENT_TOKENS: [&str; 3] = ["tok_timeout", "tok_timeout_declined", "tok_unreachable"];

/// A customer on her way.
pub struct Shopper {
    pub number: u32,
    pub network: Rc<Network>,
    pub rng: StdRng,
    /// Where she asks from.
    pub address: IpAddr,
    pub assortment: Arc<Assortment>,
    /// How often her bank is silent, or her card brings trouble.
    pub cards: Cards,
}

/// How often a card is of each of these kinds.
#[derive(Clone, Copy, Debug)]
pub struct Cards {
    pub silent: f64,
    /// By their tokens.
    pub others: [(&'static str, f64); 4],
}

impl Cards {
    pub fn of(plan: &Plan) -> Cards {
        let others = [
            ("tok_capture_lost", Fault::CaptureLost),
            ("tok_refund_lost", Fault::RefundLost),
            ("tok_approves_part", Fault::PartialApproval),
            ("tok_never_settled", Fault::SettlementLineMissing),
        ];
        let others = others.map(|(token, fault)| (token, plan.rate(fault)));
        Cards { silent: plan.rate(Fault::BankSilent), others }
    }
}

impl Shopper {
    pub fn chance(&mut self, chance: f64) -> bool {
        self.rng.random_bool(chance)
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.rng.random_range(0..from.len())]
    }

    /// One to three titles, mostly one copy.
    pub fn lines(&mut self) -> Vec<(String, u32, i64)> {
        let count = self.pick(&[1, 1, 1, 2, 3]);
        let assortment = self.assortment.clone();
        let picked = assortment.pick(count, &mut self.rng);
        let line = |product: &Product| {
            (product.sku.to_string(), self.pick(&[1, 1, 1, 2, 3, 9]), product.price.amount)
        };
        picked.into_iter().map(line).collect()
    }

    pub fn token(&mut self) -> &'static str {
        let Cards { silent, others } = self.cards;
        if silent > 0.0 && self.chance(silent) {
            return self.pick(&SILENT_TOKENS);
        }
        for (token, rate) in others {
            if rate > 0.0 && self.chance(rate) {
                return token;
            }
        }
        if self.chance(0.8) { self.pick(&GOOD_TOKENS) } else { self.pick(&BAD_TOKENS) }
    }

    pub fn backorder(&mut self) -> Backorder {
        if self.chance(0.7) { Backorder::Accept } else { Backorder::Refuse }
    }

    /// To buy these lines, for the total that she was shown, if she was.
    pub fn wish(&mut self, lines: Vec<(String, u32, i64)>, total: Option<i64>) -> Wish {
        Wish {
            lines,
            total,
            token: self.token().into(),
            backorder: self.backorder(),
            email: self.email(),
            to: self.doorstep(),
            method: None,
        }
    }

    pub fn doorstep(&self) -> &'static Doorstep {
        Doorstep::of_customer(self.number)
    }

    pub fn email(&self) -> String {
        format!("shopper{}@example.com", self.number)
    }

    pub fn keeps_secret(&self, what: &'static str, text: &str, owner: Option<u32>) {
        let mut history = self.network.history.borrow_mut();
        if !history.secrets.iter().any(|secret| secret.text == text) {
            history.secrets.push(Secret { what, text: text.to_owned(), owner });
        }
    }

    pub async fn send(&self, request: Request) -> Option<Response> {
        self.network.send(self.number, self.address, request).await
    }

    pub async fn get(&self, uri: &str) -> Option<Response> {
        self.send(Request { method: "GET", uri: uri.to_owned(), ..Request::default() }).await
    }

    /// Thinks for up to so many milliseconds of trade time.
    pub async fn thinks(&mut self, ms_max: u64) {
        let ms = self.rng.random_range(0..=ms_max);
        self.network.trade_ms(ms).await;
    }
}

pub fn json_request(method: &'static str, uri: &str, body: &serde_json::Value) -> Request {
    let headers = vec![("content-type", "application/json".to_owned())];
    Request { method, uri: uri.to_owned(), headers, body: body.to_string().into_bytes(), peer: None }
}
