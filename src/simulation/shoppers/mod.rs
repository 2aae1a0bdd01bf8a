//! Customers: each a task of its own that draws what it does from its own source, so that leaving one out changes
//! nothing for the others. What they send goes through the gateway's own handlers; what they are told is history.

mod cart;
mod checkout;
mod owner;
mod program;
mod stranger;
mod vandal;
mod visitor;

use std::rc::Rc;
use std::sync::Arc;

use rand::RngExt;
use rand::rngs::StdRng;
use tokio::task::JoinHandle;

use crate::domain::Backorder;
use crate::domain::catalogue::Product;
use crate::gateway::{Request, Response};

use super::fault::Fault;
use super::history::{Secret, Wish};
use super::plan::{Options, Plan, random_for};
use super::shelves::Shelves;
use super::street::Street;

const DAY_MS: u64 = 86_400_000;

const GOOD_TOKENS: [&str; 3] = ["tok_visa", "tok_mastercard", "tok_amex"];
const BAD_TOKENS: [&str; 5] =
    ["tok_declined", "tok_insufficient_funds", "tok_expired_card", "tok_stolen_card", "tok_nobody"];
/// The bank does what it is asked, and its answer is lost.
const SILENT_TOKENS: [&str; 3] = ["tok_timeout", "tok_timeout_declined", "tok_unreachable"];

/// A customer on her way.
pub struct Shopper {
    pub number: u32,
    pub street: Rc<Street>,
    pub rng: StdRng,
    shelves: Arc<Shelves>,
    /// How often the bank is silent to her card.
    silent: f64,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Program,
    Cart,
    Visitor,
    Stranger,
    Vandal,
}

/// Lets all customers come, each at her time in the days of trade.
pub fn arrive(options: &Options, plan: &Plan, street: &Rc<Street>) -> Vec<JoinHandle<()>> {
    let wanted = |number: &u32| options.only.as_ref().is_none_or(|only| only.contains(number));
    let numbers: Vec<u32> = (0..options.orders).filter(wanted).collect();
    let arrive = |number| {
        let mut rng = random_for(options.seed, &format!("shopper {number}"));
        let after_ms = rng.random_range(0..=u64::from(options.days) * DAY_MS);
        let kind = [Kind::Program, Kind::Program, Kind::Program, Kind::Cart, Kind::Visitor, Kind::Visitor]
            .into_iter()
            .chain([Kind::Stranger, Kind::Vandal])
            .nth(rng.random_range(0..8))
            .unwrap_or(Kind::Program);
        let (shelves, silent) = (options.shelves.clone(), plan.rate(Fault::BankSilent));
        let shopper = Shopper { number, street: street.clone(), rng, shelves, silent };
        actix::spawn(shopper.live(after_ms, kind))
    };
    numbers.into_iter().map(arrive).collect()
}

impl Shopper {
    async fn live(self, after_ms: u64, kind: Kind) {
        self.street.trade_ms(after_ms).await;
        match kind {
            Kind::Program => self.program().await,
            Kind::Cart => self.cart().await,
            Kind::Visitor => self.visitor().await,
            Kind::Stranger => self.stranger().await,
            Kind::Vandal => self.vandal().await,
        }
    }

    fn chance(&mut self, chance: f64) -> bool {
        self.rng.random_bool(chance)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.rng.random_range(0..from.len())]
    }

    /// One to three titles, mostly one copy.
    fn lines(&mut self) -> Vec<(String, u32, i64)> {
        let count = self.pick(&[1, 1, 1, 2, 3]);
        let shelves = self.shelves.clone();
        let picked = shelves.pick(count, &mut self.rng);
        let line = |product: &Product| {
            (product.sku.to_string(), self.pick(&[1, 1, 1, 2, 3, 9]), product.price.amount)
        };
        picked.into_iter().map(line).collect()
    }

    fn token(&mut self) -> &'static str {
        let silent = self.silent;
        if silent > 0.0 && self.chance(silent) {
            return self.pick(&SILENT_TOKENS);
        }
        if self.chance(0.8) { self.pick(&GOOD_TOKENS) } else { self.pick(&BAD_TOKENS) }
    }

    fn backorder(&mut self) -> Backorder {
        if self.chance(0.7) { Backorder::Accept } else { Backorder::Refuse }
    }

    /// To buy these lines, for the total that she was shown, if she was.
    fn wish(&mut self, lines: Vec<(String, u32, i64)>, total: Option<i64>) -> Wish {
        Wish { lines, total, token: self.token().into(), backorder: self.backorder(), email: self.email() }
    }

    fn email(&self) -> String {
        format!("shopper{}@example.com", self.number)
    }

    fn keeps_secret(&self, what: &'static str, text: &str, owner: Option<u32>) {
        let mut history = self.street.history.borrow_mut();
        if !history.secrets.iter().any(|secret| secret.text == text) {
            history.secrets.push(Secret { what, text: text.to_owned(), owner });
        }
    }

    async fn send(&self, request: Request) -> Option<Response> {
        self.street.send(self.number, request).await
    }

    async fn get(&self, uri: &str) -> Option<Response> {
        self.send(Request { method: "GET", uri: uri.to_owned(), ..Request::default() }).await
    }

    /// Thinks for up to so many milliseconds of trade time.
    async fn thinks(&mut self, ms_max: u64) {
        let ms = self.rng.random_range(0..=ms_max);
        self.street.trade_ms(ms).await;
    }
}

fn json_request(method: &'static str, uri: &str, body: &serde_json::Value) -> Request {
    let headers = vec![("content-type", "application/json".to_owned())];
    Request { method, uri: uri.to_owned(), headers, body: body.to_string().into_bytes() }
}
