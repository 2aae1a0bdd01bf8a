use serde_json::json;

use super::test_gateway::*;
use crate::actors::order_manager::{
    self, Cancel, CancelReply, Claim, NoSuchOrder, Outcome, PaymentView, Show, ShowTimeline,
};
use crate::actors::web_session::{self, Checkout, Submit};
use crate::actors::{Address, Message, stock_keeper};
use crate::domain::{
    ApiKey, Backorder, Date, DeclineReason, Happening, KeyRole, OrderState, Party, ProgramId, SessionId,
    Step, Timeline, TimelineEntry, Timestamp,
};
use crate::gateway::AskError;

const ORDERS: &str = "/api/v1/orders";

fn taken() -> Outcome {
    Outcome::Taken(Box::new(order_view()))
}

/// What the shop was asked to buy.
fn submitted(gateway: &TestGateway) -> Checkout {
    let mut asked = gateway.asked();
    assert_eq!(asked.len(), 1);
    match asked.remove(0) {
        (
            Address::WebSession(SessionId::PROGRAMS),
            Message::WebSession(web_session::Message::Submit(Submit(checkout))),
        ) => *checkout,
        other => panic!("{other:?}"),
    }
}

#[actix_web::test]
async fn where_nobody_takes_cards_no_order_is_asked_for_and_that_is_said() {
    let gateway = TestGateway::new().for_looking();
    let answered = gateway.send(post(ORDERS, &order())).await;
    answered.assert_problem(503, "payment_not_set_up");
    assert_eq!(answered.header("retry-after"), None, "no repetition helps");
    assert!(gateway.asked().is_empty());
    // whatever way it has come to the order manager
    let gateway = TestGateway::new().replies::<Submit>(answer(Outcome::NotOpen));
    gateway.send(post(ORDERS, &order())).await.assert_problem(503, "payment_not_set_up");
}

#[actix_web::test]
async fn an_order_is_taken_with_its_place_lines_and_totals() {
    let gateway = TestGateway::new().replies::<Submit>(answer(taken()));
    let answered = gateway.send(post(ORDERS, &order())).await;
    assert_eq!(answered.status, 201);
    let path = format!("/api/v1/orders/{}", order_id());
    assert_eq!(answered.header("location"), Some(path.as_str()));
    assert_eq!(answered.header("cache-control"), Some("no-store"));
    assert_eq!(answered.header("idempotent-replayed"), None);
    answered.assert_hardened();
    let key = order_view().key.to_string();
    let money = |amount: i64| json!({ "amount": amount, "currency": "GBP" });
    assert_eq!(
        answered.body,
        json!({
            "id": order_id().to_string(),
            "number": order_view().number.digits(),
            "key": key,
            "state": "confirmed",
            "placed_at": "2026-11-22T12:00:00.000Z",
            "lines": [{ "sku": "PD-1", "title": "Emma", "quantity": 2, "unit_price": money(799), "amount": money(1598) }],
            "totals": { "goods": money(1598), "shipping": money(299), "tax": money(0), "tax_included": true },
            "total": money(1897),
            "taxes": [{ "class": "books", "rate": "0", "net": money(1897), "tax": money(0) }],
            "delivery": { "method": "standard", "title": "Delivery", "days_min": 1, "days_max": 2 },
            "promised_date": "2026-11-23",
            "payment": { "state": "authorised" },
            "customer": { "name": "Ada Lovelace", "email": "ada@example.com" },
            "shipping_address": {
                "line1": "12 St James's Square", "line2": null, "city": "London", "region": null,
                "postcode": "SW1Y 4JH", "country": "GB", "phone": null,
            },
            "links": {
                "self": path,
                "timeline": format!("{path}/timeline"),
                "page": format!("/orders/{}?key={key}", order_id()),
            },
        })
    );
}

#[actix_web::test]
async fn an_order_is_asked_for_in_the_shops_own_words() {
    let gateway = TestGateway::new().replies::<Submit>(answer(taken()));
    let mut body = order();
    body["customer"]["name"] = json!("  Ada Lovelace ");
    body["backorder"] = json!("accept");
    gateway.send(post(ORDERS, &body)).await;
    let checkout = submitted(&gateway);
    assert_eq!(checkout.idempotency_key, "k-1");
    assert_eq!(checkout.lines, vec![line_of(emma(), 2)].into());
    assert_eq!(checkout.details.customer, order_view().customer);
    assert_eq!(checkout.details.shipping_address, order_view().shipping_address);
    assert_eq!(checkout.details.token, "tok_good");
    assert_eq!(checkout.details.backorder, Backorder::Accept);
}

