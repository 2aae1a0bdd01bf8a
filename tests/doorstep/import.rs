//! Bringing a catalogue in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use super::other_builds::held;
use super::shop::{Setup, TestShop, setup};

/// The ten thousand real books; they are no part of the repository.
pub fn goodbooks() -> PathBuf {
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

fn imports(shop: &TestShop, file: &Path, flags: &[&str]) -> Output {
    let file = file.to_str().expect("a path in UTF-8");
    shop.command(&[&["import", "catalogue", file], flags].concat())
}

pub fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn complaints(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// An export of another shop's program, as `tests/catalogues` has them.
fn export(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/catalogues").join(name)
}

#[test]
fn ten_thousand_real_books_are_listed_found_and_bought() {
    let mut shop = empty().closed();
    let first = imports(&shop, &goodbooks(), &["--derive"]);
    assert_eq!(first.status.code(), Some(0), "{first:?}");
    assert!(
        out(&first).contains("10000 rows taken: 10000 new, 0 changed, 0 adjusted; 0 rejected"),
        "{}",
        out(&first)
    );
    shop.start();
    let found = shop.client().get("/products?q=garcia%20marquez%20solitude").expect(200);
    let book = &found.json["products"][0];
    assert!(book["title"].as_str().unwrap().starts_with("One Hundred Years of Solitude"), "{}", found.text);
    let (sku, price) = (book["sku"].as_str().unwrap().to_owned(), book["price"].clone());
    let order = shop.buys(&sku);
    shop.waits_for_state(&order, "closed");
    assert_eq!(shop.client().get("/products").expect(200).json["total"], 10_000);
    assert_eq!(shop.stop().code(), Some(0));

    let second = imports(&shop, &goodbooks(), &["--derive"]);
    assert!(
        // the one that was sold is there again, says the file
        out(&second).contains("10000 rows taken: 0 new, 0 changed, 1 adjusted; 0 rejected"),
        "{}",
        out(&second)
    );
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
    let imported = imports(&shop, &file, &[]);
    assert_eq!(imported.status.code(), Some(1), "{imported:?}");
    let complaints = complaints(&imported);
    for line in [3, 4, 5, 7] {
        assert!(
            complaints.contains(&format!("dirty.csv:{line}: ")),
            "line {line} is not named: {complaints}"
        );
    }
    assert!(
        out(&imported).contains("2 rows taken: 2 new, 0 changed, 0 adjusted; 4 rejected"),
        "{}",
        out(&imported)
    );
    shop.start();
    assert_eq!(shop.available("GOOD-2"), 1);
    shop.client().get("/products/NO-TITLE").expect_problem(404, "no_such_product");
}

#[test]
fn a_file_that_is_missing_or_no_catalogue_says_so_and_changes_nothing() {
    let shop = empty().closed();
    let missing = imports(&shop, &shop.data().join("nowhere.csv"), &[]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("nowhere.csv"), "{missing:?}");
    let file = shop.data().with_file_name("letter.csv");
    for (text, why) in [
        ("", "is empty"),
        ("Dear shop,\nhow are you?\n", "no column for `sku`"),
        ("\u{0}\u{1}\u{2}", "bytes of zero"),
        ("sku,title,price,stock\n", "no row below it: nothing was written"),
        ("sku,title,price,stock\n,,,\n", "no row below it: nothing was written"),
        ("PD-1,Emma,7.99,3\n", "put a line of names above it"),
        ("PK\u{3}\u{4}", "save the sheet as CSV"),
    ] {
        fs::write(&file, text).unwrap();
        for flags in [&[][..], &["--dry-run"]] {
            let refused = imports(&shop, &file, flags);
            assert_eq!(refused.status.code(), Some(1), "{text:?}: {refused:?}");
            let said = complaints(&refused);
            assert!(said.contains("letter.csv: ") && said.contains(why), "{text:?}: {said}");
        }
    }
}

#[test]
fn a_file_without_prices_or_stock_is_refused_and_nothing_is_invented() {
    let shop = empty().closed();
    let before = held(&shop.data());
    let refused = imports(&shop, &goodbooks(), &[]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let why = complaints(&refused);
    for said in [
        "no column for `price` and `stock`",
        "`goodreads_book_id`",
        "`regular price`",
        "`quantity`",
        "--set stock=VALUE",
    ] {
        assert!(why.contains(said), "{said}: {why}");
    }
    assert!(held(&shop.data()) == before, "the directory is as it was");
}

#[test]
fn a_dry_run_shows_what_is_taken_for_what_and_writes_nothing() {
    let shop = empty().closed();
    // sled writes in its own files whenever it is opened
    let kept = || -> Vec<_> {
        held(&shop.data()).into_iter().filter(|(name, _)| !name.starts_with("trees/")).collect()
    };
    let before = kept();
    let tried = imports(&shop, &export("shopify-2023.csv"), &["--dry-run"]);
    assert_eq!(tried.status.code(), Some(1), "a row is wrong: {tried:?}");
    let shown = out(&tried);
    for line in [
        "Shopify, products exported until 2025; UTF-8, fields between `,`",
        "  Variant SKU               → sku",
        "  Vendor                      not used: the author? then --map authors=Vendor",
        "not used: Body (HTML), Product Category, Type, Tags,",
        "left out: 2, a gift card",
        "nothing was written: 18 rows could be listed: 18 new, 0 changed, 0 adjusted; 1 rejected, 6 left out",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert!(complaints(&tried).contains("shopify-2023.csv:20: the stock is empty"), "{tried:?}");
    assert!(kept() == before, "the directory is as it was");
}

#[test]
fn the_exports_of_other_shops_programs_are_listed() {
    let mut shop = empty().closed();
    let imported = imports(&shop, &export("shopify-2023.csv"), &["--map", "authors=Vendor"]);
    assert_eq!(imported.status.code(), Some(1), "{imported:?}");
    assert!(
        out(&imported).contains("18 rows taken: 18 new, 0 changed, 0 adjusted; 1 rejected, 6 left out"),
        "{}",
        out(&imported)
    );
    let again = imports(&shop, &export("merchant.tsv"), &["--json"]);
    let told: serde_json::Value = serde_json::from_slice(&again.stdout).expect("the answer is JSON");
    // PP-016 costs euros there, PP-018 has no variants, and the last two are sold out
    assert_eq!(told["rejected"]["count"], 2, "{told}");
    assert_eq!(told["rejected"]["lines"][0]["sku"], "PP-016", "{told}");
    assert_eq!(told["taken"]["new"], 3, "{told}");
    assert_eq!(told["table"]["separator"], "\t", "{told}");
    shop.start();
    let book = shop.client().get("/products/PP-018-H").expect(200);
    assert_eq!(book.json["title"], "The Time Machine – Hardback", "{}", book.text);
    assert_eq!(book.json["price"]["amount"], 2499, "{}", book.text);
    assert_eq!((shop.available("PP-018-H"), shop.available("PP-001")), (3, 2));
}

#[test]
fn a_column_that_is_not_ours_is_said_on_the_line() {
    let mut shop = empty().closed();
    let file = shop.data().with_file_name("liste.csv");
    // as a German spreadsheet writes it
    let text =
        "sep=;\r\nNummer;Titel;Preis;Gewicht\r\nA-1;Caf\u{e9} \u{201e}Zur Post\u{201c};1.234,50;0,34\r\n";
    fs::write(&file, text.chars().map(windows_1252).collect::<Vec<u8>>()).unwrap();
    let flags = [
        "--map",
        "sku=Nummer",
        "--map",
        "title=Titel",
        "--map",
        "price=Preis",
        "--map",
        "weight_kg=Gewicht",
        "--set",
        "stock=5",
    ];
    let imported = imports(&shop, &file, &flags);
    assert_eq!(imported.status.code(), Some(0), "{imported:?}");
    assert!(out(&imported).contains("windows-1252, fields between `;`"), "{}", out(&imported));
    shop.start();
    let book = shop.client().get("/products/A-1").expect(200);
    assert_eq!(
        (&book.json["title"], &book.json["price"]["amount"]),
        (&"Café „Zur Post“".into(), &123_450.into())
    );
    assert_eq!(shop.available("A-1"), 5);
}

/// The letters that the test writes.
fn windows_1252(letter: char) -> u8 {
    match letter {
        '\u{201e}' => 0x84,
        '\u{201c}' => 0x93,
        other => u8::try_from(u32::from(other)).expect("a letter of Latin-1"),
    }
}

#[test]
fn the_help_of_the_import_names_every_column() {
    let shop = empty().closed();
    let help = out(&shop.command(&["import", "catalogue", "--help"]));
    for said in [
        "--dry-run",
        "--map <OURS=THEIRS>",
        "names: sku, item code",
        "regular price",
        "isbn-13",
        "weight (kg)",
    ] {
        assert!(help.contains(said), "{said}: {help}");
    }
}

#[test]
fn what_would_be_taken_off_sale_is_shown_and_most_of_a_shop_goes_only_where_that_is_said() {
    let mut shop = empty().closed();
    let path = shop.data().with_file_name("books.csv");
    let file = |text: &str| {
        fs::write(&path, format!("sku,title,price,stock\n{text}")).unwrap();
        path.clone()
    };
    let few = "A,Book A,9.00,2\nB,Book B,9.00,2\nC,Book C,9.00,2\n";
    let first = imports(&shop, &file(&format!("{few}D,Book D,9.00,2\n")), &["--delist-missing"]);
    assert!(out(&first).contains("4 new, 0 changed"), "{first:?}");
    let listed = || out(&shop.command(&["products", "--all", "--json"]));
    let before = listed();
    for (rows, flags) in [
        ("", &["--delist-missing", "--delist-most"][..]),
        (",,,\n", &["--delist-missing", "--delist-most"]),
        ("A,Book A,9.00,2\n", &["--delist-missing"]),
        ("A,Book A,9.00,2\n", &["--delist-missing", "--dry-run"]),
        ("A,Book A,9.00,2\n,No SKU,9.00,2\n", &["--delist-missing", "--delist-most"]),
    ] {
        let refused = imports(&shop, &file(rows), flags);
        assert_eq!(refused.status.code(), Some(1), "{rows:?} {flags:?}: {refused:?}");
        assert!(complaints(&refused).contains("nothing was written"), "{rows:?}: {}", complaints(&refused));
        assert_eq!(listed(), before, "{rows:?} {flags:?}");
    }
    let shown = imports(&shop, &file(few), &["--delist-missing", "--dry-run"]);
    let would = "1 of 4 products on sale are not in the file and would be taken off sale: D\n";
    assert!(out(&shown).contains(would), "{}", out(&shown));
    assert_eq!(listed(), before);
    let most = imports(&shop, &file("A,Book A,9.00,2\n"), &["--delist-missing", "--delist-most"]);
    assert!(out(&most).contains("; 3 of 4 taken off sale"), "{}", out(&most));
    shop.start();
    shop.client().get("/products/A").expect(200);
    shop.client().get("/products/D").expect_problem(410, "product_gone");
}

#[test]
fn a_list_of_prices_changes_prices_alone_and_says_whose_stock_it_changed() {
    let mut shop = empty().closed();
    let path = shop.data().with_file_name("books.csv");
    let brings = |text: &str, flags: &[&str]| {
        fs::write(&path, text).unwrap();
        out(&imports(&shop, &path, flags))
    };
    brings("sku,title,authors,year,price,stock\nA,Emma,Jane Austen,1815,9.00,5\n", &[]);
    let kept = brings("sku,title,price,stock\nA,Emma,8.00,9\nB,Iliad,7.00,1\n", &["--keep-stock"]);
    let said = "2 rows taken: 1 new, 1 changed, 0 adjusted; 0 rejected, 0 left out\n--keep-stock: the stock of 1 that the shop had \
                already is as it was";
    assert!(kept.contains(said), "{kept}");
    let adjusted = brings("sku,title,year,price,stock\nB,Iliad,,7.00,4\n", &[]);
    assert!(adjusted.contains("adjusted, units in the house: B 1 → 4\n"), "{adjusted}");
    assert!(adjusted.contains("\nadjusted: the stock of 1 is now what the file says"), "{adjusted}");
    shop.start();
    let book = shop.client().get("/products/A").expect(200).json;
    assert_eq!((&book["authors"][0], &book["year"]), (&"Jane Austen".into(), &1815.into()), "{book}");
    assert_eq!(book["price"]["amount"], 800, "{book}");
    assert_eq!((shop.available("A"), shop.available("B")), (5, 4));
}

#[test]
fn a_dry_run_names_each_stock_that_would_change_beside_a_daemon_and_without_one() {
    let mut shop = empty().closed();
    let path = shop.data().with_file_name("books.csv");
    fs::write(&path, "sku,title,price,stock\nA,Emma,9.00,5\nB,Iliad,7.00,1\n").unwrap();
    imports(&shop, &path, &[]);
    shop.start();
    let order = shop.buys("A");
    shop.waits_for_state(&order, "closed");
    fs::write(&path, "sku,title,price,stock\nA,Emma,9.00,5\nB,Iliad,8.00,1\nC,Faust,6.00,2\n").unwrap();
    let tries =
        |shop: &TestShop, flags: &[&str]| out(&imports(shop, &path, &[&["--dry-run"], flags].concat()));
    let would = "would be adjusted, units in the house: A 4 → 5\nnothing was written: 3 rows could be listed: 1 new, 1 changed, 1 \
                 adjusted; 0 rejected, 0 left out\nadjusted: a file's stock is a count";
    let beside_a_daemon = tries(&shop, &[]);
    assert!(beside_a_daemon.contains(would), "{beside_a_daemon}");
    assert_eq!((shop.available("A"), shop.available("B")), (4, 1));
    assert_eq!(shop.stop().code(), Some(0));
    let closed = tries(&shop, &[]);
    assert!(closed.contains(would), "{closed}");
    let kept = tries(&shop, &["--keep-stock"]);
    assert!(
        kept.ends_with("3 rows could be listed: 1 new, 1 changed, 0 adjusted; 0 rejected, 0 left out\n"),
        "{kept}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&tries(&shop, &["--json"])).expect("the answer is JSON");
    assert_eq!(json["would"]["adjusted"], 1, "{json}");
    assert_eq!(
        json["adjusted"]["skus"][0],
        serde_json::json!({ "sku": "A", "before": 4, "then": 5 }),
        "{json}"
    );
}
