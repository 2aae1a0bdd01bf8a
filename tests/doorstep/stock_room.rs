//! Keeping the shelves: importing, counting and taking off sale, beside open doors and behind closed ones.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::buyer::wish;
use super::import::{complaints, goodbooks, out};
use super::load::{Crowd, under_load};
use super::other_builds::held;
use super::promises::{every_answer_stands, retry_unanswered, shelves};
use super::shop::{TestShop, setup};
use super::wait::until;

const BUYERS: usize = 64;

/// A file of these rows: SKU, title, price, units.
fn file(shop: &TestShop, rows: &[(&str, &str, &str, &str)]) -> PathBuf {
    let mut text = "sku,title,price,stock\n".to_owned();
    rows.iter()
        .for_each(|(sku, title, price, stock)| text.push_str(&format!("{sku},{title},{price},{stock}\n")));
    let file = shop.root().join("books.csv");
    fs::write(&file, text).expect("write a catalogue");
    file
}

fn imports(shop: &TestShop, rows: &[(&str, &str, &str, &str)], flags: &[&str]) -> Output {
    let file = file(shop, rows);
    shop.command(&[&["import", "catalogue", file.to_str().expect("a path in UTF-8")], flags].concat())
}

/// In the house, for sale, promised to orders.
#[track_caller]
fn units(shop: &TestShop, sku: &str) -> (u64, u64, u64) {
    let said = shop.command(&["stock", sku, "--json"]);
    let row: Value = serde_json::from_slice(&said.stdout).unwrap_or_else(|_| panic!("{said:?}"));
    let count = |field: &str| row[field].as_u64().unwrap_or_else(|| panic!("{row}"));
    (count("on_hand"), count("for_sale"), count("promised"))
}

fn total_of(shop: &TestShop, query: &str) -> u64 {
    shop.client().get(&format!("/products?q={query}")).expect(200).json["total"].as_u64().expect("a total")
}

/// Whoever is answered anything but an order or an honest refusal ends the test.
#[test]
fn an_import_beside_sixty_four_buyers_keeps_nobody_waiting_and_is_seen_when_it_is_done() {
    let (shelves, rows) = shelves();
    let mut shop = setup().catalogue(&rows).open();
    let crowd = Crowd { shelves: &shelves, customers: BUYERS, name: "import".to_owned(), seed: 7 };
    let skus: Vec<String> = (0..2_000).map(|n| format!("NEW-{n:04}")).collect();
    let new: Vec<_> = skus.iter().map(|sku| (sku.as_str(), "A new one", "4.99", "3")).collect();
    let (mut attempts, imported) = under_load(&mut shop, &crowd, |shop| imports(shop, &new, &[]));
    assert_eq!(imported.status.code(), Some(0), "{imported:?}");
    assert!(out(&imported).contains("2000 new, 0 changed, 0 adjusted; 0 rejected"), "{}", out(&imported));
    assert_eq!((total_of(&shop, "a%20new%20one"), total_of(&shop, "")), (2_000, 2_024));
    retry_unanswered(shop.client(), &mut attempts);
    assert!(attempts.len() > BUYERS, "they bought meanwhile");
    every_answer_stands(shop.client(), attempts.iter());
    shop.never_panicked();
    assert_eq!(shop.stop().code(), Some(0), "{}", shop.log());
    shop.verifies();
}

#[test]
fn an_import_whose_daemon_is_killed_goes_on_when_it_is_typed_again() {
    let mut shop = setup().catalogue(&[]).open();
    let demo = total_of(&shop, "");
    let import = |shop: &TestShop| -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorstep"));
        command.args(["import", "catalogue", goodbooks().to_str().expect("a path in UTF-8"), "--derive"]);
        command.arg("--data").arg(shop.data());
        command
    };
    let begun = import(&shop).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("run doorstep");
    until("some turns of it are durable", || (shop.journal_position() > 3).then_some(()));
    shop.kill9();
    let cut_short = begun.wait_with_output().expect("doorstep ends");
    assert_eq!(cut_short.status.code(), Some(1));
    assert!(
        complaints(&cut_short).contains("the same command once more goes on"),
        "{}",
        complaints(&cut_short)
    );
    shop.start();
    let listed = total_of(&shop, "") - demo;
    assert!((250..10_000).contains(&listed), "{listed} were listed");
    let again = out(&import(&shop).output().expect("run doorstep"));
    assert!(again.contains(&format!("{} new, 0 changed, 0 adjusted", 10_000 - listed)), "{again}");
    assert_eq!(total_of(&shop, ""), demo + 10_000);
    assert_eq!(shop.stop().code(), Some(0), "{}", shop.log());
    shop.verifies();
}