#[actix_web::test]
async fn who_waits_may_say_until_which_day() {
    let gateway = TestGateway::new().replies::<Submit>(answer(taken()));
    let mut body = order();
    body["backorder"] = json!("accept");
    body["accept_until"] = json!("2026-12-24");
    gateway.send(post(ORDERS, &body)).await;
    let until = Date::parse("2026-12-24").expect("it is a day");
    assert_eq!(submitted(&gateway).details.backorder, Backorder::AcceptUntil(until));
    for (backorder, until) in [("refuse", "2026-12-24"), ("accept", "2026-12-32"), ("accept", "24.12.2026")] {
        body["backorder"] = json!(backorder);
        body["accept_until"] = json!(until);
        let refused = gateway.send(post(ORDERS, &body)).await;
        assert_eq!(refused.status, 422, "{until}");
        assert_eq!(refused.body["pointer"], "/accept_until");
    }
}

#[actix_web::test]
async fn who_does_not_say_so_does_not_wait_for_supplies() {
    let gateway = TestGateway::new().replies::<Submit>(answer(taken()));
    gateway.send(post(ORDERS, &order())).await;
    assert_eq!(submitted(&gateway).details.backorder, Backorder::Refuse);
}

#[actix_web::test]
async fn lines_of_one_sku_are_put_together() {
    let gateway = TestGateway::new().replies::<Submit>(answer(taken()));
    let mut body = order();
    body["lines"] = json!([
        { "sku": "PD-1", "quantity": 2 }, { "sku": "PD-2", "quantity": 1 }, { "sku": "PD-1", "quantity": 3 },
    ]);
    gateway.send(post(ORDERS, &body)).await;
    assert_eq!(submitted(&gateway).lines, vec![line_of(emma(), 5), line_of(iliad(), 1)].into());
}

#[actix_web::test]
async fn the_same_order_written_otherwise_has_the_same_digest() {
    let digest_of = async |body: String| {
        let gateway = TestGateway::new().replies::<Submit>(answer(taken()));
        gateway.send(post_raw(ORDERS, body)).await;
        submitted(&gateway).digest
    };
    let plain = order().to_string();
    let first = digest_of(plain.clone()).await;
    assert_eq!(digest_of(serde_json::to_string_pretty(&order()).unwrap()).await, first);
    assert_eq!(digest_of(plain.replace("Ada", "\\u0041da")).await, first);
    assert_ne!(digest_of(plain.replace("Ada", "Eda")).await, first);
    assert_ne!(digest_of(plain.replace("\"quantity\":2", "\"quantity\":3")).await, first);
}

#[actix_web::test]
async fn an_accepted_backorder_is_taken_with_its_date() {
    let view = order_manager::OrderView { state: OrderState::AwaitingStock, ..order_view() };
    let gateway = TestGateway::new().replies::<Submit>(answer(Outcome::Taken(Box::new(view))));
    let answered = gateway.send(post(ORDERS, &order())).await;
    assert_eq!(answered.status, 201);
    assert_eq!(answered.body["state"], "awaiting_stock");
    assert_eq!(answered.body["promised_date"], "2026-11-23");
}

#[actix_web::test]
async fn an_order_whose_payment_is_unknown_is_accepted() {
    let view = order_manager::OrderView { payment: PaymentView::Unknown, ..order_view() };
    let gateway = TestGateway::new().replies::<Submit>(answer(Outcome::Pending(Box::new(view))));
    let answered = gateway.send(post(ORDERS, &order())).await;
    assert_eq!(answered.status, 202);
    assert_eq!(answered.body["payment"]["state"], "unknown");
    assert!(answered.header("location").is_some());
}

