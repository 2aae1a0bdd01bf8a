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
/// IPv6 networks that count besides the client's /64, each by its bits, and how many times the quota of one client it has: a
/// household has a /56, a company or a rented server a /48.
const NETWORKS: [(u32, u32); 2] = [(56, 4), (48, 16)];
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

/// Whose moments are kept: [`Counted`] with 0, or an IPv6 network around it with its bits.
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

/// One of the budgets that a client spends of, and how many times the quota it is.
#[derive(Clone, Copy)]
struct Level {
    key: Key,
    times: u32,
}

/// The client's own, and for IPv6 those of the networks around it.
fn levels(who: Counted) -> impl Iterator<Item = Level> {
    let own = Level { key: (who, 0), times: 1 };
    let network = move |(bits, times)| match who {
        Counted::Client(client) => {
            client.within(bits).map(|network| Level { key: (Counted::Client(network), bits), times })
        }
        Counted::Checkout(_) => None,
    };
    [own].into_iter().chain(NETWORKS.into_iter().filter_map(network))
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
        for Level { key, times } in levels(who).filter(|_| each > 0) {
            let cell = own.times(times);
            let before = spent.clients.get(&key).map_or(0, |points| points[rate as usize]);
            let after = cell.add(before, now).map_err(|retry| cell.limited(before, now, retry, false))?;
            let (held, standing) =
                (cell.standing(before, now), cell.standing(if counts { after } else { before }, now));
            is_newcomer &= (held.quota - held.left).saturating_mul(NEWCOMER_PART) < held.quota;
            tightest = tightest.filter(|tight| tight.left <= standing.left).or(Some(standing));
            moments.push((key, after));
        }
        spent.spend_of_all(Cell { quota: all, window_s, rate }, is_newcomer, now, counts)?;
        if counts {
            for (key, after) in moments {
                spent.points(key, now)[rate as usize] = after;
            }
        }
        Ok(tightest)
    }
}

