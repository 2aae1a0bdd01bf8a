//! Whatever is sent, the shop answers with a problem document, changes nothing and does not panic.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use doorstep::journal::{self, Position};
use serde_json::{Value, json};

use super::buyer::{wish, wishes};
use super::http::Answer;
use super::order::{IN_STOCK, LAST_COPY};
use super::shop::{TestShop, setup};

/// Above the shop's own deadline for a body.
const SLOW_ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// How the shop stood before; whatever was sent, it must stand so afterwards.
struct Standing {
    journal: u64,
    products: Value,
}

impl Standing {
    fn of(shop: &TestShop) -> Standing {
        Standing { journal: shop.journal_position(), products: products(shop) }
    }

    #[track_caller]
    fn unchanged(&self, shop: &mut TestShop) {
        assert_eq!(products(shop), self.products);
        assert_eq!(shop.journal_position(), self.journal, "bad input was written down");
        shop.never_panicked();
        assert!(shop.client().is_ready());
        assert_eq!(shop.stop().code(), Some(0));
        shop.verifies();
    }
}

/// Every product with its availability.
fn products(shop: &TestShop) -> Value {
    let mut all = vec![];
    let mut cursor = Some(String::new());
    while let Some(after) = cursor {
        let page = shop.client().get(&format!("/products?cursor={after}")).expect(200).json;
        all.extend(page["products"].as_array().expect("a list").iter().cloned());
        cursor = page["next_cursor"].as_str().map(str::to_owned);
    }
    assert!(all.len() > 300, "{} products", all.len());
    Value::Array(all)
}

#[track_caller]
fn posted(shop: &TestShop, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    match shop.client().send("POST", "/api/v1/orders", headers, body) {
        Ok(answer) => answer,
        Err(error) => panic!("no answer to {headers:?}: {error}"),
    }
}

/// With the headers that an order needs.
#[track_caller]
fn ordered(shop: &TestShop, body: &[u8]) -> Answer {
    let key = shop.new_key();
    posted(shop, &[("Content-Type", "application/json"), ("Idempotency-Key", &key)], body)
}

/// A good order with one thing changed.
fn but(pointer: &str, value: Value) -> Vec<u8> {
    let mut order = wish(IN_STOCK).0;
    *order.pointer_mut(pointer).expect("the field is in a good order") = value;
    order.to_string().into_bytes()
}

#[test]
fn a_quantity_that_is_none_is_refused() {
    let mut shop = setup().open();
    let before = Standing::of(&shop);
    for quantity in ["0", "-1", "9223372036854775808", "1.5", "\"1\"", "null", "1000", "1e400", "[1]", "-0.0"]
    {
        let body =
            wish(IN_STOCK).0.to_string().replace("\"quantity\":1", &format!("\"quantity\":{quantity}"));
        assert!(body.contains(quantity));
        let answer = ordered(&shop, body.as_bytes());
        let code = if quantity == "1e400" { "malformed_json" } else { "bad_quantity" };
        let status = if quantity == "1e400" { 400 } else { 422 };
        answer.expect_problem(status, code);
    }
    let twice = wishes(&[(IN_STOCK, 999), (IN_STOCK, 1)]).0.to_string();
    ordered(&shop, twice.as_bytes()).expect_problem(422, "bad_quantity");
    before.unchanged(&mut shop);
}

#[test]
fn a_body_that_is_no_json_is_refused() {
    let mut shop = setup().open();
    let before = Standing::of(&shop);
    let deep = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
    let twice = r#"{"lines":[],"lines":[]}"#;
    let trailing = format!("{} x", wish(IN_STOCK).0);
    for body in ["{", "nonsense", "\u{0}", "{\"lines\":}", deep.as_str(), twice, trailing.as_str()] {
        ordered(&shop, body.as_bytes()).expect_problem(400, "malformed_json");
    }
    ordered(&shop, b"").expect_problem(400, "malformed_json");
    ordered(&shop, b"{\"lines\":[{\"sku\":\"\xff\xfe\",\"quantity\":1}]}")
        .expect_problem(400, "malformed_json");
    before.unchanged(&mut shop);
}

