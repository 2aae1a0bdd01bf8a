//! Bad input: refused with a code and a pointer, and nothing is asked of the shop.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::test_gateway::*;
use crate::domain::{CountryCode, ShopIdentity};
use crate::gateway::AskError;

const ORDERS: &str = "/api/v1/orders";

/// The order with what stands at `pointer` replaced.
fn with(pointer: &str, value: Value) -> Value {
    let mut body = order();
    *body.pointer_mut(pointer).unwrap() = value;
    body
}

async fn refused(body: &Value, code: &str, pointer: &str) {
    let gateway = TestGateway::new();
    let answered = gateway.send(post(ORDERS, body)).await;
    answered.assert_problem(422, code);
    assert_eq!(answered.body["pointer"], pointer, "{body}");
    assert!(gateway.asked().is_empty());
}

#[actix_web::test]
async fn a_quantity_is_a_whole_number_that_the_shop_sells() {
    for bad in [
        json!(0),
        json!(-1),
        json!(1000),
        json!(9_223_372_036_854_775_808_u64),
        json!(1e300),
        json!(1.5),
        json!("1"),
        json!(true),
        json!(null),
        json!([1]),
    ] {
        refused(&with("/lines/0/quantity", bad), "bad_quantity", "/lines/0/quantity").await;
    }
    let missing = with("/lines/0", json!({ "sku": "PD-1" }));
    refused(&missing, "bad_quantity", "/lines/0/quantity").await;
    let together = json!([{ "sku": "PD-1", "quantity": 999 }, { "sku": "PD-1", "quantity": 1 }]);
    refused(&with("/lines", together), "bad_quantity", "/lines/1/quantity").await;
}

#[actix_web::test]
async fn an_unknown_sku_is_named_with_its_line() {
    let lines = json!([{ "sku": "PD-1", "quantity": 1 }, { "sku": "PD-9", "quantity": 1 }]);
    refused(&with("/lines", lines), "unknown_sku", "/lines/1/sku").await;
    for bad in ["", "a b", "é", "../PD-1"] {
        refused(&with("/lines/0/sku", json!(bad)), "unknown_sku", "/lines/0/sku").await;
    }
    refused(&with("/lines/0/sku", json!(5)), "bad_field", "/lines/0/sku").await;
}

#[actix_web::test]
async fn an_order_has_one_to_a_hundred_lines() {
    refused(&with("/lines", json!([])), "bad_field", "/lines").await;
    refused(&with("/lines", json!({})), "bad_field", "/lines").await;
    // the shortest lines there are: 10,000 of them fit under the limit of the body
    refused(&with("/lines", json!(vec![json!({}); 10_000])), "bad_field", "/lines").await;
    let line = json!({ "sku": "PD-1", "quantity": 1 });
    refused(&with("/lines", json!(vec![line; 101])), "bad_field", "/lines").await;
}

#[actix_web::test]
async fn a_field_that_is_missing_or_wrong_is_pointed_at() {
    for (pointer, bad) in [
        ("/customer/email", json!("ada")),
        ("/customer/email", json!(null)),
        ("/customer/name", json!("")),
        ("/customer/name", json!("Ada\u{0}")),
        ("/customer/name", json!("x".repeat(101))),
        ("/customer", json!("Ada")),
        ("/shipping_address/line1", json!("a\r\nb")),
        ("/shipping_address/city", json!(" ")),
        ("/shipping_address/postcode", json!("x".repeat(121))),
        ("/shipping_address/country", json!("gb")),
        ("/shipping_address", json!([])),
        ("/payment/token", json!("tok en")),
        ("/payment/token", json!("t".repeat(81))),
        ("/payment", json!(null)),
    ] {
        refused(&with(pointer, bad), "bad_field", pointer).await;
    }
    for pointer in ["/lines", "/customer", "/shipping_address", "/payment"] {
        let mut body = order();
        body.as_object_mut().unwrap().remove(&pointer[1..]);
        refused(&body, "bad_field", pointer).await;
    }
    let mut body = order();
    body["backorder"] = json!("maybe");
    refused(&body, "bad_field", "/backorder").await;
    refused(&json!([]), "bad_field", "").await;
}

#[actix_web::test]
async fn a_country_that_the_shop_does_not_send_to_is_refused_with_those_it_does() {
    let mut gateway = TestGateway::new();
    let countries = ["GB", "IE"].map(|code| CountryCode::parse(code).unwrap()).into();
    gateway.app.identity = Arc::new(ShopIdentity { countries, ..ShopIdentity::demo() });
    let mut abroad = order();
    abroad["shipping_address"] =
        json!({"line1": "1 Rue", "city": "Paris", "postcode": "75001", "country": "FR"});
    let answered = gateway.send(post(ORDERS, &abroad)).await;
    answered.assert_problem(422, "bad_field");
    assert_eq!(answered.body["pointer"], "/shipping_address/country");
    let detail = "the shop sends to these countries alone: United Kingdom (GB), Ireland (IE)";
    assert_eq!(answered.body["detail"], detail);
    assert!(gateway.asked().is_empty());
}

