use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::test_gateway::*;
use crate::actors::order_manager::Outcome;
use crate::actors::web_session::{
    CartReply, CartView, CheckoutCart, Create, Message as ToCart, NoCart, NoCheckout, RemoveLine, SetLine,
    View,
};
use crate::actors::{Address, Message};
use crate::domain::{SessionId, VisitorKey};

fn cart_id() -> SessionId {
    SessionId::new(1_795_348_800_000, 9)
}

fn path() -> String {
    format!("/api/v1/carts/{}", cart_id())
}

fn with_emma() -> CartReply {
    let lines = vec![line_of(emma(), 3)];
    Ok(Box::new(CartView {
        id: cart_id(),
        lines,
        delivery_method: None,
        price_changes: vec![],
        details: None,
        last_order: None,
    }))
}

fn empty() -> CartReply {
    Ok(Box::new(CartView {
        id: cart_id(),
        lines: vec![],
        delivery_method: None,
        price_changes: vec![],
        details: None,
        last_order: None,
    }))
}

fn put(sku: &str, body: &Value) -> TestRequest {
    TestRequest::put().uri(&format!("{}/lines/{sku}", path())).set_json(body)
}

/// The one thing that was asked, of this cart.
fn asked(gateway: &TestGateway) -> ToCart {
    match gateway.asked().remove(0) {
        (Address::WebSession(id), Message::WebSession(message)) if id == cart_id() => message,
        other => panic!("{other:?}"),
    }
}

#[actix_web::test]
async fn a_new_cart_is_empty_and_has_a_place_nobody_can_guess() {
    let gateway = TestGateway::new().replies::<Create>(empty()).replies::<Create>(empty());
    let answered = gateway.send(TestRequest::post().uri("/api/v1/carts")).await;
    assert_eq!(answered.status, 201);
    assert_eq!(answered.header("location"), Some(path().as_str()));
    assert_eq!(answered.header("cache-control"), Some("no-store"));
    assert_eq!((&answered.body["lines"], &answered.body["total"]), (&json!([]), &json!(null)));
    gateway.send(TestRequest::post().uri("/api/v1/carts")).await;
    let asked = gateway.asked();
    assert!(matches!(asked[0].1, Message::WebSession(ToCart::Create(Create))));
    assert_ne!(asked[0].0, asked[1].0);
}

#[actix_web::test]
async fn a_page_of_another_site_begins_no_cart_and_spends_nothing_of_its_visitors() {
    let gateway = TestGateway::new().closed_to_strangers().limited(1);
    let begins = || TestRequest::post().uri("/api/v1/carts");
    let text = || begins().insert_header(("Content-Type", "text/plain")).set_payload("{}");
    for _ in 0..3 {
        for foreign in [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")] {
            for request in [begins(), text()] {
                let refused = gateway.send(request.insert_header(foreign)).await;
                refused.assert_problem(415, "unsupported_media_type");
            }
        }
    }
    assert!(gateway.asked().is_empty());
    let gateway = gateway.replies::<Create>(empty());
    assert_eq!(gateway.send(begins()).await.status, 201);
    // a body that is sent must be what it is elsewhere, whoever sends it
    TestGateway::new().send(text()).await.assert_problem(415, "unsupported_media_type");
    TestGateway::new()
        .send(text().method(actix_web::http::Method::DELETE).uri(&format!("{}/lines/PD-1", path())))
        .await
        .assert_problem(415, "unsupported_media_type");
    TestGateway::new().send(post_raw("/api/v1/carts", "{")).await.assert_problem(400, "malformed_json");
    let number = json!({ "card": "4242424242424242" });
    TestGateway::new()
        .send(post("/api/v1/carts", &number))
        .await
        .assert_problem(422, "card_number_in_request");
}

#[actix_web::test]
async fn a_line_is_set_at_the_price_shown_and_removed() {
    let gateway = TestGateway::new().replies::<SetLine>(with_emma()).replies::<RemoveLine>(with_emma());
    let answered = gateway.send(put("PD-1", &json!({ "quantity": 3 }))).await;
    assert_eq!(answered.status, 200);
    assert_eq!(answered.body["lines"][0]["amount"]["amount"], 2397);
    assert_eq!(answered.body["total"], json!({ "amount": 2696, "currency": "GBP" }));
    assert_eq!(asked(&gateway), SetLine { line: line_of(emma(), 3) }.into());
    gateway.send(TestRequest::delete().uri(&format!("{}/lines/PD-1", path()))).await;
    assert_eq!(asked(&gateway), RemoveLine { sku: emma().sku }.into());
}

