use actix_web::test::TestRequest;

use crate::actors::Message;
use crate::actors::order_manager::{Message as ToOrders, Show, ShowTimeline};
use crate::actors::stock_keeper::{self, Message as ToStock};
use crate::domain::{OrderState, Timeline};
use crate::gateway::AskError;

use super::test_pages::*;

#[actix_web::test]
async fn who_comes_by_another_name_is_told_the_shops_own() {
    let pages = TestPages::new(stocked(9, vec![])).at("https://shop.example");
    let seen = pages.send(TestRequest::get().uri("/").insert_header(("Host", "evil.example"))).await;
    assert_eq!((seen.status, seen.header("content-type")), (421, "text/html; charset=utf-8"));
    seen.shows("The shop is not at this address")
        .shows("href=\"https://shop.example/\"")
        .hides("evil.example");
    assert!(pages.asked().is_empty());
}

#[actix_web::test]
async fn a_form_from_another_site_does_nothing() {
    let pages = TestPages::new(stocked(9, vec![emmas(1)]));
    let paths = [
        "/cart/lines",
        "/cart",
        "/cart/lines/PD-1/remove",
        "/checkout",
        "/orders/ord_01KAR5J1M000000000000000007/cancel",
    ];
    for path in paths {
        for (header, value) in [("Sec-Fetch-Site", "cross-site"), ("Origin", "http://evil.example")] {
            let request = TestRequest::post()
                .uri(path)
                .insert_header(cookie())
                .insert_header((header, value))
                .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
                .set_payload("sku=PD-1&quantity=1&key=k");
            let seen = pages.send(request).await;
            assert_eq!(seen.status, 403, "{path} {header}");
            seen.shows("<h1>This did not come from our own page</h1>");
        }
    }
    assert!(pages.asked().is_empty());
}

#[actix_web::test]
async fn a_problem_is_a_page_with_the_same_status() {
    let pages = TestPages::new(stocked(9, vec![]));
    for (uri, status) in
        [("/nothing", 404), ("/books/PD-404", 404), ("/books/%20", 404), ("/cart/lines", 405)]
    {
        let seen = pages.get(uri).await;
        assert_eq!(seen.status, status, "{uri}");
        assert_eq!(seen.header("content-type"), "text/html; charset=utf-8");
        assert!(seen.header("content-security-policy").contains("style-src 'self'"));
        seen.shows("<h1>").shows("href=\"/\"");
    }
    let large = format!("sku={}", "x".repeat(70_000));
    assert_eq!(pages.post("/cart/lines", &large).await.status, 413);
    assert_eq!(pages.post("/cart/lines", "quantity=1").await.status, 422);
    assert_eq!(pages.post("/cart/lines", "sku=PD-1&sku=PD-1&quantity=1").await.status, 422);
}

#[actix_web::test]
async fn too_much_work_is_said_kindly_with_when_to_come_back() {
    let pages = TestPages::new(|_, _| Err(AskError::Overloaded { retry_after_s: 7 }));
    let seen = pages.get("/cart").await;
    assert_eq!((seen.status, seen.header("retry-after")), (503, "7"));
    seen.shows("We have our hands full").shows("Nothing was done");
}

#[actix_web::test]
async fn a_shop_that_breaks_says_so_without_details() {
    let seen = TestPages::new(|_, _| panic!("0xdead")).get("/cart").await;
    assert_eq!(seen.status, 500);
    seen.shows("Something went wrong here").hides("0xdead");
}

#[actix_web::test]
async fn who_has_paid_is_told_that_she_pays_at_most_once_and_where_to_look_again() {
    let closing = [AskError::Closed, AskError::Overloaded { retry_after_s: 7 }, AskError::GivenUp];
    for error in closing {
        let pages = TestPages::new(move |_, _| Err(error));
        let seen = pages.get("/checkout/return?checkout=nonce1&code=c").await;
        assert!(seen.status >= 500, "{}", seen.status);
        seen.shows("You pay at most once").shows("Reload this page in a moment");
        seen.shows("href=\"\">Look again</a>").hides("Nothing was");
        pages.get("/cart").await.hides("You pay at most once");
    }
}

#[actix_web::test]
async fn programs_and_the_api_keep_their_documents() {
    let pages = TestPages::new(stocked(9, vec![]));
    for (accept, kind) in
        [("*/*", "text/html; charset=utf-8"), ("application/json, */*", "application/problem+json")]
    {
        let book = pages.send_as(accept, TestRequest::get().uri("/books/PD-404")).await;
        assert_eq!((book.status, book.header("content-type")), (404, kind), "{accept}");
    }
    let api = pages.get("/api/v1/products/PD-404").await;
    assert_eq!((api.status, api.header("content-type")), (404, "application/problem+json"));
}

#[actix_web::test]
async fn a_visitor_from_an_advertisement_whose_number_looks_like_a_card_finds_her_page() {
    let pages = TestPages::new(stocked(9, vec![emmas(2)]));
    for (from, to) in [
        ("/?utm_id=4242424242424242", "/"),
        ("/?q=emma&gclid=4242424242424242&utm_source=x", "/?q=emma"),
        ("/books/PD-1?4242424242424242=1", "/books/PD-1"),
        ("/orders/x?key=a%20b&fbclid=4242-4242-4242-4242", "/orders/x?key=a+b"),
    ] {
        let seen = pages.get(from).await;
        seen.goes_to(to);
        assert_eq!(seen.header("referrer-policy"), "no-referrer");
    }
    for typed in
        ["/?q=4242424242424242", "/?q=4242424242424242&gclid=4242424242424242", "/4242424242424242?a=1"]
    {
        let seen = pages.get(typed).await;
        assert_eq!((seen.status, seen.header("location")), (422, ""), "{typed}");
        seen.hides("4242");
    }
    for elsewhere in ["/api/v1/products?gclid=4242424242424242", "//evil.example/?gclid=4242424242424242"] {
        assert_eq!(pages.get(elsewhere).await.status, 422, "{elsewhere}");
    }
    assert_eq!(pages.post("/cart/lines?gclid=4242424242424242", "sku=PD-1&quantity=1").await.status, 422);
}

#[actix_web::test]
async fn what_is_hers_alone_is_for_no_search_engine() {
    let view = order_view(OrderState::Confirmed);
    let path = order_path(&view);
    let pages = TestPages::new(move |to, message| match message {
        Message::OrderManager(ToOrders::Show(_)) => reply::<Show>(Ok(Box::new(view.clone()))),
        Message::OrderManager(ToOrders::ShowTimeline(_)) => {
            reply::<ShowTimeline>(Ok(Timeline { entries: vec![] }))
        }
        Message::StockKeeper(ToStock::ShowTimeline(_)) => {
            reply::<stock_keeper::ShowTimeline>(Timeline { entries: vec![] })
        }
        _ => stocked(9, vec![emmas(2)])(to, message),
    });
    for private in ["/cart", "/checkout", &path] {
        let seen = pages.get(private).await;
        assert_eq!((seen.status, seen.header("x-robots-tag")), (200, "noindex"), "{private}");
    }
    for public in ["/", "/books/PD-1"] {
        let seen = pages.get(public).await;
        assert_eq!((seen.status, seen.header("x-robots-tag")), (200, ""), "{public}");
    }
}
