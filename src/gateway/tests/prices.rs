//! A price that changes while a book lies in a cart, by the API.

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::one_cart::OneCartShop;
use super::test_gateway::*;
use crate::actors::web_session::{NoCheckout, Submit};
use crate::domain::catalogue::{Catalogue, Product};

fn emma_for(pence: i64) -> Product {
    Product { price: gbp(pence), ..emma() }
}

/// A program with two of Emma in its cart, at £8.00 each.
struct Program {
    gateway: TestGateway,
    cart: String,
}

impl Program {
    async fn with_two() -> Program {
        let mut gateway = TestGateway::new();
        gateway.app.shop = OneCartShop::open();
        gateway.sells(vec![emma_for(800), iliad()]);
        let created = gateway.send(TestRequest::post().uri("/api/v1/carts")).await;
        let program = Program { gateway, cart: created.header("location").unwrap().to_owned() };
        program.puts(2).await;
        program
    }

    async fn puts(&self, quantity: u32) {
        let uri = format!("{}/lines/PD-1", self.cart);
        let put = TestRequest::put().uri(&uri).set_json(json!({ "quantity": quantity }));
        assert_eq!(self.gateway.send(put).await.status, 200);
    }

    async fn looks(&self) -> Value {
        let seen = self.gateway.send(get(&self.cart)).await;
        assert_eq!(seen.status, 200);
        seen.body
    }

    async fn buys(&self, expected: Value) -> HttpAnswer {
        let mut body = checkout();
        body["expected_total"] = expected;
        self.gateway.send(post(&format!("{}/checkout", self.cart), &body)).await
    }
}

fn pounds(pence: i64) -> Value {
    json!({ "amount": pence, "currency": "GBP" })
}

#[actix_web::test]
async fn a_cart_shows_the_price_of_now_and_the_one_of_before_until_its_line_changes() {
    let program = Program::with_two().await;
    assert_eq!(program.looks().await["lines"][0].get("was"), None);
    program.gateway.sells(vec![emma_for(900)]);
    for _ in 0..2 {
        let cart = program.looks().await;
        assert_eq!(cart["lines"][0]["unit_price"], pounds(900));
        assert_eq!(cart["lines"][0]["was"], pounds(800));
        assert_eq!(cart["total"], pounds(2 * 900 + 299));
    }
    program.puts(3).await;
    assert_eq!(program.looks().await["lines"][0].get("was"), None);
}

/// The answer may be lost, and a client repeats by itself what was not answered: then she has seen nothing.
#[actix_web::test]
async fn a_cart_is_bought_at_a_new_price_that_was_seen_and_not_by_asking_twice_or_by_looking() {
    let program = Program::with_two().await;
    for pence in [900, 700] {
        program.gateway.sells(vec![emma_for(pence)]);
        for _ in 0..2 {
            let refused = program.buys(pounds(1_899)).await;
            refused.assert_problem(409, "price_changed");
            let line = &refused.body["cart"]["lines"][0];
            assert_eq!((&line["unit_price"], &line["was"]), (&pounds(pence), &pounds(800)));
            assert_eq!(refused.body["cart"]["total"], pounds(2 * pence + 299));
            assert_eq!(OneCartShop::placed(), [None], "only what the key has bought before is asked");
            // an answer that may never have come
            program.looks().await;
        }
    }
    let bought = program.buys(program.looks().await["total"].clone()).await;
    assert_eq!((bought.status.as_u16(), &bought.body["total"]), (201, &pounds(2 * 700 + 299)));
}

#[actix_web::test]
async fn who_does_not_say_what_a_cart_costs_buys_nothing() {
    let program = Program::with_two().await;
    let checkout_path = format!("{}/checkout", program.cart);
    let refused = program.gateway.send(post(&checkout_path, &checkout())).await;
    refused.assert_problem(422, "bad_field");
    assert_eq!(refused.body["pointer"], "/expected_total");
}

#[actix_web::test]
async fn what_a_key_has_bought_is_answered_again_whatever_books_cost_since() {
    let program = Program::with_two().await;
    let bought = program.buys(pounds(1_899)).await;
    assert_eq!(bought.status, 201);
    program.puts(1).await;
    program.gateway.sells(vec![emma_for(900)]);
    for expected in [pounds(1_899), pounds(5)] {
        let again = program.buys(expected).await;
        assert_eq!((again.status, again.header("idempotent-replayed")), (bought.status, Some("true")));
        assert_eq!(again.body["total"], pounds(1_899));
    }
    program.gateway.sells(vec![iliad()]);
    assert_eq!(program.buys(pounds(1_899)).await.status, 201, "it is no longer sold, and was bought");
}