#[actix_web::test]
async fn what_only_looks_unusual_in_an_address_is_taken_of_a_program() {
    let gateway = TestGateway::new().plays(Scripted::Fail(AskError::Closed));
    let unusual = with("/shipping_address/postcode", json!("ZZ1 1AA"));
    gateway.send(post(ORDERS, &unusual)).await.assert_problem(503, "closing");
}

#[actix_web::test]
async fn a_field_that_nobody_knows_is_refused_rather_than_ignored() {
    let mut body = order();
    body["back/order"] = json!("accept");
    refused(&body, "bad_field", "/back~1order").await;
    let mut body = order();
    body["lines"][0]["price"] = json!(1);
    refused(&body, "bad_field", "/lines/0/price").await;
}

#[actix_web::test]
async fn a_token_that_the_processor_does_not_know_is_refused() {
    refused(&with("/payment/token", json!("tok_bad")), "unknown_token", "/payment/token").await;
}

#[actix_web::test]
async fn what_is_not_one_json_value_is_malformed() {
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    let twice = r#"{"lines":[],"lines":[]}"#;
    for bad in [&b""[..], b"{", b"{}{}", b"nonsense", b"{\"a\":\"\xff\"}", deep.as_bytes(), twice.as_bytes()]
    {
        let gateway = TestGateway::new();
        gateway.send(post_raw(ORDERS, bad.to_vec())).await.assert_problem(400, "malformed_json");
        assert!(gateway.asked().is_empty());
    }
}

#[actix_web::test]
async fn a_body_is_declared_as_json_and_not_packed() {
    let gateway = TestGateway::new();
    let plain = |kind: &'static str| {
        let request = TestRequest::post().uri(ORDERS).insert_header(("Idempotency-Key", "k"));
        request.insert_header(("Content-Type", kind)).set_payload(order().to_string())
    };
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""] {
        gateway.send(plain(kind)).await.assert_problem(415, "unsupported_media_type");
    }
    let packed = plain("application/json").insert_header(("Content-Encoding", "gzip"));
    gateway.send(packed).await.assert_problem(415, "unsupported_media_type");
    // parameters and case do not count
    let gateway = TestGateway::new().plays(Scripted::Fail(crate::gateway::AskError::Closed));
    gateway.send(plain("Application/JSON; charset=utf-8")).await.assert_problem(503, "closing");
}

#[actix_web::test]
async fn an_order_has_an_idempotency_key() {
    let gateway = TestGateway::new();
    let keyless = TestRequest::post().uri(ORDERS).set_json(order());
    gateway.send(keyless).await.assert_problem(400, "idempotency_key_missing");
    for bad in ["", "a b", &"k".repeat(129)] {
        let request = post(ORDERS, &order()).insert_header(("Idempotency-Key", bad));
        gateway.send(request).await.assert_problem(400, "idempotency_key_invalid");
    }
    assert!(gateway.asked().is_empty());
}

#[actix_web::test]
async fn a_body_over_the_limit_is_refused() {
    let mut body = order().to_string();
    body.push_str(&" ".repeat(64 * 1024));
    let gateway = TestGateway::new();
    let answered = gateway.send(post_raw(ORDERS, body)).await;
    answered.assert_problem(413, "body_too_large");
    assert!(gateway.asked().is_empty());
}

#[actix_web::test]
async fn an_overloaded_shop_refuses_before_it_reads_and_asks_nobody() {
    let gateway = TestGateway::new();
    gateway.overload();
    let answered = gateway.send(post_raw(ORDERS, "no JSON")).await;
    answered.assert_problem(503, "overloaded");
    assert_eq!(answered.header("retry-after"), Some("1"));
    assert!(gateway.asked().is_empty());
    assert_eq!(gateway.send(get("/healthz")).await.status, 200);
}

#[actix_web::test]
async fn too_many_headers_are_refused() {
    let mut request = get("/healthz");
    for n in 0..65 {
        request = request.insert_header((format!("x-{n}"), "1"));
    }
    TestGateway::new().send(request).await.assert_problem(431, "headers_too_many");
}

#[actix_web::test]
async fn an_address_that_is_not_there_is_told() {
    let gateway = TestGateway::new();
    for uri in ["/api/v1/nothing", "/api/v2/orders", "/api/v1", "/%FF", "/api/v1/orders/", "//"] {
        gateway.send(get(uri)).await.assert_problem(404, "not_found");
    }
}

