use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;
use serde::{Deserialize, Deserializer};

use crate::encoding;

/// Hops of a chain of proxies that are followed. Behind more, the client is taken for the last of these.
const HOPS_MAX: usize = 16;

/// A client as rate limits count it: an IPv4 address, or the /64 of an IPv6 address. The limits also count the networks around it,
/// of a household, a company or a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Client(IpAddr);

/// Bits of an IPv6 address that name one network.
const NETWORK_BITS: u32 = 64;

impl Client {
    /// Of a request that came over no network.
    pub const NOWHERE: Client = Client(IpAddr::V4(Ipv4Addr::UNSPECIFIED));

    pub fn of(address: IpAddr) -> Client {
        let client = Client(address.to_canonical());
        if client.is_ipv6() { client.within(NETWORK_BITS) } else { client }
    }

    pub(super) fn is_ipv6(self) -> bool {
        self.0.is_ipv6()
    }

    /// The network of so many bits that the client belongs to.
    pub(super) fn within(self, bits: u32) -> Client {
        match self.0 {
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shl(Ipv6Addr::BITS - bits).unwrap_or_default();
                Client(Ipv6Addr::from_bits(address.to_bits() & mask).into())
            }
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shl(Ipv4Addr::BITS - bits).unwrap_or_default();
                Client(Ipv4Addr::from_bits(address.to_bits() & mask).into())
            }
        }
    }
}

/// In which header the trusted proxies say for whom they ask. One only: a proxy that writes the one passes on whatever a
/// client has put into the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForwardingHeader {
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
}

impl<'de> Deserialize<'de> for ForwardingHeader {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ForwardingHeader, D::Error> {
        encoding::parsed(deserializer, |text| match text {
            "X-Forwarded-For" => Ok(ForwardingHeader::XForwardedFor),
            "Forwarded" => Ok(ForwardingHeader::Forwarded),
            _ => Err("X-Forwarded-For or Forwarded is expected"),
        })
    }
}

impl ForwardingHeader {
    /// As a field's name, in small letters.
    pub fn name(self) -> &'static str {
        match self {
            ForwardingHeader::XForwardedFor => "x-forwarded-for",
            ForwardingHeader::Forwarded => "forwarded",
        }
    }

    /// The address that one element of the field names; `None` where it names none, as `unknown` or `_hidden`.
    fn address(self, element: &str) -> Option<IpAddr> {
        match self {
            ForwardingHeader::XForwardedFor => node(element),
            ForwardingHeader::Forwarded => {
                let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
                let (_, value) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
                node(value.trim().trim_matches('"'))
            }
        }
    }
}

/// An address as proxies write it: with a port or without, an IPv6 address in brackets or not.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|with_port| with_port.ip())).ok()
}

/// The proxies whose forwarding header counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct TrustedProxies(Vec<IpNet>);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("trusted_proxies: `{0}` is no address and no range: write 10.0.0.7, 10.0.0.0/8 or fd00::/8")]
pub struct BadProxies(String);

impl TryFrom<Vec<String>> for TrustedProxies {
    type Error = BadProxies;

    fn try_from(texts: Vec<String>) -> Result<TrustedProxies, BadProxies> {
        let range = |text: String| {
            let text = text.trim();
            let range = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            range.map_err(|_| BadProxies(text.to_owned()))
        };
        texts.into_iter().map(range).collect::<Result<_, _>>().map(TrustedProxies)
    }
}

