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

#[test]
fn what_the_old_shop_marks_sold_out_has_none_for_sale() {
    let woocommerce = "ID,Type,SKU,Name,Published,In stock?,Stock,Regular price,Parent\n\
                       1,simple,A,A,1,0,5,5.00,\n2,simple,B,B,1,1,5,5.00,\n3,simple,C,C,1,backorder,0,5.00,\n4,simple,D,D,1,0,,5.00,\n";
    let imported = read(woocommerce.as_bytes(), &[]);
    assert_eq!(["A", "B", "C", "D"].map(|sku| product(&imported, sku).1), [0, 5, 0, 0]);
    assert_eq!(imported.rows[0].warnings, ["stock 5 is taken as 0: by `In stock?` none is for sale"]);
    assert!(imported.rows[1..].iter().all(|row| row.warnings.is_empty()));
    assert_eq!(used(&imported, "In stock?"), Used::For("stock, 0 where it is `0` or `backorder`"));
    let magento = "sku,product_type,name,product_online,price,qty,is_in_stock\n\
                   A,simple,Emma,1,5.0000,3.0000,0\nB,simple,Iliad,1,5.0000,3.0000,1\n";
    let imported = read(magento.as_bytes(), &[]);
    assert_eq!((product(&imported, "A").1, product(&imported, "B").1), (0, 3));
    let feed = "id\ttitle\tavailability\tprice\tquantity\nA\tOne\tout of stock\t5.00 GBP\t7\n";
    assert_eq!(product(&read(feed.as_bytes(), &[]), "A").1, 0);
}

#[test]
fn what_cannot_be_sent_and_what_is_hidden_are_left_out_and_said() {
    let nothing = "a download or a service: nothing to send";
    let woocommerce = "ID,Type,SKU,Name,Published,Visibility in catalog,Stock,Regular price,Parent\n\
                       1,\"simple, virtual\",A,A,1,visible,5,5.00,\n2,\"simple, downloadable\",B,B,1,visible,5,5.00,\n\
                       3,simple,C,C,1,hidden,5,5.00,\n4,simple,D,D,1,search,5,5.00,\n";
    let imported = read(woocommerce.as_bytes(), &[]);
    assert_eq!(left_out(&imported), [(nothing, 2), ("hidden", 1)]);
    assert_eq!(product(&imported, "D").1, 5);
    let magento = "sku,product_type,name,product_online,price,qty\n\
                   A,virtual,Emma,1,5.00,3\nB,downloadable,Iliad,1,5.00,3\nC,simple,Faust,1,5.00,3\n";
    assert_eq!(left_out(&read(magento.as_bytes(), &[])), [(nothing, 2)]);
    let square = "Token,Item Name,SKU,Square Online Item Visibility,Item Type,Price,Current Quantity Shop\n\
                  T1,E-book,A,visible,Digital,5.00,3\nT2,Book,B,visible,Physical,5.00,3\nT3,Old,C,hidden,Physical,5.00,3\n";
    let imported = read(square.as_bytes(), &[]);
    assert_eq!((left_out(&imported), imported.rows.len()), (vec![(nothing, 1), ("hidden", 1)], 1));
    for (handle, price, quantity, ships, tracker) in [
        (
            "Handle",
            "Variant Price",
            "Variant Inventory Qty",
            "Variant Requires Shipping",
            "Variant Inventory Tracker",
        ),
        ("URL handle", "Price", "Inventory quantity", "Requires shipping", "Inventory tracker"),
    ] {
        let shopify = format!(
            "{handle},Title,{tracker},{quantity},{price},{ships}\na,A,shopify,50,5.00,FALSE\nb,B,shopify,5,5.00,TRUE\n"
        );
        let imported = read(shopify.as_bytes(), &[]);
        assert_eq!((left_out(&imported), imported.rows.len()), (vec![(nothing, 1)], 1), "{handle}");
    }
}

#[test]
fn a_variation_of_what_is_not_sold_is_not_sold() {
    let file = "ID,Type,SKU,Name,Published,Visibility in catalog,Stock,Regular price,Parent\n\
                1,variable,P,Private,0,visible,,,\n2,variation,P-1,Private - 1,1,visible,5,5.00,P\n\
                3,variable,,Hidden,1,hidden,,,\n4,variation,H-1,Hidden - 1,1,visible,5,5.00,id:3\n\
                5,variable,S,Sold,1,visible,,,\n6,variation,S-1,Sold - 1,1,visible,5,5.00,S\n";
    let imported = read(file.as_bytes(), &[]);
    let skus: Vec<&str> = imported.rows.iter().map(|row| row.product.sku.as_str()).collect();
    assert_eq!(skus, ["S-1"]);
    assert!(
        left_out(&imported).contains(&("hidden", 1)) && left_out(&imported).contains(&("not published", 1))
    );
}