#[actix_web::test]
async fn the_same_answer_again_says_so() {
    let declined = || Outcome::Declined { order: refused_order(), reason: DeclineReason::InsufficientFunds };
    let out_of_stock = || Outcome::OutOfStock { order: refused_order(), earliest: None };
    for (outcome, status) in [(taken(), 201), (declined(), 402), (out_of_stock(), 409)] {
        let gateway = TestGateway::new().replies::<Submit>(answer_again(outcome.clone()));
        let again = gateway.send(post(ORDERS, &order())).await;
        assert_eq!(again.status.as_u16(), status);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        let gateway = TestGateway::new().replies::<Submit>(answer(outcome));
        let first = gateway.send(post(ORDERS, &order())).await;
        assert_eq!(first.header("idempotent-replayed"), None);
        assert_eq!((first.status, first.body), (again.status, again.body));
    }
}

#[actix_web::test]
async fn a_declined_card_is_told_with_the_banks_reason() {
    let declined = Outcome::Declined { order: refused_order(), reason: DeclineReason::InsufficientFunds };
    let answered = TestGateway::new().replies::<Submit>(answer(declined)).send(post(ORDERS, &order())).await;
    answered.assert_problem(402, "payment_declined");
    assert_eq!(answered.body["decline_code"], "insufficient_funds");
}

#[actix_web::test]
async fn whoever_is_told_of_an_order_that_was_not_taken_can_read_it() {
    let reason = DeclineReason::DoNotHonour;
    let refusals = [
        Outcome::Declined { order: refused_order(), reason },
        Outcome::OutOfStock { order: refused_order(), earliest: None },
        Outcome::BackorderLimit { order: refused_order() },
    ];
    let taken = TestGateway::new().replies::<Submit>(answer(taken())).send(post(ORDERS, &order())).await;
    for outcome in refusals {
        let gateway = TestGateway::new().replies::<Submit>(answer(outcome));
        let refused = gateway.send(post(ORDERS, &order())).await;
        assert_eq!(refused.body["order"], taken.body["id"]);
        for name in ["key", "links"] {
            assert_eq!(refused.body[name], taken.body[name], "as of an order that is taken");
        }
        assert_eq!(refused.header("cache-control"), Some("no-store"));
    }
}

#[actix_web::test]
async fn out_of_stock_is_told_with_the_earliest_date() {
    let with = |earliest| answer(Outcome::OutOfStock { order: refused_order(), earliest });
    let dated =
        TestGateway::new().replies::<Submit>(with(Some(Date(20_790)))).send(post(ORDERS, &order())).await;
    dated.assert_problem(409, "out_of_stock");
    assert_eq!(dated.body["earliest_date"], "2026-12-03");
    let never = TestGateway::new().replies::<Submit>(with(None)).send(post(ORDERS, &order())).await;
    never.assert_problem(409, "out_of_stock");
    assert_eq!(never.body.get("earliest_date"), Some(&json!(null)));
}

#[actix_web::test]
async fn a_key_in_use_or_of_another_body_is_told() {
    let running =
        TestGateway::new().replies::<Submit>(answer(Outcome::InProgress)).send(post(ORDERS, &order())).await;
    running.assert_problem(409, "in_progress");
    assert_eq!(running.header("retry-after"), Some("1"));
    let other =
        TestGateway::new().replies::<Submit>(answer(Outcome::KeyMismatch)).send(post(ORDERS, &order())).await;
    other.assert_problem(422, "idempotency_mismatch");
    let token = TestGateway::new()
        .replies::<Submit>(answer(Outcome::UnknownToken))
        .send(post(ORDERS, &order()))
        .await;
    token.assert_problem(422, "unknown_token");
}

#[actix_web::test]
async fn without_an_answer_the_outcome_is_unknown_and_said_so() {
    let late =
        TestGateway::new().plays(Scripted::Fail(AskError::Deadline)).send(post(ORDERS, &order())).await;
    late.assert_problem(504, "outcome_unknown");
    assert!(late.body["what_to_do"].as_str().unwrap().contains("same Idempotency-Key"));
    let busy = AskError::Overloaded { retry_after_s: 3 };
    let busy = TestGateway::new().plays(Scripted::Fail(busy)).send(post(ORDERS, &order())).await;
    busy.assert_problem(503, "overloaded");
    assert_eq!(busy.header("retry-after"), Some("3"));
    let closed =
        TestGateway::new().plays(Scripted::Fail(AskError::Closed)).send(post(ORDERS, &order())).await;
    closed.assert_problem(503, "closing");
    assert!(closed.header("retry-after").is_some());
}

