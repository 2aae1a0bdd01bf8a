//! Who asks too often is told so, and nothing is asked of the shop for it.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::json;

use super::test_gateway::*;
use crate::access::{Clients, ForwardingHeader, Quota, Quotas, Rate, TrustedProxies};
use crate::actors::Message;
use crate::actors::order_manager::{Answer, NoSuchOrder, Outcome, Show};
use crate::actors::web_session::{CartReply, CartView, CheckoutCart, Message as ToCart, NoCart, View};
use crate::domain::{ApiKey, DeclineReason, KeyRole, ProgramId, SessionId, VisitorKey};
use crate::gateway::api::document;
use crate::gateway::rates::Counts;

fn from(peer: &str, request: TestRequest) -> TestRequest {
    let peer: SocketAddr = peer.parse().unwrap();
    request.peer_addr(peer)
}

const ME: &str = "203.0.113.9:4711";
const OTHER: &str = "198.51.100.1:4711";
const PROXY: &str = "10.0.0.1:80";

fn search() -> TestRequest {
    get("/api/v1/products/PD-9")
}

#[actix_web::test]
async fn one_too_many_is_a_429_that_says_when_to_come_again_and_asks_nothing() {
    let gateway = TestGateway::new().closed_to_strangers().limited(2);
    for left in ["1", "0"] {
        let answered = gateway.send(from(ME, search())).await;
        assert_eq!(answered.status, 404);
        assert_eq!(answered.header("ratelimit-policy"), Some("\"searches\";q=2;w=3600"));
        let standing = answered.header("ratelimit").unwrap().to_owned();
        assert!(standing.starts_with(&format!("\"searches\";r={left};t=")), "{standing}");
    }
    let answered = gateway.send(from(ME, get("/api/v1/products?q=emma"))).await;
    answered.assert_problem(429, "rate_limited");
    let wait: u32 = answered.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=1_800).contains(&wait), "{wait}");
    assert!(answered.header("ratelimit").unwrap().starts_with("\"searches\";r=0;"));
    assert!(gateway.asked().is_empty());
    assert_eq!(gateway.send(from(OTHER, search())).await.status, 404, "others are served");
}

#[actix_web::test]
async fn what_writes_is_refused_before_its_body_is_looked_at() {
    for (request, each) in [
        (post("/api/v1/orders", &json!({})), Rate::Orders),
        (post("/api/v1/carts", &json!({})), Rate::Carts),
        (TestRequest::put().uri("/api/v1/carts/x/lines/PD-1"), Rate::Changes),
    ] {
        let gateway = TestGateway::new().closed_to_strangers().limited(1);
        let who = gateway.app.clients.who(from(ME, TestRequest::get()).to_request().head());
        gateway.app.clients.admit(who, each).unwrap();
        gateway.send(from(ME, request)).await.assert_problem(429, "rate_limited");
        assert!(gateway.asked().is_empty());
    }
}

#[actix_web::test]
async fn a_wrong_key_of_an_order_counts_and_the_right_one_does_not() {
    let (key, link) = ("K".to_owned(), links().path(order_id()).split_once("key=").unwrap().1.to_owned());
    let asks = |key: &str| get(&format!("/api/v1/orders/{}?key={key}", order_id()));
    let shown = |gateway: TestGateway| gateway.replies::<Show>(Ok(Box::new(order_view())));
    let gateway = shown(shown(TestGateway::new().closed_to_strangers().limited(1)));
    let gateway = (0..3).fold(gateway, |gateway, _| gateway.replies::<Show>(Err(NoSuchOrder)));
    let gateway = shown(shown(gateway));
    for status in [200, 200, 404, 429, 429] {
        assert_eq!(gateway.send(from(ME, asks(&key))).await.status.as_u16(), status);
    }
    // whoever has a right one is served, however many wrong ones came from where she is
    for right in [&key, &link] {
        assert_eq!(gateway.send(from(ME, asks(right))).await.status, 200);
    }
    // a link is looked at before anybody is asked
    gateway.asked();
    gateway.send(from(ME, asks("lnk_1_20963_0"))).await.assert_problem(429, "rate_limited");
    assert!(gateway.asked().is_empty());
}

