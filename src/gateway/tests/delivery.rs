//! What an order costs by where it goes and how, over the API.

use std::sync::Arc;

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::one_cart::OneCartShop;
use super::test_gateway::*;
use crate::actors::Rules;
use crate::domain::quote::{
    DeliveryTable, Method, Place, PriceTables, Rate, Step, TaxClass, TaxRate, TaxTable, Zone,
};
use crate::domain::{CountryCode, Date};

fn country(code: &str) -> CountryCode {
    CountryCode::parse(code).unwrap()
}

fn method(id: &str, price: i64, grams_max: Option<u32>) -> Method {
    let steps = vec![Step { grams_max, price }];
    Method { id: id.into(), title: id.to_uppercase().into(), days: (1, 3), free_from: None, steps }
}

fn zone(code: &str, methods: Vec<Method>) -> Zone {
    Zone { name: code.to_owned(), places: vec![Place::country(country(code))], methods }
}

/// Britain by post or courier, Ireland by post, and the states with New York's tax.
pub fn prices(included: bool) -> PriceTables {
    let rate = |place: &str, region: Option<&str>, percent| TaxRate {
        country: country(place),
        region: region.map(Into::into),
        class: TaxClass::Standard,
        from: Date(0),
        rate: Rate::percent(percent).unwrap(),
    };
    let zones = vec![
        zone("GB", vec![method("post", 299, Some(5_000)), method("courier", 950, Some(10_000))]),
        zone("IE", vec![method("post", 799, None)]),
        zone("US", vec![method("post", 1_000, None)]),
    ];
    PriceTables {
        currency: gbp(0).currency,
        tax: TaxTable::new(included, [rate("GB", None, "20"), rate("US", Some("NY"), "8.875")]),
        delivery: DeliveryTable::new(zones, 500).unwrap(),
    }
}

fn selling(included: bool) -> TestGateway {
    let mut gateway = TestGateway::new();
    gateway.app.shop = OneCartShop::open();
    gateway.app.rules = Arc::new(Rules { prices: Arc::new(prices(included)), ..Rules::default() });
    gateway
}

/// Two of Emma, at £7.99 each, in a cart.
async fn with_two(gateway: &TestGateway) -> String {
    let created = gateway.send(TestRequest::post().uri("/api/v1/carts")).await;
    let cart = created.header("location").unwrap().to_owned();
    let put = TestRequest::put().uri(&format!("{cart}/lines/PD-1")).set_json(json!({ "quantity": 2 }));
    assert_eq!(gateway.send(put).await.status, 200);
    cart
}

fn pounds(pence: i64) -> Value {
    json!({ "amount": pence, "currency": "GBP" })
}

#[actix_web::test]
async fn a_cart_shows_what_it_costs_where_it_is_to_go_and_by_which_ways() {
    let gateway = selling(true);
    let cart = with_two(&gateway).await;
    let shown = async |query: &str| gateway.send(get(&format!("{cart}{query}"))).await.body;
    let home = shown("").await;
    assert_eq!((&home["total"], &home["totals"]["tax"]), (&pounds(1_598 + 299), &pounds(266 + 50)));
    assert_eq!(home["totals"]["tax_included"], true);
    let methods = home["delivery_methods"].as_array().unwrap();
    assert_eq!(methods.iter().map(|one| &one["method"]).collect::<Vec<_>>(), ["post", "courier"]);
    assert_eq!(home["valid_until"], "2026-11-23");
    assert_eq!(shown("?delivery_method=courier").await["total"], pounds(1_598 + 950));
    let ireland = shown("?country=IE&postcode=A65+F4E2").await;
    assert_eq!((&ireland["total"], &ireland["totals"]["tax"]), (&pounds(1_598 + 799), &pounds(0)));
    let japan = shown("?country=JP").await;
    assert_eq!((&japan["total"], &japan["delivery_methods"]), (&Value::Null, &json!([])));
    for bad in ["?country=XX", "?region=NY", "?delivery_method=By+air", "?where=GB"] {
        gateway.send(get(&format!("{cart}{bad}"))).await.assert_problem(400, "bad_query");
    }
}

#[actix_web::test]
async fn tax_comes_on_top_in_the_state_that_takes_it() {
    let gateway = selling(false);
    let cart = with_two(&gateway).await;
    let shown = gateway.send(get(&format!("{cart}?country=US&region=New+York&postcode=10001"))).await.body;
    // 141.8225 of the books, 88.75 of their delivery
    assert_eq!((&shown["totals"]["tax"], &shown["total"]), (&pounds(142 + 89), &pounds(1_598 + 1_000 + 231)));
    assert_eq!(
        (&shown["totals"]["tax_included"], &shown["taxes"][0]["rate"]),
        (&json!(false), &json!("8.875"))
    );
    let elsewhere = gateway.send(get(&format!("{cart}?country=US&region=OR&postcode=97201"))).await.body;
    assert_eq!(elsewhere["total"], pounds(1_598 + 1_000));
}

#[actix_web::test]
async fn an_order_goes_the_way_that_it_names_and_nowhere_else() {
    let gateway = selling(true);
    let order_by = |key: &str, edit: &dyn Fn(&mut Value)| {
        let mut body = order();
        edit(&mut body);
        post("/api/v1/orders", &body).insert_header(("Idempotency-Key", key.to_owned()))
    };
    let courier = gateway.send(order_by("k-1", &|body| body["delivery_method"] = json!("courier"))).await;
    assert_eq!((courier.status.as_u16(), &courier.body["delivery"]["method"]), (201, &json!("courier")));
    let other = gateway.send(order_by("k-1", &|body| body["delivery_method"] = json!("post"))).await;
    assert_eq!(other.status, 201, "the played order manager compares no digest");
    let nowhere = gateway
        .send(order_by("k-2", &|body| {
            body["shipping_address"] = json!({
                "line1": "1 Chome", "city": "Setagaya", "region": "Tokyo", "postcode": "154-0023", "country": "JP",
            });
        }))
        .await;
    nowhere.assert_problem(422, "not_delivered");
    assert_eq!(nowhere.body["pointer"], "/shipping_address");
    let unknown = gateway.send(order_by("k-3", &|body| body["delivery_method"] = json!("drone"))).await;
    unknown.assert_problem(422, "bad_field");
    assert_eq!(unknown.body["pointer"], "/delivery_method");
    let heavy = gateway.send(order_by("k-4", &|body| body["lines"][0]["quantity"] = json!(40))).await;
    heavy.assert_problem(422, "too_heavy");
}

#[actix_web::test]
async fn a_cart_is_bought_for_what_it_costs_at_the_address_that_it_goes_to() {
    let gateway = selling(true);
    let cart = with_two(&gateway).await;
    let buys = |expected: i64, edit: fn(&mut Value)| {
        let mut body = checkout();
        body["expected_total"] = pounds(expected);
        edit(&mut body);
        post(&format!("{cart}/checkout"), &body)
    };
    let by_courier = |body: &mut Value| body["delivery_method"] = json!("courier");
    let refused = gateway.send(buys(1_598 + 299, by_courier)).await;
    refused.assert_problem(409, "price_changed");
    assert_eq!(refused.body["cart"]["total"], pounds(1_598 + 950));
    let bought = gateway.send(buys(1_598 + 950, by_courier)).await;
    assert_eq!((bought.status.as_u16(), &bought.body["total"]), (201, &pounds(1_598 + 950)));
}