#[actix_web::test]
async fn a_bad_line_is_refused_and_nothing_is_asked() {
    let gateway = TestGateway::new();
    gateway.send(put("PD-9", &json!({ "quantity": 1 }))).await.assert_problem(422, "unknown_sku");
    gateway.send(put("a%20b", &json!({ "quantity": 1 }))).await.assert_problem(422, "unknown_sku");
    for bad in [json!(0), json!(-1), json!(1.5), json!("1"), json!(1000), json!(null)] {
        let answered = gateway.send(put("PD-1", &json!({ "quantity": bad }))).await;
        answered.assert_problem(422, "bad_quantity");
        assert_eq!(answered.body["pointer"], "/quantity");
    }
    gateway.send(put("PD-1", &json!({ "amount": 1 }))).await.assert_problem(422, "bad_field");
    gateway.send(put("PD-1", &json!([]))).await.assert_problem(422, "bad_field");
    assert!(gateway.asked().is_empty());
}

#[actix_web::test]
async fn a_cart_that_is_not_there_is_told() {
    let gateway = TestGateway::new().replies::<View>(Err(NoCart::NoSuchCart));
    gateway.send(get(&path())).await.assert_problem(404, "no_such_cart");
    let gateway = TestGateway::new().replies::<SetLine>(Err(NoCart::Full));
    gateway.send(put("PD-1", &json!({ "quantity": 1 }))).await.assert_problem(422, "cart_full");
    let gateway = TestGateway::new();
    let programs = SessionId::PROGRAMS.to_string();
    // what opens a browser's is its cookie alone
    let browsers = VisitorKey::new(1_795_348_800_000, 9).session().to_string();
    for id in ["x", "cart_1", "%FF", programs.as_str(), browsers.as_str()] {
        gateway.send(get(&format!("/api/v1/carts/{id}"))).await.assert_problem(404, "no_such_cart");
    }
    assert!(gateway.asked().is_empty());
}

#[actix_web::test]
async fn a_cart_is_bought_like_an_order_without_lines() {
    let checkout_path = format!("{}/checkout", path());
    let buying = |reply| TestGateway::new().replies::<View>(with_emma()).replies::<CheckoutCart>(reply);
    let gateway = buying(answer(Outcome::Taken(Box::new(order_view()))));
    let mut as_shown = cart_checkout();
    as_shown["expected_total"]["amount"] = json!(3 * 799 + 299);
    let answered = gateway.send(post(&checkout_path, &as_shown)).await;
    assert_eq!(answered.status, 201);
    assert!(answered.header("location").is_some());
    let bought = gateway.asked().pop();
    let Some((_, Message::WebSession(ToCart::CheckoutCart(buy)))) = bought else { panic!("{bought:?}") };
    assert_eq!((buy.idempotency_key.as_str(), buy.details.token.as_str()), ("k-1", "tok_good"));
    assert_eq!(buy.seen.as_ref().map(|seen| seen.quote.totals.total), Some(gbp(2_696)));

    let gateway = buying(Err(NoCheckout::CartEmpty)).replies::<View>(empty());
    gateway.send(post(&checkout_path, &cart_checkout())).await.assert_problem(422, "cart_empty");
    let gateway = buying(answer(Outcome::TotalTooLarge));
    gateway.send(post(&checkout_path, &cart_checkout())).await.assert_problem(422, "total_too_large");
    let gateway = buying(Err(NoCheckout::NoSuchCart));
    gateway.send(post(&checkout_path, &cart_checkout())).await.assert_problem(404, "no_such_cart");
    let gateway = TestGateway::new().replies::<View>(Err(NoCart::NoSuchCart));
    gateway.send(post(&checkout_path, &cart_checkout())).await.assert_problem(404, "no_such_cart");
    let gateway = TestGateway::new();
    gateway.send(post(&checkout_path, &order())).await.assert_problem(422, "bad_field");
    let keyless = TestRequest::post().uri(&checkout_path).set_json(cart_checkout());
    gateway.send(keyless).await.assert_problem(400, "idempotency_key_missing");
    assert!(gateway.asked().is_empty());
}