#[actix_web::test]
async fn a_panic_is_an_answer_and_the_next_request_is_served() {
    let gateway = TestGateway::new().plays(Scripted::Panic).replies::<Submit>(answer(taken()));
    gateway.send(post(ORDERS, &order())).await.assert_problem(500, "internal");
    assert_eq!(gateway.send(post(ORDERS, &order())).await.status, 201);
}

#[actix_web::test]
async fn what_was_given_up_is_an_error_of_the_shop() {
    let gateway = TestGateway::new().plays(Scripted::Fail(AskError::GivenUp));
    gateway.send(post(ORDERS, &order())).await.assert_problem(500, "internal");
}

fn path() -> String {
    format!("{ORDERS}/{}", order_id())
}

#[actix_web::test]
async fn an_owner_sees_her_order_by_its_key_in_header_or_query() {
    let by_query = get(&format!("{}?key=K", path()));
    let by_header = get(&path()).insert_header(("Authorization", "Bearer K"));
    for request in [by_query, by_header] {
        let gateway = TestGateway::new().replies::<Show>(Ok(Box::new(order_view())));
        let answered = gateway.send(request).await;
        assert_eq!(answered.status, 200);
        assert_eq!(answered.body["state"], "confirmed");
        assert_eq!(answered.header("cache-control"), Some("no-store"));
        let asked = gateway.asked();
        let [
            (
                Address::OrderManager,
                Message::OrderManager(order_manager::Message::Show(Show { order, claim: Claim::Key(key) })),
            ),
        ] = asked.as_slice()
        else {
            panic!("{asked:?}")
        };
        assert_eq!((*order, key.as_str()), (order_id(), "K"));
    }
}

#[actix_web::test]
async fn without_its_key_an_order_is_as_one_that_does_not_exist() {
    let wrong_key = TestGateway::new().replies::<Show>(Err(NoSuchOrder));
    let wrong_key = wrong_key.send(get(&format!("{}?key=wrong", path()))).await;
    wrong_key.assert_problem(404, "no_such_order");
    for uri in
        [path(), format!("{}?key=", path()), format!("{ORDERS}/ord_1?key=K"), format!("{ORDERS}/x?key=K")]
    {
        let gateway = TestGateway::new();
        let answered = gateway.send(get(&uri)).await;
        assert_eq!((answered.status, &answered.body), (wrong_key.status, &wrong_key.body), "{uri}");
        assert!(gateway.asked().is_empty());
    }
}

#[actix_web::test]
async fn a_timeline_is_a_list_of_what_happened() {
    let what = Happening::OrderSent { lines: 1, total: gbp(1897) };
    let at = Timestamp(1_795_348_800_000);
    let sent = TimelineEntry { turn: 1, at, step: Step::SENT, what, by: Party::OrderManager };
    let (what, by) = (Happening::FundsHeld { amount: gbp(1897) }, Party::BankActor);
    let held = TimelineEntry { turn: 4, at, step: Step::BANK_ANSWERS, what, by };
    let (what, by) = (Happening::Authorised { amount: gbp(1897) }, Party::MerchantProxy);
    let authorised = TimelineEntry { turn: 5, at, step: Step::MONEY, what, by };
    let (what, by) = (Happening::Confirmed, Party::OrderManager);
    let confirmed = TimelineEntry { turn: 6, at, step: Step::TELLS_SERVER, what, by };
    let gateway = TestGateway::new()
        .replies::<ShowTimeline>(Ok(Timeline { entries: vec![sent, authorised, confirmed] }))
        .replies::<stock_keeper::ShowTimeline>(Timeline { entries: vec![held] });
    let answered = gateway.send(get(&format!("{}/timeline?key=K", path()))).await;
    assert_eq!(answered.header("cache-control"), Some("no-store"));
    assert_eq!(
        answered.body,
        json!([{
            "at": "2026-11-22T12:00:00.000Z",
            "step": 2,
            "name": "order_sent",
            "what": "sent to the order manager: 1 line, £18.97",
            "by": "OrderManager",
        }, {
            "at": "2026-11-22T12:00:00.000Z",
            "step": 8,
            "name": "bank_answered",
            "what": "the bank reserved £18.97 on the card",
            "by": "BankActor",
        }, {
            "at": "2026-11-22T12:00:00.000Z",
            "step": 9,
            "name": "money",
            "what": "the payment is authorised: £18.97",
            "by": "MerchantProxy",
        }, {
            "at": "2026-11-22T12:00:00.000Z",
            "step": 10,
            "name": "server_told",
            "what": "the order is confirmed",
            "by": "OrderManager",
        }])
    );
    let asked: Vec<Address> = gateway.asked().into_iter().map(|(to, _)| to).collect();
    assert_eq!(asked, [Address::OrderManager, Address::StockKeeper]);
}

