use std::net::IpAddr;

use actix_web::dev::RequestHead;
use actix_web::http::Version;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;

use super::notices::Notices;
use super::{Client, Counted, ForwardingHeader, Limited, Limiter, Notice, Origins, WrongHost};
use super::{Quotas, Rate, Standing, TrustedProxies};

/// The clients of one listener and their rate limits. Time is tokio's, which the simulator controls.
pub struct Clients {
    limiter: Limiter,
    proxies: TrustedProxies,
    header: ForwardingHeader,
    notices: Notices,
    began: Instant,
}

impl Clients {
    pub fn new(quotas: Quotas, proxies: TrustedProxies, header: ForwardingHeader) -> Clients {
        let (limiter, notices) = (Limiter::new(quotas), Notices::default());
        Clients { limiter, proxies, header, notices, began: Instant::now() }
    }

    /// Nobody is limited.
    pub fn unlimited() -> Clients {
        Clients::new(Quotas::default(), TrustedProxies::default(), ForwardingHeader::XForwardedFor)
    }

    pub fn who(&self, request: &RequestHead) -> Counted {
        if self.is_unnamed_proxy(request) {
            self.notice(Notice::UnnamedProxy, request, String::new);
        }
        Counted::Client(self.address(request).map_or(Client::NOWHERE, Client::of))
    }

    fn address(&self, request: &RequestHead) -> Option<IpAddr> {
        let peer = request.peer_addr?.ip();
        let lines: Vec<&[u8]> =
            request.headers.get_all(self.header.name()).map(HeaderValue::as_bytes).collect();
        Some(self.proxies.address(peer, self.header, lines.into_iter().rev()))
    }

    /// Logs it once in a while. `about`: the rate, the pattern of the route or the reason, never text that a stranger made.
    pub fn notice(&self, notice: Notice, request: &RequestHead, about: impl FnOnce() -> String) {
        let Some(times) = self.notices.due(notice, self.now_ns()) else { return };
        let client =
            self.address(request).map_or_else(|| "nowhere".to_owned(), |address| address.to_string());
        let about = about();
        tracing::warn!(times, client, about, "{notice}");
    }

    /// Whether a machine of a private network forwards for others, and the settings do not name it as a proxy.
    fn is_unnamed_proxy(&self, request: &RequestHead) -> bool {
        let Some(peer) = request.peer_addr.map(|peer| peer.ip().to_canonical()) else { return false };
        let says = |header: ForwardingHeader| request.headers.contains_key(header.name());
        is_near(peer)
            && (says(ForwardingHeader::XForwardedFor) || says(ForwardingHeader::Forwarded))
            && !self.proxies.holds(peer)
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

/// Of this machine or a private network, where a shop's own proxy stands.
fn is_near(peer: IpAddr) -> bool {
    match peer {
        IpAddr::V4(peer) => peer.is_loopback() || peer.is_private() || peer.is_link_local(),
        IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local() || peer.is_unicast_link_local(),
    }
}

impl Origins {
    /// The origin that a request is for.
    pub fn of_head(&self, request: &RequestHead) -> Result<&str, WrongHost> {
        let lines = request.headers.get_all(header::HOST).map(|host| host.as_bytes());
        let authority = request.uri.authority().map(|authority| authority.as_str());
        self.of_request(lines, authority, request.version <= Version::HTTP_10)
    }
}

/// Writes `RateLimit-Policy` and `RateLimit`, as draft-ietf-httpapi-ratelimit-headers-11 has them.
pub fn write_rate_headers(headers: &mut HeaderMap, standing: &Standing) {
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

    #[test]
    fn a_neighbour_who_forwards_and_is_not_named_is_noticed_and_no_stranger_is() {
        let notices = |proxies: &[&str], peer: &str, header: &'static str| {
            let peer = (peer.parse::<IpAddr>().unwrap(), 80).into();
            let request =
                TestRequest::get().insert_header((header, "203.0.113.9")).peer_addr(peer).to_request();
            clients(proxies).is_unnamed_proxy(request.head())
        };
        for near in ["127.0.0.1", "10.0.0.1", "172.17.0.2", "::1", "fd00::7", "::ffff:10.0.0.1"] {
            assert!(notices(&[], near, "x-forwarded-for") && notices(&[], near, "forwarded"), "{near}");
            assert!(!notices(&[], near, "x-other"), "{near}");
        }
        assert!(!notices(&["10.0.0.0/8"], "10.0.0.1", "x-forwarded-for"));
        for far in ["203.0.113.9", "2001:db8::1"] {
            assert!(!notices(&[], far, "x-forwarded-for"), "{far}");
        }
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