#[actix_web::test]
async fn a_total_that_is_expected_is_paid_or_nothing_is() {
    let program = Program::with_two().await;
    for other in [pounds(1_898), pounds(0), json!({ "amount": 1_899, "currency": "EUR" })] {
        program.buys(other).await.assert_problem(409, "price_changed");
    }
    for bad in [json!(1_899), json!({ "amount": 1.5, "currency": "GBP" }), pounds(-1)] {
        let refused = program.buys(bad).await;
        refused.assert_problem(422, "bad_field");
        assert!(refused.body["pointer"].as_str().unwrap().starts_with("/expected_total"));
    }
    assert_eq!(program.buys(pounds(1_899)).await.status, 201);
}

#[actix_web::test]
async fn what_is_no_longer_sold_is_in_no_sum_and_its_cart_is_not_bought_before_it_is_out() {
    let program = Program::with_two().await;
    let iliad_in = TestRequest::put().uri(&format!("{}/lines/PD-2", program.cart));
    program.gateway.send(iliad_in.set_json(json!({ "quantity": 1 }))).await;
    program.gateway.sells(vec![iliad()]);
    let with_iliad = iliad().price.amount + 299;
    let cart = program.looks().await;
    let is_sold: Vec<_> = cart["lines"].as_array().unwrap().iter().map(|line| &line["is_sold"]).collect();
    assert_eq!((is_sold, &cart["total"]), (vec![&json!(false), &json!(true)], &pounds(with_iliad)));
    program.buys(pounds(with_iliad)).await.assert_problem(410, "product_gone");
    let out = TestRequest::delete().uri(&format!("{}/lines/PD-1", program.cart));
    assert_eq!(program.gateway.send(out).await.body["total"], pounds(with_iliad));
    assert_eq!(program.buys(pounds(with_iliad)).await.status, 201);
    assert_eq!(OneCartShop::placed(), [None, Some(with_iliad)]);
}

#[actix_web::test]
async fn an_order_in_one_call_costs_what_it_expects_or_is_not_taken() {
    let mut gateway = TestGateway::new();
    gateway.app.shop = OneCartShop::open();
    gateway.sells(vec![emma_for(900)]);
    let expecting = |pence| {
        let mut body = order();
        body["expected_total"] = pounds(pence);
        post("/api/v1/orders", &body)
    };
    let refused = gateway.send(expecting(1_899)).await;
    refused.assert_problem(409, "price_changed");
    assert_eq!(refused.body["total"], pounds(2_099));
    assert_eq!(gateway.send(expecting(2_099)).await.body["total"], pounds(2_099));
    // the key has bought, whatever is expected and whatever it costs
    gateway.sells(vec![emma_for(1_000)]);
    for request in [expecting(2_099), expecting(1), post("/api/v1/orders", &order())] {
        let again = gateway.send(request).await;
        assert_eq!((again.status.as_u16(), again.header("idempotent-replayed")), (201, Some("true")));
    }
    // nor whether it is sold any more
    gateway.app.catalogue.replace(Catalogue::build(vec![iliad()]).unwrap().without([emma().sku]));
    assert_eq!(gateway.send(post("/api/v1/orders", &order())).await.status, 201);
    let other = post("/api/v1/orders", &order()).insert_header(("Idempotency-Key", "another"));
    gateway.send(other).await.assert_problem(422, "unknown_sku");
}

#[actix_web::test]
async fn an_order_that_costs_too_much_by_now_was_taken_if_it_was() {
    let dear = || {
        let mut body = order();
        body["lines"] = json!([{ "sku": "PD-2", "quantity": 100 }]);
        post("/api/v1/orders", &body)
    };
    let gateway = TestGateway::new().replies::<Submit>(Err(NoCheckout::CartEmpty)).replies::<Submit>(
        answer_again(crate::actors::order_manager::Outcome::Taken(Box::new(order_view()))),
    );
    let refused = gateway.send(dear()).await;
    refused.assert_problem(422, "total_too_large");
    assert_eq!(refused.body["pointer"], "/lines");
    assert_eq!(gateway.send(dear()).await.status, 201);
}
