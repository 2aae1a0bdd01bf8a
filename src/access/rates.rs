//! Rate limits: how often a client, and all clients together, may do what writes or costs.
//!
//! The generic cell rate algorithm: for each client and rate one moment is kept, that at which the whole quota is there again.
//! (The crate governor has no bound on the clients that it remembers, so it is not used.)

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

use super::Client;
use crate::planted::{self, Bug};

/// Clients and networks that are remembered, in 7 MB. Beyond it, one whose quotas are all whole is forgotten, or else the oldest. A
/// client with more addresses than these is bounded by the quota for all.
pub const CLIENTS_MAX: usize = 1 << 16;
/// Networks that count besides the client's own /64 of IPv6, each by its bits, and how many times the quota of one client it has: a
/// household has a /56, a company or a rented server a /48, a hoster or a provider's town a /40, a provider a /32.
const IPV6_NETWORKS: [(u32, u32); 4] = [(56, 4), (48, 16), (40, 64), (32, 256)];
/// The same around an address of IPv4, of which a company has one or some: a hoster's or a provider's.
const IPV4_NETWORKS: [(u32, u32); 2] = [(24, 64), (16, 256)];
/// The quota for all binds a client who has spent one part in so many of her own quota, here half. So newcomers are served
/// while others spend the quota for all.
const NEWCOMER_PART: u32 = 2;
/// All newcomers together get so many times the quota for all, which bounds a flood from ever new addresses.
const NEWCOMERS_TIMES: u32 = 4;
/// How many of the oldest are tried for one whose quotas are all whole, before the oldest is forgotten.
const EVICTION_TRIES: usize = 8;
const SECOND_NS: u64 = 1_000_000_000;

/// So many in a window, for each client and for all of them; 0: no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    pub each: u32,
    pub all: u32,
    pub window_s: u32,
}

/// Declares the rates, and the table of the settings that gives each its quota.
macro_rules! rates {
    ($($variant:ident $name:ident: $what:literal),* $(,)?) => {
        /// What is counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Rate {
            $(#[doc = $what] $variant),*
        }

        impl Rate {
            pub const ALL: [Rate; [$(Rate::$variant),*].len()] = [$(Rate::$variant),*];

            /// Its name in the settings and in `RateLimit`.
            pub fn name(self) -> &'static str {
                match self { $(Rate::$variant => stringify!($name)),* }
            }
        }

        /// Off where nothing is said.
        #[derive(Clone, Copy, Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Quotas {
            $(pub $name: Quota),*
        }

        impl Quotas {
            pub fn of(&self, rate: Rate) -> Quota {
                match rate { $(Rate::$variant => self.$name),* }
            }
        }
    };
}

rates! {
    Carts carts: "New carts.",
    Changes changes: "Changes of carts, and checkouts begun.",
    Orders orders: "Attempts to order.",
    Refusals refusals: "Orders that were refused after the bank or the shelves were asked.",
    Keys keys: "Orders asked for by a key that does not open them.",
    Searches searches: "Searches, and looks at products and carts.",
    Cards cards: "Cards typed on the card page.",
    Checkouts checkouts: "Cards typed for one checkout.",
}

impl Rate {
    /// Whether it is met after a card was typed. Then who has come to nothing of it in the last window is let in whatever others have
    /// spent: no flood of theirs turns away who has typed her card.
    fn lets_the_first_in(self) -> bool {
        matches!(self, Rate::Orders | Rate::Refusals | Rate::Cards)
    }
}

/// Whose quota it counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    Client(Client),
    /// By a digest of its number.
    Checkout(u64),
}

/// What is left to a client of one quota, as `RateLimit` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub rate: Rate,
    pub quota: u32,
    pub window_s: u32,
    pub left: u32,
    /// Until all of it is there again.
    pub full_in_s: u32,
}

/// Refused by a rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limited {
    pub standing: Standing,
    pub retry_after_s: u32,
    /// The quota for all clients together is spent, not her own.
    pub by_all: bool,
}

