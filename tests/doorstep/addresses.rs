//! By which names the shop and its card page are asked, and what headers decide, over the wire.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::http::seen_on;
use super::order::IN_STOCK;
use super::shop::{Setup, TestShop, setup};
use super::wait::until;

const PUBLIC: &str = "https://shop.example";
const PUBLIC_CARDS: &str = "https://pay.example";
/// What a stranger writes who wants to be believed.
const LIES: &str = "X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.9\r\n\
                    Forwarded: for=203.0.113.9;host=evil.example;proto=https\r\n";
const ADDRESS: &str = "name=Ada+Lovelace&email=ada%40example.com&line1=12+St+James&city=London\
                       &postcode=SW1Y+4JH&country=GB";

/// One request as these bytes, and all that comes back for it.
fn exchange(url: &str, request: &str) -> String {
    let address = url.strip_prefix("http://").expect("it speaks plain HTTP");
    let mut stream = TcpStream::connect(address).expect("connect");
    stream.write_all(request.as_bytes()).expect("send");
    let mut answer = vec![];
    stream.read_to_end(&mut answer).expect("an answer, and the end of the connection");
    String::from_utf8_lossy(&answer).into_owned()
}

fn get(url: &str, path: &str, headers: &str) -> String {
    exchange(url, &format!("GET {path} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n"))
}

/// A form as a browser sends it from the shop's own page.
fn post(url: &str, path: &str, headers: &str, fields: &str) -> String {
    let kind = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n";
    let length = fields.len();
    exchange(
        url,
        &format!(
            "POST {path} HTTP/1.1\r\n{headers}{kind}Content-Length: {length}\r\nConnection: close\r\n\r\n{fields}"
        ),
    )
}

fn header<'a>(answer: &'a str, name: &str) -> &'a str {
    let mut lines = answer.split("\r\n\r\n").next().unwrap_or_default().lines();
    let found = lines.find_map(|line| {
        let (one, value) = line.split_once(": ")?;
        one.eq_ignore_ascii_case(name).then_some(value)
    });
    found.unwrap_or_else(|| panic!("no {name} in {answer}"))
}

#[track_caller]
fn expect(answer: &str, status: u16) -> &str {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    answer
}

/// A visitor who asks under `host` fills her basket and is sent to pay; the address of the payment page.
fn is_sent_to_pay(url: &str, host: &str) -> String {
    let host = format!("Host: {host}\r\n{LIES}");
    let filled = post(url, "/cart/lines", &host, &format!("sku={IN_STOCK}&quantity=1"));
    let cookie = header(expect(&filled, 303), "set-cookie").split(';').next().unwrap_or_default().to_owned();
    let hers = format!("{host}Cookie: {cookie}\r\n");
    let page = get(url, "/checkout", &hers);
    let begun = post(url, "/checkout", &hers, &format!("{ADDRESS}&seen={}", seen_on(&page)));
    header(expect(&begun, 303), "location").to_owned()
}

/// Where the card page, which listens at `cards`, sends whoever pays there by a good card.
fn pays(cards: &str, payment_page: &str) -> String {
    let (_, query) = payment_page.split_once('?').expect("a payment has a query");
    let card = "number=4242424242424242&expiry=12%2F39&cvv=123&name=Ada+Lovelace";
    let host = format!("Host: {}\r\n", cards.strip_prefix("http://").expect("plain HTTP"));
    expect(&get(cards, &format!("/pay?{query}"), &host), 200);
    header(expect(&post(cards, "/pay", &host, &format!("{query}&{card}")), 303), "location").to_owned()
}

#[test]
fn she_pays_and_comes_back_by_whichever_name_of_this_machine_she_opened_the_shop() {
    let shop = setup().open();
    let (_, port) = shop.host().rsplit_once(':').expect("a port");
    for name in ["localhost", "127.0.0.1", "[::1]"] {
        let host = format!("{name}:{port}");
        let back = pays(&shop.cards_url, &is_sent_to_pay(&shop.url, &host));
        assert!(back.starts_with(&format!("http://{host}/checkout/return?")), "{back}");
    }
}