#[actix_web::test]
async fn a_wrong_method_is_told_with_those_that_are_right() {
    let gateway = TestGateway::new();
    let order = format!("{ORDERS}/{}", order_id());
    let cart = "/api/v1/carts/cart_1".to_owned();
    for (method, uri, allow) in [
        (Method::GET, ORDERS.to_owned(), "POST"),
        (Method::OPTIONS, ORDERS.to_owned(), "POST"),
        (Method::DELETE, order.clone(), "GET, HEAD"),
        (Method::POST, format!("{order}/timeline"), "GET, HEAD"),
        (Method::GET, format!("{order}/cancel"), "POST"),
        (Method::POST, "/api/v1/products".to_owned(), "GET, HEAD"),
        (Method::PATCH, "/api/v1/products/PD-1".to_owned(), "GET, HEAD"),
        (Method::GET, "/api/v1/carts".to_owned(), "POST"),
        (Method::PUT, cart.clone(), "GET, HEAD"),
        (Method::POST, format!("{cart}/lines/PD-1"), "PUT, DELETE"),
        (Method::GET, format!("{cart}/checkout"), "POST"),
        (Method::POST, "/healthz".to_owned(), "GET, HEAD"),
    ] {
        let answered = gateway.send(TestRequest::with_uri(&uri).method(method)).await;
        answered.assert_problem(405, "method_not_allowed");
        assert_eq!(answered.header("allow"), Some(allow), "{uri}");
    }
}

#[actix_web::test]
async fn readiness_follows_the_shop() {
    let gateway = TestGateway::new();
    assert_eq!(gateway.send(get("/readyz")).await.status, 200);
    assert_eq!(gateway.send(get("/healthz").method(Method::HEAD)).await.status, 200);
    gateway.close();
    let answered = gateway.send(get("/readyz")).await;
    answered.assert_problem(503, "not_ready");
    assert!(answered.header("retry-after").is_some());
    assert_eq!(gateway.send(get("/healthz")).await.status, 200);
}

/// The order with some bytes replaced: nearly right is what finds faults.
fn garbled() -> impl Strategy<Value = Vec<u8>> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4);
    edits.prop_map(|edits| {
        let mut bytes = order().to_string().into_bytes();
        for (place, byte) in edits {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes
    })
}

/// Any address near those of the shop, percent signs and all.
fn address() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        prop::sample::select(
            &["orders", "products", "carts", "lines", "timeline", "cancel", "checkout", "PD-1"][..]
        )
        .prop_map(str::to_owned),
        Just(order_id().to_string()),
        Just("cart_00000000000000000000000000".to_owned()),
        "(%[0-9A-F]{2}|[A-Za-z0-9._~-]){0,30}",
    ];
    let query = "(\\?((q|cursor|key)=)?(%[0-9A-F]{0,2}|[ -~&&[^# ]]){0,40})?";
    (prop::collection::vec(part, 0..5), query, any::<bool>()).prop_map(|(parts, query, api)| {
        let scope = if api { "/api/v1" } else { "" };
        as_address(&format!("{scope}/{}{query}", parts.join("/")))
    })
}

fn header_value() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop_oneof![Just(b' '), 0x21..=0x7e_u8, 0x80..=0xff_u8], 0..140)
}

proptest! {
    #[test]
    fn no_address_or_header_makes_the_gateway_fail(
        uri in address(),
        method in prop::sample::select(vec![Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE]),
        authorization in header_value(), cookie in header_value(), key in header_value(), kind in header_value(),
    ) {
        actix_web::rt::System::new().block_on(async {
            let value = |bytes: &[u8]| actix_web::http::header::HeaderValue::from_bytes(bytes).unwrap();
            let request = TestRequest::with_uri(&uri)
                .method(method.clone())
                .insert_header(("Authorization", value(&[b"Bearer ", &authorization[..]].concat())))
                .insert_header(("Cookie", value(&[b"doorstep_session=", &cookie[..]].concat())))
                .insert_header(("Idempotency-Key", value(&key)))
                .insert_header(("Content-Type", value(&kind)));
            // whoever gets as far as to ask is told that the shop is closing; the listing does without an answer
            let closing = || Scripted::Fail(crate::gateway::AskError::Closed);
            let gateway = TestGateway::new().plays(closing()).plays(closing());
            let answered = gateway.send(request).await;
            let asked = gateway.asked().len();
            let status = answered.status.as_u16();
            assert!(status < 500 || status == 503 && asked > 0, "{method} {uri}: {status}, {asked} asked");
            assert!(status < 400 || !uri.starts_with("/api/") || (asked > 0) == (status == 503), "{method} {uri}");
        });
    }

    #[test]
    fn no_body_makes_the_gateway_fail(body in prop_oneof![garbled(), prop::collection::vec(any::<u8>(), 0..200)]) {
        actix_web::rt::System::new().block_on(async {
            // what still is an order is answered 503 here
            let gateway = TestGateway::new().plays(Scripted::Fail(crate::gateway::AskError::Closed));
            let answered = gateway.send(post_raw(ORDERS, body)).await;
            let asked = gateway.asked().len();
            let refused = answered.status.is_client_error() && asked == 0;
            assert!(refused || (answered.status == 503 && asked == 1), "{}", answered.body);
        });
    }
}
