//! Bringing a catalogue in.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use super::shop::{Setup, TestShop, setup};

/// The ten thousand real books; they are no part of the repository.
fn goodbooks() -> PathBuf {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("DOORSTEP_SHARED_DATA").map_or_else(beside, PathBuf::from);
    let file = folder.join("goodbooks-10k.csv.gz");
    assert!(
        file.is_file(),
        "{} is missing: let DOORSTEP_SHARED_DATA name the folder that holds it",
        file.display()
    );
    file
}

/// A shop that sells nothing yet.
fn empty() -> Setup {
    setup().catalogue(&[])
}

fn imports(shop: &TestShop, file: &std::path::Path) -> Output {
    shop.command(&["import", "catalogue", file.to_str().expect("a path in UTF-8")])
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn ten_thousand_real_books_are_listed_found_and_bought() {
    let mut shop = empty().closed();
    let first = imports(&shop, &goodbooks());
    assert_eq!(first.status.code(), Some(0), "{first:?}");
    assert!(out(&first).contains("10000 products listed, 0 changed, 0 rows rejected"), "{}", out(&first));
    shop.start();
    let found = shop.client().get("/products?q=garcia%20marquez%20solitude").expect(200);
    let book = &found.json["products"][0];
    assert!(book["title"].as_str().unwrap().starts_with("One Hundred Years of Solitude"), "{}", found.text);
    let (sku, price) = (book["sku"].as_str().unwrap().to_owned(), book["price"].clone());
    let order = shop.buys(&sku);
    shop.waits_for_state(&order, "closed");
    assert_eq!(shop.client().get("/products").expect(200).json["total"], 10_000);
    assert_eq!(shop.stop().code(), Some(0));

    let second = imports(&shop, &goodbooks());
    assert!(out(&second).contains("0 products listed, 0 changed, 0 rows rejected"), "{}", out(&second));
    shop.start();
    let again = shop.client().get(&format!("/products/{sku}")).expect(200);
    assert_eq!(again.json["price"], price, "the same file gives the same price");
    assert_eq!(shop.stop().code(), Some(0));
    shop.verifies();
}

#[test]
fn a_dirty_file_lists_its_good_rows_and_names_the_bad_ones_by_line() {
    let mut shop = empty().closed();
    let file = shop.data().with_file_name("dirty.csv");
    let rows = "sku,title,authors,price,stock\n\
                GOOD-1,A good book,Ada,7.49,3\n\
                BAD-PRICE,No price,Ada,-1,3\n\
                BAD SKU!,No SKU,Ada,7.49,3\n\
                NO-TITLE,,Ada,7.49,3\n\
                GOOD-2,\"Another, with a comma\",Ada;Grace,8.00,1\n\
                GOOD-1,The same again,Ada,7.49,3\n";
    fs::write(&file, rows).unwrap();
    let imported = imports(&shop, &file);
    assert_eq!(imported.status.code(), Some(1), "{imported:?}");
    let complaints = String::from_utf8_lossy(&imported.stderr).into_owned();
    for line in [3, 4, 5, 7] {
        assert!(
            complaints.contains(&format!("dirty.csv:{line}: ")),
            "line {line} is not named: {complaints}"
        );
    }
    assert!(out(&imported).contains("2 products listed, 0 changed, 4 rows rejected"), "{}", out(&imported));
    shop.start();
    assert_eq!(shop.available("GOOD-2"), 1);
    shop.client().get("/products/NO-TITLE").expect_problem(404, "no_such_product");
}

#[test]
fn a_file_that_is_missing_or_no_catalogue_says_so_and_changes_nothing() {
    let shop = empty().closed();
    let missing = imports(&shop, &shop.data().join("nowhere.csv"));
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("nowhere.csv"), "{missing:?}");
    let file = shop.data().with_file_name("letter.csv");
    for text in ["", "Dear shop,\nhow are you?\n", "\u{0}\u{1}\u{2}"] {
        fs::write(&file, text).unwrap();
        let refused = imports(&shop, &file);
        assert_eq!(refused.status.code(), Some(1), "{text:?}: {refused:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains("letter.csv"), "{refused:?}");
    }
}
