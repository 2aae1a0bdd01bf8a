use serde_json::json;

use super::test_gateway::*;
use crate::actors::stock_keeper::{Availability, Check, Earliest, Message as ToStock};
use crate::actors::web_session::{NoCheckout, Submit};
use crate::actors::{Address, Message};
use crate::domain::catalogue::{Catalogue, Product};
use crate::domain::{Date, Sku};

fn of_emma(available: u32, earliest: Option<Date>) -> Vec<Availability> {
    vec![Availability { sku: emma().sku, available, earliest }]
}

#[actix_web::test]
async fn a_search_lists_what_matches_with_what_is_there() {
    let gateway = TestGateway::new().replies::<Check>(of_emma(7, None));
    let answered = gateway.send(get("/api/v1/products?q=austen")).await;
    assert_eq!(
        answered.body,
        json!({
            "products": [{
                "sku": "PD-1",
                "title": "Emma",
                "authors": ["Jane Austen"],
                "year": 1815,
                "price": { "amount": 799, "currency": "GBP" },
                "available": 7,
            }],
            "next_cursor": null,
            "total": 1,
        })
    );
    let asked = gateway.asked();
    let [(Address::StockKeeper, Message::StockKeeper(ToStock::Check(Check { skus })))] = asked.as_slice()
    else {
        panic!("{asked:?}")
    };
    assert_eq!(skus, &[emma().sku]);
}

#[actix_web::test]
async fn what_the_stock_keeper_does_not_list_is_not_there() {
    let answered = TestGateway::new().replies::<Check>(vec![]).send(get("/api/v1/products")).await;
    assert_eq!(answered.body["total"], 2);
    assert_eq!(answered.body["products"][1]["available"], 0);
}

#[actix_web::test]
async fn pages_of_twenty_follow_one_another() {
    let sku = |n| Sku::parse(&format!("PD-{n:02}")).unwrap();
    let many = (0..45).map(|n| Product { sku: sku(n), ..emma() }).collect();
    let mut gateway = TestGateway::new();
    gateway.app.catalogue =
        std::sync::Arc::new(crate::gateway::LiveCatalogue::new(Catalogue::build(many).unwrap()));
    let mut seen = vec![];
    let mut uri = "/api/v1/products?q=emma".to_owned();
    for expected in [20, 20, 5] {
        gateway = gateway.replies::<Check>(vec![]);
        let answered = gateway.send(get(&uri)).await;
        let products = answered.body["products"].as_array().unwrap();
        assert_eq!((products.len(), &answered.body["total"]), (expected, &json!(45)));
        seen.extend(products.iter().map(|product| product["sku"].as_str().unwrap().to_owned()));
        let next = answered.body["next_cursor"].as_str().unwrap_or_default();
        uri = format!("/api/v1/products?q=emma&cursor={next}");
    }
    seen.dedup();
    assert_eq!(seen.len(), 45);
    assert!(uri.ends_with("cursor="));
}

#[actix_web::test]
async fn a_bad_query_is_told() {
    let gateway = TestGateway::new();
    let long = format!("/api/v1/products?q={}", "x".repeat(201));
    for uri in ["/api/v1/products?cursor=zzz", "/api/v1/products?q=a&q=b", &long] {
        gateway.send(get(uri)).await.assert_problem(400, "bad_query");
    }
    assert!(gateway.asked().is_empty());
}

#[actix_web::test]
async fn a_product_shows_when_it_could_be_here() {
    let gateway = TestGateway::new().replies::<Earliest>(of_emma(0, Some(Date(20_790))));
    let answered = gateway.send(get("/api/v1/products/PD-1")).await;
    assert_eq!(
        answered.body,
        json!({
            "sku": "PD-1",
            "title": "Emma",
            "authors": ["Jane Austen"],
            "year": 1815,
            "isbn": "9780141439587",
            "language": "en",
            "price": { "amount": 799, "currency": "GBP" },
            "weight_grams": 340,
            "availability": { "available": 0, "earliest_date": "2026-12-05" },
        })
    );
    answered.assert_hardened();
    assert!(matches!(gateway.asked()[0].1, Message::StockKeeper(ToStock::Earliest(_))));
}

#[actix_web::test]
async fn a_product_that_is_not_sold_is_told_without_asking() {
    let gateway = TestGateway::new();
    for sku in ["PD-9", "a%20b", "%FF", "..%2f", "PD-9%2F1"] {
        gateway.send(get(&format!("/api/v1/products/{sku}"))).await.assert_problem(404, "no_such_product");
    }
    assert!(gateway.asked().is_empty());
}

#[actix_web::test]
async fn a_code_with_a_slash_and_a_space_has_an_address_of_its_own() {
    let sku = Sku::parse("GB/12 A.b").unwrap();
    let of_it = vec![Availability { sku: sku.clone(), available: 3, earliest: None }];
    let mut gateway = TestGateway::new().replies::<Earliest>(of_it);
    let odd = vec![Product { sku, ..emma() }];
    gateway.app.catalogue =
        std::sync::Arc::new(crate::gateway::LiveCatalogue::new(Catalogue::build(odd).unwrap()));
    let answered = gateway.send(get("/api/v1/products/GB%2F12%20A.b")).await;
    assert_eq!(answered.status, 200);
    assert_eq!(answered.body["sku"], "GB/12 A.b");
    gateway.send(get("/api/v1/products/GB/12%20A.b")).await.assert_problem(404, "not_found");
}

#[actix_web::test]
async fn what_is_sold_no_more_is_gone_from_the_next_request_on_and_cannot_be_ordered() {
    let gateway = TestGateway::new()
        .replies::<Earliest>(of_emma(7, None))
        .replies::<Submit>(Err(NoCheckout::CartEmpty));
    assert_eq!(gateway.send(get("/api/v1/products/PD-1")).await.status, 200);
    let without_emma = Catalogue::build(vec![iliad()]).unwrap().without([emma().sku]);
    gateway.app.catalogue.replace(without_emma);
    gateway.send(get("/api/v1/products/PD-1")).await.assert_problem(410, "product_gone");
    gateway.send(get("/api/v1/products/PD-999")).await.assert_problem(404, "no_such_product");
    let refused =
        gateway.send(post("/api/v1/orders", &order()).insert_header(("Idempotency-Key", "k"))).await;
    refused.assert_problem(422, "unknown_sku");
    assert_eq!(refused.body["pointer"], "/lines/0/sku");
    assert_eq!(refused.body["detail"], "`PD-1` was sold once, and is sold no more");
}
