use std::net::IpAddr;

use actix_web::dev::RequestHead;
use actix_web::http::Version;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;

use super::{Client, Counted, ForwardingHeader, Limited, Limiter, NotOurs, Origins};
use super::{Quotas, Rate, Standing, TrustedProxies};

/// Who asks, and how often. One for each listener; time is tokio's, which a simulated world supplies.
pub struct Clients {
    limiter: Limiter,
    proxies: TrustedProxies,
    header: ForwardingHeader,
    began: Instant,
}

impl Clients {
    pub fn new(quotas: Quotas, proxies: TrustedProxies, header: ForwardingHeader) -> Clients {
        Clients { limiter: Limiter::new(quotas), proxies, header, began: Instant::now() }
    }

    /// Nobody is limited.
    pub fn unlimited() -> Clients {
        Clients::new(Quotas::default(), TrustedProxies::default(), ForwardingHeader::XForwardedFor)
    }

    pub fn who(&self, request: &RequestHead) -> Counted {
        Counted::Client(self.address(request).map_or(Client::NOWHERE, Client::of))
    }

    fn address(&self, request: &RequestHead) -> Option<IpAddr> {
        let peer = request.peer_addr?.ip();
        let lines: Vec<&[u8]> =
            request.headers.get_all(self.header.name()).map(HeaderValue::as_bytes).collect();
        Some(self.proxies.address(peer, self.header, lines.into_iter().rev()))
    }

    /// Counts one more, unless it is one too many.
    pub fn admit(&self, who: Counted, rate: Rate) -> Result<Option<Standing>, Limited> {
        self.limiter.admit(who, rate, self.now_ns())
    }

    /// Whether there is room for one, which is not counted.
    pub fn check(&self, who: Counted, rate: Rate) -> Result<Option<Standing>, Limited> {
        self.limiter.check(who, rate, self.now_ns())
    }

    fn now_ns(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

impl Origins {
    /// The origin that the browser behind a request stays on.
    pub fn of_head(&self, request: &RequestHead) -> Result<&str, NotOurs> {
        let lines = request.headers.get_all(header::HOST).map(|host| host.as_bytes());
        let authority = request.uri.authority().map(|authority| authority.as_str());
        self.of_request(lines, authority, request.version <= Version::HTTP_10)
    }
}

/// Tells a client where it stands, as draft-ietf-httpapi-ratelimit-headers-11 has it.
pub fn announce(headers: &mut HeaderMap, standing: &Standing) {
    let Standing { rate, quota, window_s, left, full_in_s } = standing;
    let name = rate.name();
    let lines = [
        ("ratelimit-policy", format!("\"{name}\";q={quota};w={window_s}")),
        ("ratelimit", format!("\"{name}\";r={left};t={full_in_s}")),
    ];
    for (field, value) in lines {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(field), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn clients(proxies: &[&str]) -> Clients {
        let proxies: Vec<String> = proxies.iter().map(|proxy| (*proxy).to_owned()).collect();
        let proxies = proxies.try_into().unwrap();
        Clients::new(Quotas::default(), proxies, ForwardingHeader::XForwardedFor)
    }

    /// Who asks through a proxy at 10.0.0.1 that says this.
    fn who(said: &[&[u8]]) -> Counted {
        let request = said.iter().fold(TestRequest::get(), |request, line| {
            request.append_header(("X-Forwarded-For", HeaderValue::from_bytes(line).unwrap()))
        });
        let request = request.peer_addr(([10, 0, 0, 1], 80).into()).to_request();
        clients(&["10.0.0.0/8"]).who(request.head())
    }

    fn client(address: &str) -> Counted {
        Counted::Client(Client::of(address.parse().unwrap()))
    }

    #[test]
    fn what_a_client_writes_into_her_line_does_not_hide_her_whatever_its_bytes() {
        for said in [&b"\xff"[..], b"\xc3\xa9", b"caf\xe9, 10.0.0.9", b"\t", b"", b",,"] {
            assert_eq!(who(&[&[said, b", 203.0.113.9"].concat()]), client("203.0.113.9"), "{said:?}");
            assert_eq!(who(&[said, b"203.0.113.9"]), client("203.0.113.9"), "{said:?}");
        }
        // what no proxy of ours can have written
        assert_eq!(who(&[b"203.0.113.9, \xff"]), client("10.0.0.1"));
    }
}