#[test]
fn a_field_that_is_missing_unknown_or_of_another_kind_is_named() {
    let mut shop = setup().open();
    let before = Standing::of(&shop);
    for (body, pointer) in [
        (b"{}".to_vec(), "/lines"),
        (b"[]".to_vec(), ""),
        (but("/lines", json!([])), "/lines"),
        (but("/lines", json!("PD-0001")), "/lines"),
        (but("/lines/0", json!({"sku": IN_STOCK, "quantity": 1, "price": 1})), "/lines/0/price"),
        (but("/customer/email", json!("nobody")), "/customer/email"),
        (but("/customer/email", json!("a@b.example\r\nBcc: all@b.example")), "/customer/email"),
        (but("/customer/name", json!("")), "/customer/name"),
        (but("/customer/name", json!("x".repeat(101))), "/customer/name"),
        (but("/shipping_address/country", json!("England")), "/shipping_address/country"),
        (but("/shipping_address/line1", json!(null)), "/shipping_address/line1"),
        (but("/backorder", json!("perhaps")), "/backorder"),
        (but("/payment", json!({"card": "x"})), "/payment/card"),
    ] {
        let answer = ordered(&shop, &body).expect_problem(422, "bad_field");
        assert_eq!(answer.json["pointer"], pointer, "{}", answer.text);
    }
    before.unchanged(&mut shop);
}

#[test]
fn what_the_shop_does_not_know_is_refused() {
    let mut shop = setup().open();
    let before = Standing::of(&shop);
    for sku in ["PD-9999", "", "../../etc/passwd", "pd-0001", "x' OR 1=1 --", "\u{202e}"] {
        ordered(&shop, &but("/lines/0/sku", json!(sku))).expect_problem(422, "unknown_sku");
    }
    for token in ["tok_nobody", "tok_01ARZ3NDEKTSV4RRFFQ69G5FAV", "visa"] {
        ordered(&shop, &but("/payment/token", json!(token))).expect_problem(422, "unknown_token");
    }
    shop.client().get("/products/PD-9999").expect_problem(404, "no_such_product");
    shop.client().get("/products?cursor=nonsense").expect_problem(400, "bad_query");
    shop.client().get(&format!("/products?q={}", "a".repeat(201))).expect_problem(400, "bad_query");
    // what is no UTF-8 is a word that no book has, or none at all
    shop.client().get("/products?q=%ff%fe").expect(200);
    let order = "/orders/ord_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    for order in [order, "/orders/nonsense", "/orders/%00"] {
        shop.client().get(&format!("{order}?key=x")).expect_problem(404, "no_such_order");
    }
    before.unchanged(&mut shop);
}

#[test]
fn an_order_beyond_every_measure_is_refused() {
    let mut shop = setup().open();
    let before = Standing::of(&shop);
    let lines = |count: usize| json!(vec![json!({"sku": IN_STOCK, "quantity": 1}); count]);
    ordered(&shop, &but("/lines", lines(101))).expect_problem(422, "bad_field");
    ordered(&shop, &but("/lines", lines(10_000))).expect_problem(413, "body_too_large");
    let huge = vec![b'x'; 1 << 20];
    ordered(&shop, &huge).expect_problem(413, "body_too_large");
    before.unchanged(&mut shop);
}

#[test]
fn a_card_number_is_refused_wherever_it_stands_and_is_kept_nowhere() {
    const NUMBER: &str = "4242424242424242";
    let mut shop = setup().open();
    let before = Standing::of(&shop);
    for pointer in ["/customer/name", "/payment/token", "/shipping_address/line1"] {
        for written in [NUMBER.to_owned(), "4242 4242 4242 4242".to_owned(), format!("card {NUMBER}.")] {
            let answer = ordered(&shop, &but(pointer, json!(written)));
            answer.expect_problem(422, "card_number_in_request");
        }
    }
    for header in ["Idempotency-Key", "User-Agent", "X-Note"] {
        let answer = posted(
            &shop,
            &[("Content-Type", "application/json"), (header, NUMBER)],
            &but("/lines", json!([{"sku": IN_STOCK, "quantity": 1}])),
        );
        answer.expect_problem(422, "card_number_in_request");
    }
    assert!(!shop.log().contains(NUMBER));
    before.unchanged(&mut shop);
    assert!(!directory_holds(&shop.data(), NUMBER.as_bytes()));
    assert!(!journal_holds(&shop.data().join("journal"), NUMBER.as_bytes()));
}

/// The journal's files are compressed: what they hold is seen in the records only.
fn journal_holds(dir: &std::path::Path, needle: &[u8]) -> bool {
    let mut holds = false;
    let end = journal::read(dir, Position::START, &mut |_, record| {
        holds |= memchr::memmem::find(record, needle).is_some();
        Ok(())
    });
    assert!(end.expect("the journal reads").records > 0);
    holds
}

