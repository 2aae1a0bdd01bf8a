use actix_web::test::TestRequest;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::test_gateway::*;
use crate::domain::Sku;
use crate::domain::catalogue::Catalogue;
use crate::gateway::card_number_filter::READ_BY_PAGES;

const ORDERS: &str = "/api/v1/orders";
/// As it may be written: each without a digit that is repeated in an answer.
const WRITTEN: [&str; 8] = [
    "4242424242424242",
    "4242.4242.4242.4242",
    "4242\u{a0}4242\u{2009}4242\u{2013}4242",
    "4242/4242_4242,4242",
    "４２４２４２４２４２４２４２４２",
    "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢",
    "42\u{200b}42\u{ad}42\u{2060}42424242\u{feff}4242",
    "my card: 378282246310005!",
];

fn with(pointer: &str, value: impl Into<Value>) -> Value {
    let mut body = order();
    *body.pointer_mut(pointer).unwrap() = value.into();
    body
}

/// Refused unseen: nothing was asked of the shop, and nothing is repeated.
async fn refused(gateway: &TestGateway, request: TestRequest, pointer: Option<&str>) {
    let answered = gateway.send(request).await;
    answered.assert_problem(422, "card_number_in_request");
    assert_eq!(answered.body["pointer"].as_str(), pointer);
    let said = answered.body.to_string();
    for digits in ["4242", "4111", "3782", "４２", "٤٢"] {
        assert!(!said.contains(digits), "{said}");
    }
    assert!(gateway.asked().is_empty());
}

async fn passes(gateway: TestGateway, request: TestRequest) {
    let answered = gateway.plays(Scripted::Fail(crate::gateway::AskError::Closed)).send(request).await;
    assert_ne!(answered.body["code"], "card_number_in_request");
}

#[actix_web::test]
async fn a_card_number_is_refused_wherever_a_body_holds_it() {
    let gateway = TestGateway::new();
    for written in WRITTEN {
        for pointer in [
            "/customer/name",
            "/customer/email",
            "/shipping_address/postcode",
            "/payment/token",
            "/lines/0/sku",
        ] {
            refused(&gateway, post(ORDERS, &with(pointer, written)), Some(pointer)).await;
        }
        let mut name = order();
        name["customer"][written] = json!(1);
        refused(&gateway, post(ORDERS, &name), Some("/customer")).await;
    }
    let mut number = order();
    number["card"] = json!([1, { "a/b": 4_242_424_242_424_242_u64 }]);
    refused(&gateway, post(ORDERS, &number), Some("/card/1/a~1b")).await;
    let escaped = order().to_string().replace("Ada", r"\u0034242 \uff14242 4242 424\u0032");
    refused(&gateway, post_raw(ORDERS, escaped), Some("/customer/name")).await;
    let real = order().to_string().replace(":2", ":4.242424242424242e15");
    refused(&gateway, post_raw(ORDERS, real), Some("/lines/0/quantity")).await;
}

/// A body whose fields stand in the order that is given.
fn body_of(name: &str, line1: &str, city: &str, postcode: &str) -> String {
    format!(
        r#"{{"customer":{{"name":"{name}","email":"ada@example.com"}},"lines":[{{"sku":"PD-1","quantity":2}}],
        "shipping_address":{{"line1":"{line1}","city":"{city}","postcode":"{postcode}","country":"GB"}},
        "payment":{{"token":"tok_good"}}}}"#
    )
}

#[actix_web::test]
async fn a_card_number_that_is_split_over_fields_is_refused() {
    let gateway = TestGateway::new();
    for (name, line1, city, postcode, pointer) in [
        ("Ada", "4242 4242", "4242 4242", "SW1Y 4JH", "/shipping_address/city"),
        ("Ada", "Flat 4242 4242", "4242-4242", "SW1Y 4JH", "/shipping_address/city"),
        ("Ada 4242 4242", "4242 4242 High St", "London", "1", "/shipping_address/line1"),
        ("Ada 4242", "4242", "4242 4242", "4242", "/shipping_address/city"),
        ("４２４２４２４２", "High St", "42424242", "1", "/shipping_address/city"),
    ] {
        refused(&gateway, post_raw(ORDERS, body_of(name, line1, city, postcode)), Some(pointer)).await;
    }
    passes(
        TestGateway::new(),
        post_raw(ORDERS, body_of("Ada 4242 4242", "1 High St", "London", "4242 4242")),
    )
    .await;
}