impl TrustedProxies {
    /// The client's address: the peer's, or, where that is a trusted proxy, the last address of the header that is no trusted proxy.
    /// `lines`: the values of the header, the last first. A proxy appends to the line that its client wrote, whatever stands there, so
    /// elements are read one by one, from the end.
    pub fn address<'l>(
        &self,
        peer: IpAddr,
        header: ForwardingHeader,
        lines: impl Iterator<Item = &'l [u8]>,
    ) -> IpAddr {
        if !self.holds(peer) {
            return peer;
        }
        let mut nearest = peer;
        for element in lines.flat_map(|line| line.rsplit(|c| *c == b',')).take(HOPS_MAX) {
            let Some(address) = std::str::from_utf8(element).ok().and_then(|text| header.address(text))
            else {
                break;
            };
            nearest = address;
            if !self.holds(address) {
                break;
            }
        }
        nearest
    }

    pub fn ranges(&self) -> &[IpNet] {
        &self.0
    }

    pub fn holds(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|range| range.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::ForwardingHeader::{Forwarded, XForwardedFor};
    use super::*;
    use proptest::prelude::*;

    fn trusted(ranges: &[&str]) -> TrustedProxies {
        ranges.iter().map(|range| (*range).to_owned()).collect::<Vec<_>>().try_into().unwrap()
    }

    fn client(proxies: &[&str], peer: &str, header: ForwardingHeader, lines: &[&str]) -> String {
        let lines = lines.iter().rev().map(|line| line.as_bytes());
        Client::of(trusted(proxies).address(peer.parse().unwrap(), header, lines)).0.to_string()
    }

    #[test]
    fn nobodys_word_counts_but_a_trusted_proxys() {
        let lies = ["203.0.113.9"];
        assert_eq!(client(&[], "198.51.100.1", XForwardedFor, &lies), "198.51.100.1");
        assert_eq!(client(&["10.0.0.0/8"], "198.51.100.1", XForwardedFor, &lies), "198.51.100.1");
        assert_eq!(client(&["10.0.0.0/8"], "10.1.2.3", XForwardedFor, &lies), "203.0.113.9");
        assert_eq!(client(&["10.0.0.7"], "10.0.0.8", XForwardedFor, &lies), "10.0.0.8");
        // the listener may be one of IPv6 that takes IPv4 too
        assert_eq!(client(&["10.0.0.7"], "::ffff:10.0.0.7", XForwardedFor, &lies), "203.0.113.9");
    }

    #[test]
    fn the_last_address_that_is_no_trusted_proxy_is_the_client() {
        let ask = |lines: &[&str]| client(&["10.0.0.0/8", "fd00::/8"], "10.0.0.1", XForwardedFor, lines);
        assert_eq!(ask(&["1.1.1.1, 203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(ask(&["1.1.1.1", "203.0.113.9", "10.0.0.2, fd00::7"]), "203.0.113.9");
        assert_eq!(ask(&["203.0.113.9:4711"]), "203.0.113.9");
        assert_eq!(ask(&["[2001:db8::1]:4711"]), "2001:db8::");
        // what no proxy of ours can have written
        assert_eq!(ask(&["203.0.113.9, unknown"]), "10.0.0.1");
        assert_eq!(ask(&["203.0.113.9, , 10.0.0.2"]), "10.0.0.2");
        assert_eq!(ask(&[]), "10.0.0.1");
        assert_eq!(ask(&["10.0.0.3"]), "10.0.0.3");
        assert_eq!(ask(&[&vec!["10.0.0.9"; 10_000].join(",")]), "10.0.0.9");
    }

    #[test]
    fn the_standards_own_header_is_read_where_it_is_the_one() {
        let ask = |lines: &[&str]| client(&["10.0.0.0/8"], "10.0.0.1", Forwarded, lines);
        assert_eq!(ask(&["for=1.1.1.1, For=\"203.0.113.9:80\";proto=https;by=10.0.0.1"]), "203.0.113.9");
        assert_eq!(ask(&["proto=http; for=\"[2001:db8:cafe::17]:4711\""]), "2001:db8:cafe::");
        assert_eq!(ask(&["for=203.0.113.9, for=_hidden"]), "10.0.0.1");
        assert_eq!(ask(&["203.0.113.9"]), "10.0.0.1");
    }

    #[test]
    fn a_network_of_ipv6_is_one_client() {
        let of = |text: &str| Client::of(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("2001:db8:1:2::1").within(56), of("2001:db8:1:ff::1").within(56));
        assert_ne!(of("2001:db8:1:2::1").within(56), of("2001:db8:1:102::1").within(56));
        assert_eq!(of("2001:db8:1:2::1").within(48), of("2001:db8:1:ffff::1").within(48));
        assert_eq!(of("192.0.2.1").within(24), of("192.0.2.200").within(24));
        assert_ne!(of("192.0.2.1").within(24), of("192.0.3.1").within(24));
    }

    #[test]
    fn what_is_no_range_is_named() {
        for bad in ["", "10.0.0.0/33", "proxy.example", "10.0.0.1:80", "10.0.0"] {
            let error = TrustedProxies::try_from(vec![bad.to_owned()]).unwrap_err();
            assert!(error.to_string().contains(&format!("`{bad}`")), "{error}");
        }
    }

    proptest! {
        /// Whatever a client writes stands before what the proxy adds.
        #[test]
        fn a_client_cannot_say_where_she_comes_from(said in ".{0,80}", rfc in any::<bool>()) {
            let (header, added) = if rfc { (Forwarded, "for=203.0.113.9") } else { (XForwardedFor, "203.0.113.9") };
            prop_assert_eq!(client(&["10.0.0.1"], "10.0.0.1", header, &[&format!("{said}, {added}")]), "203.0.113.9");
            prop_assert_eq!(client(&["10.0.0.1"], "10.0.0.1", header, &[&said, added]), "203.0.113.9");
        }
    }
}