#[test]
fn what_shopify_does_not_count_is_no_zero() {
    let file = "Handle,Title,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Price\n\
                a,A,A,,0,5.00\nb,B,B,,7,5.00\nc,C,C,shopify,0,5.00\nd,D,D,,-3,5.00\n";
    let imported = read(file.as_bytes(), &[]);
    let why = |said: &str| {
        format!(
            "its stock is not tracked there, so `{said}` is no count: write how many there are, or say --set stock=NUMBER for all that \
             are not counted"
        )
    };
    assert_eq!(rejected(&imported), [(2, why("0").as_str()), (5, why("-3").as_str())]);
    assert_eq!((product(&imported, "B").1, product(&imported, "C").1), (7, 0));
    let wishes = Wishes { set: vec![("stock".to_owned(), "20".to_owned())], ..Wishes::new(Currency::GBP) };
    let made_to_order = import(file.as_bytes(), &wishes).unwrap();
    assert_eq!(["A", "B", "C", "D"].map(|sku| product(&made_to_order, sku).1), [20, 7, 0, 20]);
}

#[test]
fn a_product_without_a_sku_has_the_code_that_its_shop_gave_it() {
    let woocommerce = "ID,Type,SKU,Name,Published,Stock,Regular price,Parent\n17,simple,,Emma,1,5,5.00,\n18,simple,OWN,Iliad,1,5,5.00,\n";
    let imported = read(woocommerce.as_bytes(), &[]);
    assert_eq!((product(&imported, "17").1, product(&imported, "OWN").1), (5, 5));
    assert_eq!(used(&imported, "ID"), Used::For("which rows are of one product; the sku of those without"));
    let german = IN_GERMAN.replace("Artikelnummer", "Notiz").replace(",D,,", ",id:4,,");
    let codes: Vec<String> = read(german.as_bytes(), &[("type", "Typ")])
        .rows
        .iter()
        .map(|row| row.product.sku.to_string())
        .collect();
    assert_eq!(codes, ["1", "5", "6"]);
    let square = "Token,Item Name,Price,Current Quantity Shop\nABC123,Emma,5.00,3\n";
    let imported = read(square.as_bytes(), &[]);
    assert_eq!(product(&imported, "ABC123").1, 3);
    assert_eq!(used(&imported, "Token"), Used::For("the sku of rows without"));
}

const IN_GERMAN: &str = "ID,Typ,Artikelnummer,Name,Veröffentlicht,\"Sichtbarkeit im Katalog\",Vorrätig?,Lager,\"Regulärer Preis\",Übergeordnet,\"Attribut 1 Name\",\"Attribut 1 Wert(e)\"\n\
     1,simple,A,Emma,1,visible,1,5,\"5,00\",,Autor,Jane Austen\n\
     2,simple,B,Secret draft,-1,visible,1,5,\"5,00\",,,\n\
     3,simple,C,Private,0,hidden,1,5,\"5,00\",,,\n\
     4,variable,D,Iliad,1,visible,1,,,,Autor,Homer\n\
     5,variation,D-1,,1,visible,1,2,\"7,00\",D,,\n\
     6,simple,E,Faust,1,visible,0,5,\"5,00\",,,\n";

#[test]
fn woocommerces_export_in_another_language_keeps_its_drafts_to_itself() {
    let advised = [("sku", "Artikelnummer"), ("stock", "Lager"), ("price", "Regulärer Preis")];
    for map in [&[][..], &advised] {
        let imported = read(IN_GERMAN.as_bytes(), map);
        assert_eq!(imported.table.kind, Some("WooCommerce, products"));
        let skus: Vec<(&str, u32)> =
            imported.rows.iter().map(|row| (row.product.sku.as_str(), row.opening_stock)).collect();
        assert_eq!(skus, [("A", 5), ("D-1", 2), ("E", 0)]);
        assert_eq!(imported.rows[0].product.authors, ["Jane Austen"]);
        assert_eq!(
            (&imported.rows[1].product.title[..], &imported.rows[1].product.authors[..]),
            ("Iliad", &["Homer".to_owned()][..])
        );
        assert_eq!(left_out(&imported)[0], ("not published", 2));
    }
}

