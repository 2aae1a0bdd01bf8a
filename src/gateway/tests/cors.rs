//! Browser apps of other sites.

use actix_web::http::Method;
use actix_web::test::TestRequest;

use super::test_gateway::*;
use crate::actors::order_manager::{NoSuchOrder, Show};

const ORDERS: &str = "/api/v1/orders";
const NAMED: &str = "https://app.example";
const OTHERS: [&str; 5] = [
    "https://evil.example",
    "http://app.example",
    "https://app.example:8443",
    "https://app.example.evil.example",
    "null",
];

fn shared() -> TestGateway {
    TestGateway::new().shared_with(&[NAMED])
}

fn from(origin: &str, method: Method, uri: &str) -> TestRequest {
    TestRequest::with_uri(uri).method(method).insert_header(("Origin", origin.to_owned()))
}

fn preflight(origin: &str, uri: &str, method: &str) -> TestRequest {
    from(origin, Method::OPTIONS, uri)
        .insert_header(("Access-Control-Request-Method", method.to_owned()))
        .insert_header(("Access-Control-Request-Headers", "authorization,content-type,idempotency-key"))
}

fn is_shown_to(answered: &HttpAnswer) -> Option<&str> {
    answered.header("access-control-allow-origin")
}

#[actix_web::test]
async fn a_browser_app_that_the_settings_name_may_ask_the_api_and_no_other() {
    let cancel = format!("{ORDERS}/{}/cancel", order_id());
    for (uri, method) in [
        (ORDERS, "POST"),
        ("/api/v1/products", "GET"),
        ("/api/v1/carts/x/lines/PD-1", "PUT"),
        (&cancel, "POST"),
    ] {
        let gateway = shared();
        let granted = gateway.send(preflight(NAMED, uri, method)).await;
        assert_eq!((granted.status.as_u16(), is_shown_to(&granted)), (204, Some(NAMED)), "{uri}");
        assert!(granted.header("access-control-allow-methods").unwrap().contains(method));
        let headers = granted.header("access-control-allow-headers").unwrap().to_ascii_lowercase();
        for wanted in ["authorization", "content-type", "idempotency-key"] {
            assert!(headers.contains(wanted), "{headers}");
        }
        assert_eq!(granted.header("vary"), Some("Origin"));
        assert_eq!(granted.header("access-control-allow-credentials"), None);
        granted.assert_hardened();
        for other in OTHERS {
            let refused = gateway.send(preflight(other, uri, method)).await;
            refused.assert_problem(403, "origin_not_allowed");
            assert_eq!(is_shown_to(&refused), None, "{other}");
        }
        // none is named by default
        TestGateway::new()
            .send(preflight(NAMED, uri, method))
            .await
            .assert_problem(403, "origin_not_allowed");
        assert!(gateway.asked().is_empty());
    }
}

#[actix_web::test]
async fn every_answer_is_shown_to_a_named_app_also_a_refusal_and_to_nobody_else() {
    let uri = format!("{ORDERS}/{}?key=K", order_id());
    for (origin, shown) in [(NAMED, Some(NAMED)), (OTHERS[0], None), (OTHERS[1], None)] {
        let gateway = shared().replies::<Show>(Err(NoSuchOrder));
        let answered = gateway.send(from(origin, Method::GET, &uri)).await;
        assert_eq!((answered.status.as_u16(), is_shown_to(&answered)), (404, shown), "{origin}");
        // refused before any handler
        let card = format!("{ORDERS}/4242424242424242");
        let answered = shared().send(from(origin, Method::GET, &card)).await;
        assert_eq!((answered.status.as_u16(), is_shown_to(&answered)), (422, shown), "{origin}");
    }
    let answered = shared().send(TestRequest::with_uri("/api/v1/products?cursor=x")).await;
    assert_eq!(
        (is_shown_to(&answered), answered.header("vary")),
        (None, None),
        "no browser of another site asks"
    );
}

#[actix_web::test]
async fn a_named_app_may_send_what_has_no_body_and_others_only_what_a_preflight_grants() {
    let cancel = format!("{ORDERS}/{}/cancel", order_id());
    let gateway = shared();
    let refused = gateway.send(from(OTHERS[0], Method::POST, &cancel)).await;
    refused.assert_problem(415, "unsupported_media_type");
    let named = gateway.send(from(NAMED, Method::POST, &cancel)).await;
    named.assert_problem(404, "no_such_order");
    assert_eq!(is_shown_to(&named), Some(NAMED));
}

#[actix_web::test]
async fn a_page_is_shown_to_no_other_site_whoever_is_named() {
    for uri in ["/nothing", "/cart", "/healthz"] {
        let answered = shared().send(preflight(NAMED, uri, "GET")).await;
        assert!(!answered.status.is_success() && is_shown_to(&answered).is_none(), "{uri}");
        let answered = shared().send(from(NAMED, Method::GET, uri)).await;
        assert_eq!(is_shown_to(&answered), None, "{uri}");
    }
}
