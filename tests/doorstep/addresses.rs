//! By which names the shop and its card page are asked, and what headers decide, over the wire.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::http::seen_on;
use super::order::{IN_STOCK, letter};
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

/// Shop and card page on a LAN, as browsers there open them.
const LAN: &str = "http://192.168.1.20:8080";
const LAN_CARDS: &str = "http://192.168.1.20:8081";

#[test]
fn a_shop_on_a_lan_is_paid_and_shows_the_order_under_the_address_that_the_lan_knows() {
    let lan = setup().set("DOORSTEP_HTTP__PUBLIC_URL", LAN).set("DOORSTEP_PROCESSOR__PUBLIC_URL", LAN_CARDS);
    let shop = lan.listening("127.0.0.2:0").open();
    let (url, cards) = (listens_at(&shop, "listening shop="), listens_at(&shop, " cards="));
    assert!(url.starts_with("http://127.0.0.2:"), "{url}");
    let (host, cards_host) = ("Host: 192.168.1.20:8080\r\n", "Host: 192.168.1.20:8081\r\n");
    let line = format!("sku={IN_STOCK}&quantity=1");
    // as a browser that sends no Sec-Fetch-Site, since its connection is not secure
    let from = |origin: &str| {
        let form = "Content-Type: application/x-www-form-urlencoded\r\n";
        let headers = format!("{host}Origin: {origin}\r\n{form}Content-Length: {}\r\n", line.len());
        exchange(&url, &format!("POST /cart/lines HTTP/1.1\r\n{headers}Connection: close\r\n\r\n{line}"))
    };
    expect(&from("http://127.0.0.2:8080"), 403);
    let filled = from(LAN);
    let cookie = header(expect(&filled, 303), "set-cookie").to_owned();
    assert!(cookie.starts_with("doorstep_session=") && !cookie.contains("Secure"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap_or_default();
    let hers = format!("{host}Cookie: {cookie}\r\n");
    let page = get(&url, "/checkout", &hers);
    let begun = post(&url, "/checkout", &hers, &format!("{ADDRESS}&seen={}", seen_on(&page)));
    let (cookie, page) = (header(expect(&begun, 303), "set-cookie"), header(&begun, "location"));
    let (at, query) = page.split_once("/pay?").expect("the payment page");
    assert_eq!(at, LAN_CARDS);
    let card = format!("{query}&number=4242424242424242&expiry=12%2F39&cvv=123&name=Ada+Lovelace");
    let paid = post(&cards, "/pay", cards_host, &card);
    let back = header(expect(&paid, 303), "location").strip_prefix(LAN).expect("back to the shop").to_owned();
    let cookie = format!("{host}Cookie: {}\r\n", cookie.split(';').next().unwrap_or_default());
    let ordered = get(&url, &back, &cookie);
    let order = header(expect(&ordered, 303), "location");
    assert!(order.starts_with("/orders/ord_"), "{order}");
    assert!(expect(&get(&url, order, host), 200).contains("Ada Lovelace"));
    let id = order.trim_start_matches("/orders/").split('?').next().unwrap_or_default();
    let letter = letter(&shop, id, "order-confirmation");
    assert!(letter.contains(&format!("{LAN}/orders/ord_")), "{letter}");
}

#[test]
fn a_proxy_that_speaks_http_1_0_with_or_without_a_host_leads_back_to_the_public_url() {
    let shop = public().open();
    let (url, cards) = (listens_at(&shop, "listening shop="), listens_at(&shop, " cards="));
    let asks = |path: &str, headers: &str, fields: &str| {
        let form = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n";
        let length = format!("Content-Length: {}\r\n", fields.len());
        let answer = exchange(&url, &format!("POST {path} HTTP/1.0\r\n{headers}{form}{length}\r\n{fields}"));
        assert!(answer.starts_with("HTTP/1.0 303 "), "{answer}");
        answer
    };
    for host in [String::new(), format!("Host: {}\r\n", url.trim_start_matches("http://"))] {
        let filled = asks("/cart/lines", &host, &format!("sku={IN_STOCK}&quantity=1"));
        let cookie = header(&filled, "set-cookie").split(';').next().unwrap_or_default().to_owned();
        let hers = format!("{host}{LIES}Cookie: {cookie}\r\n");
        let page = get(&url, "/checkout", &format!("Host: shop.example\r\nCookie: {cookie}\r\n"));
        let begun = asks("/checkout", &hers, &format!("{ADDRESS}&seen={}", seen_on(&page)));
        let back = pays(&cards, header(&begun, "location"));
        assert!(back.starts_with(&format!("{PUBLIC}/checkout/return?")), "{back}");
    }
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