#[actix_web::test]
async fn a_wrong_api_key_counts_and_the_right_one_is_never_refused_for_it() {
    let gateway = TestGateway::new().closed_to_strangers().limited(1);
    let key = |secret| ApiKey::new(ProgramId::new(1), [secret; 32]);
    gateway.app.programs.replace_keys([(ProgramId::new(1), key(1).hash(), KeyRole::Buyer)]);
    let with = |key: ApiKey| search().insert_header(("Authorization", format!("Bearer {}", key.reveal())));
    gateway.send(from(ME, with(key(2)))).await.assert_problem(401, "api_key_unknown");
    for _ in 0..3 {
        gateway.send(from(ME, with(key(2)))).await.assert_problem(429, "rate_limited");
        assert_eq!(gateway.send(from(ME, with(key(1)))).await.status, 404);
    }
    assert!(gateway.asked().is_empty());
}

/// Every one that there is; a new one does not compile here.
fn outcomes() -> Vec<(Outcome, bool)> {
    let view = || Box::new(order_view());
    let all = [
        Outcome::Taken(view()),
        Outcome::Pending(view()),
        Outcome::Declined { order: refused_order(), reason: DeclineReason::DoNotHonour },
        Outcome::OutOfStock { order: refused_order(), earliest: None },
        Outcome::BackorderLimit { order: refused_order() },
        Outcome::UnknownToken,
        Outcome::KeyMismatch,
        Outcome::InProgress,
        Outcome::NothingToBuy,
        Outcome::TotalTooLarge,
        Outcome::NotOpen,
    ];
    let is_refusal = |outcome: &Outcome| match outcome {
        Outcome::Declined { .. } | Outcome::OutOfStock { .. } | Outcome::BackorderLimit { .. } => true,
        Outcome::Taken(_) | Outcome::Pending(_) | Outcome::UnknownToken | Outcome::KeyMismatch => false,
        Outcome::InProgress | Outcome::NothingToBuy | Outcome::TotalTooLarge | Outcome::NotOpen => false,
    };
    all.into_iter().map(|outcome| (outcome.clone(), is_refusal(&outcome))).collect()
}

/// What it holds decides nothing here: the order manager's answer is played.
fn an_empty_cart() -> CartReply {
    let id = SessionId::of_program(1_795_348_800_000, 0);
    Ok(Box::new(CartView {
        id,
        lines: vec![],
        delivery_method: None,
        price_changes: vec![],
        details: None,
        last_order: None,
    }))
}

#[actix_web::test]
async fn an_order_refused_for_good_counts_whichever_way_it_came_and_no_other_outcome_does() {
    let visitor = VisitorKey::new(1_795_348_800_000, 5);
    let cart = "/api/v1/carts/cart_01M82JCK9436720E3PWGSQMM7F/checkout";
    for (outcome, is_refusal) in outcomes() {
        let by_page = get("/checkout/return?checkout=nonce1")
            .insert_header(("Cookie", format!("doorstep_session={visitor}")));
        let limited = || TestGateway::new().closed_to_strangers().limited(2);
        let with_cart = limited().replies::<View>(an_empty_cart());
        for (gateway, request) in [(limited(), by_page), (with_cart, post(cart, &cart_checkout()))] {
            let answer = Answer { outcome: outcome.clone(), replayed: false };
            // a page may look at her cart besides
            let gateway =
                gateway.replies::<CheckoutCart>(Ok(answer)).replies::<View>(Err(NoCart::NoSuchCart));
            let answered = gateway.send(from(ME, request)).await;
            let buys = |(_, message): &(_, Message)| !matches!(message, Message::WebSession(ToCart::View(_)));
            let asked = gateway.asked().into_iter().filter(buys).count();
            assert_eq!(asked, 1, "{outcome:?}: {}", answered.body);
            let who = gateway.app.clients.who(from(ME, TestRequest::get()).to_request().head());
            let left = gateway.app.clients.check(who, Rate::Refusals).unwrap().unwrap().left;
            assert_eq!(left == 1, is_refusal, "{outcome:?}");
        }
    }
}

