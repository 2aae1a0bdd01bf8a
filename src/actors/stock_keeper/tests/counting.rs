//! Products that are brought up to date, units that are counted, and what is taken off sale.

use super::*;
use crate::actors::stock_keeper::{
    Availability, Count, Counted, Delist, Described, Import, ImportedCount, Listed, NotListed, Update,
};
use crate::domain::CaseKind;
use crate::domain::catalogue::Detail;

fn counts(keeper: &mut Alone<Shop>, name: &str, counted: Counted) -> Heard {
    keeper.is_asked(Count { sku: sku(name), counted, reason: "stocktake".to_owned(), who: "Ada".to_owned() })
}

fn imports(keeper: &mut Alone<Shop>, products: &[(Product, u32)]) -> (ImportedCount, Heard) {
    let import =
        Import { products: products.to_vec(), reason: "books.csv".to_owned(), who: "import".to_owned() };
    let heard = keeper.is_asked(import);
    (*heard.reply().unwrap(), heard)
}

/// For sale, in the house, written off.
fn shelf(keeper: &Alone<Shop>, name: &str) -> (u64, u64, u64) {
    let item = keeper.item(name);
    (item.available, item.on_hand(), item.written_off)
}

#[test]
fn a_count_is_of_all_that_is_in_the_house_and_takes_only_what_is_for_sale() {
    for (counted, for_sale, on_hand, written_off, case) in [
        (10, 7, 10, 0, None),
        (12, 9, 12, 0, None),
        (8, 5, 8, 2, None),
        (3, 0, 3, 7, None),
        (
            2,
            0,
            3,
            7,
            Some("A: 2 counted, 3 promised to orders (stocktake): look for the rest, or tell those who wait"),
        ),
        (
            0,
            0,
            3,
            7,
            Some("A: 0 counted, 3 promised to orders (stocktake): look for the rest, or tell those who wait"),
        ),
    ] {
        let mut keeper = with_stock(&[("A", 10)]);
        keeper.reserve(1, &[("A", 3)], Backorder::Refuse);
        let heard = counts(&mut keeper, "A", Counted::Are(counted));
        assert_eq!(shelf(&keeper, "A"), (for_sale, on_hand, written_off), "{counted}");
        let cases: Vec<&str> = heard.cases.iter().map(|case| case.text.as_str()).collect();
        assert_eq!(cases, case.into_iter().collect::<Vec<_>>());
        assert!(heard.cases.iter().all(|case| (case.kind, case.order) == (CaseKind::Stock, None)));
        assert!(
            counts(&mut keeper, "A", Counted::Are(counted)).events.is_empty(),
            "{counted}: it is known now"
        );
    }
}

#[test]
fn what_turns_up_serves_whoever_waits_before_it_is_for_sale() {
    for counted in [Counted::Came(5), Counted::Are(5)] {
        let mut keeper = with_stock(&[("A", 0)]);
        keeper.waits(1, &[("A", 4)]);
        let heard = counts(&mut keeper, "A", counted);
        assert_eq!(heard.orders, [order_manager::Message::SuppliesArrived { order: order(1) }]);
        assert_eq!(shelf(&keeper, "A"), (1, 5, 0));
    }
}

#[test]
fn nobody_counts_what_the_shop_does_not_list() {
    let mut keeper = with_stock(&[("A", 1)]);
    let heard = counts(&mut keeper, "B", Counted::Came(5));
    assert_eq!(heard.reply(), Some(&Err::<(), _>(NotListed)));
    assert!(heard.events.is_empty());
}

#[test]
fn an_import_brings_text_price_and_stock_up_to_date_and_again_changes_nothing() {
    let mut keeper = with_stock(&[("A", 10), ("B", 1), ("C", 4)]);
    let dearer = Product { price: Money::new(1099, Currency::GBP), ..product("A") };
    let file = [(dearer.clone(), 8), (product("B"), 1), (product("C"), 6), (product("D"), 3)];
    let (done, heard) = imports(&mut keeper, &file);
    assert_eq!(done, ImportedCount { new: 1, changed: 1, adjusted: 2 });
    assert_eq!(keeper.get::<Listed>(&sku("A")).unwrap().product, dearer);
    assert_eq!(
        [shelf(&keeper, "A"), shelf(&keeper, "C"), shelf(&keeper, "D")],
        [(8, 8, 2), (6, 6, 0), (3, 3, 0)]
    );
    let adjusted = |event: &actors::Event| match event {
        actors::Event::StockKeeper(super::super::Event::Adjusted { sku, by, reason, who, .. }) => {
            Some((sku.to_string(), *by, reason.clone(), who.clone()))
        }
        _ => None,
    };
    let adjusted: Vec<_> = heard.events.iter().filter_map(adjusted).collect();
    let by_file = |name: &str, by| (name.to_owned(), by, "books.csv".to_owned(), "import".to_owned());
    assert_eq!(adjusted, [by_file("A", -2), by_file("C", 2)]);
    let (done, heard) = imports(&mut keeper, &file);
    assert_eq!((done, heard.is_nothing()), (ImportedCount::default(), true));
}

