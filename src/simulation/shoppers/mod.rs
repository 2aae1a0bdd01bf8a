//! Customers: each a task of its own that draws what it does from its own source, so that leaving one out changes
//! nothing for the others. What they send goes through the gateway's own handlers; what they are told is history.

mod cart;
mod checkout;
mod flooder;
mod owner;
mod program;
mod stranger;
mod vandal;
mod visitor;

use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;
use tokio::task::JoinHandle;

use crate::domain::Backorder;
use crate::domain::catalogue::Product;
use crate::gateway::{Request, Response};

use super::addresses;
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

/// In so many worlds there is a flooder.
const FLOODED: f64 = 0.25;

/// A customer on her way.
pub struct Shopper {
    pub number: u32,
    pub street: Rc<Street>,
    pub rng: StdRng,
    /// Where she asks from.
    pub address: IpAddr,
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
    Flooder { cart_kept: Duration },
}

/// As often as each stands here. A flooder comes beside them.
const KINDS: [Kind; 8] = [
    Kind::Program,
    Kind::Program,
    Kind::Program,
    Kind::Cart,
    Kind::Visitor,
    Kind::Visitor,
    Kind::Stranger,
    Kind::Vandal,
];

/// The numbers of all who come; the last may be a flooder's.
pub fn numbers(options: &Options) -> Vec<u32> {
    let all = 0..options.orders + u32::from(has_flooder(options));
    all.filter(|number| options.only.as_ref().is_none_or(|only| only.contains(number))).collect()
}

/// He costs as much as many customers, so not every world has one.
fn has_flooder(options: &Options) -> bool {
    random_for(options.seed, "flooder").random_bool(FLOODED)
}

/// Lets all of them come, each at her time in the days of trade.
pub fn arrive(options: &Options, plan: &Plan, street: &Rc<Street>) -> Vec<JoinHandle<()>> {
    let cart_kept = Duration::from_millis(plan.rules().cart_kept_ms);
    let arrive = |number| {
        let mut rng = random_for(options.seed, &format!("shopper {number}"));
        let after_ms = rng.random_range(0..=u64::from(options.days) * DAY_MS);
        let kind = match number == options.orders {
            true => Kind::Flooder { cart_kept },
            false => KINDS[rng.random_range(0..KINDS.len())],
        };
        let (shelves, silent) = (options.shelves.clone(), plan.rate(Fault::BankSilent));
        let (street, address) = (street.clone(), addresses::of_customer(number));
        let shopper = Shopper { number, street, rng, address, shelves, silent };
        actix::spawn(shopper.live(after_ms, kind))
    };
    numbers(options).into_iter().map(arrive).collect()
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
            Kind::Flooder { cart_kept } => self.flooder(cart_kept).await,
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
        self.street.send(self.number, self.address, request).await
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
    Request { method, uri: uri.to_owned(), headers, body: body.to_string().into_bytes(), peer: None }
}