#[actix_web::test]
async fn a_refusal_that_is_told_once_more_does_not_count_again() {
    let mut gateway = TestGateway::new().closed_to_strangers();
    let refusals = Quota { each: 2, all: 0, window_s: 3_600 };
    let quotas = Quotas { refusals, ..Quotas::default() };
    gateway.app.clients =
        Arc::new(Clients::new(quotas, TrustedProxies::default(), ForwardingHeader::XForwardedFor));
    let declined = || Outcome::Declined { order: refused_order(), reason: DeclineReason::InsufficientFunds };
    let told = |gateway: TestGateway, answer| {
        gateway.replies::<View>(an_empty_cart()).replies::<CheckoutCart>(answer)
    };
    let gateway = told(gateway, answer(declined()));
    let gateway = (0..5).fold(gateway, |gateway, _| told(gateway, answer_again(declined())));
    let gateway = told(gateway, answer(declined()));
    let path = format!("/api/v1/carts/{}/checkout", SessionId::of_program(1_795_348_800_000, 0));
    for _ in 0..7 {
        gateway.send(from(ME, post(&path, &cart_checkout()))).await.assert_problem(402, "payment_declined");
    }
    gateway.send(from(ME, post(&path, &cart_checkout()))).await.assert_problem(429, "rate_limited");
}

#[actix_web::test]
async fn a_program_with_a_key_and_any_on_a_demo_is_not_limited() {
    let gateway = TestGateway::new().closed_to_strangers().limited(1);
    let key = ApiKey::new(ProgramId::new(1), [1; 32]);
    gateway.app.programs.replace_keys([(ProgramId::new(1), key.hash(), KeyRole::Buyer)]);
    for _ in 0..5 {
        let known = search().insert_header(("Authorization", format!("Bearer {}", key.reveal())));
        let answered = gateway.send(from(ME, known)).await;
        assert_eq!((answered.status.as_u16(), answered.header("ratelimit")), (404, None));
    }
    let demo = TestGateway::new().limited(1);
    for _ in 0..5 {
        assert_eq!(demo.send(from(ME, search())).await.status, 404);
    }
    // a browser is no program
    assert_ne!(demo.send(from(ME, get("/books/PD-9"))).await.status, 429);
    demo.send(from(ME, get("/books/PD-9"))).await.assert_problem(429, "rate_limited");
}

#[actix_web::test]
async fn a_forwarded_address_counts_where_a_trusted_proxy_says_it() {
    let gateway = TestGateway::new().closed_to_strangers().limited(1);
    let said = |peer, client: &'static str| from(peer, search()).insert_header(("X-Forwarded-For", client));
    for (peer, client, status) in [
        (ME, "192.0.2.1", 404),
        (ME, "192.0.2.2", 429),
        (PROXY, "192.0.2.1", 404),
        (PROXY, "9.9.9.9, 192.0.2.1", 429),
        (PROXY, "192.0.2.2", 404),
        ("[2001:db8::1]:1", "x", 404),
        ("[2001:db8::2]:1", "x", 429),
    ] {
        assert_eq!(gateway.send(said(peer, client)).await.status.as_u16(), status, "{peer} {client}");
    }
}

#[actix_web::test]
async fn many_addresses_together_have_an_end_too() {
    let gateway = TestGateway::new().closed_to_strangers().limited(1);
    // four times what there is for all, where each has come for the first time
    for nth in 0..40 {
        assert_eq!(gateway.send(from(&format!("203.0.{nth}.1:1"), search())).await.status, 404);
    }
    gateway.send(from(OTHER, search())).await.assert_problem(429, "rate_limited");
}

#[actix_web::test]
async fn a_flood_from_one_line_keeps_no_other_visitor_out() {
    let gateway = TestGateway::new().closed_to_strangers().limited(2);
    for house in 0..256 {
        gateway.send(from(&format!("[2001:db8:1:{house:x}00::1]:1"), search())).await;
    }
    assert_eq!(
        gateway.send(from("[2001:db8:1:4200::1]:1", search())).await.status,
        429,
        "the flood has an end"
    );
    for visitor in [ME, OTHER, "[2001:db8:2::1]:1"] {
        assert_eq!(gateway.send(from(visitor, search())).await.status, 404, "{visitor}");
    }
}

