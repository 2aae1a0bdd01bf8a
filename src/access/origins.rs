use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::{Host, Url};

/// The names of a listener: each an origin, as `https://shop.example`, without a slash at the end.
///
/// - With a public URL, that is the only origin. Requests for the listener's own address are answered too, since some proxies pass
///   no `Host` on; links lead to the public origin.
/// - Without one only this machine is served: `localhost`, `127.0.0.1`, `[::1]` and the listener's address, each with its
///   port, are origins, and whoever begins on one stays on it.
#[derive(Clone, Debug)]
pub struct Origins {
    /// The first is the one for links in mails.
    all: Vec<String>,
    /// What a request may name in `Host`, and the place of the origin that it stays on.
    hosts: Vec<(String, usize)>,
}

/// Why there is no origin for a listener.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadOrigin {
    #[error(
        "{key} = {value}: an origin is expected, http:// or https:// with a host and no path, as https://shop.example"
    )]
    NotOne { key: String, value: String },
    #[error(
        "{table}.listen = {listen} serves more than this machine, so it must be known by which name: set {table}.public_url \
         to what browsers open, as https://shop.example (DOORSTEP_{}__PUBLIC_URL), or listen on 127.0.0.1",
        table.to_uppercase()
    )]
    Unnamed { table: &'static str, listen: SocketAddr },
}

/// Why a request is not for this listener, by its `Host`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongHost {
    #[error("a request of HTTP/1.1 names the host that it is for, once")]
    Missing,
    #[error("the host that the request names is another")]
    Other,
}

impl Origins {
    /// Of the listener whose settings stand in `table`, at the address that it has. `public_url`: "" for none.
    pub fn of(table: &'static str, public_url: &str, listen: SocketAddr) -> Result<Origins, BadOrigin> {
        let local = local_names(listen);
        if public_url.is_empty() {
            if !listen.ip().to_canonical().is_loopback() {
                return Err(BadOrigin::Unnamed { table, listen });
            }
            let all: Vec<String> =
                local.iter().filter_map(|name| origin(&format!("http://{name}"))).collect();
            let hosts = all.iter().enumerate().flat_map(|(place, origin)| spellings(origin, place));
            return Ok(Origins { hosts: hosts.collect(), all });
        }
        let public = public_origin(table, public_url)?;
        let hosts = spellings(&public, 0).chain(local.into_iter().map(|name| (name, 0))).collect();
        Ok(Origins { all: vec![public], hosts })
    }

    /// Of a public URL alone, before anything listens; "" is good.
    pub fn check(table: &'static str, public_url: &str) -> Result<(), BadOrigin> {
        if public_url.is_empty() { Ok(()) } else { public_origin(table, public_url).map(drop) }
    }

    /// Where browsers reach it, for whoever is told outside of a request.
    pub fn canonical(&self) -> &str {
        &self.all[0]
    }

    pub fn all(&self) -> &[String] {
        &self.all
    }

    /// Whether other machines than this one open it.
    pub fn is_beyond_this_machine(&self) -> bool {
        let url = Url::parse(self.canonical()).ok();
        !url.as_ref().and_then(Url::host).is_some_and(|host| match host {
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        })
    }

    /// Whether browsers open the listener itself, by its address or a name of this machine.
    pub fn is_at(&self, listen: SocketAddr) -> bool {
        let mut names = local_names(listen).into_iter().filter_map(|name| origin(&format!("http://{name}")));
        names.any(|name| name == self.canonical())
    }

    /// Whether browsers speak TLS with it.
    pub fn is_secure(&self) -> bool {
        self.canonical().starts_with("https://")
    }

    /// The origin that a request is for, by all that it says of its host: the lines of `Host` and the authority of an
    /// absolute target (RFC 9112, 3.2). `may_be_unnamed`: it is of HTTP/1.0, where `Host` may be missing.
    pub fn of_request<'h>(
        &self,
        mut lines: impl Iterator<Item = &'h [u8]>,
        authority: Option<&str>,
        may_be_unnamed: bool,
    ) -> Result<&str, WrongHost> {
        let origin = match (lines.next(), lines.next()) {
            (Some(host), None) => self.of_host(host).ok_or(WrongHost::Other)?,
            (None, _) if may_be_unnamed => self.canonical(),
            _ => return Err(WrongHost::Missing),
        };
        match authority {
            Some(named) => self.of_host(named.as_bytes()).ok_or(WrongHost::Other),
            None => Ok(origin),
        }
    }

    fn of_host(&self, host: &[u8]) -> Option<&str> {
        let found = self.hosts.iter().find(|(name, _)| host.eq_ignore_ascii_case(name.as_bytes()));
        found.and_then(|(_, place)| self.all.get(*place)).map(String::as_str)
    }
}