/// By rate, the nanosecond at which the whole quota is there again.
type Points = [u64; Rate::ALL.len()];

/// Whose moments are kept: [`Counted`] with 0, or a network around it with its bits.
type Key = (Counted, u32);

#[derive(Default)]
struct Spent {
    clients: HashMap<Key, Points, ahash::RandomState>,
    /// The longest known first.
    order: VecDeque<Key>,
    all: Points,
    /// Of the newcomers among all.
    newcomers: Points,
}

/// What a client has to do with the quota for all.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Among {
    /// It does not bind her.
    First,
    /// She has a part in what newcomers have.
    Newcomers,
    Others,
}

/// One of the budgets that a client spends of, and how many times the quota it is.
#[derive(Clone, Copy)]
struct Level {
    key: Key,
    times: u32,
}

/// The client's own, and those of the networks around it.
fn levels(who: Counted) -> impl Iterator<Item = Level> {
    let own = Level { key: (who, 0), times: 1 };
    let (client, networks): (_, &[_]) = match who {
        Counted::Client(client) if client.is_ipv6() => (client, &IPV6_NETWORKS),
        Counted::Client(client) => (client, &IPV4_NETWORKS),
        Counted::Checkout(_) => (Client::NOWHERE, &[]),
    };
    let network =
        move |&(bits, times): &(u32, u32)| Level { key: (Counted::Client(client.within(bits)), bits), times };
    [own].into_iter().chain(networks.iter().map(network))
}

pub struct Limiter {
    quotas: Quotas,
    spent: Mutex<Spent>,
}

impl Limiter {
    pub fn new(quotas: Quotas) -> Limiter {
        Limiter { quotas, spent: Mutex::default() }
    }

    /// Counts one more, unless it is one too many: then nothing is counted. `None`: there is no limit. `now_ns`: on any clock
    /// that never goes back.
    pub fn admit(&self, who: Counted, rate: Rate, now_ns: u64) -> Result<Option<Standing>, Limited> {
        self.look(who, rate, now_ns, true)
    }

    /// As [`Limiter::admit`], and counts nothing.
    pub fn check(&self, who: Counted, rate: Rate, now_ns: u64) -> Result<Option<Standing>, Limited> {
        self.look(who, rate, now_ns, false)
    }

    pub fn remembered(&self) -> usize {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner).clients.len()
    }

    fn look(&self, who: Counted, rate: Rate, now: u64, counts: bool) -> Result<Option<Standing>, Limited> {
        let Quota { each, all, window_s } = self.quotas.of(rate);
        if each == 0 && all == 0 || planted::is(Bug::RatesByNobody) {
            return Ok(None);
        }
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let own = Cell { quota: each, window_s, rate };
        let (mut moments, mut tightest) = (vec![], None::<Standing>);
        let mut is_newcomer = each > 0;
        let is_first =
            each > 0 && rate.lets_the_first_in() && own.is_untouched(spent.point((who, 0), rate), now);
        for Level { key, times } in levels(who).filter(|_| each > 0) {
            let cell = own.times(times);
            let before = spent.point(key, rate);
            let after = cell.add(before, now).map_err(|retry| cell.limited(before, now, retry, false))?;
            let (held, standing) =
                (cell.standing(before, now), cell.standing(if counts { after } else { before }, now));
            is_newcomer &= (held.quota - held.left).saturating_mul(NEWCOMER_PART) < held.quota;
            tightest = tightest.filter(|tight| tight.left <= standing.left).or(Some(standing));
            moments.push((key, after));
        }
        let among = match (is_first, is_newcomer) {
            (true, _) => Among::First,
            (false, true) => Among::Newcomers,
            (false, false) => Among::Others,
        };
        spent.spend_of_all(Cell { quota: all, window_s, rate }, among, now, counts)?;
        if counts {
            for (key, after) in moments {
                spent.points(key, now)[rate as usize] = after;
            }
        }
        Ok(tightest)
    }
}