#[actix_web::test]
async fn others_refusals_turn_nobody_away_who_has_typed_a_card_and_who_has_had_some_hears_it_before() {
    let refusals = Quota { each: 4, all: 2, window_s: 3_600 };
    let mut gateway = TestGateway::new().closed_to_strangers();
    let quotas = Quotas { refusals, ..Quotas::default() };
    gateway.app.clients =
        Arc::new(Clients::new(quotas, TrustedProxies::default(), ForwardingHeader::XForwardedFor));
    let who = |peer: &str| gateway.app.clients.who(from(peer, TestRequest::get()).to_request().head());
    for nth in 0..40 {
        for _ in 0..4 {
            let _ = gateway.app.clients.admit(who(&format!("20.0.{nth}.1:1")), Rate::Refusals);
        }
    }
    let (new, known) = ("198.51.100.7:1", "198.51.99.7:1");
    gateway.app.clients.admit(who(known), Rate::Refusals).unwrap();
    let status =
        async |peer: &str, request: TestRequest| gateway.send(from(peer, request)).await.status.as_u16();
    let (begins, returns) = (|| TestRequest::post().uri("/checkout"), || get("/checkout/return?checkout=n"));
    assert_ne!(status(new, begins()).await, 429);
    assert_ne!(status(new, returns()).await, 429);
    // before she types another card
    assert_eq!(status(known, begins()).await, 429);
}

/// Whatever is added to the API or the pages is counted, or named here.
const FREE: [&str; 4] = ["/healthz", "/readyz", "/robots.txt", "/api/v1/openapi.json"];

/// Every method and path of the shop, the parameters of its paths filled in.
fn addresses() -> Vec<(Method, String)> {
    let method = |name: &str| Method::from_bytes(name.to_ascii_uppercase().as_bytes()).unwrap();
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let of_api = paths.iter().flat_map(|(path, methods)| {
        methods.as_object().unwrap().keys().map(|name| (method(name), path.clone())).collect::<Vec<_>>()
    });
    let of_pages = routes_of_pages().into_iter().flat_map(|(path, methods)| {
        methods.split(", ").map(|name| (method(name), path.clone())).collect::<Vec<_>>()
    });
    of_api.chain(of_pages).map(|(method, path)| (method, path.replace(['{', '}'], ""))).collect()
}

/// The table of the pages' routes, from its source: `resource("/cart", "GET, HEAD")`.
fn routes_of_pages() -> Vec<(String, String)> {
    let table = include_str!("../pages/mod.rs").split("resource(\"").skip(1);
    let routes: Vec<_> = table
        .map(|rest| {
            let parts: Vec<&str> = rest.split('"').collect();
            (parts[0].to_owned(), parts[2].to_owned())
        })
        .collect();
    assert!(routes.len() > 8, "{routes:?}");
    routes
}

/// The same address with one letter after the other, and with all of them, behind percent signs.
fn spellings(path: &str) -> Vec<String> {
    let encoded = |c: char| if c == '/' { c.to_string() } else { format!("%{:02x}", u32::from(c)) };
    let whole: String = path.chars().map(encoded).collect();
    let single = path
        .char_indices()
        .filter(|(_, c)| *c != '/')
        .map(|(at, c)| format!("{}%{:02X}{}", &path[..at], u32::from(c), &path[at + c.len_utf8()..]));
    single.chain([whole, path.to_owned()]).collect()
}

#[test]
fn every_operation_of_the_api_and_the_pages_counts_against_a_rate_however_it_is_spelt() {
    for (method, path) in addresses() {
        for spelt in spellings(&path) {
            let request = TestRequest::with_uri(&spelt).method(method.clone()).to_srv_request();
            let counts = Counts::of_request(&request);
            assert_eq!(counts == Counts::default(), FREE.contains(&path.as_str()), "{method} {spelt}");
        }
    }
}

#[actix_web::test]
async fn an_address_in_percent_signs_is_limited_like_the_plain_one() {
    for spelt in ["/api/v1/products/PD-9", "/api/v1/%70roducts/PD-9", "/%61pi/v1/products/PD-9"] {
        let gateway = TestGateway::new().closed_to_strangers().limited(1);
        assert_eq!(gateway.send(from(ME, search())).await.status, 404);
        assert_eq!(gateway.send(from(ME, get(spelt))).await.status, 429, "{spelt}");
    }
}