#[test]
fn a_request_for_another_host_is_answered_421_and_one_for_none_400() {
    let shop = setup().open();
    for (url, page) in [(&shop.url, "/"), (&shop.cards_url, "/pay")] {
        for other in ["evil.example", "localhost", "127.0.0.1:1", ""] {
            expect(&get(url, page, &format!("Host: {other}\r\n{LIES}")), 421);
        }
        expect(&get(url, page, ""), 400);
    }
    let problem = get(&shop.url, "/api/v1/products", "Host: evil.example\r\n");
    assert!(expect(&problem, 421).contains("\"code\":\"misdirected\""), "{problem}");
    expect(&get(&shop.url, "http://evil.example/", &format!("Host: {}\r\n", shop.host())), 421);
    // an orchestrator asks by the container's address
    expect(&get(&shop.url, "/readyz", "Host: 10.1.2.3:8080\r\n"), 200);
}

#[test]
fn the_public_url_decides_cookie_return_and_links_behind_a_proxy_too() {
    let shop = public().open();
    assert_eq!((shop.url.as_str(), shop.cards_url.as_str()), (PUBLIC, PUBLIC_CARDS));
    let (url, cards) = (listens_at(&shop, "listening shop="), listens_at(&shop, " cards="));
    // a proxy that passes no Host on asks by the listener's own address
    for host in ["shop.example", url.trim_start_matches("http://")] {
        let filled =
            post(&url, "/cart/lines", &format!("Host: {host}\r\n"), &format!("sku={IN_STOCK}&quantity=1"));
        let cookie = header(expect(&filled, 303), "set-cookie");
        assert!(cookie.starts_with("__Host-") && cookie.contains("Secure"), "{cookie}");
        let page = is_sent_to_pay(&url, host);
        assert!(page.starts_with(&format!("{PUBLIC_CARDS}/pay?")), "{page}");
        assert!(page.contains("&return=https%3A%2F%2Fshop.example%2Fcheckout%2Freturn&"), "{page}");
        let back = pays(&cards, &page);
        assert!(back.starts_with(&format!("{PUBLIC}/checkout/return?")), "{back}");
    }
    expect(&get(&url, "/", "Host: shop.example:8080\r\n"), 421);
}

/// A shop behind a proxy.
fn public() -> Setup {
    setup().set("DOORSTEP_HTTP__PUBLIC_URL", PUBLIC).set("DOORSTEP_PROCESSOR__PUBLIC_URL", PUBLIC_CARDS)
}

/// Where a socket of the shop's is, which the log names so.
fn listens_at(shop: &TestShop, named: &str) -> String {
    let rest = until("the log says where it listens", || {
        shop.log().split_once(named).map(|(_, rest)| rest.to_owned()).filter(|rest| rest.contains('\n'))
    });
    format!("http://{}", rest.split_whitespace().next().unwrap_or_default())
}

#[test]
fn who_stands_behind_a_proxy_is_told_of_what_the_settings_leave_out() {
    const WARNED: &str = "all of them are limited as one client";
    for (proxies, warned) in [("", true), ("127.0.0.1", false)] {
        let mut shop = public().set("DOORSTEP_HTTP__TRUSTED_PROXIES", proxies).open();
        assert!(shop.stop().success());
        assert_eq!(shop.log().contains(WARNED), warned, "{}", shop.log());
        assert_eq!(shop.log().contains("DOORSTEP_HTTP__TRUSTED_PROXIES"), warned);
    }
    let mut shop = setup().open();
    assert!(shop.stop().success());
    assert!(!shop.log().contains(WARNED), "nothing stands before it");
    let without_cards = setup().set("DOORSTEP_HTTP__PUBLIC_URL", PUBLIC).closed();
    let refused = without_cards.command(&["--listen", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(
        said.contains("DOORSTEP_PROCESSOR__PUBLIC_URL") && said.contains("https://pay.example"),
        "{said}"
    );
    assert!(!without_cards.data().join("journal").exists(), "nothing is begun");
}

#[test]
fn who_serves_more_than_this_machine_must_say_by_which_name() {
    let shop = setup().closed();
    for (arguments, key) in [
        (["--listen", "0.0.0.0:0", "--processor-listen", "127.0.0.1:0"], "http.public_url"),
        (["--listen", "127.0.0.1:0", "--processor-listen", "[::]:0"], "processor.public_url"),
    ] {
        let refused = shop.command(&arguments);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains(&format!("set {key}")) && said.contains("https://shop.example"), "{said}");
    }
    assert!(!shop.data().join("journal").exists(), "nothing is begun");
    let named = setup().set("DOORSTEP_HTTP__PUBLIC_URL", "shop.example").closed();
    let refused = named.command(&["--listen", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("http.public_url = shop.example"), "{said}");
}
