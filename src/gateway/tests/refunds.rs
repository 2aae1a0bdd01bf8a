use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::test_gateway::*;
use crate::actors::Address;
use crate::actors::merchant_proxy::{NoRefund, RefundState, RefundView};
use crate::actors::order_manager::{Message, Refund, RefundWanted};
use crate::domain::{ApiKey, Currency, KeyRole, Money, PaymentId, ProgramId, RefundId};

/// By a clerk's key.
fn give_back(gateway: &TestGateway, body: &Value) -> TestRequest {
    let clerk = ApiKey::new(ProgramId::new(7), [7; 32]);
    gateway.app.programs.replace_keys([(ProgramId::new(7), clerk.hash(), KeyRole::Clerk)]);
    post(&format!("/api/v1/orders/{}/refunds", order_id()), body)
        .insert_header(("authorization", format!("Bearer {}", clerk.reveal())))
        .insert_header(("idempotency-key", "first"))
}

#[actix_web::test]
async fn a_clerk_gives_money_back_once_under_a_key_and_hears_why_not() {
    let amount = Money::new(250, Currency::GBP);
    let id = RefundId { payment: PaymentId::first_of(order_id()), no: 1 };
    let view = |is_repeated| RefundView { id, amount, state: RefundState::Sent, is_repeated };
    let body = json!({ "amount": { "amount": 250, "currency": "GBP" }, "reason": "a page was torn" });
    for (reply, status, code) in [
        (Ok(view(false)), 201, Value::Null),
        (Ok(view(true)), 200, Value::Null),
        (Err(NoRefund::NoSuchOrder), 404, json!("no_such_order")),
        (Err(NoRefund::NothingTaken), 409, json!("refund_refused")),
        (Err(NoRefund::MoreThanLeft(amount)), 409, json!("refund_refused")),
        (Err(NoRefund::KeyUsed), 422, json!("idempotency_mismatch")),
    ] {
        let gateway = TestGateway::new().replies::<Refund>(reply);
        let answered = gateway.send(give_back(&gateway, &body)).await;
        assert_eq!((answered.status.as_u16(), &answered.body["code"]), (status, &code), "{}", answered.body);
        let wanted = RefundWanted {
            amount: Some(amount),
            reason: "a page was torn".into(),
            by: "program 7".into(),
            key: "7/first".into(),
        };
        let asked = Refund { order: order_id(), wanted: Box::new(wanted) };
        assert_eq!(gateway.asked(), [(Address::OrderManager, Message::from(asked).into())]);
    }
}

#[actix_web::test]
async fn nobody_but_a_clerk_gives_money_back_and_a_body_that_is_none_is_refused() {
    let gateway = TestGateway::new();
    let anonymous = post(&format!("/api/v1/orders/{}/refunds", order_id()), &json!({ "reason": "torn" }));
    assert_eq!(gateway.send(anonymous).await.status, 401);
    for bad in
        [json!({}), json!({ "reason": "" }), json!({ "reason": "torn", "amount": 5 }), json!({ "why": "x" })]
    {
        let answered = gateway.send(give_back(&gateway, &bad)).await;
        assert_eq!((answered.status.as_u16(), &answered.body["code"]), (422, &json!("bad_field")), "{bad}");
    }
}
