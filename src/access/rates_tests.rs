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
fn who_has_had_no_refusal_passes_whatever_others_have_spent_and_has_one_in_a_window_so() {
    let refusals = Quota { each: 20, all: 2_000, window_s: 3_600 };
    let limits = Limiter::new(Quotas { refusals, orders: refusals, cards: refusals, ..Quotas::default() });
    let (hour, all) = (3_600 * SECOND_NS, refusals.all * NEWCOMERS_TIMES);
    let network = |nth: u32| client(nth << 8);
    let refused = |who, now| limits.admit(who, Rate::Refusals, now);
    let flood =
        |now| (0..2_000).flat_map(|nth| [nth; 10]).filter(|nth| refused(network(*nth), now).is_ok()).count();
    let taken = flood(0);
    assert!((all as usize..=all as usize + 2_000).contains(&taken), "{taken}: many addresses have an end");
    // she comes when all is spent, and once more after her card was declined
    let (her, late) = (network(5_000), hour / 10);
    assert!(flood(late) > 0, "{taken}");
    assert!(refused(her, late).is_ok());
    assert!(refused(her, late).unwrap_err().by_all);
    // one part of her own quota is whole again after three minutes, and does not make her new
    let soon = late + 200 * SECOND_NS;
    flood(soon);
    assert!(refused(her, soon).unwrap_err().by_all);
    flood(late + hour);
    assert!(refused(her, late + hour).is_ok());
    for rate in [Rate::Orders, Rate::Cards] {
        for nth in 0..1_000 {
            for _ in 0..10 {
                let _ = limits.admit(network(nth), rate, 0);
            }
        }
        assert!(limits.check(network(5_000), rate, 0).is_ok(), "{rate:?}");
    }
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
fn a_provider_or_a_hoster_is_counted_too_and_leaves_what_newcomers_have_to_others() {
    let of = |bits: u128| Counted::Client(Client::of(Ipv6Addr::from_bits(bits).into()));
    let (each, all) = (6, 2_000);
    let taken = |limits: &Limiter, who: Counted| (0..9).filter(|_| admitted(limits, who, 0)).count();
    // of each company four lines; of a provider some of its companies
    for (bits, times, companies) in [(40, 64, (0..256_u128).step_by(1)), (32, 256, (0..65_536).step_by(97))] {
        let limits = limiter(each, all, 60);
        let lines = companies.flat_map(|company| (0..4).map(move |line| company << 80 | line << 72));
        let flood: usize = lines.map(|line| taken(&limits, of(0x2001_0db8_u128 << 96 | line))).sum();
        assert_eq!(flood, (each * times) as usize, "/{bits}");
        assert!(admitted(&limits, of(0x2001_0db9_u128 << 96), 0) && admitted(&limits, client(1), 0));
    }
    for (bits, times, hosts) in [(24, 64, (0..256).step_by(1)), (16, 256, (0..65_536).step_by(13))] {
        let limits = limiter(each, all, 60);
        let flood: usize = hosts.map(|nth| taken(&limits, client(0x1400_0000 | nth))).sum();
        assert_eq!(flood, (each * times) as usize, "/{bits}");
        assert!(admitted(&limits, client(0x1500_0000), 0));
    }
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
    // no network is counted beside them
    let alone = |nth: u32| Counted::Checkout(nth.into());
    for nth in 0..CLIENTS_MAX as u32 + 1_000 {
        assert!(admitted(&limits, alone(nth), 0));
    }
    assert_eq!(limits.remembered(), CLIENTS_MAX);
    // those that nothing is held against go first: the one that is limited stays so
    let limits = limiter(1, 0, 60);
    for nth in 0..CLIENTS_MAX as u32 {
        admitted(&limits, alone(nth), u64::from(nth == 0) * 60 * SECOND_NS);
    }
    admitted(&limits, alone(u32::MAX), 60 * SECOND_NS);
    assert!(!admitted(&limits, alone(0), 61 * SECOND_NS));
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