#[actix_web::test]
async fn a_card_number_is_refused_in_addresses_queries_and_headers() {
    let gateway = TestGateway::new();
    for written in WRITTEN {
        refused(&gateway, get(&as_address(&format!("/api/v1/products/{written}"))), None).await;
        let encoded = as_address(&written.replace([' ', '&'], "+"));
        for query in ["q", "cursor", "utm"] {
            refused(&gateway, get(&format!("/api/v1/products?{query}={encoded}")), None).await;
        }
        for name in ["User-Agent", "Referer", "X-Custom", "Authorization", "Accept-Language"] {
            let value = actix_web::http::header::HeaderValue::from_bytes(written.as_bytes()).unwrap();
            refused(&gateway, get("/healthz").insert_header((name, value)), None).await;
        }
    }
    let as_long_as_one = ["0000000000001", "9876543210987654321", "2026-1126-000042-0007"];
    for key in ["4242424242424242", "4242-4242-4242-4242", "order_4242.4242.4242.4242"]
        .into_iter()
        .chain(as_long_as_one)
    {
        refused(&gateway, post(ORDERS, &order()).insert_header(("Idempotency-Key", key)), None).await;
    }
    refused(&gateway, get("/healthz").insert_header(("X-4242424242424242", "1")), None).await;
    refused(
        &gateway,
        get("/healthz").insert_header(("Cookie", "a=b; doorstep_session=4242424242424242")),
        None,
    )
    .await;
    refused(
        &gateway,
        get("/healthz").insert_header(("Referer", "https://a.example/?n=4242%204242%204242%204242")),
        None,
    )
    .await;
    refused(&gateway, get("/nothing/4242/4242/4242/4242"), None).await;
}

#[actix_web::test]
async fn what_others_write_beside_a_request_does_not_close_the_shop() {
    for (name, value) in [
        ("Cookie", "_ga=GA1.1.424242424.2424242424; _pk=4242424242424242"),
        ("X-Forwarded-For", "42.42.42.42, 42.42.42.42"),
        ("Forwarded", "for=42.42.42.42;for=42.42.42.42"),
        ("X-Datadog-Trace-Id", "4242424242424242"),
        ("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-4242424242424242-01"),
        ("X-Request-Id", "4bf92f35-77b3-4da6-a3ce-929d0e0e4736"),
    ] {
        assert_eq!(
            TestGateway::new().send(get("/healthz").insert_header((name, value))).await.status,
            200,
            "{name}"
        );
    }
}

#[actix_web::test]
async fn numbers_that_are_no_cards_pass() {
    for key in [
        "1795348800000004",
        "412345-1795348800",
        "202611260042",
        "98765432109876543210",
        "n-0000000000001",
        "4-1795348800000",
        "6_1795348800000",
        "123e4567-e89b-42d3-a456-426614174000",
        "PO-2026-000042-0007",
        // one run in some hundred of our own bench had such a one
        "bench-af5424242424242-42",
        "run4242424242424242",
    ] {
        passes(TestGateway::new(), post(ORDERS, &order()).insert_header(("Idempotency-Key", key))).await;
    }
    passes(TestGateway::new(), get("/api/v1/products?q=9780141439587+978-0-14-143951-8")).await;
    let mut many = order();
    many["lines"] = (0..9).map(|n| json!({"sku": format!("978014143958{n}"), "quantity": 6})).collect();
    many["shipping_address"] =
        json!({"line1": "Straße 12", "city": "Düsseldorf", "postcode": "40210", "country": "DE"});
    passes(TestGateway::new(), post(ORDERS, &many)).await;
}

#[actix_web::test]
async fn a_telephone_number_with_its_country_passes_and_a_card_in_its_field_does_not() {
    let phone = |number: &str| {
        let mut body = order();
        body["shipping_address"]["phone"] = json!(number);
        post(ORDERS, &body)
    };
    // each would pass for a card's anywhere else
    for number in
        ["+49 1512 3456789", "+4111111111119", "+378282246310005", "0049 1512 3456781", "(0)4111111111115"]
    {
        passes(TestGateway::new(), phone(number)).await;
    }
    let at = Some("/shipping_address/phone");
    for card in ["4242 4242 4242 4242", "+4242 4242 4242 4242", "4111111111119", "+41111 11111119 x"] {
        refused(&TestGateway::new(), phone(card), at).await;
    }
    let mut elsewhere = order();
    elsewhere["shipping_address"]["line2"] = json!("+4111111111119");
    refused(&TestGateway::new(), post(ORDERS, &elsewhere), Some("/shipping_address/line2")).await;
}

