//! A price that changes while a book lies in a basket, by the pages.

use crate::actors::order_manager::Outcome;
use crate::actors::web_session::{Create, Message as CartMessage};
use crate::actors::{Address, Message};
use crate::domain::Sku;
use crate::domain::catalogue::Product;
use crate::gateway::tests::one_cart::OneCartShop;

use super::paying::ADA;
use super::test_pages::*;

fn emma_for(pence: i64) -> Product {
    Product { price: gbp(pence), ..emma() }
}

/// A visitor with one of Emma in her basket, at £8.00.
async fn shopping() -> TestPages {
    OneCartShop::open();
    let pages = TestPages::new(|to, message| match message {
        Message::StockKeeper(_) => stocked(9, vec![])(to, message),
        _ => Ok(OneCartShop::ask(to, message.clone())),
    });
    let pages = pages.selling(vec![emma_for(800)]);
    OneCartShop::ask(Address::WebSession(session()), CartMessage::from(Create).into());
    pages.post("/cart/lines", "sku=PD-1&quantity=1").await.goes_to("/cart");
    pages
}

/// The address of the card page, after she has sent the form of a page that showed this total.
async fn goes_on(pages: &TestPages, seen: i64) -> SeenPage {
    pages.post("/checkout", &format!("{ADA}&seen={seen}")).await
}

fn begun(pages: &TestPages) -> usize {
    let is_begin = |(_, message): &_| matches!(message, Message::WebSession(CartMessage::BeginCheckout(_)));
    pages.asked().iter().filter(|asked| is_begin(asked)).count()
}

#[actix_web::test]
async fn a_basket_says_which_prices_have_changed_until_she_changes_the_line() {
    let pages = shopping().await;
    pages.get("/cart").await.shows("£8.00 each").hides("has changed");
    let pages = pages.selling(vec![emma_for(900)]);
    for _ in 0..2 {
        pages.get("/cart").await.shows("now £9.00, was £8.00").shows("£11.99");
        pages.get("/checkout").await.shows("“Emma” has changed: now £9.00, was £8.00.").shows("£11.99");
    }
    pages.post("/cart/lines", "sku=PD-1&quantity=2").await;
    pages.get("/cart").await.shows("£9.00 each").hides("has changed");
    let back = pages.selling(vec![emma_for(800)]);
    back.get("/cart").await.shows("now £8.00, was £9.00");
}

#[actix_web::test]
async fn a_form_that_showed_another_total_begins_nothing_and_is_shown_with_the_new_one() {
    let pages = shopping().await;
    pages.get("/checkout").await.shows("name=\"seen\" value=\"1099\"");
    let pages = pages.selling(vec![emma_for(900)]);
    let again = goes_on(&pages, 1_099).await;
    assert_eq!((again.status, begun(&pages)), (409, 0));
    again.shows("Nothing was begun or charged").shows("now £9.00, was £8.00").shows("value=\"Ada Lovelace\"");
    again.shows("name=\"seen\" value=\"1199\"");
    for unseen in ["", "&seen=", "&seen=1099", "&seen=x"] {
        assert_eq!(pages.post("/checkout", &format!("{ADA}{unseen}")).await.status, 409);
    }
    assert!(goes_on(&pages, 1_199).await.header("location").contains("amount=1199&"));
    assert_eq!(begun(&pages), 1);
}

#[actix_web::test]
async fn a_price_that_was_lowered_is_paid_once_she_has_seen_it() {
    let pages = shopping().await.selling(vec![emma_for(700)]);
    let again = goes_on(&pages, 1_099).await;
    assert_eq!(again.status, 409);
    again.shows("now £7.00, was £8.00");
    assert!(goes_on(&pages, 999).await.header("location").contains("amount=999&"));
}

#[actix_web::test]
async fn prices_that_have_changed_places_are_another_order_at_the_same_total() {
    let other = |pence| Product { sku: Sku::parse("PD-3").unwrap(), price: gbp(pence), ..emma() };
    let pages = shopping().await.selling(vec![emma_for(800), other(700)]);
    pages.post("/cart/lines", "sku=PD-3&quantity=1").await;
    let pages = pages.selling(vec![emma_for(700), other(800)]);
    assert_eq!(goes_on(&pages, 1_799).await.status, 409);
    assert_eq!(goes_on(&pages, 1_799).await.status, 303, "she has seen them now");
}

#[actix_web::test]
async fn a_book_that_is_no_longer_sold_is_said_to_be_so_and_is_not_checked_out() {
    let other = Product { sku: Sku::parse("PD-3").unwrap(), title: "Persuasion".into(), ..emma_for(700) };
    let pages = shopping().await.selling(vec![emma_for(800), other.clone()]);
    pages.post("/cart/lines", "sku=PD-3&quantity=1").await;
    let pages = pages.selling(vec![other]);
    let cart = pages.get("/cart").await;
    cart.shows("“Emma” is no longer sold. Please take it out").shows("No longer sold").shows("£9.99");
    cart.hides("value=\"checkout\"").hides("£17.99");
    pages.get("/checkout").await.goes_to("/cart");
    let alone = TestPages::new(stocked(9, vec![emmas(1)])).selling(vec![]);
    alone
        .get("/cart")
        .await
        .shows("take it out, and look whether we have another edition")
        .hides("check out.");
    pages.post("/cart/lines/PD-1/remove", "").await.goes_to("/cart");
    pages.get("/cart").await.hides("no longer sold").shows("value=\"checkout\"");
    assert_eq!(goes_on(&pages, 999).await.status, 303);
}

#[actix_web::test]
async fn a_book_that_goes_off_sale_while_she_types_is_taken_out_and_her_address_stays() {
    let other = Product { sku: Sku::parse("PD-3").unwrap(), title: "Persuasion".into(), ..emma_for(700) };
    let pages = shopping().await.selling(vec![emma_for(800), other.clone()]);
    pages.post("/cart/lines", "sku=PD-3&quantity=1").await;
    let pages = pages.selling(vec![other]);
    let again = goes_on(&pages, 1_799).await;
    assert_eq!((again.status, begun(&pages)), (409, 0));
    again.shows("“Emma” is no longer sold, so it was taken out of your basket");
    again.shows("Nothing was begun or charged").shows("value=\"Ada Lovelace\"").shows("value=\"999\"");
    assert_eq!(goes_on(&pages, 999).await.status, 303);
    let pages = shopping().await.selling(vec![]);
    goes_on(&pages, 1_099).await.goes_to("/cart");
    assert_eq!(begun(&pages), 0);
}

#[actix_web::test]
async fn who_has_paid_for_a_book_that_was_taken_off_sale_meanwhile_is_told_so() {
    let pages = TestPages::new(|to, message| match message {
        Message::WebSession(CartMessage::PayWith(_)) => {
            answered(Outcome::OutOfStock { order: refused_order(), earliest: None })
        }
        _ => stocked(9, vec![emmas(2)])(to, message),
    });
    let other = Product { sku: Sku::parse("PD-3").unwrap(), ..emma() };
    let seen = pages.selling(vec![other]).get("/checkout/return?checkout=nonce1").await;
    assert_eq!(seen.status, 409);
    seen.shows("“Emma” was taken off sale").shows("Nothing was charged").shows("href=\"/cart\"");
}
