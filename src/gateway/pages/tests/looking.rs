use crate::domain::Sku;
use crate::domain::catalogue::{Catalogue, Product};
use crate::gateway::AskError;
use crate::gateway::tests::test_gateway;

use super::test_pages::*;

#[actix_web::test]
async fn the_front_page_lists_books_with_price_and_stock() {
    for (available, badge) in [(0, "On order"), (3, "3 left"), (40, "In stock")] {
        let seen = TestPages::new(stocked(available, vec![])).get("/").await;
        assert_eq!(seen.status, 200);
        seen.shows("Emma").shows("Jane Austen").shows("£7.99").shows(badge).shows("href=\"/books/PD-1\"");
    }
}

#[actix_web::test]
async fn a_search_finds_by_words_and_says_when_there_is_nothing() {
    let pages = TestPages::new(stocked(9, vec![]));
    pages.get("/?q=austen").await.shows("1 found").shows("value=\"austen\"");
    pages.get("/?q=xyz").await.shows("Nothing found").hides("Jane Austen");
    assert_eq!(pages.get("/?cursor=nonsense").await.status, 400);
    assert_eq!(pages.get(&format!("/?q={}", "x".repeat(201))).await.status, 400);
}

#[actix_web::test]
async fn a_long_list_goes_on_by_its_cursor() {
    let mut pages = TestPages::new(stocked(9, vec![]));
    for n in 100..130 {
        let sku = Sku::parse(&format!("PD-{n}")).unwrap();
        pages = pages.with_book(Product { sku, title: format!("Volume {n}"), ..emma() });
    }
    let first = pages.get("/?q=volume").await;
    first.shows("Volume 100").hides("Volume 125").shows("30 found");
    let next = first.html.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    first.hides("rel=\"prev\"");
    let second = pages.get(&next.replace("&#38;", "&")).await;
    second.shows("Volume 125").hides("Volume 100");
    second.shows("<title>Books for “volume”, page 2").shows("rel=\"prev\" href=\"/?q=volume\"");
}

#[actix_web::test]
async fn a_book_page_has_all_that_one_wants_to_know() {
    let seen = TestPages::new(stocked(9, vec![])).get("/books/PD-1").await;
    assert_eq!(seen.status, 200);
    seen.shows("<h1>Emma</h1>").shows("1815").shows("£7.99").shows("In stock").shows("Add to basket");
    let short = TestPages::new(stocked(0, vec![])).get("/books/PD-1").await;
    // what the wholesaler sends on the 23rd is at the doorstep two days later
    short.shows("On order").shows("at your doorstep by Wednesday 25 November 2026");
}

#[actix_web::test]
async fn a_book_in_the_basket_shows_how_many() {
    let seen = TestPages::new(stocked(9, vec![emmas(4)])).get("/books/PD-1").await;
    seen.shows("value=\"4\"").shows("Change quantity");
}

#[actix_web::test]
async fn books_can_be_looked_at_while_the_stock_keeper_is_busy() {
    let pages = TestPages::new(|_, _| Err(AskError::Overloaded { retry_after_s: 2 }));
    let seen = pages.get("/").await;
    assert_eq!(seen.status, 200);
    seen.shows("Emma").hides("In stock");
    assert_eq!(pages.get("/books/PD-1").await.status, 200);
}

#[actix_web::test]
async fn what_comes_from_outside_is_escaped() {
    let evil = Product {
        sku: Sku::parse("PD-2").unwrap(),
        title: "<script>alert(1)</script>".to_owned(),
        authors: vec!["\"><img src=x>".to_owned()],
        ..emma()
    };
    let pages = TestPages::new(stocked(9, vec![])).with_book(evil);
    for uri in ["/", "/books/PD-2", "/?q=%3Cscript%3Ealert(1)%3C/script%3E"] {
        pages.get(uri).await.hides("<script").hides("<img");
    }
}

