use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use ipnet::IpNet;

use super::Limits;

/// Bounds the connections of each client address, over all workers.
#[derive(Debug)]
pub struct AddressPermits {
    address_max: usize,
    local_max: usize,
    proxies: Vec<IpNet>,
    taken: Mutex<HashMap<IpNet, usize>>,
}

/// The networks that an IPv6 address counts towards, each by its bits, and how many times the permits of one address it has: /64
/// is one network, /56 the line of a household, /48 a company, /40 and /32 a hoster or a provider, which do not get all that there are.
const IPV6_LEVELS: [(u8, usize); 5] = [(64, 1), (56, 4), (48, 16), (40, 32), (32, 64)];
const IPV4_LEVELS: [(u8, usize); 3] = [(32, 1), (24, 32), (16, 64)];

/// Lets one connection be; given back when it is dropped.
#[derive(Debug)]
pub struct AddressPermit {
    counted: Option<(Arc<AddressPermits>, IpAddr)>,
}

impl AddressPermits {
    pub fn new(limits: &Limits) -> Arc<AddressPermits> {
        Arc::new(AddressPermits {
            address_max: limits.address_connections_max,
            local_max: limits.local_connections_max,
            proxies: limits.proxies.clone(),
            taken: Mutex::default(),
        })
    }

    /// `None` where the address has as many as it may.
    pub fn take(self: &Arc<AddressPermits>, address: IpAddr) -> Option<AddressPermit> {
        let address = address.to_canonical();
        let max = if address.is_loopback() { self.local_max } else { self.address_max };
        if max == 0 || self.proxies.iter().any(|proxies| proxies.contains(&address)) {
            return Some(AddressPermit { counted: None });
        }
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full =
            |(within, times): (IpNet, usize)| taken.get(&within).is_some_and(|count| *count >= max * times);
        if networks_of(address).any(is_full) {
            return None;
        }
        networks_of(address).for_each(|(within, _)| *taken.entry(within).or_default() += 1);
        drop(taken);
        Some(AddressPermit { counted: Some((Arc::clone(self), address)) })
    }
}

impl Drop for AddressPermit {
    fn drop(&mut self) {
        let Some((permits, address)) = self.counted.take() else { return };
        let mut taken = permits.taken.lock().unwrap_or_else(PoisonError::into_inner);
        for (within, _) in networks_of(address) {
            if let Some(count) = taken.get_mut(&within) {
                *count -= 1;
                if *count == 0 {
                    taken.remove(&within);
                }
            }
        }
    }
}

fn networks_of(address: IpAddr) -> impl Iterator<Item = (IpNet, usize)> {
    let levels: &[(u8, usize)] = match address {
        IpAddr::V6(v6) if !v6.is_loopback() => &IPV6_LEVELS,
        IpAddr::V4(v4) if !v4.is_loopback() => &IPV4_LEVELS,
        _ => &[],
    };
    let alone = levels.is_empty().then(|| (IpNet::from(address), 1));
    let within = move |(bits, times): &(u8, usize)| Some((IpNet::new(address, *bits).ok()?.trunc(), *times));
    alone.into_iter().chain(levels.iter().filter_map(within))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permits(address_connections_max: usize, local_connections_max: usize) -> Arc<AddressPermits> {
        AddressPermits::new(&Limits { address_connections_max, local_connections_max, ..Limits::default() })
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_has_its_places_and_takes_none_from_another() {
        let permits = permits(2, 0);
        let first = permits.take(address("192.0.2.1")).unwrap();
        let _second = permits.take(address("::ffff:192.0.2.1")).unwrap();
        assert!(permits.take(address("192.0.2.1")).is_none());
        assert!(permits.take(address("192.0.2.2")).is_some());
        drop(first);
        assert!(permits.take(address("192.0.2.1")).is_some());
    }

    #[test]
    fn an_ipv6_address_counts_by_its_network() {
        let permits = permits(1, 0);
        let _held = permits.take(address("2001:db8::1")).unwrap();
        assert!(permits.take(address("2001:db8::2")).is_none());
        assert!(permits.take(address("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn a_line_of_many_ipv6_networks_has_four_times_and_a_company_sixteen_times_the_places() {
        let permits = permits(1, 0);
        let take = |company: u16, line: u16, network: u16| {
            permits.take(IpAddr::V6([0x2001, 0xdb8, company, line << 8 | network, 0, 0, 0, 1].into()))
        };
        let mut held: Vec<AddressPermit> = (0..4).map(|network| take(1, 1, network).unwrap()).collect();
        assert!(take(1, 1, 4).is_none(), "the line");
        held.extend(
            (2..5)
                .flat_map(|line| (0..4).map(move |network| (line, network)))
                .map(|(line, network)| take(1, line, network).unwrap()),
        );
        assert!(take(1, 9, 0).is_none(), "the company");
        assert!(take(2, 0, 0).is_some());
        held.pop();
        assert!(take(1, 9, 0).is_some());
        drop(held);
        assert!(permits.taken.lock().unwrap().is_empty());
    }

    #[test]
    fn a_hoster_and_a_provider_do_not_get_all_the_places() {
        let held = |addresses: &mut dyn Iterator<Item = IpAddr>| {
            let permits = permits(1, 0);
            let held: Vec<AddressPermit> = addresses.filter_map(|address| permits.take(address)).collect();
            let of_another = ["2001:db9::1", "21.0.0.1"].map(|other| permits.take(address(other)).is_some());
            assert_eq!(of_another, [true; 2]);
            held.len()
        };
        let company = |nth: u16| IpAddr::V6([0x2001, 0xdb8, nth, 0, 0, 0, 0, 1].into());
        assert_eq!(held(&mut (0..256).map(company)), 32);
        assert_eq!(held(&mut (0..65_535).step_by(97).map(company)), 64);
        let host = |nth: u16| IpAddr::V4([20, 0, (nth >> 8) as u8, nth as u8].into());
        assert_eq!(held(&mut (0..256).map(host)), 32);
        assert_eq!(held(&mut (0..65_535).step_by(97).map(host)), 64);
    }

    #[test]
    fn the_machine_itself_has_a_bound_of_its_own_or_none() {
        let unbounded = permits(1, 0);
        let _many = [address("127.0.0.1"), address("::1"), address("127.0.0.1")]
            .map(|local| unbounded.take(local).unwrap());
        let bounded = permits(0, 1);
        let _one = bounded.take(address("127.0.0.1")).unwrap();
        assert!(bounded.take(address("127.0.0.1")).is_none());
        assert!(bounded.take(address("192.0.2.1")).is_some());
    }

    #[test]
    fn a_proxy_brings_as_many_as_come() {
        let proxies = vec!["192.0.2.0/24".parse().unwrap()];
        let permits =
            AddressPermits::new(&Limits { address_connections_max: 1, proxies, ..Limits::default() });
        let _many =
            [address("192.0.2.1"), address("::ffff:192.0.2.1")].map(|proxy| permits.take(proxy).unwrap());
        let _one = permits.take(address("198.51.100.1")).unwrap();
        assert!(permits.take(address("198.51.100.1")).is_none());
    }

    #[test]
    fn nothing_is_kept_of_who_has_gone() {
        let permits = permits(1, 0);
        drop(permits.take(address("192.0.2.1")));
        assert!(permits.taken.lock().unwrap().is_empty());
    }
}
