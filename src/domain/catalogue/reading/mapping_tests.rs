use super::*;
use crate::domain::Currency;

fn wishes(map: &[(&str, &str)], set: &[(&str, &str)]) -> Wishes {
    let pairs =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    Wishes { map: pairs(map), set: pairs(set), ..Wishes::new(Currency::GBP) }
}

fn mapping(names: &[&str], wishes: &Wishes) -> Result<Mapping, String> {
    Mapping::of(&ByteRecord::from(names.to_vec()), wishes).map_err(|error| error.to_string())
}

fn refusal(names: &[&str], map: &[(&str, &str)], set: &[(&str, &str)]) -> String {
    mapping(names, &wishes(map, set)).err().unwrap()
}

#[test]
fn columns_are_found_in_any_order_and_case() {
    let names = ["Stock", " PRICE", "Weight Grams", "Author", "x", "Title", "SKU", "Price (GBP)"];
    let found = mapping(&names, &wishes(&[], &[])).unwrap();
    let columns = [Ours::Sku, Ours::Title, Ours::Authors, Ours::Stock, Ours::Price, Ours::Weight]
        .map(|ours| found.column(ours));
    assert_eq!(columns, [6, 5, 3, 0, 1, 2].map(Some));
    assert_eq!(found.unit, Some(Unit::Gram));
}

#[test]
fn the_names_that_people_use_are_known() {
    for (name, ours) in [
        ("quantity", Ours::Stock),
        ("Qty", Ours::Stock),
        ("On Hand", Ours::Stock),
        ("In stock", Ours::Stock),
        ("Regular price", Ours::Price),
        ("RRP", Ours::Price),
        ("List Price", Ours::Price),
        ("price_gbp", Ours::Price),
        ("ISBN-13", Ours::Isbn),
        ("EAN", Ours::Isbn),
        ("GTIN", Ours::Isbn),
        ("Barcode", Ours::Isbn),
        ("weight (g)", Ours::Weight),
        ("Weight (kg)", Ours::Weight),
        ("Author Name", Ours::Authors),
        ("Author(s)", Ours::Authors),
        ("by", Ours::Authors),
    ] {
        let rest: Vec<&str> = [("price", Ours::Price), ("stock", Ours::Stock)]
            .iter()
            .filter(|(_, other)| *other != ours)
            .map(|(name, _)| *name)
            .collect();
        let names = [&["sku", "title", name], rest.as_slice()].concat();
        let found = mapping(&names, &wishes(&[], &[])).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(found.column(ours), Some(2), "{name}");
    }
}

#[test]
fn the_shops_own_names_go_before_others() {
    let names = ["book_id", "original_title", "title", "authors", "sku", "price", "qty", "stock"];
    let found = mapping(&names, &wishes(&[], &[])).unwrap();
    assert_eq!([Ours::Sku, Ours::Title, Ours::Stock].map(|ours| found.column(ours)), [4, 2, 7].map(Some));
}

#[test]
fn a_file_without_price_or_stock_is_refused_with_what_it_has_and_what_would_do() {
    let why = refusal(&["sku", "Title", "pri\u{7}ce", "stock"], &[], &[]);
    assert_eq!(
        why,
        "the catalogue file has no column for `price`: say --map price=COLUMN, or --set price=VALUE for all rows\n  its columns: \
         `sku`, `Title`, `pri<U+0007>ce`, `stock`\n  names that are taken for price: `price`, `regular price`, `rrp`, `retail price`, \
         `list price`, `selling price`, `unit price`, `price incl vat`, `price inc vat`, `price incl tax`, `price inc tax`, `gross \
         price`"
    );
    assert!(
        refusal(&["sku", "title"], &[], &[]).starts_with(
            "the catalogue file has no column for `price` and `stock`: say --map price=COLUMN, or"
        )
    );
    assert!(
        refusal(&["Handle", "Title", "Variant SKU", "Variant Price"], &[], &[])
            .contains("export the inventory too")
    );
    assert!(refusal(&["id", "title", "availability", "price"], &[], &[]).contains("--set stock=NUMBER"));
}

#[test]
fn a_column_of_prices_in_another_currency_is_refused_however_it_was_found() {
    let names = ["sku", "title", "price (EUR)", "stock"];
    let why = refusal(&names, &[("price", "price (EUR)")], &[]);
    assert_eq!(
        why,
        "the column of prices `price (EUR)` is in EUR, and the shop sells in GBP: take another, --map price=COLUMN"
    );
    assert!(mapping(&["sku", "title", "Price £", "stock"], &wishes(&[("price", "Price £")], &[])).is_ok());
}

#[test]
fn a_first_line_of_values_is_said_to_be_none_of_names() {
    assert_eq!(
        refusal(&["PD-1", "Emma", "Jane Austen", "7.99", "3"], &[], &[]),
        "the first line of the catalogue file has values (`7.99`) and no names of columns: put a line of names above it, such as \
         sku,title,authors,price,stock"
    );
    assert!(
        refusal(&["Nummer", "Titel", "Preis"], &[], &[])
            .starts_with("the catalogue file has no column for `sku`")
    );
}

#[test]
fn a_column_can_be_said_and_a_value_set_for_every_row() {
    let names = ["Code", "Titel", "Preis", "Gewicht", "Verlag"];
    let map = [("sku", "code"), ("title", "Titel"), ("price", "Preis"), ("weight_kg", "Gewicht")];
    let found = mapping(&names, &wishes(&map, &[("stock", "3")])).unwrap();
    assert_eq!([Ours::Sku, Ours::Title, Ours::Price].map(|ours| found.column(ours)), [0, 1, 2].map(Some));
    assert_eq!((found.unit, found.value(Ours::Stock)), (Some(Unit::Kilogram), Some("3")));
}

#[test]
fn what_is_said_wrongly_is_named() {
    let names = ["sku", "title", "price", "stock"];
    assert_eq!(
        refusal(&names, &[("authors", "Vendor")], &[]),
        "the catalogue file has no column `Vendor` to take for authors, its columns are: `sku`, `title`, `price`, `stock`"
    );
    assert_eq!(
        refusal(&names, &[("colour", "title")], &[]),
        "`colour` is nothing that the shop knows of a product, write one of: sku, title, price, stock, authors, isbn, \
         weight_grams, year, language, currency, tax_class"
    );
    assert!(
        refusal(&names, &[], &[("rrp", "3")])
            .starts_with("the catalogue file has a column for price (`price`), so --set")
    );
}

#[test]
fn a_column_that_is_used_and_stands_there_twice_is_an_error() {
    let why = refusal(&["sku", "title", "price", "stock", "Title"], &[], &[]);
    assert_eq!(why, "the catalogue file has the column `title` twice, remove one");
    assert!(mapping(&["sku", "title", "price", "stock", "note", "note", "", ""], &wishes(&[], &[])).is_ok());
}

#[test]
fn several_places_with_stock_are_named() {
    let names = ["Token", "Item Name", "SKU", "Price", "Current Quantity North", "Current Quantity South"];
    let why = refusal(&names, &[], &[]);
    assert_eq!(
        why,
        "the catalogue file has several columns for stock: `Current Quantity North`, `Current Quantity South`; say which, --map \
         stock=COLUMN"
    );
    let found = mapping(&names, &wishes(&[("stock", "Current Quantity South")], &[])).unwrap();
    assert_eq!(found.column(Ours::Stock), Some(5));
}
