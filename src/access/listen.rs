use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use crate::encoding;

/// Where a listener is to be, as people write it: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`, `:8080`, `8080`. What names no
/// address is this machine's alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listen {
    address: SocketAddr,
    /// `localhost`: at this one too, on the same port, where it is free.
    also: Option<IpAddr>,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` is no address to listen at: write 127.0.0.1:8080, [::1]:8080, localhost:8080, or a port alone"
)]
pub struct BadListen(String);

impl Listen {
    pub fn parse(text: &str) -> Result<Listen, BadListen> {
        if let Ok(address) = text.parse() {
            return Ok(Listen { address, also: None });
        }
        let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
        let is_port = !port.is_empty() && port.bytes().all(|c| c.is_ascii_digit());
        let port: u16 = port.parse().ok().filter(|_| is_port).ok_or_else(|| BadListen(text.to_owned()))?;
        let also = match host {
            "" => None,
            name if name.eq_ignore_ascii_case("localhost") => Some(IpAddr::from(Ipv6Addr::LOCALHOST)),
            _ => return Err(BadListen(text.to_owned())),
        };
        Ok(Listen { address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), also })
    }

    /// The address that must be had.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address that is to be had too, once the other one is known to be at `port`.
    pub fn also(&self, port: u16) -> Option<SocketAddr> {
        self.also.map(|ip| SocketAddr::new(ip, port))
    }

    /// The same, at any port that is free.
    pub fn at_any_port(mut self) -> Listen {
        self.address.set_port(0);
        self
    }
}

impl FromStr for Listen {
    type Err = BadListen;

    fn from_str(text: &str) -> Result<Listen, BadListen> {
        Listen::parse(text)
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.also {
            None => write!(f, "{}", self.address),
            Some(_) => write!(f, "localhost:{}", self.address.port()),
        }
    }
}

impl<'de> Deserialize<'de> for Listen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Listen, D::Error> {
        encoding::parsed(deserializer, Listen::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_people_write_is_read_and_what_names_no_address_is_this_machines() {
        for (text, address, also) in [
            ("127.0.0.1:8080", "127.0.0.1:8080", None),
            ("0.0.0.0:80", "0.0.0.0:80", None),
            ("[::1]:8080", "[::1]:8080", None),
            ("[::]:0", "[::]:0", None),
            ("8080", "127.0.0.1:8080", None),
            (":8080", "127.0.0.1:8080", None),
            ("0", "127.0.0.1:0", None),
            ("localhost:8080", "127.0.0.1:8080", Some("[::1]:8080")),
            ("LocalHost:8080", "127.0.0.1:8080", Some("[::1]:8080")),
        ] {
            let listen = Listen::parse(text).unwrap();
            assert_eq!(listen.address().to_string(), address, "{text}");
            let port = listen.address().port();
            assert_eq!(listen.also(port).map(|also| also.to_string()).as_deref(), also, "{text}");
        }
        for bad in [
            "",
            ":",
            "localhost",
            "localhost:",
            "127.0.0.1",
            "::1:8080",
            "65536",
            "-1",
            "+80",
            "8080 ",
            "shop.example:80",
            "nowhere",
            "http://localhost:8080",
        ] {
            let refused = Listen::parse(bad).unwrap_err().to_string();
            assert!(refused.contains("localhost:8080, or a port alone"), "{bad}: {refused}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_written_makes_it_panic_and_what_is_shown_is_read_again(text in "(localhost|[0-9.:\\[\\]]{0,16})?:?[0-9]{0,6}|.*") {
            if let Ok(listen) = Listen::parse(&text) {
                prop_assert_eq!(Listen::parse(&listen.to_string()), Ok(listen));
            }
        }
    }
}