#[test]
fn what_a_file_does_not_say_stays_as_it_is_listed_and_what_it_leaves_empty_goes() {
    let mut keeper = with_stock(&[("A", 10)]);
    let whole = Product { year: Some(1815), ..product("A") };
    imports(&mut keeper, &[(whole.clone(), 10)]);
    let bare = Product {
        authors: vec![],
        year: None,
        language: None,
        isbn: None,
        weight_grams: None,
        ..whole.clone()
    };
    let mut updates = |product: &Product, unsaid: &[Detail]| {
        let products = vec![Described { product: product.clone(), counted: 10, unsaid: unsaid.to_vec() }];
        let (reason, who) = ("books.csv".to_owned(), "import".to_owned());
        let heard = keeper.is_asked(Update { products, keep_stock: false, reason, who });
        (*heard.reply::<ImportedCount>().unwrap(), keeper.get::<Listed>(&sku("A")).unwrap().product.clone())
    };
    let renamed = Product { title: "Emma".to_owned(), ..bare.clone() };
    let (done, listed) = updates(&renamed, &Detail::ALL);
    assert_eq!(done, ImportedCount { new: 0, changed: 1, adjusted: 0 });
    assert_eq!(listed, Product { title: "Emma".to_owned(), ..whole.clone() });
    assert_eq!(updates(&renamed, &Detail::ALL).0, ImportedCount::default());
    let all_but_authors = &Detail::ALL[1..];
    assert_eq!(updates(&renamed, all_but_authors).1, Product { authors: vec![], ..listed });
    assert_eq!(updates(&renamed, &[]).1, renamed);
}

#[test]
fn an_old_file_leaves_the_stock_of_what_is_known_where_that_is_wanted() {
    let mut keeper = with_stock(&[("A", 2)]);
    let described = |name: &str, counted| Described { product: product(name), counted, unsaid: vec![] };
    let products = vec![described("A", 5), described("B", 4)];
    let (reason, who) = ("old.csv".to_owned(), "import".to_owned());
    let mut updates = |keep_stock| {
        let (products, reason, who) = (products.clone(), reason.clone(), who.clone());
        let heard = keeper.is_asked(Update { products, keep_stock, reason, who });
        (*heard.reply::<ImportedCount>().unwrap(), shelf(&keeper, "A").0, shelf(&keeper, "B").0)
    };
    assert_eq!(updates(true), (ImportedCount { new: 1, changed: 0, adjusted: 0 }, 2, 4));
    assert_eq!(updates(false), (ImportedCount { new: 0, changed: 0, adjusted: 1 }, 5, 4));
}

#[test]
fn of_a_sku_that_comes_twice_the_last_counts() {
    let mut keeper = with_stock(&[]);
    imports(&mut keeper, &[(product("A"), 3), (product("A"), 5)]);
    assert_eq!(shelf(&keeper, "A"), (5, 5, 0));
}

#[test]
fn what_is_taken_off_sale_keeps_its_orders_and_its_units_and_is_sold_again_by_an_import() {
    let mut keeper = with_stock(&[("A", 10)]);
    keeper.reserve(1, &[("A", 3)], Backorder::Refuse);
    let delist = || Delist { skus: vec![sku("A"), sku("B")] };
    assert_eq!(keeper.is_asked(delist()).reply(), Some(&1_usize), "one was on sale");
    assert!(keeper.get::<Listed>(&sku("A")).unwrap().delisted_at.is_some());
    assert_eq!(keeper.is_asked(delist()).reply(), Some(&0_usize), "it is off sale already");
    let heard = keeper.hears(Message::Allocate { order: order(1), lines: units(&[("A", 3)]) });
    assert_eq!(heard.orders, [order_manager::Message::Allocated { order: order(1) }]);
    for backorder in [Backorder::Refuse, Backorder::Accept] {
        let heard = keeper.reserve(2, &[("A", 1)], backorder);
        assert_eq!(
            (heard.orders, heard.calls.len()),
            (vec![out_of_stock(2, None)], 0),
            "nobody else gets any"
        );
    }
    let heard = keeper.is_asked(Earliest { wanted: units(&[("A", 20)]) });
    assert_eq!(heard.reply::<Vec<Availability>>(), Some(&vec![]), "and no wholesaler is asked");
    let (done, _) = imports(&mut keeper, &[(product("A"), 10)]);
    assert_eq!(keeper.reserve(3, &[("A", 7)], Backorder::Refuse).orders, [reserved(3)]);
    assert_eq!(done, ImportedCount { new: 0, changed: 1, adjusted: 0 });
    assert_eq!(keeper.get::<Listed>(&sku("A")).unwrap().delisted_at, None);
}