fn directory_holds(dir: &std::path::Path, needle: &[u8]) -> bool {
    std::fs::read_dir(dir).expect("read the data directory").flatten().any(|entry| {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => directory_holds(&path, needle),
            Ok(kind) if kind.is_file() => {
                let bytes = std::fs::read(&path).expect("read a file of the shop");
                memchr::memmem::find(&bytes, needle).is_some()
            }
            _ => false,
        }
    })
}

#[test]
fn a_request_without_its_headers_is_refused() {
    let mut shop = setup().open();
    let before = Standing::of(&shop);
    let body = wish(LAST_COPY).0.to_string();
    let json = ("Content-Type", "application/json");
    posted(&shop, &[json], body.as_bytes()).expect_problem(400, "idempotency_key_missing");
    for key in ["", "two words", &"k".repeat(129)] {
        let answer = posted(&shop, &[json, ("Idempotency-Key", key)], body.as_bytes());
        answer.expect_problem(400, "idempotency_key_invalid");
    }
    let answer = posted(&shop, &[json, ("Idempotency-Key", "a"), ("Idempotency-Key", "b")], body.as_bytes());
    answer.expect_problem(400, "idempotency_key_invalid");
    posted(&shop, &[("Idempotency-Key", "a")], body.as_bytes()).expect_problem(415, "unsupported_media_type");
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
        let answer = posted(&shop, &[("Content-Type", kind), ("Idempotency-Key", "a")], body.as_bytes());
        answer.expect_problem(415, "unsupported_media_type");
    }
    let many: Vec<(String, &str)> = (0..80).map(|n| (format!("X-{n}"), "1")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    posted(&shop, &many, body.as_bytes()).expect_problem(431, "headers_too_many");
    before.unchanged(&mut shop);
}

#[test]
fn an_address_or_method_that_the_api_does_not_have_is_a_problem_too() {
    let mut shop = setup().open();
    let before = Standing::of(&shop);
    for (method, path, allow) in [
        ("DELETE", "/api/v1/orders", "POST"),
        ("POST", "/api/v1/products", "GET, HEAD"),
        ("PATCH", "/api/v1/carts", "POST"),
        ("DELETE", "/healthz", "GET, HEAD"),
    ] {
        let answer = shop.client().send(method, path, &[], &[]).unwrap();
        let answer = answer.expect_problem(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
    }
    for path in ["/api/v1/nothing", "/api/v2/orders", "/api/v1/orders/a/b/c", "/api/v1/"] {
        let answer = shop.client().send("GET", path, &[], &[]).unwrap();
        answer.expect_problem(404, "not_found");
    }
    before.unchanged(&mut shop);
}

#[test]
fn a_body_that_comes_too_slowly_is_given_up_with_a_problem() {
    let mut shop = setup().open();
    let before = Standing::of(&shop);
    let head = "POST /api/v1/orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n\
                Idempotency-Key: slow\r\nContent-Length: 1000\r\n\r\n{\"lines\":";
    let answer = raw(&shop, head.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("application/problem+json") && answer.contains("body_too_slow"), "{answer}");
    before.unchanged(&mut shop);
}

#[test]
fn bytes_that_are_no_http_end_their_connection_and_nothing_else() {
    let mut shop = setup().open();
    let before = Standing::of(&shop);
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET /\xff\xfe HTTP/1.1\r\nHost: shop\r\n\r\n",
        b"POST /api/v1/orders HTTP/1.1\r\nHost: shop\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST /api/v1/orders HTTP/1.1\r\nHost: shop\r\nContent-Length: -1\r\n\r\n",
        b"GET /healthz HTTP/1.1\nHost: shop\n\n",
        b"GET /healthz HTTP/1.1\r\nHost: shop\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: shop\r\n\n",
        b"POST /api/v1/orders HTTP/1.1\r\nHost: shop\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /api/v1/orders HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\nIdempotency-Key: c\r\n\r\nzz\r\n",
    ] {
        let answer = raw(&shop, bytes);
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
    before.unchanged(&mut shop);
}

/// Sends these bytes and no more, and returns what came until the shop closed the connection.
fn raw(shop: &TestShop, bytes: &[u8]) -> String {
    let address = shop.url.strip_prefix("http://").expect("an http address");
    let mut stream = TcpStream::connect(address).expect("connect to the shop");
    stream.set_read_timeout(Some(SLOW_ANSWER_WITHIN)).expect("a deadline");
    stream.write_all(&shop.addressed(bytes)).expect("send the bytes");
    let mut answer = vec![];
    // a reset after the answer is the shop's way of not reading on
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}
