//! Another card, on the page of an order whose card was declined.
use actix_web::test::TestRequest;

use super::orders::having;
use super::test_pages::*;
use crate::access::{Quota, Quotas};
use crate::actors::Message;
use crate::actors::order_manager::{
    Answer, Message as OrderMessage, OrderView, Outcome, PaymentView, TryCard, TryCardReply,
};
use crate::actors::web_session::PayWith;
use crate::domain::{Date, DeclineReason, OrderState, Timestamp};

use super::paying::{RETURN, pays};

fn waiting_for(reason: DeclineReason) -> OrderView {
    let noon = Date::parse("2026-12-01").unwrap().start().plus_ms(12 * Timestamp::HOUR_MS);
    let until = noon.plus_ms(30 * 60_000);
    OrderView {
        payment: PaymentView::AnotherCard { attempt: 2, until },
        decline_reason: Some(reason),
        ..order_view(OrderState::AwaitingPayment)
    }
}

/// A shop with that order, whose answer to another card is this.
fn answering(said: TryCardReply) -> TestPages {
    TestPages::new(move |_, message| match message {
        Message::OrderManager(OrderMessage::TryCard(_)) => reply::<TryCard>(said),
        other => panic!("not scripted: {other:?}"),
    })
}

fn way_back(checkout: &str, key: Option<&str>) -> TestRequest {
    let order = order_view(OrderState::AwaitingPayment).id;
    let request =
        TestRequest::get().uri(&format!("/orders/{order}/card/return?checkout={checkout}&code=code1"));
    match key {
        Some(key) => request.insert_header(("Cookie", format!("doorstep_card_{order}={key}"))),
        None => request,
    }
}

fn checkout() -> String {
    format!("{}-2-7", order_view(OrderState::AwaitingPayment).id)
}

#[actix_web::test]
async fn a_declined_order_says_why_and_how_long_it_waits_and_takes_another_card() {
    for (reason, button) in [
        (DeclineReason::InsufficientFunds, "Pay with another card"),
        (DeclineReason::IssuerUnavailable, "Pay with this card or another"),
        (DeclineReason::StolenCard.as_told(), "Pay with another card"),
    ] {
        let view = waiting_for(reason);
        let path = order_path(&view);
        let seen = having(view, vec![]).get(&path).await;
        seen.shows(&format!("<h1>{}</h1>", reason.headline())).shows(&reason.sentence());
        seen.shows("Nothing was charged. We keep your order until 1 Dec 2026, 12:30 UTC: you can pay");
        seen.shows(&format!("id=\"pay-again\">{button}</button>"))
            .shows("data-every")
            .shows("Cancel this order");
        seen.hides("Your bank is being asked");
    }
    for state in [OrderState::AwaitingPayment, OrderState::Declined, OrderState::Confirmed] {
        let view = order_view(state);
        let path = order_path(&view);
        having(view, vec![]).get(&path).await.hides("pay-again");
    }
}

#[actix_web::test]
async fn the_button_leads_to_the_payment_page_for_the_same_amount_and_her_browser_remembers() {
    let view = waiting_for(DeclineReason::DoNotHonour);
    let (id, key) = (view.id, view.key.to_string());
    let pages = having(view, vec![]);
    let on = pages.post(&format!("/orders/{id}/card"), &format!("key={key}")).await;
    assert_eq!(on.status, 303);
    let to = on.header("location");
    assert!(to.contains(&format!("checkout={id}-2-")) && to.contains("1897"), "{to}");
    let remembered = on.header("set-cookie");
    assert!(
        remembered.starts_with(&format!("doorstep_card_{id}={key}; HttpOnly; SameSite=Lax")),
        "{remembered}"
    );
    // each opening is a payment page of its own: one takes one card
    let again = pages.post(&format!("/orders/{id}/card"), &format!("key={key}")).await;
    assert_ne!(again.header("location"), to);
    let strangers = pages.post(&format!("/orders/{id}/card"), "key=another").await;
    assert_eq!((strangers.status, strangers.header("location")), (404, ""));
    let other_site = form(&format!("/orders/{id}/card"), &format!("key={key}"));
    let other_site = other_site.insert_header(("Sec-Fetch-Site", "cross-site"));
    assert_eq!(pages.send(other_site).await.status, 403);
}

#[actix_web::test]
async fn what_waits_for_no_card_leads_back_to_its_page() {
    let view = order_view(OrderState::Confirmed);
    let (id, key) = (view.id, view.key.to_string());
    let on = having(view, vec![]).post(&format!("/orders/{id}/card"), &format!("key={key}")).await;
    on.goes_to(&format!("/orders/{id}?key={key}"));
}

#[actix_web::test]
async fn she_comes_back_to_her_orders_page_and_is_told_where_her_card_was_not_asked() {
    let (id, key) = (order_view(OrderState::AwaitingPayment).id, "K1");
    let page = format!("/orders/{id}?key={key}");
    for (said, notice) in [
        (TryCardReply::Asked, ""),
        (TryCardReply::AskedBefore, ""),
        (TryCardReply::NotUsed, "&notice=card_not_used"),
        (TryCardReply::RefusedForGood, "&notice=card_refused"),
    ] {
        let pages = answering(said);
        pages.send(way_back(&checkout(), Some(key))).await.goes_to(&format!("{page}{notice}"));
        let asked = pages.asked();
        let [(_, Message::OrderManager(OrderMessage::TryCard(asked)))] = asked.as_slice() else {
            panic!("{asked:?}")
        };
        assert_eq!((asked.order, asked.attempt, asked.card.amount), (id, 2, gbp(1897)));
    }
    let view = waiting_for(DeclineReason::StolenCard.as_told());
    let path = order_path(&view);
    let refused = having(view, vec![]).get(&format!("{path}&notice=card_refused")).await;
    refused.shows("has refused this card for good, so it was not asked again");
}

#[actix_web::test]
async fn a_card_that_another_browser_began_or_another_order_pays_for_nothing() {
    let pages = answering(TryCardReply::Asked);
    let seen = pages.send(way_back(&checkout(), None)).await;
    assert_eq!(seen.status, 404);
    seen.shows("Nothing was charged").shows("in this browser");
    let id = order_view(OrderState::AwaitingPayment).id;
    let page = format!("/orders/{id}?key=K1");
    for other in ["", "nonce1", "ord_00000000000000000000000009-2-7"] {
        pages.send(way_back(other, Some("K1"))).await.goes_to(&page);
    }
    assert!(pages.asked().is_empty());
}

#[actix_web::test]
async fn declined_cards_are_limited_also_where_their_order_waits_for_another() {
    let refusals = Quota { each: 1, all: 0, window_s: 3_600 };
    let limits = Quotas { refusals, ..Quotas::default() };
    let declined = || {
        let view = Box::new(waiting_for(DeclineReason::InsufficientFunds));
        reply::<PayWith>(Ok(Answer { outcome: Outcome::Pending(view), replayed: false }))
    };
    let pages = pays(declined).limited(limits);
    for status in [303, 429] {
        assert_eq!(pages.get(RETURN).await.status, status);
    }
    let pages = answering(TryCardReply::Asked).limited(limits);
    for status in [303, 429] {
        assert_eq!(pages.send(way_back(&checkout(), Some("K1"))).await.status, status);
    }
    // nobody types a card in vain
    let on = form("/orders/ord_1/card", "key=K1");
    assert_eq!(pages.send(on).await.status, 429);
}
