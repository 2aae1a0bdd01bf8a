//! Customers: each a task of its own that draws what it does from its own source, so that leaving one out changes
//! nothing for the others. What they send goes through the gateway's own handlers; what they are told is history.

mod another_card;
mod cart;
mod checkout;
mod clerk;
mod flooder;
mod form;
mod fuzzer;
mod keeper;
mod owner;
mod program;
mod repricer;
mod shopper;
mod stranger;
mod visitor;

use std::rc::Rc;
use std::time::Duration;

use rand::RngExt;
use tokio::task::JoinHandle;

use super::addresses;
use super::network::Network;
use super::plan::{Options, Plan, random_for};
pub use repricer::reprices;
use shopper::{Cards, DAY_MS, Shopper, json_request};

/// In so many worlds there is a flooder.
const FLOODED: f64 = 0.25;
/// In so many the shopkeeper is at work.
const KEPT: f64 = 0.4;
/// In so many a clerk gives money back.
const REFUNDED: f64 = 0.5;

#[derive(Clone, Copy, Debug)]
enum Kind {
    Program,
    Cart,
    Visitor,
    Stranger,
    Fuzzer,
    Flooder { cart_kept: Duration },
    Keeper { days: u32 },
    Clerk { days: u32 },
}

/// As often as each stands here. A flooder, the shopkeeper and a clerk come beside them.
const KINDS: [Kind; 8] = [
    Kind::Program,
    Kind::Program,
    Kind::Program,
    Kind::Cart,
    Kind::Visitor,
    Kind::Visitor,
    Kind::Stranger,
    Kind::Fuzzer,
];

/// The numbers of all who come; the last may be a flooder's, the shopkeeper's and a clerk's.
pub fn numbers(options: &Options) -> Vec<u32> {
    let flooder = has_flooder(options).then_some(options.orders);
    let keeper = has_keeper(options).then_some(options.orders + 1);
    let clerk = has_clerk(options).then_some(options.orders + 2);
    let all = (0..options.orders).chain(flooder).chain(keeper).chain(clerk);
    all.filter(|number| options.only.as_ref().is_none_or(|only| only.contains(number))).collect()
}

/// He costs as much as many customers, so not every world has one.
fn has_flooder(options: &Options) -> bool {
    random_for(options.seed, "flooder").random_bool(FLOODED)
}

fn has_keeper(options: &Options) -> bool {
    random_for(options.seed, "keeper").random_bool(KEPT)
}

fn has_clerk(options: &Options) -> bool {
    random_for(options.seed, "clerk").random_bool(REFUNDED)
}

/// Lets all of them come, each at her time in the days of trade.
pub fn arrive(options: &Options, plan: &Plan, network: &Rc<Network>) -> Vec<JoinHandle<()>> {
    let cart_kept = Duration::from_millis(plan.rules().cart_kept_ms);
    let arrive = |number: u32| {
        let mut rng = random_for(options.seed, &format!("shopper {number}"));
        let after_ms = rng.random_range(0..=u64::from(options.days) * DAY_MS);
        let kind = match number.checked_sub(options.orders) {
            Some(0) => Kind::Flooder { cart_kept },
            Some(1) => Kind::Keeper { days: options.days },
            Some(_) => Kind::Clerk { days: options.days },
            None => KINDS[rng.random_range(0..KINDS.len())],
        };
        let (assortment, cards) = (options.assortment.clone(), Cards::of(plan));
        let (network, address) = (network.clone(), addresses::of_customer(number));
        let shopper = Shopper { number, network, rng, address, assortment, cards };
        actix::spawn(shopper.live(after_ms, kind))
    };
    numbers(options).into_iter().map(arrive).collect()
}

impl Shopper {
    async fn live(self, after_ms: u64, kind: Kind) {
        self.network.trade_ms(after_ms).await;
        match kind {
            Kind::Program => self.program().await,
            Kind::Cart => self.cart().await,
            Kind::Visitor => self.visitor().await,
            Kind::Stranger => self.stranger().await,
            Kind::Fuzzer => self.fuzzer().await,
            Kind::Flooder { cart_kept } => self.flooder(cart_kept).await,
            Kind::Keeper { days } => self.keeper(days).await,
            Kind::Clerk { days } => self.clerk(days).await,
        }
    }
}
