//! A basket: filled, changed, left lying, bought.

use serde_json::{Value, json};

use super::buyer::{Bought, wish};
use super::order::{IN_STOCK, OUT_OF_STOCK};
use super::shop::{TestShop, setup};
use super::wait::until;

struct Cart<'s> {
    shop: &'s TestShop,
    path: String,
}

impl<'s> Cart<'s> {
    #[track_caller]
    fn new(shop: &'s TestShop) -> Cart<'s> {
        let made = shop.client().post("/carts", &[], &json!({})).expect(201);
        assert_eq!(made.json["lines"], json!([]));
        Cart { shop, path: format!("/carts/{}", made.text_of("id")) }
    }

    #[track_caller]
    fn shown(&self) -> Value {
        self.shop.client().get(&self.path).expect(200).json
    }

    #[track_caller]
    fn puts(&self, sku: &str, quantity: u32) -> Value {
        let path = format!("{}/lines/{sku}", self.path);
        self.shop.client().put(&path, &json!({"quantity": quantity})).expect(200).json
    }

    #[track_caller]
    fn removes(&self, sku: &str) -> Value {
        self.shop.client().delete(&format!("{}/lines/{sku}", self.path)).expect(200).json
    }

    fn checks_out(&self, key: &str, wish: &super::buyer::Wish) -> super::http::Answer {
        let total = self.shown()["total"].clone();
        self.checks_out_for(total, key, wish)
    }

    fn checks_out_for(&self, total: Value, key: &str, wish: &super::buyer::Wish) -> super::http::Answer {
        let mut body = wish.0.clone();
        body.as_object_mut().expect("a wish is an object").remove("lines");
        body["expected_total"] = total;
        self.shop.client().post(&format!("{}/checkout", self.path), &[("Idempotency-Key", key)], &body)
    }
}

fn quantities(cart: &Value) -> Vec<(String, u64)> {
    let lines = cart["lines"].as_array().expect("a cart has lines");
    let line = |line: &Value| {
        (line["sku"].as_str().expect("a SKU").to_owned(), line["quantity"].as_u64().expect("a quantity"))
    };
    lines.iter().map(line).collect()
}

#[test]
fn a_basket_is_filled_changed_and_bought() {
    let shop = setup().open();
    let cart = Cart::new(&shop);
    cart.puts(IN_STOCK, 2);
    cart.puts("PD-0003", 1);
    let full = cart.puts(IN_STOCK, 3);
    assert_eq!(quantities(&full), [(IN_STOCK.to_owned(), 3), ("PD-0003".to_owned(), 1)]);
    assert_eq!(full["total"]["amount"], 3 * 749 + 799 + 299);
    let less = cart.removes("PD-0003");
    assert_eq!(quantities(&less), [(IN_STOCK.to_owned(), 3)]);
    assert_eq!(cart.shown(), less);

    let key = shop.new_key();
    let answer = cart.checks_out(&key, &wish(IN_STOCK)).expect(201);
    assert_eq!(answer.json["total"], less["total"], "she pays what the basket showed");
    assert_eq!(quantities(&answer.json), [(IN_STOCK.to_owned(), 3)]);
    assert_eq!(quantities(&cart.shown()), [], "what is bought is out of the basket");
    let again = cart.checks_out_for(less["total"].clone(), &key, &wish(IN_STOCK)).expect(201);
    assert!(again.was_replayed());
    let order = Bought::from(&answer);
    assert_eq!(Bought::from(&again), order);
    shop.waits_for_state(&order, "closed");
}

#[test]
fn a_declined_card_leaves_the_basket_as_it_was() {
    let shop = setup().open();
    let cart = Cart::new(&shop);
    let full = cart.puts(IN_STOCK, 2);
    let declined = cart.checks_out(&shop.new_key(), &wish(IN_STOCK).by("tok_declined"));
    declined.expect_problem(402, "payment_declined");
    assert_eq!(cart.shown(), full);
    cart.checks_out(&shop.new_key(), &wish(IN_STOCK)).expect(201);
}

#[test]
fn what_is_out_of_stock_can_be_waited_for_from_a_basket_too() {
    let shop = setup().open();
    let cart = Cart::new(&shop);
    cart.puts(OUT_OF_STOCK, 1);
    cart.checks_out(&shop.new_key(), &wish(OUT_OF_STOCK)).expect_problem(409, "out_of_stock");
    let answer = cart.checks_out(&shop.new_key(), &wish(OUT_OF_STOCK).waiting()).expect(201);
    assert_eq!(answer.json["state"], "awaiting_stock");
}

#[test]
fn an_empty_or_unknown_basket_cannot_be_bought() {
    let shop = setup().open();
    let cart = Cart::new(&shop);
    let seen_elsewhere = json!({ "amount": 1_048, "currency": "GBP" });
    let checks_out =
        |cart: &Cart<'_>| cart.checks_out_for(seen_elsewhere.clone(), &shop.new_key(), &wish(IN_STOCK));
    checks_out(&cart).expect_problem(422, "cart_empty");
    let stranger = Cart { shop: &shop, path: "/carts/cart_01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned() };
    checks_out(&stranger).expect_problem(404, "no_such_cart");
    shop.client().get(&stranger.path).expect_problem(404, "no_such_cart");
    shop.client().get("/carts/nonsense").expect_problem(404, "no_such_cart");
}

#[test]
fn a_basket_that_was_left_lying_leaves_memory_and_comes_back_with_its_lines() {
    let shop = setup().set("DOORSTEP_SESSIONS__PASSIVATE_AFTER_MS", "50").open();
    let cart = Cart::new(&shop);
    let full = cart.puts(IN_STOCK, 2);
    until("no visitor's session is in memory", || {
        let report = shop.actors();
        let names = report["actors"].as_array().expect("a list of actors");
        let visitor = |actor: &Value| {
            let name = actor["name"].as_str().unwrap_or_default();
            name.starts_with("WebSession(") && name != "WebSession(programs)"
        };
        (!names.iter().any(visitor)).then_some(())
    });
    assert_eq!(cart.shown(), full);
}

#[test]
fn a_basket_outlives_the_process() {
    let mut shop = setup().open();
    let (path, full) = {
        let cart = Cart::new(&shop);
        let full = cart.puts(IN_STOCK, 2);
        (cart.path, full)
    };
    shop.restart();
    assert_eq!(Cart { shop: &shop, path: path.clone() }.shown(), full);
    assert_eq!(shop.stop().code(), Some(0));
    shop.start();
    assert_eq!(Cart { shop: &shop, path }.shown(), full);
}
