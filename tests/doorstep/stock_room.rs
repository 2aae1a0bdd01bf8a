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

#[test]
fn a_count_below_what_is_promised_is_a_case_and_takes_nothing_from_orders() {
    let shop = setup().speed(1).catalogue(&[("A".to_owned(), 10)]).open();
    shop.client().order(&shop.new_key(), &wish("A").0).expect(201);
    shop.does(&["stock", "A", "--count", "8", "--reason", "stocktake", "--by", "Ada"]);
    assert_eq!(units(&shop, "A"), (8, 7, 1));
    shop.does(&["stock", "A", "--count", "0", "--reason", "stocktake", "--by", "Ada"]);
    assert_eq!(units(&shop, "A"), (1, 0, 1));
    let cases = out(&shop.command(&["cases", "list"]));
    assert!(cases.contains("A: 0 counted, 1 promised to orders (stocktake)"), "{cases}");
    shop.does(&["stock", "A", "--add", "5", "--reason", "a delivery"]);
    assert_eq!(units(&shop, "A"), (6, 5, 1));
    let refused = shop.command(&["stock", "Z", "--count", "1", "--reason", "stocktake"]);
    assert!(complaints(&refused).contains("the shop lists no such product"), "{}", complaints(&refused));
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
