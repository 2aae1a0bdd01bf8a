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
        let Some(peer) = request.peer_addr else { return Counted::Client(Client::NOWHERE) };
        let mut lines: Vec<&str> = request
            .headers
            .get_all(self.header.name())
            .map(|line| line.to_str().unwrap_or_default())
            .collect();
        lines.reverse();
        Counted::Client(self.proxies.client(peer.ip(), self.header, lines.into_iter()))
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
