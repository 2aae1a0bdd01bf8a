use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::test::TestRequest;

use crate::actors::stock_keeper::{Availability, Earliest, Message as StockMessage};
use crate::actors::web_session::{Forget, Message as CartMessage, NoCart, RemoveLine, SetLine, View};
use crate::actors::{Address, Message};
use crate::domain::catalogue::Product;
use crate::domain::{OrderLine, SessionId, Sku, Units, VisitorKey};
use crate::gateway::AskError;

use super::test_pages::*;

fn set(asked: &[(Address, Message)]) -> Vec<OrderLine> {
    let line = |message: &Message| match message {
        Message::WebSession(CartMessage::SetLine(SetLine { line })) => Some(line.clone()),
        _ => None,
    };
    asked.iter().filter_map(|(_, message)| line(message)).collect()
}

#[actix_web::test]
async fn the_first_book_starts_a_session_that_scripts_cannot_read() {
    let pages = TestPages::new(stocked(9, vec![]));
    let seen = pages.send(form("/cart/lines", "sku=PD-1&quantity=2")).await;
    seen.goes_to("/cart");
    let asked = pages.asked();
    assert!(matches!(asked[0].1, Message::WebSession(CartMessage::Create(_))));
    assert_eq!(set(&asked), [emmas(2)]);
    let Address::WebSession(session) = asked[1].0 else { panic!("{:?}", asked[1].0) };
    let cookie = seen.header("set-cookie");
    let secret = cookie.strip_prefix("doorstep_session=").and_then(|rest| rest.split(';').next()).unwrap();
    assert_eq!(VisitorKey::parse(secret).unwrap().session(), session);
    assert!(!cookie.contains(&session.to_string()), "the cart's id is no cookie: {cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
}

#[actix_web::test]
async fn over_tls_the_cookie_belongs_to_this_host_alone() {
    let over_tls = TestPages::new(stocked(9, vec![])).at("https://shop.example");
    let seen = over_tls.send(form("/cart/lines", "sku=PD-1&quantity=1")).await;
    let cookie = seen.header("set-cookie");
    assert!(cookie.starts_with("__Host-doorstep_session=") && cookie.contains("Secure"), "{cookie}");
    // what anybody can write decides nothing
    let request = form("/cart/lines", "sku=PD-1&quantity=1");
    let said = [("X-Forwarded-Proto", "https"), ("Forwarded", "proto=https;host=shop.example")];
    let request = said.into_iter().fold(request, |request, header| request.insert_header(header));
    let seen = TestPages::new(stocked(9, vec![])).send(request).await;
    let cookie = seen.header("set-cookie");
    assert!(cookie.starts_with("doorstep_session=") && !cookie.contains("Secure"), "{cookie}");
}

#[actix_web::test]
async fn the_same_form_twice_sets_the_same_line() {
    let pages = TestPages::new(stocked(9, vec![emmas(1)]));
    for _ in 0..2 {
        pages.post("/cart/lines", "sku=PD-1&quantity=3").await.goes_to("/cart");
    }
    assert_eq!(set(&pages.asked()), [emmas(3), emmas(3)]);
}

#[actix_web::test]
async fn a_session_that_is_gone_is_replaced_and_she_is_told() {
    let gone = AtomicBool::new(false);
    let pages = TestPages::new(move |to, message| match message {
        Message::WebSession(CartMessage::SetLine(_)) if !gone.swap(true, Ordering::Relaxed) => {
            reply::<SetLine>(Err(NoCart::NoSuchCart))
        }
        _ => stocked(9, vec![emmas(1)])(to, message),
    });
    let seen = pages.post("/cart/lines", "sku=PD-1&quantity=1").await;
    seen.goes_to("/cart?notice=renewed");
    assert!(seen.header("set-cookie").starts_with("doorstep_session="));
    assert_eq!(set(&pages.asked()).len(), 2);
    pages.get("/cart?notice=renewed").await.shows("we have begun a new one");
    let gone = TestPages::new(|_, _| reply::<View>(Err(NoCart::NoSuchCart)));
    gone.get("/cart")
        .await
        .shows("Your earlier basket is gone: it was too old, or you have had it forgotten.");
}

#[actix_web::test]
async fn the_id_of_a_cart_opens_none() {
    for id in [SessionId::PROGRAMS, session()] {
        let pages = TestPages::new(stocked(9, vec![]));
        let cookie = format!("doorstep_session={id}");
        pages
            .send(TestRequest::get().uri("/cart").insert_header(("Cookie", cookie)))
            .await
            .shows("nothing in it yet");
        assert!(pages.asked().is_empty());
    }
}

#[actix_web::test]
async fn a_basket_can_be_forgotten_and_its_cookie_goes_with_it() {
    let pages = TestPages::new(|to, message| match message {
        Message::WebSession(CartMessage::Forget(_)) => reply::<Forget>(()),
        _ => stocked(9, vec![emmas(2)])(to, message),
    });
    pages.get("/cart").await.shows("action=\"/cart/forget\"");
    let seen = pages.post("/cart/forget", "").await;
    seen.goes_to("/");
    let gone = seen.header("set-cookie");
    assert!(gone.starts_with("doorstep_session=;") && gone.contains("Max-Age=0"), "{gone}");
    assert!(seen.header("clear-site-data").contains("storage"));
    let forgotten = pages.asked().into_iter().any(|(to, message)| {
        to == Address::WebSession(session()) && matches!(message, Message::WebSession(CartMessage::Forget(_)))
    });
    assert!(forgotten);
    TestPages::new(stocked(9, vec![])).send(form("/cart/forget", "")).await.goes_to("/");
}

#[actix_web::test]
async fn the_basket_shows_lines_and_what_they_come_to() {
    let seen = TestPages::new(stocked(9, vec![emmas(2)])).get("/cart").await;
    assert_eq!((seen.status, seen.header("cache-control")), (200, "no-store"));
    seen.shows("Emma").shows("£15.98").shows("£2.99").shows("£18.97").shows("value=\"checkout\"");
}

#[actix_web::test]
async fn the_basket_says_at_once_what_is_here_and_when_the_rest_can_be() {
    let pages = TestPages::new(stocked(5, vec![emmas(900)]));
    let seen = pages.get("/cart").await;
    let words = "5 of the 900 are here now, the rest at your doorstep by Wednesday 25 November 2026";
    seen.shows(&format!("{words}.")).shows("All of it can be at your doorstep by <b>Wednesday 25 November");
    seen.shows("value=\"checkout\"");
    pages.get("/checkout").await.shows(words);
    TestPages::new(stocked(0, vec![emmas(1)]))
        .get("/cart")
        .await
        .shows("Not here now, but at your doorstep by");
    TestPages::new(stocked(9, vec![emmas(9)])).get("/cart").await.hides("here now").hides("All of it can");
    let nobody_knows = |to, message: &Message| match message {
        Message::StockKeeper(StockMessage::Earliest(Earliest { wanted })) => {
            let none = |units: &Units| Availability { sku: units.sku.clone(), available: 5, earliest: None };
            reply::<Earliest>(wanted.iter().map(none).collect())
        }
        _ => stocked(5, vec![emmas(9)])(to, message),
    };
    let seen = TestPages::new(nobody_knows).get("/cart").await;
    seen.shows("5 of the 9 are here now, and nobody can say when more is.").shows("Please take fewer");
    seen.hides("value=\"checkout\"");
    let busy = TestPages::new(|to, message| match message {
        Message::StockKeeper(_) => Err(AskError::Overloaded { retry_after_s: 2 }),
        _ => stocked(5, vec![emmas(9)])(to, message),
    });
    busy.get("/cart").await.shows("Emma").shows("value=\"checkout\"");
}

#[actix_web::test]
async fn a_book_whose_price_has_changed_since_its_page_was_opened_is_not_put_in_unseen() {
    let pages = TestPages::new(stocked(9, vec![]));
    pages.get("/books/PD-1").await.shows("name=\"seen\" value=\"799\"");
    let seen = pages.post("/cart/lines", "sku=PD-1&quantity=2&seen=699").await;
    assert_eq!(seen.status, 409);
    seen.shows("now £7.99, was £6.99").shows("name=\"seen\" value=\"799\"").shows("value=\"2\"");
    assert!(set(&pages.asked()).is_empty());
    for as_it_is in ["&seen=799", "&seen=", "&seen=x", ""] {
        pages.post("/cart/lines", &format!("sku=PD-1&quantity=2{as_it_is}")).await.goes_to("/cart");
    }
    assert_eq!(set(&pages.asked()).len(), 4);
}

#[actix_web::test]
async fn what_costs_more_than_a_payment_carries_cannot_be_checked_out() {
    let dear = OrderLine { unit_price: gbp(Product::PRICE_MINOR_MAX), ..emmas(999) };
    let price = dear.unit_price;
    let pages = TestPages::new(stocked(9, vec![dear])).selling(vec![Product { price, ..emma() }]);
    pages
        .get("/cart")
        .await
        .shows("One payment can carry at most £9,999,999,999.99")
        .hides("value=\"checkout\"");
    pages.get("/checkout").await.goes_to("/cart");
}

#[actix_web::test]
async fn a_quantity_that_is_none_is_said_beside_its_field_and_changes_nothing() {
    let pages = TestPages::new(stocked(9, vec![]));
    for bad in ["0", "1000", "-1", "1.5", "two", "", "99999999999999999999"] {
        let seen = pages.post("/cart/lines", &format!("sku=PD-1&quantity={bad}")).await;
        assert_eq!(seen.status, 422, "{bad}");
        seen.shows("whole numbers from 1 to 999").shows("aria-invalid");
    }
    assert!(set(&pages.asked()).is_empty());
}

#[actix_web::test]
async fn a_full_basket_says_so_and_keeps_what_it_has() {
    let pages = TestPages::new(|to, message| match message {
        Message::WebSession(CartMessage::SetLine(_)) => reply::<SetLine>(Err(NoCart::Full)),
        _ => stocked(9, vec![emmas(1)])(to, message),
    });
    let seen = pages.post("/cart/lines", "sku=PD-1&quantity=1").await;
    assert_eq!(seen.status, 422);
    seen.shows("at most 100 different books").shows("Emma");
}

#[actix_web::test]
async fn a_line_can_be_taken_out_also_when_its_book_has_left_the_shop() {
    let pages = TestPages::new(stocked(9, vec![]));
    pages.post("/cart/lines/PD-404/remove", "").await.goes_to("/cart");
    let removed = CartMessage::from(RemoveLine { sku: Sku::parse("PD-404").unwrap() });
    assert!(
        matches!(&pages.asked()[..], [(Address::WebSession(_), Message::WebSession(message))] if *message == removed)
    );
}

/// A basket of two, with the fields of its form.
fn two_books() -> TestPages {
    let other = Product { sku: Sku::parse("4242424242424242").unwrap(), ..emma() };
    let lines = vec![emmas(1), OrderLine { sku: other.sku.clone(), ..emmas(1) }];
    TestPages::new(stocked(9, lines)).with_book(other)
}

/// What the form of that basket sends where she has typed these.
fn typed(first: &str, second: &str) -> String {
    let line = |place, sku, typed| format!("sku-{place}={sku}&held-{place}=1&quantity-{place}={typed}");
    format!("{}&{}", line(1, "PD-1", first), line(2, "4242424242424242", second))
}

fn quantities(pages: &TestPages) -> Vec<(String, u32)> {
    set(&pages.asked()).iter().map(|line| (line.sku.to_string(), line.quantity.units())).collect()
}

#[actix_web::test]
async fn every_press_of_the_basket_takes_along_what_was_typed_in_all_lines() {
    let pages = two_books();
    let seen = pages.get("/cart").await;
    seen.shows("<form id=\"basket\" method=\"post\" action=\"/cart\">").shows("form=\"basket\" name=\"go\"");
    seen.shows("name=\"held-2\" value=\"1\"").shows("name=\"quantity-2\"");
    let first_button = seen.html.split("id=\"basket\"").nth(1).and_then(|form| form.split("<button").nth(1));
    assert!(!first_button.unwrap().contains("formaction"), "Enter presses the first button of a form");
    pages.asked();
    let both = vec![("PD-1".to_owned(), 3), ("4242424242424242".to_owned(), 4)];
    for (go, to) in [("", "/cart"), ("&go=checkout", "/checkout")] {
        for _ in 0..2 {
            pages.post("/cart", &format!("{}{go}", typed("3", "+4"))).await.goes_to(to);
            assert_eq!(quantities(&pages), both);
        }
    }
    pages.post("/cart/lines/PD-1/remove", &typed("3", "4")).await.goes_to("/cart");
    assert_eq!(quantities(&pages), both[1..]);
}

#[actix_web::test]
async fn a_line_that_she_has_not_touched_stays_as_another_tab_has_made_it() {
    let pages = two_books();
    pages.post("/cart", &format!("{}&go=checkout", typed("1", " 1"))).await.goes_to("/checkout");
    assert_eq!(quantities(&pages), []);
    pages.post("/cart", &typed("1", "2")).await.goes_to("/cart");
    assert_eq!(quantities(&pages), [("4242424242424242".to_owned(), 2)]);
}

#[actix_web::test]
async fn a_quantity_that_is_none_is_said_beside_its_line_and_the_others_stay_typed() {
    let pages = two_books();
    for bad in ["0", "1000", "two", "", "4242424242424242", "5555555555554444"] {
        let seen = pages.post("/cart", &format!("{}&go=checkout", typed("3", bad))).await;
        assert_eq!(seen.status, 422, "{bad}");
        seen.shows("value=\"3\"").shows("id=\"n-2-error\"").shows("href=\"#n-2\"").hides("n-1-error");
        seen.shows("whole numbers from 1 to 999").shows("were not taken yet").hides("55555");
    }
    assert_eq!(quantities(&pages), []);
}

#[actix_web::test]
async fn a_form_that_is_not_the_baskets_own_changes_nothing() {
    let pages = two_books();
    let bad = [
        "quantity-1=2".to_owned(),
        "sku-1=PD-1".to_owned(),
        "sku-101=PD-1&quantity-101=2".to_owned(),
        "sku-0=PD-1&quantity-0=2".to_owned(),
        format!("{}&quantity-1=4", typed("3", "4")),
    ];
    for bad in bad {
        assert_eq!(pages.post("/cart", &bad).await.status, 422, "{bad}");
    }
    assert_eq!(quantities(&pages), []);
    // there may be another book, or none, in a basket by now
    pages.post("/cart", "sku-1=PD-404&held-1=1&quantity-1=2").await.goes_to("/cart");
    pages.send(form("/cart", &typed("3", "4"))).await.goes_to("/cart");
    assert_eq!(quantities(&pages), []);
}

#[actix_web::test]
async fn a_line_that_was_changed_since_her_page_was_opened_is_told_with_both_quantities() {
    let pages = TestPages::new(stocked(9, vec![emmas(3)]));
    pages.get("/books/PD-1").await.shows("name=\"held\" value=\"3\"");
    let told = "/cart?notice=held-3&sku=PD-1";
    pages.post("/cart/lines", "sku=PD-1&held=0&quantity=1").await.goes_to(told);
    pages.post("/cart", "sku-1=PD-1&held-1=2&quantity-1=1&go=checkout").await.goes_to(told);
    for same in ["held=3&quantity=1", "held=0&quantity=3", "held=&quantity=1", "quantity=1"] {
        pages.post("/cart/lines", &format!("sku=PD-1&{same}")).await.goes_to("/cart");
    }
    let after = TestPages::new(stocked(9, vec![emmas(1)]));
    after.get(told).await.shows("3 copies of “Emma” were in your basket, now 1: it had been changed since");
    for nothing in ["notice=held-1&sku=PD-1", "notice=held-3&sku=PD-2", "notice=held-x&sku=PD-1"] {
        after.get(&format!("/cart?{nothing}")).await.hides("had been changed");
    }
}