#[test]
fn an_import_brings_an_open_shop_up_to_date_and_takes_off_sale_what_its_file_has_no_more() {
    let shop = setup().catalogue(&[("A".to_owned(), 10), ("B".to_owned(), 4), ("C".to_owned(), 1)]).open();
    let bad_price = [("A", "Book A", "9.00", "8"), ("B", "Book B", "free", "4"), ("D", "New", "5.00", "3")];
    let imported = imports(&shop, &bad_price, &["--delist-missing"]);
    assert_eq!(imported.status.code(), Some(1), "a row was rejected");
    assert!(
        out(&imported).contains(
            "2 rows taken: 1 new, 1 changed, 1 adjusted; 1 rejected, 0 left out; 1 of 3 taken off sale"
        ),
        "{}",
        out(&imported)
    );
    let product = |sku: &str| shop.client().get(&format!("/products/{sku}"));
    assert_eq!(product("A").expect(200).json["price"]["amount"], 900);
    assert_eq!((units(&shop, "A"), units(&shop, "D")), ((8, 8, 0), (3, 3, 0)));
    product("B").expect(200);
    product("C").expect_problem(410, "product_gone");
    let no_sku = [("A", "Book A", "9.00", "8"), ("", "Book ?", "5.00", "4")];
    let refused = imports(&shop, &no_sku, &["--delist-missing"]);
    assert!(complaints(&refused).contains("correct it before --delist-missing"), "{}", complaints(&refused));
    product("B").expect(200);
    // a file that has it again sells it again
    imports(&shop, &[("C", "Book C", "7.49", "1")], &[]);
    product("C").expect(200);
}

#[track_caller]
fn counts(shop: &TestShop, flag: &str, units: &str) -> String {
    let said = shop.command(&["stock", "A", flag, units, "--reason", "stocktake", "--by", "Ada"]);
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    out(&said)
}

#[test]
fn a_count_below_what_is_promised_says_what_is_short_until_it_is_made_good() {
    let mut shop = setup().speed(1).catalogue(&[("A".to_owned(), 10)]).open();
    for _ in 0..2 {
        shop.client().order(&shop.new_key(), &wish("A").0).expect(201);
    }
    let listed = shop.command(&["orders", "--search", "a", "--json"]);
    let orders: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    let number = |nth: usize| orders[nth]["number"].as_str().expect("a number").to_owned();
    let in_groups = |digits: String| format!("{} {}", &digits[..3], &digits[3..]);
    let numbers = format!("promised to {}, {}", in_groups(number(1)), in_groups(number(0)));
    counts(&shop, "--count", "8");
    assert_eq!(units(&shop, "A"), (8, 6, 2));
    let said = counts(&shop, "--count", "0");
    let short = "A: 2 are promised, 0 are in the house: 2 short; case_";
    assert!(said.contains(short) && said.contains(&numbers), "{said}");
    assert_eq!(units(&shop, "A"), (0, 0, 2));
    let said = counts(&shop, "--add", "1");
    assert!(said.contains("1 is in the house: 1 short"), "{said}");
    let cases = out(&shop.command(&["cases", "list"]));
    assert!(cases.contains("A: 2 promised to orders, 1 in the house: 1 short"), "{cases}");
    assert!(cases.contains(&numbers) && cases.lines().count() == 2, "one case, brought up to date: {cases}");
    // what a file counts is a count too
    let imported = out(&imports(&shop, &[("A", "Book A", "7.49", "0")], &[]));
    assert!(imported.contains(short) && imported.contains(&numbers), "{imported}");
    shop.kill9();
    shop.start();
    assert_eq!(units(&shop, "A"), (0, 0, 2), "also after a crash");
    let said = counts(&shop, "--add", "3");
    assert!(said.contains("as many are in the house as are promised: case_"), "{said}");
    assert_eq!(units(&shop, "A"), (3, 1, 2));
    assert!(out(&shop.command(&["cases", "list"])).contains("no cases"));
    let all = out(&shop.command(&["cases", "list", "--all", "--json"]));
    assert!(all.contains("the shortage is made good"), "{all}");
    assert_eq!(shop.stop().code(), Some(0), "{}", shop.log());
    shop.verifies();
}

