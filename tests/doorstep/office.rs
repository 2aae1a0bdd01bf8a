//! What the operator's commands find: orders by what a customer says, and cases until they are closed; of a running daemon and of
//! its closed directory.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use super::buyer::wish;
use super::dead_letters::with_a_dead_letter;
use super::order::IN_STOCK;
use super::shop::{TestShop, setup};

#[track_caller]
fn out(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn orders(shop: &TestShop, arguments: &[&str]) -> Vec<Value> {
    let found = shop.command(&[&["orders", "--json"], arguments].concat());
    serde_json::from_str(&out(&found)).expect("a list as JSON")
}

#[track_caller]
fn ids(shop: &TestShop, arguments: &[&str]) -> Vec<String> {
    let text = |order: Value| order["id"].as_str().expect("an id").to_owned();
    orders(shop, arguments).into_iter().map(text).collect()
}

#[track_caller]
fn cases(shop: &TestShop, arguments: &[&str]) -> Value {
    let found = shop.command(&[&["cases", "--json"], arguments].concat());
    serde_json::from_str(&out(&found)).expect("cases as JSON")
}

/// The journal, byte for byte.
fn journal(shop: &TestShop) -> BTreeMap<String, Vec<u8>> {
    let read = |path: &Path| fs::read(path).expect("read a segment");
    let files = fs::read_dir(shop.data().join("journal")).expect("there is a journal").flatten();
    files.map(|file| (file.file_name().to_string_lossy().into_owned(), read(&file.path()))).collect()
}

#[test]
fn an_order_is_found_by_what_a_customer_says_of_it_while_the_shop_is_open_and_when_it_is_closed() {
    let mut shop = setup().speed(1).open();
    let (first, second) = (shop.buys(IN_STOCK).id, shop.buys(IN_STOCK).id);
    let all = orders(&shop, &[]);
    let number = all[0]["number"].as_str().expect("a number").to_owned();
    let misheard = format!("{}{}", &number[..6], (number.as_bytes()[6] - b'0' + 1) % 10);
    let find = |shop: &TestShop| {
        let newest_first = [second.clone(), first.clone()];
        assert_eq!(ids(shop, &[]), newest_first);
        for text in ["love", "LOVELACE", "ADA@EXAMPLE.COM", "sw1y4jh"] {
            assert_eq!(ids(shop, &["--search", text]), newest_first, "{text}");
        }
        for text in [number.as_str(), &format!("{} {}", &number[..3], &number[3..]), &second] {
            assert_eq!(ids(shop, &["--search", text]), [second.as_str()], "{text}");
        }
        assert_eq!(ids(shop, &["--search", "Byron"]), [""; 0]);
        for text in ["Lovelace, Ada", "london", &format!("no. {number}")] {
            assert!(ids(shop, &["--search", text]).contains(&second), "{text}");
        }
        assert_eq!(ids(shop, &["--limit", "1"]), [second.as_str()]);
        assert!(complaint(&shop.command(&["orders", "--limit", "1"])).contains("older ones: --limit"));
        assert_eq!(complaint(&shop.command(&["orders", "--limit", "2"])), "");
        assert_eq!(ids(shop, &["--state", "open"]), newest_first);
        assert_eq!(ids(shop, &["--state", "delivered"]), [""; 0]);
        let wrong = shop.command(&["orders", "--search", &misheard]);
        assert!(complaint(&wrong).contains("a digit of this number is wrong"), "{wrong:?}");
        assert_eq!(out(&wrong), "no orders\n");
    };
    find(&shop);
    assert_eq!(all[0]["customer"]["email"], "ada@example.com");
    assert_eq!(all[0]["shipping_address"]["postcode"], "SW1Y 4JH");
    let line = &all[0]["lines"][0];
    assert_eq!((&line["sku"], &line["quantity"]), (&IN_STOCK.into(), &1.into()), "{line}");
    assert!(line["unit_price"]["amount"].is_u64() && all[0]["delivery"]["amount"].is_u64(), "{line}");
    let ordered = format!(" × {IN_STOCK} ");
    for (arguments, shows) in
        [(&["orders"][..], false), (&["orders", "--lines"], true), (&["orders", "--search", &number], true)]
    {
        let table = out(&shop.command(arguments));
        assert_eq!(table.contains(&ordered) && table.contains(", London"), shows, "{arguments:?}: {table}");
    }
    let table = out(&shop.command(&["orders"]));
    let in_groups = format!("{} {}", &number[..3], &number[3..]);
    for word in [&in_groups, "Ada Lovelace", "£", &second] {
        assert!(table.contains(word), "no {word} in {table}");
    }
    assert_eq!(shop.command(&["orders", "--state", "lost"]).status.code(), Some(2));

    assert_eq!(shop.stop().code(), Some(0));
    let before = journal(&shop);
    find(&shop);
    assert_eq!(journal(&shop), before, "who looks changes nothing");
    shop.verifies();
}

#[test]
fn an_order_is_found_at_once_also_where_the_daemon_was_killed_before_its_trees_had_it() {
    let mut shop = setup().speed(1).set("DOORSTEP_STORAGE__CHECKPOINT_EVERY_MS", "600000").open();
    let order = shop.buys(IN_STOCK).id;
    shop.kill9();
    assert_eq!(ids(&shop, &["--search", "lovelace"]), [order]);
}

#[test]
fn a_case_is_listed_until_it_is_closed_with_who_and_why() {
    let (mut shop, order, _) = with_a_dead_letter();
    let list = cases(&shop, &["list"]);
    let [case] = &list.as_array().expect("a list")[..] else { panic!("one case: {list}") };
    assert_eq!(
        (case["kind"].as_str(), case["order"].as_str()),
        (Some("dead_letter"), Some(order.id.as_str()))
    );
    assert_eq!(
        (case["text"].as_str(), &case["closed"]),
        (Some("OrderManager gave up on Cancel"), &Value::Null)
    );
    let id = case["case"].as_str().expect("an id").to_owned();
    assert!(out(&shop.command(&["cases", "list"])).contains("OrderManager gave up on Cancel"));
    let told = out(&shop.command(&["explain", &id]));
    assert!(told.starts_with(&format!("{id} is about {}:\n{}, number ", order.id, order.id)), "{told}");
    assert!(
        told.contains("✝ Cancel given up") && told.contains("BackOffice on Open from OrderManager"),
        "{told}"
    );
    assert_eq!(shop.command(&["cases", "close", &id]).status.code(), Some(2), "without a why");

    let closed = shop.command(&["cases", "close", &id, "--why", "asked her by telephone", "--by", "ada"]);
    assert_eq!(out(&closed), format!("{id} is closed\n"));
    assert_eq!(cases(&shop, &["list"]), Value::Array(vec![]));
    let is_shown = |shop: &TestShop| {
        let shown = cases(shop, &["show", &id]);
        let closed = &shown["closed"];
        assert_eq!(
            (closed["by"].as_str(), closed["why"].as_str()),
            (Some("ada"), Some("asked her by telephone"))
        );
        assert_eq!(cases(shop, &["list", "--all"])[0]["closed"], *closed);
    };
    is_shown(&shop);
    let again = shop.command(&["cases", "close", &id, "--why", "again"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(complaint(&again).contains("by ada: asked her by telephone"), "{again:?}");
    let story = out(&shop.command(&["explain", &order.id]));
    assert!(story.contains("the case was closed: asked her by telephone (ada)"), "{story}");
    let unknown = shop.command(&["cases", "show", "case_999"]);
    assert!(complaint(&unknown).contains("there is no case case_999"), "{unknown:?}");

    shop.kill9();
    is_shown(&shop);
}

#[test]
fn a_case_of_a_closed_directory_is_closed_in_it() {
    let (mut shop, _, _) = with_a_dead_letter();
    let id = cases(&shop, &["list"])[0]["case"].as_str().expect("an id").to_owned();
    assert_eq!(shop.stop().code(), Some(0));
    out(&shop.command(&["cases", "close", &id, "--why", "known"]));
    assert_eq!(cases(&shop, &["show", &id])["closed"]["why"], "known");
    shop.verifies();
}

#[test]
fn the_log_tells_that_an_order_came_was_shipped_or_failed_and_nothing_of_its_customer() {
    let mut shop = setup().set("DOORSTEP_LOG__FORMAT", "json").open();
    let order = shop.buys(IN_STOCK);
    shop.orders(&wish(IN_STOCK).by("tok_declined")).expect(402);
    shop.waits_for_state(&order, "closed");
    let number = orders(&shop, &["--search", &order.id])[0]["number"].as_str().expect("a number").to_owned();
    assert_eq!(shop.stop().code(), Some(0));
    let lines =
        shop.log().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect::<Vec<Value>>();
    let about = |message: &str| -> Vec<&Value> {
        lines.iter().map(|line| &line["fields"]).filter(|fields| fields["message"] == message).collect()
    };
    for message in ["an order came", "an order was shipped"] {
        let told = about(message);
        let ours = told.iter().find(|fields| fields["order"] == order.id.as_str());
        let ours = ours.unwrap_or_else(|| panic!("no `{message}` in {lines:#?}"));
        assert_eq!(ours["number"].as_str().map(|number| number.replace(' ', "")), Some(number.clone()));
        assert!(ours["total"].as_str().is_some_and(|total| total.starts_with('£')), "{ours}");
    }
    assert_eq!(about("an order came").len(), 2);
    assert_eq!(about("an order failed")[0]["why"], "do_not_honour");
    let log = shop.log().to_lowercase();
    for secret in ["lovelace", "ada@example.com", &order.key.to_lowercase(), "james's square"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[test]
fn the_log_warns_of_a_case_and_says_how_to_look_at_it() {
    let (shop, order, _) = with_a_dead_letter();
    let id = cases(&shop, &["list"])[0]["case"].as_str().expect("an id").to_owned();
    let log = shop.log();
    let line = log.lines().find(|line| line.contains("a case was opened")).unwrap_or_else(|| panic!("{log}"));
    assert!(line.contains("WARN") && line.contains(&order.id), "{line}");
    assert!(line.contains(&format!("doorstep cases show {id}")), "{line}");
}
