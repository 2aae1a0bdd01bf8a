//! The exports of other shops' programs: `tests/catalogues` has one of each kind, of twenty books under the headers of the
//! program, with whatever such files hold besides.

use super::import::import;
use super::imported::{Imported, Wishes};
use super::table::Used;
use crate::domain::Currency;
use crate::domain::catalogue::product::Product;

/// A file of `tests/catalogues`.
macro_rules! export {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/catalogues/", $name))
    };
}

fn read(file: &[u8], map: &[(&str, &str)]) -> Imported {
    let map = map.iter().map(|(ours, theirs)| ((*ours).to_owned(), (*theirs).to_owned())).collect();
    import(file, &Wishes { map, ..Wishes::new(Currency::GBP) }).unwrap()
}

fn product<'a>(imported: &'a Imported, sku: &str) -> (&'a Product, u32) {
    let row = imported.rows.iter().find(|row| row.product.sku.as_str() == sku);
    let row = row.unwrap_or_else(|| panic!("{sku} is not in {:?}", imported.rejected));
    (&row.product, row.opening_stock)
}

/// How many rows were left out for each reason.
fn left_out(imported: &Imported) -> Vec<(&'static str, usize)> {
    let mut reasons: Vec<(&'static str, usize)> = vec![];
    for left_out in &imported.left_out {
        match reasons.iter_mut().find(|(why, _)| *why == left_out.why) {
            Some((_, count)) => *count += 1,
            None => reasons.push((left_out.why, 1)),
        }
    }
    reasons
}

fn rejected(imported: &Imported) -> Vec<(u64, &str)> {
    imported.rejected.iter().map(|rejected| (rejected.line, rejected.why.as_str())).collect()
}

fn used(imported: &Imported, theirs: &str) -> Used {
    imported.table.columns.iter().find(|column| column.theirs == theirs).unwrap().used.clone()
}

/// What each file says of its first book.
fn is_pride_and_prejudice(imported: &Imported, authors: &[&str]) {
    let (book, stock) = product(imported, "PP-001");
    assert_eq!((book.title.as_str(), book.price.amount, stock), ("Pride and Prejudice", 549, 2));
    assert_eq!(book.authors, authors);
    assert_eq!(book.isbn.as_deref(), Some("9789990000016"));
    assert!(book.weight_grams.is_some_and(|grams| (209..=211).contains(&grams)), "{:?}", book.weight_grams);
}

#[test]
fn shopifys_export_is_read() {
    let imported = read(export!("shopify-2023.csv"), &[]);
    assert_eq!(imported.table.kind, Some("Shopify, products exported until 2025"));
    assert_eq!(imported.rows.len(), 18);
    is_pride_and_prejudice(&imported, &[]);
    let (hardback, stock) = product(&imported, "PP-018-H");
    assert_eq!(
        (hardback.title.as_str(), hardback.price.amount, stock),
        ("The Time Machine – Hardback", 2499, 3)
    );
    assert_eq!(rejected(&imported), [(20, "the stock is empty: write 0 where there is none")]);
    assert_eq!(
        left_out(&imported),
        [("another picture of a product", 2), ("a draft, or archived", 2), ("a gift card", 2)]
    );
    assert_eq!(used(&imported, "Vendor"), Used::NotSince("the author? then --map authors=Vendor".to_owned()));
    assert_eq!(used(&imported, "Price / United Kingdom"), Used::Not);
    let with_authors = read(export!("shopify-2023.csv"), &[("authors", "Vendor")]);
    is_pride_and_prejudice(&with_authors, &["Jane Austen"]);
    assert_eq!(product(&with_authors, "PP-018-H").0.authors, ["H. G. Wells"]);
}

#[test]
fn shopifys_export_of_2025_is_read() {
    let imported = read(export!("shopify-2025.csv"), &[]);
    assert_eq!(imported.table.kind, Some("Shopify, products"));
    assert_eq!(imported.rows.len(), 18);
    is_pride_and_prejudice(&imported, &["Jane Austen"]);
    let (hardback, _) = product(&imported, "PP-018-H");
    assert_eq!(
        (hardback.title.as_str(), hardback.authors[0].as_str()),
        ("The Time Machine – Hardback", "H. G. Wells")
    );
    assert_eq!(rejected(&imported), [(20, "the stock is empty: write 0 where there is none")]);
    assert_eq!(
        left_out(&imported),
        [("another picture of a product", 2), ("a draft, or archived", 2), ("a gift card", 1)]
    );
}

#[test]
fn woocommerces_export_is_read() {
    let imported = read(export!("woocommerce.csv"), &[]);
    assert_eq!(imported.rows.len(), 18);
    is_pride_and_prejudice(&imported, &["Jane Austen"]);
    assert_eq!(product(&imported, "PP-002").0.price.amount, 599);
    let (paperback, hardback) = (product(&imported, "PP-018-P").0, product(&imported, "PP-018-H").0);
    assert_eq!(
        (paperback.title.as_str(), hardback.title.as_str()),
        ("The Time Machine - Paperback", "The Time Machine")
    );
    assert_eq!(
        (&paperback.authors[..], &hardback.authors[..]),
        (&["H. G. Wells".to_owned()][..], &["H. G. Wells".to_owned()][..])
    );
    assert_eq!(rejected(&imported), [(18, "the stock is empty: write 0 where there is none")]);
    let elsewhere = "a product that is sold by its variations, in others or elsewhere";
    assert_eq!(left_out(&imported), [(elsewhere, 2), ("not published", 2)]);
    assert_eq!(used(&imported, "Sale price"), Used::NotSince("the regular one is".to_owned()));
}

#[test]
fn squares_library_is_read() {
    let imported = read(export!("square.csv"), &[]);
    assert_eq!(imported.rows.len(), 18);
    is_pride_and_prejudice(&imported, &[]);
    assert_eq!(product(&imported, "PP-018-P").0.title, "The Time Machine – Paperback");
    let why = [
        "the stock is empty: write 0 where there is none",
        "price `variable` is no price, write it as 12.99",
    ];
    assert_eq!(rejected(&imported), [(18, why[0]), (23, why[1])]);
    assert_eq!(left_out(&imported), [("not for sale", 1), ("archived", 1)]);
    let hint = "the author? then --map authors=\"Default Vendor Name\"".to_owned();
    assert_eq!(used(&imported, "Default Vendor Name"), Used::NotSince(hint));
}

#[test]
fn a_merchant_feed_is_read() {
    let imported = read(export!("merchant.tsv"), &[]);
    assert_eq!((imported.table.separator, imported.rows.len()), ('\t', 18));
    is_pride_and_prejudice(&imported, &["Jane Austen"]);
    assert_eq!(product(&imported, "PP-019").1, 0);
    let why = [
        "price `12.99 EUR` is in EUR, and the shop sells in GBP",
        "the stock is empty: write 0 where there is none",
    ];
    assert_eq!(rejected(&imported), [(17, why[0]), (18, why[1])]);
}

#[test]
fn a_shopify_product_without_a_sku_has_its_handle_for_one_and_a_variant_its_options_too() {
    let file = "Handle,Title,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Image Src,Status\n\
                emma,Emma,true,Title,Default Title,,2,5.00,e.jpg,active\n\
                emma,,,,,,,,back.jpg,\n\
                beowulf,Beowulf,true,Format,Poche (é),,1,6.00,,active\n\
                beowulf,,,,Hard / Back,,3,9.00,,\n\
                beowulf,,,,Audio,OWN-1,3,9.00,,\n";
    let imported = read(file.as_bytes(), &[]);
    let skus: Vec<&str> = imported.rows.iter().map(|row| row.product.sku.as_str()).collect();
    assert_eq!(skus, ["emma", "beowulf-poche-e", "beowulf-hard-back", "OWN-1"], "{:?}", imported.rejected);
    assert_eq!(left_out(&imported), [("another picture of a product", 1)]);
    let said = "which rows are of one product; with its options the sku of those without";
    assert_eq!(used(&imported, "Handle"), Used::For(said));
    let without = read(file.replace("Variant SKU", "Note").as_bytes(), &[]);
    let skus: Vec<&str> = without.rows.iter().map(|row| row.product.sku.as_str()).collect();
    assert_eq!(skus, ["emma", "beowulf-poche-e", "beowulf-hard-back", "beowulf-audio"]);
    assert_eq!(left_out(&without), [("another picture of a product", 1)]);
}

#[test]
fn of_magentos_export_only_what_is_online_is_read() {
    let file = "sku,store_view_code,product_type,name,weight,product_online,price,qty\n\
                A,,simple,Emma,0.300,1,5.0000,2.0000\n\
                A,french,simple,Emma (fr),,,,\n\
                B,,simple,Beowulf,0.300,2,5.0000,2.0000\n\
                C,,configurable,Iliad,,1,5.0000,0.0000\n";
    let imported = read(file.as_bytes(), &[]);
    assert_eq!(product(&imported, "A").0.price.amount, 500);
    assert_eq!((product(&imported, "A").1, product(&imported, "A").0.weight_grams), (2, None));
    let elsewhere = "a product that is sold by its variations, in others or elsewhere";
    assert_eq!(
        left_out(&imported),
        [("a translation of a product", 1), ("not published", 1), (elsewhere, 1)]
    );
    assert_eq!(
        used(&imported, "weight"),
        Used::NotSince("in kilograms? then --map weight_kg=weight".to_owned())
    );
    let weighed = read(file.as_bytes(), &[("weight_kg", "weight")]);
    assert_eq!(product(&weighed, "A").0.weight_grams, Some(300));
}

#[test]
fn what_another_shop_does_not_sell_is_left_out_and_counted() {
    let shopify = "Handle,Title,Variant SKU,Variant Inventory Qty,Variant Price,Status\n\
                   a,A,A,1,5.00,active\nb,B,B,1,5.00,draft\nc,C,C,1,5.00,archived\n";
    assert_eq!(left_out(&read(shopify.as_bytes(), &[])), [("a draft, or archived", 2)]);
    let woocommerce = "ID,Type,SKU,Name,Published,Stock,Regular price,Parent\n\
                       1,simple,A,A,1,2,5.00,\n2,simple,B,B,0,2,5.00,\n3,simple,C,C,-1,2,5.00,\n";
    assert_eq!(left_out(&read(woocommerce.as_bytes(), &[])), [("not published", 2)]);
}

#[test]
fn a_feed_without_quantities_has_what_is_said_where_it_has_stock() {
    let file = "id\ttitle\tavailability\tprice\nA\tOne\tin stock\t5.00 GBP\nB\tTwo\tout_of_stock\t5.00 GBP\n";
    let wishes = Wishes { set: vec![("stock".to_owned(), "4".to_owned())], ..Wishes::new(Currency::GBP) };
    let imported = import(file.as_bytes(), &wishes).unwrap();
    assert_eq!((product(&imported, "A").1, product(&imported, "B").1), (4, 0));
    assert_eq!(imported.table.set, [("stock", "4".to_owned())]);
}