#[actix_web::test]
async fn a_postcode_and_a_telephone_number_are_two_numbers() {
    for (country, postcode, phone) in [
        ("DE", "42188", "0153 7906514"),
        ("IN", "400092", "9828171654"),
        ("US", "59022-0011", "559-615-4563"),
        ("AT", "5963", "0664 9814158"),
        ("CH", "6753", "079 5839253"),
        ("IT", "42082", "3384545765"),
        ("PL", "50-318", "501482403"),
        ("JP", "292-6930", "090-7133-4414"),
        ("US", "33578", "1-656-482-1333"),
    ] {
        let address = json!({"line1": "High St 1", "city": "Town", "postcode": postcode, "country": country, "phone": phone});
        passes(TestGateway::new(), post(ORDERS, &with("/shipping_address", address))).await;
    }
}

#[actix_web::test]
async fn a_sku_of_the_catalogue_may_look_like_a_card_number() {
    let mut gateway = TestGateway::new();
    let sku = "4242424242424242";
    let book = crate::domain::catalogue::Product { sku: Sku::parse(sku).unwrap(), ..emma() };
    gateway.app.catalogue =
        std::sync::Arc::new(crate::gateway::LiveCatalogue::new(Catalogue::build(vec![book]).unwrap()));
    for request in [
        get(&format!("/api/v1/products/{sku}")),
        get(&format!("/api/v1/products?q={sku}")),
        post(ORDERS, &with("/lines/0/sku", sku)),
    ] {
        gateway = gateway.plays(Scripted::Fail(crate::gateway::AskError::Closed));
        gateway.send(request).await.assert_problem(503, "closing");
    }
    gateway.asked();
    refused(&gateway, post(ORDERS, &with("/lines/0/sku", "4111111111111111")), Some("/lines/0/sku")).await;
}

proptest! {
    #[test]
    fn wherever_it_is_split_a_card_number_never_reaches_the_shop(at in 1usize..16, between in "[ ./_,-]{0,2}") {
        let (one, other) = "4242424242424242".split_at(at);
        let body = body_of(&format!("Ada {one}{between}"), "High St", other, "SW");
        actix_web::rt::System::new().block_on(async {
            let gateway = TestGateway::new();
            gateway.send(post_raw(ORDERS, body)).await.assert_problem(422, "card_number_in_request");
            assert!(gateway.asked().is_empty());
        });
    }
}

/// The fields of the types that pages read their queries into, from the source: `let Opened { .. } = query(&request)`.
fn parameters_of_pages() -> Vec<String> {
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/src/gateway/pages");
    let files = std::fs::read_dir(pages).unwrap().flatten().filter(|file| file.path().is_file());
    let sources = files.map(|file| std::fs::read_to_string(file.path()).unwrap());
    let mut found = vec![];
    for source in sources {
        for (before, _) in source.match_indices("= query(&request)").map(|(at, _)| source.split_at(at)) {
            let declared = before.rsplit("let ").next().unwrap();
            let kind = declared
                .split_once(": ")
                .filter(|_| !declared.contains('{'))
                .map_or(declared, |parts| parts.1);
            let kind = kind.split([' ', '{']).next().unwrap();
            let (_, fields) = source.split_once(&format!("struct {kind} {{")).unwrap();
            let fields = fields.split('}').next().unwrap().lines().map(str::trim);
            let fields = fields.filter(|line| !line.starts_with(['/', '#']));
            found.extend(fields.filter_map(|line| line.split_once(':')).map(|(name, _)| name.to_owned()));
        }
    }
    found
}

#[test]
fn what_a_page_reads_of_its_query_is_no_strange_parameter() {
    let mut read = parameters_of_pages();
    read.sort();
    read.dedup();
    let mut known = READ_BY_PAGES.map(str::to_owned).to_vec();
    known.sort();
    assert_eq!(read, known);
}
