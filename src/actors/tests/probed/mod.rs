//! Each actor alone on virtual time, with probes in the place of all others.
mod bank;
mod mailer;
mod merchant_proxy;
mod order_manager;
mod stock_keeper;
mod warehouse;
mod web_session;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::world::{PROGRAMS, partners};
use crate::actors::{Address, Message, Rules, Shop};
use crate::domain::{Currency, Money, OrderId, PaymentId};
use crate::partners::mail::MemoryPost;
use crate::runtime::Application;
use crate::runtime::kit::{Kit, Probe, tree};

/// Longer than any of these tests.
const PATIENCE: Duration = Duration::from_secs(3_600 * 24);

/// The kit of a shop in which one actor lives, the embedded partners with it, and probes stand in the place of all others.
struct Probed {
    kit: Kit<Shop>,
    actor: Address,
    probes: BTreeMap<Address, Probe<Shop>>,
    begun: Instant,
}

impl Probed {
    /// Not started yet: its kit may be changed.
    fn new(actor: Address) -> Probed {
        let mut kit = Kit::new(Rules::default);
        kit.tree = Box::new(move || tree(&[actor]));
        kit.outside = Rc::new(partners(&MemoryPost::new()));
        let others = Shop::singletons().into_iter().chain([PROGRAMS]).filter(|other| *other != actor);
        let probes = others.map(|other| (other, kit.probe(other))).collect();
        Probed { kit, actor, probes, begun: Instant::now() }
    }

    async fn started(actor: Address) -> Probed {
        let mut probed = Probed::new(actor);
        probed.kit.start().await;
        probed
    }

    /// Tells the actor something as if another had.
    fn told(&self, message: impl Into<Message>) {
        drop(self.kit.tell_any(self.actor, message.into(), PATIENCE));
    }

    /// What another actor is told next.
    async fn next(&mut self, to: Address) -> Arc<Message> {
        self.probes.get_mut(&to).expect("a probe stands there").next().await
    }

    /// Whether another actor has been told nothing that was not looked at.
    async fn is_quiet(&self, to: Address) -> bool {
        self.kit.settle().await;
        self.probes[&to].is_empty()
    }

    fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

fn order(n: u128) -> OrderId {
    OrderId::new(1_795_348_800_000, n)
}

fn payment(n: u128) -> PaymentId {
    PaymentId::new(1_795_348_800_000, n)
}

fn pence(amount: i64) -> Money {
    Money::new(amount, Currency::GBP)
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}