#[test]
fn who_looks_at_a_product_sees_who_has_counted_it_and_why() {
    let shop = setup().catalogue(&[("A".to_owned(), 10)]).closed();
    counts(&shop, "--count", "8");
    counts(&shop, "--add", "-3");
    counts(&shop, "--count", "5");
    let shown = out(&shop.command(&["stock", "A"]));
    let lines: Vec<&str> = shown.lines().rev().take(3).collect();
    assert!(lines[2].contains("+0        5  Ada"), "also who found all right: {shown}");
    assert!(lines[1].contains("-3        5  Ada"), "the newest first: {shown}");
    assert!(lines[0].contains("-2        8  Ada") && lines[0].ends_with("stocktake"), "{shown}");
    let row: Value = serde_json::from_slice(&shop.command(&["stock", "A", "--json"]).stdout).expect("JSON");
    assert_eq!((&row["adjustments"][1]["by"], &row["adjustments"][1]["who"]), (&(-3).into(), &"Ada".into()));
}

#[test]
fn what_cannot_have_been_counted_is_refused_and_what_was_meant_is_said() {
    let shop = setup().catalogue(&[("W1".to_owned(), 4)]).closed();
    let refused = |line: &[&str]| {
        let said = shop.command(&[line, &["--reason", "stocktake"]].concat());
        assert!(!said.status.success(), "{said:?}");
        complaints(&said)
    };
    for (line, why) in [
        (&["stock", "Z", "--count", "1"][..], "the shop lists no Z: `doorstep products --all`"),
        (&["stock", "w1", "--count", "1"], "did you mean W1?"),
        (&["stock", "W1", "--count", "1000001"], "1000001 is not in 0..=1000000"),
        (&["stock", "W1", "--count", "-1"], "-1 is not in 0..=1000000"),
        (
            &["stock", "W1", "--add", "999997"],
            "1000001 would be in the house, and a product has at most 1000000",
        ),
        (&["stock", "W1", "--add", "-5"], "4 are in the house, so 5 cannot be taken off"),
    ] {
        let said = refused(line);
        assert!(said.contains(why), "{line:?}: {said}");
    }
    assert!(complaints(&shop.command(&["stock", "w1"])).contains("did you mean W1?"));
    assert_eq!(units(&shop, "W1"), (4, 4, 0));
}

#[test]
fn what_is_taken_off_sale_is_put_back_and_each_that_cannot_be_is_named() {
    let shop = setup().catalogue(&[("A".to_owned(), 10), ("B".to_owned(), 4)]).open();
    let said = shop.command(&["delist", "A", "b", "NOPE", "A"]);
    assert_eq!(said.status.code(), Some(1));
    assert!(out(&said).contains("taken off sale: A;"), "{said:?}");
    let complaint = complaints(&said);
    assert!(complaint.contains("not listed: b; did you mean B?"), "{complaint}");
    assert!(complaint.contains("not listed: NOPE; "), "{complaint}");
    shop.client().get("/products/A").expect_problem(410, "product_gone");
    let said = shop.command(&["delist", "--undo", "A", "B"]);
    assert!(out(&said).contains("put back on sale: A"), "{said:?}");
    assert!(complaints(&said).contains("on sale already: B"), "{said:?}");
    shop.client().get("/products/A").expect(200);
    shop.does(&["delist", "A"]);
    let imported = out(&imports(&shop, &[("A", "Book A", "7.49", "10")], &[]));
    assert!(imported.contains("put back on sale: A\n"), "{imported}");
}

#[test]
fn the_shelves_of_a_closed_shop_are_looked_at_without_a_change_and_counted() {
    let mut shop = setup().catalogue(&[("A".to_owned(), 10), ("B".to_owned(), 4)]).closed();
    let before = held(&shop.data().join("journal"));
    let listed = out(&shop.command(&["products", "--search", "book a"]));
    assert!(listed.contains("Book A") && !listed.contains("Book B"), "{listed}");
    assert_eq!(units(&shop, "A"), (10, 10, 0));
    assert!(held(&shop.data().join("journal")) == before, "who looks changes nothing");
    shop.does(&["stock", "A", "--count", "7", "--reason", "stocktake"]);
    shop.does(&["delist", "B"]);
    assert_eq!(shop.command(&["delist", "B"]).status.code(), Some(1));
    let listed = out(&shop.command(&["products", "--all"]));
    assert!(listed.contains("sold no more since"), "{listed}");
    shop.start();
    assert_eq!(units(&shop, "A"), (7, 7, 0));
    shop.client().get("/products/B").expect_problem(410, "product_gone");
    assert_eq!(shop.stop().code(), Some(0));
    shop.verifies();
}