impl Spent {
    /// The moment that is kept of a key; 0: none.
    fn point(&self, key: Key, rate: Rate) -> u64 {
        self.clients.get(&key).map_or(0, |points| points[rate as usize])
    }

    /// Takes one of what there is for all. Who is not bound by a quota only pushes it to its bound.
    fn spend_of_all(&mut self, all: Cell, among: Among, now: u64, counts: bool) -> Result<(), Limited> {
        let (nth, reserve) = (all.rate as usize, all.times(NEWCOMERS_TIMES));
        let (held, held_of_newcomers) = (self.all[nth], self.newcomers[nth]);
        let (after, after_of_newcomers) = (all.add(held, now), reserve.add(held_of_newcomers, now));
        let (after, after_of_newcomers) = match among {
            Among::First => (after.unwrap_or(held), after_of_newcomers.unwrap_or(held_of_newcomers)),
            Among::Newcomers => {
                let bound = |retry| reserve.limited(held_of_newcomers, now, retry, true);
                (after.unwrap_or(held), after_of_newcomers.map_err(bound)?)
            }
            Among::Others => (after.map_err(|retry| all.limited(held, now, retry, true))?, held_of_newcomers),
        };
        if counts {
            (self.all[nth], self.newcomers[nth]) = (after, after_of_newcomers);
        }
        Ok(())
    }

    fn points(&mut self, key: Key, now: u64) -> &mut Points {
        if !self.clients.contains_key(&key) {
            while self.clients.len() >= CLIENTS_MAX {
                self.forget(now);
            }
            self.order.push_back(key);
        }
        self.clients.entry(key).or_default()
    }

    fn forget(&mut self, now: u64) {
        for chance in 1..=EVICTION_TRIES {
            let Some(oldest) = self.order.pop_front() else { return };
            let held =
                self.clients.get(&oldest).is_some_and(|points| points.iter().any(|point| *point > now));
            if !held || chance == EVICTION_TRIES {
                self.clients.remove(&oldest);
                return;
            }
            self.order.push_back(oldest);
        }
    }
}

/// One quota's arithmetic, in nanoseconds.
#[derive(Clone, Copy)]
struct Cell {
    quota: u32,
    window_s: u32,
    rate: Rate,
}

impl Cell {
    fn times(self, times: u32) -> Cell {
        Cell { quota: self.quota.saturating_mul(times), ..self }
    }

    fn window(self) -> u64 {
        u64::from(self.window_s.max(1)) * SECOND_NS
    }

    fn step(self) -> u64 {
        self.window() / u64::from(self.quota.max(1))
    }

    /// The point of time after one more, or how long until there is room for one.
    fn add(self, point: u64, now: u64) -> Result<u64, u64> {
        if self.quota == 0 {
            return Ok(point);
        }
        let after = point.max(now).saturating_add(self.step());
        match after.saturating_sub(now.saturating_add(self.window())) {
            0 => Ok(after),
            early => Err(early),
        }
    }

    /// Whether nothing was counted within a window: the moment that is kept lies at least a step after the last that was.
    fn is_untouched(self, point: u64, now: u64) -> bool {
        point == 0 || point.saturating_add(self.window()) <= now.saturating_add(self.step())
    }

    fn standing(self, point: u64, now: u64) -> Standing {
        let held = point.saturating_sub(now);
        let left = self.window().saturating_sub(held) / self.step();
        let full_in_s = seconds(held);
        let left = u32::try_from(left).unwrap_or(u32::MAX).min(self.quota);
        Standing { rate: self.rate, quota: self.quota, window_s: self.window_s, left, full_in_s }
    }

    fn limited(self, point: u64, now: u64, retry_ns: u64, by_all: bool) -> Limited {
        let retry_after_s = seconds(retry_ns).max(1);
        Limited { standing: self.standing(point, now), retry_after_s, by_all }
    }
}

fn seconds(ns: u64) -> u32 {
    u32::try_from(ns.div_ceil(SECOND_NS)).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[path = "rates_tests.rs"]
mod tests;