#[test]
fn an_export_in_a_language_that_is_not_known_is_refused_until_it_is_said_what_is_for_sale() {
    let file = IN_GERMAN
        .replace("Typ,", "Tyyppi,")
        .replace("Veröffentlicht", "Julkaistu")
        .replace("Lager", "Varasto");
    let wishes = |map: &[(&str, &str)]| Wishes {
        map: map.iter().map(|(ours, theirs)| ((*ours).to_owned(), (*theirs).to_owned())).collect(),
        ..Wishes::new(Currency::GBP)
    };
    let ours = [("sku", "Artikelnummer"), ("stock", "Varasto"), ("price", "Regulärer Preis")];
    let refused = import(file.as_bytes(), &wishes(&ours)).unwrap_err().to_string();
    assert!(
        refused.starts_with(
            "it looks like an export of WooCommerce in a language that is not known here: `Tyyppi` has"
        ),
        "{refused}"
    );
    assert!(refused.contains("--map type=Tyyppi --map published=COLUMN"), "{refused}");
    let said = [
        ("type", "Tyyppi"),
        ("published", "julkaistu"),
        ("visibility", "Sichtbarkeit im Katalog"),
        ("parent", "Übergeordnet"),
        ("availability", "Vorrätig?"),
    ];
    let imported = read(file.as_bytes(), &[&ours[..], &said].concat());
    let skus: Vec<(&str, u32)> =
        imported.rows.iter().map(|row| (row.product.sku.as_str(), row.opening_stock)).collect();
    assert_eq!(skus, [("A", 5), ("D-1", 2), ("E", 0)]);
    let missing = import(file.as_bytes(), &wishes(&[("type", "Laji")])).unwrap_err().to_string();
    assert!(missing.starts_with("the catalogue file has no column `Laji` to take for type"), "{missing}");
}

#[test]
fn of_magentos_products_that_are_not_shown_the_variants_alone_are_for_sale() {
    let file = "sku,product_type,name,product_online,visibility,price,qty,configurable_variations\n\
                A,simple,Sold by itself,1,\"Catalog, Search\",5.00,3,\n\
                Part,simple,A part,1,Not Visible Individually,5.00,3,\n\
                V-s,simple,Shirt-S,1,Not Visible Individually,5.00,3,\n\
                V,configurable,Shirt,1,\"Catalog, Search\",,,\"sku=V-S,size=S|sku=V-M,size=M\"\n\
                V-M,simple,Shirt-M,1,Not Visible Individually,5.00,3,\n";
    let imported = read(file.as_bytes(), &[]);
    let skus: Vec<(u64, &str)> =
        imported.rows.iter().map(|row| (row.line, row.product.sku.as_str())).collect();
    assert_eq!(skus, [(2, "A"), (6, "V-M"), (4, "V-s")]);
    assert!(left_out(&imported).contains(&("hidden", 1)), "{:?}", imported.left_out);
    let without = read(file.replace("configurable_variations", "note").as_bytes(), &[]);
    assert_eq!(without.rows.len(), 4, "which are variants cannot be told");
}

#[test]
fn an_export_of_some_columns_alone_says_what_is_not_for_sale_too() {
    let woocommerce = "SKU,Name,Published,Visibility in catalog,In stock?,Stock,Regular price\n\
        P1,One,1,visible,1,5,9.99\nP2,Draft,-1,visible,1,5,9.99\nP3,Hidden,1,hidden,1,5,9.99\n\
        P4,Out,1,visible,0,5,9.99\nP5,Back,1,visible,backorder,5,9.99\n";
    let magento = "sku,name,price,qty,is_in_stock\nM1,One,9.99,5,1\nM2,Out,9.99,7,0\n";
    for (file, stocks) in [(woocommerce, vec![5, 0, 0]), (magento, vec![5, 0])] {
        let imported = read(file.as_bytes(), &[]);
        assert_eq!(imported.rows.iter().map(|row| row.opening_stock).collect::<Vec<_>>(), stocks, "{file}");
    }
    let table = read(b"sku,name,regular price,in stock\nT1,One,9.99,5\n", &[]);
    assert_eq!((table.rows.len(), table.rows[0].opening_stock), (1, 5), "a table of anybody's");
}