fn public_origin(table: &'static str, public_url: &str) -> Result<String, BadOrigin> {
    let bad = || BadOrigin::NotOne { key: format!("{table}.public_url"), value: public_url.to_owned() };
    origin(public_url).ok_or_else(bad)
}

/// Each with the port, also where it is the usual one.
fn local_names(listen: SocketAddr) -> Vec<String> {
    let named = |ip: IpAddr| SocketAddr::new(ip, listen.port()).to_string();
    let mut names = vec![];
    if !listen.ip().is_unspecified() {
        names.push(listen.to_string());
    }
    names.push(format!("localhost:{}", listen.port()));
    for ip in [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)] {
        if ip != listen.ip() {
            names.push(named(ip));
        }
    }
    names
}

/// As a browser writes it: in small letters, as an A-label, without the scheme's usual port.
pub(super) fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    let whole = matches!(url.scheme(), "http" | "https") && url.has_host();
    (plain && whole).then(|| url.origin().ascii_serialization())
}

/// An origin's host as requests write it: without the usual port, and with it.
fn spellings(origin: &str, place: usize) -> impl Iterator<Item = (String, usize)> {
    let (scheme, host) = origin.split_once("://").unwrap_or_default();
    let has_port = host.rsplit(']').next().is_some_and(|rest| rest.contains(':'));
    let usual = if scheme == "https" { 443 } else { 80 };
    let with_port = (!has_port).then(|| (format!("{host}:{usual}"), place));
    [(host.to_owned(), place)].into_iter().chain(with_port)
}

