//! Log lines about refused requests: each kind once in a while, with how often it was since.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::{Limited, Rate};

const SECOND_NS: u64 = 1_000_000_000;
/// At most one line of a kind in this time, so that no flood fills a log.
const EVERY_NS: u64 = 60 * SECOND_NS;
/// A proxy that the settings do not name says so with each request.
const PROXY_EVERY_NS: u64 = 60 * 60 * SECOND_NS;
/// Two for each rate, and the others.
const KINDS: usize = 2 * Rate::ALL.len() + Notice::OTHERS.len();

/// What was refused, or is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    OverLimit(Rate),
    /// Who is honest is refused too.
    AllOverLimit(Rate),
    Overloaded,
    WrongApiKey,
    WrongOrderKey,
    OtherHost,
    CardNumber,
    CrossOrigin,
    BadPayment,
    UnnamedProxy,
}

impl Notice {
    const OTHERS: [Notice; 8] = [
        Notice::Overloaded,
        Notice::WrongApiKey,
        Notice::WrongOrderKey,
        Notice::OtherHost,
        Notice::CardNumber,
        Notice::CrossOrigin,
        Notice::BadPayment,
        Notice::UnnamedProxy,
    ];

    pub fn of(limited: &Limited) -> Notice {
        let rate = limited.standing.rate;
        if limited.by_all { Notice::AllOverLimit(rate) } else { Notice::OverLimit(rate) }
    }

    /// By which setting, where one has refused it.
    pub fn setting(self) -> Option<String> {
        match self {
            Notice::OverLimit(rate) => Some(rate.name().to_owned()),
            Notice::AllOverLimit(rate) => Some(format!("rates.{}.all", rate.name())),
            _ => None,
        }
    }

    fn kind(self) -> usize {
        match self {
            Notice::OverLimit(rate) => rate as usize,
            Notice::AllOverLimit(rate) => Rate::ALL.len() + rate as usize,
            other => {
                let place = Notice::OTHERS.iter().position(|one| *one == other).unwrap_or_default();
                2 * Rate::ALL.len() + place
            }
        }
    }

    fn every_ns(self) -> u64 {
        if self == Notice::UnnamedProxy { PROXY_EVERY_NS } else { EVERY_NS }
    }
}

/// For the log.
impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Notice::OverLimit(_) => "clients over their limit were refused",
            Notice::AllOverLimit(_) => {
                "customers were refused, for all together have asked as often as the setting lets them: it is a flood, or set it higher"
            }
            Notice::Overloaded => "requests were refused, for the shop had more work than it takes",
            Notice::WrongApiKey => "API keys that are none, or revoked, were refused",
            Notice::WrongOrderKey => "orders were asked for by keys that do not open them",
            Notice::OtherHost => "requests for another host were refused",
            Notice::CardNumber => "requests with what looks like a card number were refused",
            Notice::CrossOrigin => "forms from other sites were refused",
            Notice::BadPayment => "payments were refused before a card was asked for",
            Notice::UnnamedProxy => {
                "a proxy that http.trusted_proxies does not name says for whom it asks, and is not believed: all who come \
                 through it are limited as one client. If it is yours, set http.trusted_proxies \
                 (DOORSTEP_HTTP__TRUSTED_PROXIES) to its address"
            }
        })
    }
}

/// Of one kind: from when on a line is due, and how often it was since the last.
#[derive(Clone, Copy, Default)]
struct Throttle {
    due_at_ns: u64,
    times: u64,
}

#[derive(Default)]
pub struct Notices {
    kinds: Mutex<[Throttle; KINDS]>,
}

impl Notices {
    /// Counts one more; how many there are to be told of, where a line is due.
    pub fn due(&self, notice: Notice, now_ns: u64) -> Option<u64> {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let throttle = &mut kinds[notice.kind()];
        throttle.times += 1;
        if now_ns < throttle.due_at_ns {
            return None;
        }
        let times = throttle.times;
        *throttle = Throttle { due_at_ns: now_ns.saturating_add(notice.every_ns()), times: 0 };
        Some(times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Standing;

    #[test]
    fn each_kind_is_told_of_once_a_minute_with_how_often_it_was() {
        let notices = Notices::default();
        assert_eq!(notices.due(Notice::WrongApiKey, 0), Some(1));
        assert!((0..1_000).all(|nth| notices.due(Notice::WrongApiKey, nth).is_none()));
        assert_eq!(
            notices.due(Notice::OverLimit(Rate::Carts), 7),
            Some(1),
            "another kind is told of at once"
        );
        assert_eq!(notices.due(Notice::OverLimit(Rate::Keys), 7), Some(1));
        assert_eq!(notices.due(Notice::WrongApiKey, EVERY_NS), Some(1_001));
        assert_eq!(notices.due(Notice::WrongApiKey, EVERY_NS + 1), None);
    }

    #[test]
    fn a_bound_of_all_together_is_told_of_by_its_setting() {
        let standing = Standing { rate: Rate::Refusals, quota: 1, window_s: 1, left: 0, full_in_s: 1 };
        let by = |by_all| Notice::of(&Limited { standing, retry_after_s: 1, by_all }).setting();
        assert_eq!(
            (by(true).as_deref(), by(false).as_deref()),
            (Some("rates.refusals.all"), Some("refusals"))
        );
    }

    #[test]
    fn every_kind_has_a_place_of_its_own() {
        let of_rates = [Rate::ALL.map(Notice::OverLimit), Rate::ALL.map(Notice::AllOverLimit)].concat();
        let all = of_rates.into_iter().chain(Notice::OTHERS);
        let mut places: Vec<usize> = all.map(Notice::kind).collect();
        places.sort_unstable();
        assert_eq!(places, (0..KINDS).collect::<Vec<_>>());
    }
}
