//! What the log of the real daemon says of strangers: each kind once, with how often and from where, and no word of theirs.

use super::http::Client;
use super::log::logged_nothing_of;
use super::shop::{TestShop, setup};
use super::wait::until;

/// Stands in whatever the strangers of this test send.
const MARK: &str = "strangers-own-words";
const TIMES: usize = 30;

/// The lines that say so.
fn lines(shop: &TestShop, what: &str) -> Vec<String> {
    shop.log().lines().filter(|line| line.contains(what)).map(str::to_owned).collect()
}

fn shop() -> TestShop {
    setup()
        .catalogue(&[("LOG-1".to_owned(), 9)])
        .set("DOORSTEP_RATES__SEARCHES__EACH", "3")
        .set("DOORSTEP_RATES__CHANGES__EACH", "3")
        .open()
}

fn is_told_of_once(shop: &TestShop, what: &str) -> String {
    until("the log tells of it", || (!lines(shop, what).is_empty()).then_some(()));
    let found = lines(shop, what);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("client=\"127.0.0.1\"") && found[0].contains("times=1"), "{}", found[0]);
    found[0].clone()
}

#[test]
fn the_log_tells_of_each_kind_once_and_in_no_words_of_a_stranger() {
    let shop = shop();
    let stranger = Client::new(&shop.url);
    let agent = ("User-Agent", MARK);
    let order = format!("/orders/ord_01M82JCK9436720E3PWGSQMM7F/cancel?x={MARK}");
    let (foreign, form) = (("Sec-Fetch-Site", "cross-site"), "application/x-www-form-urlencoded");
    let key = format!("Bearer dsk_1_{MARK}");
    for _ in 0..TIMES {
        let sends = |method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]| {
            stranger.send(method, path, &[&[agent], headers].concat(), body).expect("an answer").status
        };
        let from_elsewhere = sends("POST", &order, &[foreign, ("Content-Type", form)], b"key=x");
        assert!([403, 429].contains(&from_elsewhere), "{from_elsewhere}");
        assert!([401, 429].contains(&sends("GET", "/api/v1/products", &[("Authorization", &key)], b"")));
        assert_eq!(sends("GET", "/api/v1/products", &[("Host", "evil.example")], b""), 421);
        assert_eq!(sends("GET", "/api/v1/products?q=4242424242424242", &[], b""), 422);
        let wrong = format!("/api/v1/orders/ord_01M82JCK9436720E3PWGSQMM7F?key={MARK}");
        assert!([404, 429].contains(&sends("GET", &wrong, &[], b"")));
        sends("GET", &format!("/?q={MARK}"), &[], b"");
        let pay = Client::new(&shop.cards_url).send("GET", &format!("/pay?checkout={MARK}"), &[agent], b"");
        assert_eq!(pay.expect("an answer").status, 400);
    }
    let foreign = is_told_of_once(&shop, "forms from other sites were refused");
    assert!(foreign.contains("/orders/{order}/cancel"), "{foreign}");
    is_told_of_once(&shop, "API keys that are none, or revoked, were refused");
    is_told_of_once(&shop, "requests for another host were refused");
    is_told_of_once(&shop, "requests with what looks like a card number were refused");
    is_told_of_once(&shop, "orders were asked for by keys that do not open them");
    let unpaid = is_told_of_once(&shop, "payments were refused before a card was asked for");
    assert!(unpaid.contains("the amount is not one"), "{unpaid}");
    for rate in ["about=\"searches\"", "about=\"changes\""] {
        assert!(is_told_of_once(&shop, rate).contains("clients over their limit were refused"));
    }
    assert!(!shop.log().contains(MARK), "a stranger's words are in the log");
    logged_nothing_of(&shop, "4242");
}

#[test]
fn the_log_tells_of_keys_that_are_added_and_revoked_and_of_a_proxy_that_is_not_named() {
    let shop = shop();
    shop.adds_key("till");
    assert!(shop.command(&["keys", "revoke", "till"]).status.success());
    for told in ["an API key was added", "an API key was revoked"] {
        until(told, || (!lines(&shop, told).is_empty()).then_some(()));
    }
    let forwarded = [("X-Forwarded-For", "203.0.113.9")];
    for _ in 0..TIMES {
        Client::new(&shop.url).send("GET", "/", &forwarded, b"").expect("an answer");
    }
    let proxy = is_told_of_once(&shop, "a proxy that http.trusted_proxies does not name");
    assert!(proxy.contains("DOORSTEP_HTTP__TRUSTED_PROXIES"), "{proxy}");
}