#[actix_web::test]
async fn nobody_is_asked_for_the_timeline_of_an_order_that_the_key_does_not_open() {
    let gateway = TestGateway::new().replies::<ShowTimeline>(Err(NoSuchOrder));
    gateway.send(get(&format!("{}/timeline?key=K", path()))).await.assert_problem(404, "no_such_order");
    assert_eq!(gateway.asked().len(), 1, "the order manager, who looks at the key");
}

#[actix_web::test]
async fn an_order_is_cancelled_or_on_its_way_back_or_gone() {
    let cancel = || post(&format!("{}/cancel?key=K", path()), &json!({}));
    let view = || Box::new(order_view());
    let done = TestGateway::new().replies::<Cancel>(CancelReply::Cancelled(view())).send(cancel()).await;
    assert_eq!(done.status, 200);
    let pending = TestGateway::new().replies::<Cancel>(CancelReply::Pending(view())).send(cancel()).await;
    assert_eq!(pending.status, 202);
    let late = TestGateway::new().replies::<Cancel>(CancelReply::TooLate(view())).send(cancel()).await;
    late.assert_problem(409, "too_late_to_cancel");
    let nobody = TestGateway::new();
    nobody.send(post(&format!("{}/cancel", path()), &json!({}))).await.assert_problem(404, "no_such_order");
    assert!(nobody.asked().is_empty());
}

#[actix_web::test]
async fn a_read_without_an_answer_has_changed_nothing() {
    let gateway = TestGateway::new().plays(Scripted::Fail(AskError::Deadline));
    gateway.send(get(&format!("{}?key=K", path()))).await.assert_problem(504, "no_answer");
}

#[actix_web::test]
async fn what_ends_gives_out_no_key_that_does_not() {
    let view = || Box::new(order_view());
    let shown = || Scripted::reply::<Show>(Ok(view()));
    let cancelled = Scripted::reply::<Cancel>(CancelReply::Cancelled(view()));
    let page = |given: &str| format!("/orders/{}?key={given}", order_id());
    let (key, link) = (order_view().key.to_string(), links().path(order_id()));
    let given = link.split_once("key=").unwrap().1;
    let path = format!("/api/v1/orders/{}", order_id());
    let program = ApiKey::new(ProgramId::new(1), [1; 32]);
    for (request, reply, has_key, leads_to) in [
        (get(&format!("{path}?key={given}")), shown(), false, page(given)),
        (get(&path).insert_header(("Authorization", format!("Bearer {given}"))), shown(), false, page(given)),
        (post(&format!("{path}/cancel?key={given}"), &json!({})), cancelled, false, page(given)),
        (
            get(&path).insert_header(("Authorization", format!("Bearer {}", program.reveal()))),
            shown(),
            false,
            link.clone(),
        ),
        (get(&format!("{path}?key={key}")), shown(), true, page(&key)),
    ] {
        let gateway = TestGateway::new().plays(reply);
        gateway.app.programs.replace_keys([(ProgramId::new(1), program.hash(), KeyRole::Buyer)]);
        let answered = gateway.send(request).await;
        assert_eq!(answered.status, 200, "{}", answered.body);
        assert_eq!(answered.body.to_string().contains(&key), has_key, "{}", answered.body);
        assert_eq!(answered.body.get("key").is_some(), has_key);
        assert_eq!(answered.body["links"]["page"], leads_to);
    }
}
