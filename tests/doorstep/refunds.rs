//! A clerk gives money back, by the command and by the API; the customer reads it.

use serde_json::{Value, json};

use super::order::{IN_STOCK, letter};
use super::shop::{TestShop, setup};
use super::verify::printed;

fn refund(shop: &TestShop, arguments: &[&str]) -> Value {
    let words = ["refund", "--json", "--reason", "a page was torn", "--by", "ada"];
    let said = shop.command(&[&words[..], arguments].concat());
    assert!(said.status.success(), "{}", printed(&said));
    serde_json::from_slice(&said.stdout).expect("a refund as JSON")
}

#[test]
fn what_was_taken_is_given_back_once_under_a_key_while_the_shop_is_open_and_when_it_is_closed() {
    let mut shop = setup().speed(20_000).open();
    let unknown = shop.command(&["refund", "ord_01M82JCK9436720E3PWGSQMM7Z", "--reason", "torn"]);
    assert!(printed(&unknown).contains("there is no order"), "{}", printed(&unknown));
    let order = shop.buys(IN_STOCK);
    shop.waits_for_state(&order, "closed");
    for repeated in [false, true] {
        let told = refund(&shop, &[&order.id, "2.50", "--key", "first"]);
        assert_eq!((&told["amount"]["amount"], &told["repeated"]), (&json!(250), &json!(repeated)));
    }
    shop.waits_to_read(&order, "£2.50 was refunded");
    let payment = &shop.looks_at(&order).json["payment"];
    assert_eq!((&payment["state"], &payment["refunded"]["amount"]), (&json!("partly_refunded"), &json!(250)));
    assert!(letter(&shop, &order.id, "refund-done").contains("refund"));
    let story = printed(&shop.command(&["explain", &order.id]));
    for told in ["ada has 2.50 GBP given back: a page was torn", "refunded: 2.50 GBP"] {
        assert!(story.contains(told), "{told} in {story}");
    }
    let too_much = shop.command(&["refund", &order.id, "1000", "--reason", "torn"]);
    assert!(!too_much.status.success(), "{}", printed(&too_much));
    assert!(printed(&too_much).contains("is left of what was taken"), "{}", printed(&too_much));

    assert_eq!(shop.stop().code(), Some(0));
    let rest = refund(&shop, &[&order.id]);
    assert!(rest["amount"]["amount"].as_i64().is_some_and(|amount| amount > 0), "{rest}");
    shop.does(&["verify"]);
}

#[test]
fn a_clerks_key_gives_money_back_by_the_api_and_no_other() {
    let shop = setup().speed(20_000).open();
    let order = shop.buys(IN_STOCK);
    shop.waits_for_state(&order, "closed");
    let added = shop.command(&["keys", "add", "helpdesk", "--clerk"]);
    let clerk = String::from_utf8_lossy(&added.stdout).trim().to_owned();
    let buyer = shop.adds_key("till");
    let path = format!("/orders/{}/refunds", order.id);
    let asks = |key: &str| {
        let bearer = format!("Bearer {key}");
        let headers = [("Authorization", bearer.as_str()), ("Idempotency-Key", "r-1")];
        shop.client().post(&path, &headers, &json!({ "reason": "a page was torn" }))
    };
    asks(&buyer).expect(403);
    asks(&clerk).expect(201);
    asks(&clerk).expect(200);
    shop.waits_to_read(&order, "was refunded");
    assert_eq!(shop.looks_at(&order).json["payment"]["state"], "refunded");
}