#[actix_web::test]
async fn a_page_runs_nothing_and_sends_forms_here_or_to_the_payment_page() {
    let seen = TestPages::new(stocked(9, vec![])).get("/").await;
    assert_eq!(
        seen.header("content-security-policy"),
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' http://127.0.0.1:7002; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    assert_eq!(seen.header("x-content-type-options"), "nosniff");
    seen.hides("style=").hides("<script").hides("javascript:");
}

#[actix_web::test]
async fn what_a_page_loads_may_be_kept_for_ever() {
    let pages = TestPages::new(stocked(9, vec![]));
    let page = pages.get("/").await;
    for start in ["rel=\"stylesheet\" href=\"", "type=\"image/svg+xml\" href=\""] {
        let path = page.html.split(start).nth(1).unwrap().split('"').next().unwrap().to_owned();
        let asset = pages.get(&path).await;
        assert_eq!(asset.status, 200, "{path}");
        assert!(asset.header("cache-control").contains("immutable"));
    }
    assert_eq!(pages.get("/assets/shop-0000000000000000.css").await.status, 404);
}

#[actix_web::test]
async fn links_lead_to_a_book_whose_code_has_a_slash_and_a_space() {
    let odd = Product { sku: Sku::parse("GB/12 A.b").unwrap(), ..test_gateway::emma() };
    let line = test_gateway::line_of(odd.clone(), 1);
    let pages = TestPages::new(stocked(9, vec![line])).with_book(odd);
    let link = "/books/GB%2F12%20A.b";
    pages.get("/").await.shows(&format!("href=\"{link}\""));
    pages
        .get("/cart")
        .await
        .shows(&format!("href=\"{link}\""))
        .shows("formaction=\"/cart/lines/GB%2F12%20A.b/remove\"");
    pages.get(link).await.shows("value=\"GB/12 A.b\"").shows("Change quantity");
}

#[actix_web::test]
async fn a_code_in_another_case_leads_to_the_one_book_that_has_it() {
    let coded = |code: &str| Product { sku: Sku::parse(code).unwrap(), ..emma() };
    let pages = TestPages::new(stocked(9, vec![]))
        .with_book(coded("W/1 a"))
        .with_book(coded("Ab"))
        .with_book(coded("aB"));
    for (typed, listed) in [("pd-1", "/books/PD-1"), ("w%2F1%20A", "/books/W%2F1%20a")] {
        let seen = pages.get(&format!("/books/{typed}")).await;
        assert_eq!((seen.status, seen.header("location")), (308, listed));
    }
    assert_eq!(pages.get("/books/AB").await.status, 404, "two books have it");
}

#[actix_web::test]
async fn crawlers_are_told_where_to_look_and_every_browser_finds_an_icon() {
    let pages = TestPages::new(stocked(9, vec![]));
    let robots = pages.get("/robots.txt").await;
    assert_eq!((robots.status, robots.header("content-type")), (200, "text/plain; charset=utf-8"));
    for path in ["/cart", "/checkout", "/orders/", "/api/"] {
        robots.shows(&format!("Disallow: {path}\n"));
    }
    robots.hides("Disallow: /\n").hides("/books");
    let icon = pages.get("/favicon.ico").await;
    assert_eq!((icon.status, icon.header("content-type")), (200, "image/svg+xml"));
    assert!(!icon.header("cache-control").contains("immutable"));
}

#[actix_web::test]
async fn a_book_that_is_sold_no_more_says_so() {
    let pages = TestPages::new(stocked(9, vec![]));
    let without_emma = Catalogue::build(vec![test_gateway::iliad()]).unwrap().without([emma().sku]);
    pages.app.catalogue.replace(without_emma);
    for seen in [pages.get("/books/PD-1").await, pages.post("/cart/lines", "sku=PD-1&quantity=1").await] {
        assert_eq!(seen.status, 410);
        seen.shows("We do not sell this book now");
    }
    assert_eq!(pages.get("/books/PD-999").await.status, 404);
}
