//! API keys of programs, on the real daemon and on a closed directory.

use serde_json::json;

use super::buyer::wish;
use super::http::Client;
use super::shop::setup;

const SKU: &str = "KEY-1";

fn shop() -> super::shop::TestShop {
    setup().catalogue(&[(SKU.to_owned(), 100)]).open()
}

#[test]
fn a_shop_takes_orders_of_programs_with_a_key_until_it_is_revoked() {
    let shop = shop();
    let anybody = Client::new(&shop.url);
    anybody.order("k", &wish(SKU).0).expect_problem(401, "api_key_missing");
    // made while the daemon runs, good at once
    let till = anybody.with_key(Some(shop.adds_key("till")));
    let taken = till.order("k", &wish(SKU).0).expect(201);
    let listed = shop.command(&["keys", "list", "--json"]);
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!((&listed[1]["name"], &listed[1]["revoked_at"]), (&json!("till"), &json!(null)));
    assert!(!shop.command(&["keys", "add", "till"]).status.success(), "it has one");
    assert!(shop.command(&["keys", "revoke", "till"]).status.success());
    till.order("k", &wish(SKU).0).expect_problem(401, "api_key_unknown");
    till.get(&format!("/orders/{}", taken.text_of("id"))).expect_problem(401, "api_key_unknown");
    // the program of the same name is the same, and its key another
    let till = anybody.with_key(Some(shop.adds_key("till")));
    assert!(till.order("k", &wish(SKU).0).was_replayed());
}

#[test]
fn keys_of_two_programs_do_not_meet_and_each_reads_its_own_orders_alone() {
    let mut shop = shop();
    let [till, market] = ["till", "market"].map(|name| shop.adds_key(name));
    let as_program =
        |shop: &super::shop::TestShop, key: &str| Client::new(&shop.url).with_key(Some(key.to_owned()));
    let one = as_program(&shop, &till).order("same", &wish(SKU).0).expect(201);
    let other = as_program(&shop, &market).order("same", &wish(SKU).0).expect(201);
    assert!(!other.was_replayed());
    assert_ne!(one.text_of("id"), other.text_of("id"));
    // what was made is there after a restart, and after a rebuild of the trees
    assert_eq!(shop.stop().code(), Some(0));
    shop.verifies();
    assert!(shop.command(&["rebuild"]).status.success());
    shop.start();
    let path = format!("/orders/{}", one.text_of("id"));
    as_program(&shop, &till).get(&path).expect(200);
    as_program(&shop, &market).get(&path).expect_problem(404, "no_such_order");
    Client::new(&shop.url).get(&path).expect_problem(404, "no_such_order");
    let key = one.text_of("key");
    as_program(&shop, &market).get(&format!("{path}?key={key}")).expect(200);
    assert!(as_program(&shop, &market).order("same", &wish(SKU).0).was_replayed());
}