impl Spent {
    /// Takes one of what there is for all: of its own quota for the newcomers, who only push that for all to its bound.
    fn spend_of_all(&mut self, all: Cell, is_newcomer: bool, now: u64, counts: bool) -> Result<(), Limited> {
        let nth = all.rate as usize;
        let before = self.all[nth];
        let (mut newcomers_after, after) = (self.newcomers[nth], all.add(before, now));
        let after = if is_newcomer {
            let reserve = all.times(NEWCOMERS_TIMES);
            newcomers_after = reserve
                .add(newcomers_after, now)
                .map_err(|retry| reserve.limited(self.newcomers[nth], now, retry, true))?;
            after.unwrap_or(before)
        } else {
            after.map_err(|retry| all.limited(before, now, retry, true))?
        };
        if counts {
            (self.all[nth], self.newcomers[nth]) = (after, newcomers_after);
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
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    fn client(nth: u32) -> Counted {
        Counted::Client(Client::of(Ipv4Addr::from_bits(nth).into()))
    }

    fn limiter(each: u32, all: u32, window_s: u32) -> Limiter {
        Limiter::new(Quotas { carts: Quota { each, all, window_s }, ..Quotas::default() })
    }

    fn admitted(limiter: &Limiter, who: Counted, now_ns: u64) -> bool {
        limiter.admit(who, Rate::Carts, now_ns).is_ok()
    }

    #[test]
    fn a_quota_may_be_used_at_once_and_comes_back_bit_by_bit() {
        let limits = limiter(3, 0, 60);
        let left = |now| limits.admit(client(1), Rate::Carts, now).map(|standing| standing.unwrap().left);
        assert_eq!((left(5), left(5), left(5)), (Ok(2), Ok(1), Ok(0)));
        let limited = left(5).unwrap_err();
        assert_eq!((limited.retry_after_s, limited.standing.left, limited.by_all), (20, 0, false));
        assert!(admitted(&limits, client(2), 5), "another client has her own");
        assert_eq!(left(5 + 20 * SECOND_NS), Ok(0));
        assert!(left(6 + 20 * SECOND_NS).is_err());
        assert_eq!(left(500 * SECOND_NS), Ok(2));
    }

    #[test]
    fn all_together_have_a_quota_too_which_binds_who_has_spent_half_of_her_own() {
        let limits = limiter(4, 6, 60);
        let takes = |nth, times| (0..times).filter(|_| admitted(&limits, client(nth), 0)).count();
        assert_eq!((takes(1, 9), takes(2, 9)), (4, 2), "a flood of two");
        let limited = limits.admit(client(2), Rate::Carts, 0).unwrap_err();
        assert!(limited.by_all);
        // who comes for the first time is served, up to half of hers
        assert_eq!((takes(3, 9), takes(4, 9)), (2, 2));
        assert!(limits.check(client(5), Rate::Carts, 0).is_ok());
        // who is refused by it has lost nothing
        assert_eq!(limits.check(client(2), Rate::Carts, 60 * SECOND_NS).unwrap().unwrap().left, 4);
        // who is over her own takes nothing from the others
        let limits = limiter(2, 4, 60);
        assert!((0..100).filter(|_| admitted(&limits, client(1), 0)).count() == 2);
        assert!((0..100).filter(|_| admitted(&limits, client(2), 0)).count() == 2);
    }

    #[test]
    fn newcomers_without_end_are_not_served_either_and_their_flood_does_not_last_longer_than_the_others() {
        let (each, all) = (4, 10);
        let limits = limiter(each, all, 60);
        let taken = (0..1_000).filter(|nth| admitted(&limits, client(*nth), 0)).count();
        assert_eq!(taken, (all * NEWCOMERS_TIMES) as usize);
        assert!(limits.admit(client(2_000), Rate::Carts, 0).unwrap_err().by_all);
        let minute = 60 * SECOND_NS;
        assert_eq!((0..100).filter(|_| admitted(&limits, client(3_000), minute)).count(), each as usize);
    }

    #[test]
    fn a_house_and_a_company_of_ipv6_are_counted_beside_each_of_their_networks() {
        let network = |company: u128, house: u128, nth: u128| {
            let bits = 0x2001_0db8_u128 << 96 | company << 80 | house << 72 | nth << 64 | 1;
            Counted::Client(Client::of(Ipv6Addr::from_bits(bits).into()))
        };
        let limits = limiter(6, 0, 60);
        let takes = |who| (0..10).filter(|_| admitted(&limits, who, 0)).count();
        let of_house: usize = (0..256).map(|nth| takes(network(1, 0, nth))).sum();
        assert_eq!(of_house, 4 * 6);
        let of_company: usize = (1..256).map(|house| takes(network(1, house, 0))).sum();
        assert_eq!(of_house + of_company, 16 * 6);
        assert_eq!(takes(network(2, 0, 0)), 6, "another company has its own");
        let limited = limits.admit(network(1, 7, 7), Rate::Carts, 0).unwrap_err();
        assert_eq!((limited.by_all, limited.standing.quota), (false, 16 * 6));
        // what was refused is not remembered
        let before = limits.remembered();
        (0..256).for_each(|nth| assert_eq!(takes(network(1, 9, nth)), 0));
        assert_eq!(limits.remembered(), before);
    }

    #[test]
    fn a_flood_from_one_line_leaves_what_there_is_for_all_to_the_others() {
        let limits = limiter(6, 30, 60);
        let of = |bits: u128| Counted::Client(Client::of(Ipv6Addr::from_bits(bits).into()));
        for nth in 0..65_536_u128 {
            let _ = limits.admit(of(0x2001_0db8_u128 << 96 | nth << 64), Rate::Carts, 0);
        }
        assert!(admitted(&limits, of(0x2001_0db9_u128 << 96), 0));
        assert!(admitted(&limits, client(1), 0));
    }

    #[test]
    fn what_has_no_quota_is_not_counted() {
        let limits = limiter(0, 0, 0);
        assert!((0..1_000).all(|_| limits.admit(client(1), Rate::Carts, 0) == Ok(None)));
        assert_eq!(limits.remembered(), 0);
    }

    #[test]
    fn no_more_clients_are_remembered_than_the_bound() {
        let limits = limiter(1, 0, 60);
        for nth in 0..CLIENTS_MAX as u32 + 1_000 {
            assert!(admitted(&limits, client(nth), 0));
        }
        assert_eq!(limits.remembered(), CLIENTS_MAX);
        // those that nothing is held against go first: the one that is limited stays so
        let limits = limiter(1, 0, 60);
        for nth in 0..CLIENTS_MAX as u32 {
            admitted(&limits, client(nth), u64::from(nth == 0) * 60 * SECOND_NS);
        }
        admitted(&limits, client(u32::MAX), 60 * SECOND_NS);
        assert!(!admitted(&limits, client(0), 61 * SECOND_NS));
    }

    proptest! {
        /// In no window does a client get more than twice her quota, and never less than it over time.
        #[test]
        fn no_window_holds_more_than_the_burst_and_what_came_back(
            steps in prop::collection::vec(0..5_000_u64, 1..300), quota in 1..20_u32, window_s in 1..20_u32,
        ) {
            let limits = limiter(quota, 0, window_s);
            let (mut now, mut taken) = (0, vec![]);
            for step in steps {
                now += step * 1_000_000;
                match limits.admit(client(1), Rate::Carts, now) {
                    Ok(standing) => {
                        prop_assert!(standing.unwrap().left < quota);
                        taken.push(now);
                    }
                    Err(limited) => {
                        let later = now + u64::from(limited.retry_after_s) * SECOND_NS;
                        prop_assert!(limits.check(client(1), Rate::Carts, later).is_ok());
                    }
                }
            }
            let window = u64::from(window_s) * SECOND_NS;
            for (nth, from) in taken.iter().enumerate() {
                let within = taken[nth..].iter().filter(|at| **at - from <= window).count();
                prop_assert!(within as u32 <= 2 * quota);
            }
        }
    }
}
