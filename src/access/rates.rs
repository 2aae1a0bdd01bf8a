//! How often a client, and all clients together, may do what writes or costs.
//!
//! The generic cell rate algorithm: for each client and rate one point of time is kept, that at which all is forgotten
//! again. (The crate governor keeps as many clients as ever came, and forgets none at a bound, so it is not taken.)

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

use super::Client;

/// Clients that are remembered, 6 MB: of more, those that nothing is held against, or the oldest, are forgotten. What a
/// stranger with more addresses does is held by the rates for all.
pub const CLIENTS_MAX: usize = 1 << 16;
/// Of how many it is asked whether nothing is held against them, before the oldest is forgotten.
const CHANCES: usize = 8;
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

            /// As the header names it.
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
    Checkouts checkouts: "Wrong cards for one checkout.",
}

/// Against whom it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    Client(Client),
    /// By a digest of its number.
    Checkout(u64),
}

/// What is left to a client of one quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub rate: Rate,
    pub quota: u32,
    pub window_s: u32,
    pub left: u32,
    /// Until all of it is there again.
    pub full_in_s: u32,
}

/// It was too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limited {
    pub standing: Standing,
    pub retry_after_s: u32,
    /// All clients together, not this one.
    pub by_all: bool,
}

type Points = [u64; Rate::ALL.len()];

#[derive(Default)]
struct State {
    clients: HashMap<Counted, Points, ahash::RandomState>,
    /// The longest known first.
    order: VecDeque<Counted>,
    all: Points,
}

pub struct Limiter {
    quotas: Quotas,
    state: Mutex<State>,
}

impl Limiter {
    pub fn new(quotas: Quotas) -> Limiter {
        Limiter { quotas, state: Mutex::default() }
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
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clients.len()
    }

    fn look(&self, who: Counted, rate: Rate, now: u64, counts: bool) -> Result<Option<Standing>, Limited> {
        let Quota { each, all, window_s } = self.quotas.of(rate);
        if each == 0 && all == 0 {
            return Ok(None);
        }
        let nth = rate as usize;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (own, shared) = (Cell { quota: each, window_s, rate }, Cell { quota: all, window_s, rate });
        let before = state.clients.get(&who).map_or(0, |points| points[nth]);
        let after = own.add(before, now).map_err(|retry| own.limited(before, now, retry, false))?;
        let all_before = state.all[nth];
        let all_after =
            shared.add(all_before, now).map_err(|retry| shared.limited(all_before, now, retry, true))?;
        if counts {
            state.all[nth] = all_after;
            if each > 0 {
                state.points(who, now)[nth] = after;
            }
        }
        Ok((each > 0).then(|| own.standing(if counts { after } else { before }, now)))
    }
}

impl State {
    fn points(&mut self, who: Counted, now: u64) -> &mut Points {
        if !self.clients.contains_key(&who) {
            while self.clients.len() >= CLIENTS_MAX {
                self.forget(now);
            }
            self.order.push_back(who);
        }
        self.clients.entry(who).or_default()
    }

    fn forget(&mut self, now: u64) {
        for chance in 1..=CHANCES {
            let Some(oldest) = self.order.pop_front() else { return };
            let held =
                self.clients.get(&oldest).is_some_and(|points| points.iter().any(|point| *point > now));
            if !held || chance == CHANCES {
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
    use std::net::Ipv4Addr;

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
    fn all_together_have_a_quota_too_and_who_is_refused_by_it_has_lost_nothing() {
        let limits = limiter(2, 3, 60);
        assert!((1..=3).all(|nth| admitted(&limits, client(nth), 0)));
        assert!(limits.admit(client(4), Rate::Carts, 0).unwrap_err().by_all);
        assert_eq!(limits.check(client(4), Rate::Carts, 60 * SECOND_NS).unwrap().unwrap().left, 2);
        // who is over her own takes nothing from the others
        let limits = limiter(1, 2, 60);
        assert!(admitted(&limits, client(1), 0));
        assert!((0..100).all(|_| !admitted(&limits, client(1), 0)));
        assert!(admitted(&limits, client(2), 0));
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