/// An origin as a source in a policy's `form-action`. A policy knows no IPv6 address: there only the scheme is held.
pub fn form_source(url: &str) -> Option<String> {
    let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    match url.host()? {
        Host::Ipv6(_) => Some(format!("{}:", url.scheme())),
        Host::Ipv4(_) | Host::Domain(_) => Some(url.origin().ascii_serialization()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(public_url: &str, listen: &str) -> Result<Origins, BadOrigin> {
        Origins::of("http", public_url, listen.parse().unwrap())
    }

    fn by_host<'o>(origins: &'o Origins, host: &str) -> Result<&'o str, WrongHost> {
        origins.of_request([host.as_bytes()].into_iter(), None, false)
    }

    #[test]
    fn a_public_url_is_the_only_origin_by_whatever_name_of_ours_she_comes() {
        let shop = of("https://Shop.Example:443/", "127.0.0.1:8080").unwrap();
        assert_eq!((shop.all(), shop.is_secure()), (&["https://shop.example".to_owned()][..], true));
        for ours in [
            "shop.example",
            "SHOP.example",
            "shop.example:443",
            "127.0.0.1:8080",
            "localhost:8080",
            "[::1]:8080",
        ] {
            assert_eq!(by_host(&shop, ours), Ok("https://shop.example"), "{ours}");
        }
        for other in [
            "",
            "shop.example:80",
            "shop.example:8080",
            "shop.example.",
            "evil.example",
            "shop.example.evil.example",
            "x@shop.example",
            "shop.example/",
            " shop.example",
            "shop.example:443:443",
            "127.0.0.1",
            "127.0.0.1:81",
        ] {
            assert_eq!(by_host(&shop, other), Err(WrongHost::Other), "{other}");
        }
        assert_eq!(
            of("http://bücher.example", "0.0.0.0:80").unwrap().canonical(),
            "http://xn--bcher-kva.example"
        );
    }

    #[test]
    fn on_loopback_each_of_this_machines_names_is_an_origin_that_she_stays_on() {
        let shop = of("", "127.0.0.1:8080").unwrap();
        assert_eq!(shop.canonical(), "http://127.0.0.1:8080");
        assert!(!shop.is_secure());
        for (host, origin) in [
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("LocalHost:8080", "http://localhost:8080"),
            ("[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(by_host(&shop, host), Ok(origin));
        }
        assert_eq!(by_host(&of("", "[::1]:80").unwrap(), "localhost"), Ok("http://localhost"));
        assert_eq!(by_host(&of("", "[::1]:80").unwrap(), "[::1]:80"), Ok("http://[::1]"));
        assert_eq!(by_host(&of("", "127.0.0.7:9").unwrap(), "127.0.0.7:9"), Ok("http://127.0.0.7:9"));
        for other in ["localhost", "localhost:8081", "127.0.0.2:8080", "shop.example:8080", "127.1:8080"] {
            assert_eq!(by_host(&shop, other), Err(WrongHost::Other), "{other}");
        }
    }

    #[test]
    fn it_is_known_whether_customers_come_to_the_listener_itself_and_from_other_machines() {
        for (public_url, listen, is_at, is_beyond) in [
            ("", "127.0.0.1:8080", true, false),
            ("", "127.0.0.1:80", true, false),
            ("http://localhost:8080", "127.0.0.1:8080", true, false),
            ("https://localhost", "127.0.0.1:8080", false, false),
            ("http://shop.localhost:8080", "127.0.0.1:8080", false, false),
            ("http://192.168.1.5:8080", "192.168.1.5:8080", true, true),
            ("http://192.168.1.5:8080", "0.0.0.0:8080", false, true),
            ("https://shop.example", "127.0.0.1:8080", false, true),
        ] {
            let (shop, listen) = (of(public_url, listen).unwrap(), listen.parse().unwrap());
            let known = (shop.is_at(listen), shop.is_beyond_this_machine());
            assert_eq!(known, (is_at, is_beyond), "{public_url} {listen}");
        }
    }

    #[test]
    fn who_serves_others_must_say_by_which_name() {
        for listen in ["0.0.0.0:8080", "[::]:8080", "192.168.1.5:8080"] {
            let error = of("", listen).unwrap_err().to_string();
            assert!(
                error.contains("http.public_url") && error.contains("DOORSTEP_HTTP__PUBLIC_URL"),
                "{error}"
            );
            let shop = of("https://shop.example", listen).unwrap();
            assert_eq!(by_host(&shop, "localhost:8080"), Ok("https://shop.example"));
        }
        let shop = of("https://shop.example", "192.168.1.5:8080").unwrap();
        assert_eq!(by_host(&shop, "192.168.1.5:8080"), Ok("https://shop.example"));
    }

    #[test]
    fn what_is_no_origin_is_refused_by_its_key() {
        for bad in [
            "shop.example",
            "ftp://shop.example",
            "https://",
            "https://shop.example/shop",
            "https://a:b@shop.example",
            "https://shop.example?x",
            "https://shop.example/#x",
            "https://shop.example:99999",
            "javascript:alert(1)",
            "//shop",
        ] {
            let error = of(bad, "127.0.0.1:1").unwrap_err().to_string();
            assert!(error.starts_with("http.public_url = "), "{bad}: {error}");
        }
    }

    #[test]
    fn a_request_names_one_host_and_by_its_target_no_other() {
        let shop = of("", "127.0.0.1:8080").unwrap();
        let ask = |lines: &[&str], authority, old| {
            shop.of_request(lines.iter().map(|line| line.as_bytes()), authority, old).map(str::to_owned)
        };
        let (ours, other) = ("localhost:8080", "evil.example");
        assert_eq!(ask(&[], None, false), Err(WrongHost::Missing));
        assert_eq!(ask(&[], None, true).as_deref(), Ok("http://127.0.0.1:8080"));
        assert_eq!(ask(&[ours, ours], None, false), Err(WrongHost::Missing));
        assert_eq!(ask(&[ours, other], None, true), Err(WrongHost::Missing));
        assert_eq!(ask(&[ours], Some("[::1]:8080"), false).as_deref(), Ok("http://[::1]:8080"));
        assert_eq!(ask(&[ours], Some(other), false), Err(WrongHost::Other));
        assert_eq!(ask(&[other], Some(ours), false), Err(WrongHost::Other));
    }

    #[test]
    fn a_policy_names_an_origin_and_of_an_ipv6_address_the_scheme() {
        assert_eq!(form_source("https://pay.example:8443/card").as_deref(), Some("https://pay.example:8443"));
        assert_eq!(form_source("http://[::1]:8080").as_deref(), Some("http:"));
        for bad in ["", "/card", "javascript://x", "https://a;script-src *", "https://a b"] {
            assert_eq!(form_source(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn only_what_is_listed_is_ours(host in "([a-z0-9.:\\[\\]]{0,30}|.{0,20})") {
            let shop = of("https://shop.example", "127.0.0.1:8080").unwrap();
            let listed = ["shop.example", "shop.example:443", "127.0.0.1:8080", "localhost:8080", "[::1]:8080"];
            let ours = listed.iter().any(|name| name.eq_ignore_ascii_case(&host));
            prop_assert_eq!(by_host(&shop, &host).is_ok(), ours);
        }

        #[test]
        fn any_public_url_is_an_origin_or_refused(url in ".{0,60}|https?://[a-z0-9.:@/\\[\\]-]{0,40}") {
            if let Ok(shop) = of(&url, "127.0.0.1:8080") {
                prop_assert!(url.is_empty() || shop.all().len() == 1);
                let host = shop.canonical().split_once("://").unwrap().1;
                prop_assert_eq!(by_host(&shop, host), Ok(shop.canonical()));
            }
        }
    }
}
