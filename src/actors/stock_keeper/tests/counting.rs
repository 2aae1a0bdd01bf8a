//! Products that are brought up to date, units that are counted, and what is taken off sale.

use super::*;
use crate::actors::stock_keeper::{
    Adjustments, Availability, Count, Counted, Delist, Delisted, Described, Import, Imported, ImportedCount,
    Listed, NotCounted, Relist,
};
use crate::domain::STOCK_MAX;
use crate::domain::catalogue::Detail;

fn counts(keeper: &mut Alone<Shop>, name: &str, counted: Counted) -> Heard {
    keeper.is_asked(Count { sku: sku(name), counted, reason: "stocktake".to_owned(), who: "Ada".to_owned() })
}

fn imports(keeper: &mut Alone<Shop>, products: &[(Product, u32)]) -> (Imported, Heard) {
    let all_said = |(product, counted): &(Product, u32)| Described {
        product: product.clone(),
        counted: *counted,
        unsaid: vec![],
    };
    let (products, reason) = (products.iter().map(all_said).collect(), "books.csv".to_owned());
    let import = Import { products, keep_stock: false, reason, who: "import".to_owned() };
    let heard = keeper.is_asked(import);
    (heard.reply::<Imported>().unwrap().clone(), heard)
}

/// For sale, in the house, written off.
fn shelf(keeper: &Alone<Shop>, name: &str) -> (u64, u64, u64) {
    let item = keeper.item(name);
    (item.available, item.on_hand(), item.written_off)
}

#[test]
fn a_count_is_what_stands_in_the_books_and_takes_no_promise_from_an_order() {
    for (counted, for_sale, on_hand, written_off, short) in [
        (10, 7, 10, 0, None),
        (12, 9, 12, 0, None),
        (8, 5, 8, 2, None),
        (3, 0, 3, 7, None),
        (2, 0, 2, 8, Some("A: 3 promised to orders, 2 in the house: 1 short.")),
        (0, 0, 0, 10, Some("A: 3 promised to orders, 0 in the house: 3 short.")),
    ] {
        let mut keeper = with_stock(&[("A", 10)]);
        keeper.reserve(1, &[("A", 3)], Backorder::Refuse);
        let heard = counts(&mut keeper, "A", Counted::Are(counted));
        assert_eq!(shelf(&keeper, "A"), (for_sale, on_hand, written_off), "{counted}");
        assert_eq!((said(&heard), keeper.item("A").promised()), (short.map(Some).into_iter().collect(), 3));
        let again = counts(&mut keeper, "A", Counted::Are(counted));
        let is_of_nothing = |event: &actors::Event| {
            matches!(event, actors::Event::StockKeeper(super::super::Event::Adjusted { by: 0, .. }))
        };
        assert!(again.events.iter().all(is_of_nothing), "{counted}: it is known now");
        let last = keeper.get::<Adjustments>(&sku("A")).unwrap().newest_first().next().unwrap().clone();
        let found = (last.by, last.on_hand, last.who.as_str(), last.reason.as_str());
        assert_eq!(found, (0, on_hand, "Ada", "stocktake"), "who counts is noted");
        assert_eq!(shelf(&keeper, "A"), (for_sale, on_hand, written_off), "{counted}");
    }
}

/// What is said of a shortage, without what to do; `None`: it is made good.
fn said(heard: &Heard) -> Vec<Option<&str>> {
    let until_short = |text: &String| text.find(". ").map_or(text.len(), |at| at + 1);
    heard.short.iter().map(|text| text.as_ref().map(|text| &text[..until_short(text)])).collect()
}

/// Two that are promised, none of which is found.
fn two_short() -> Alone<Shop> {
    let mut keeper = with_stock(&[("A", 2)]);
    keeper.reserve(1, &[("A", 1)], Backorder::Refuse);
    keeper.reserve(2, &[("A", 1)], Backorder::Refuse);
    counts(&mut keeper, "A", Counted::Are(0));
    keeper
}

#[test]
fn what_comes_makes_up_for_what_is_short_before_anybody_buys_or_waits() {
    let mut keeper = two_short();
    let heard = counts(&mut keeper, "A", Counted::Came(1));
    assert_eq!(said(&heard), [Some("A: 2 promised to orders, 1 in the house: 1 short.")]);
    assert_eq!(keeper.reserve(3, &[("A", 1)], Backorder::Refuse).orders, [], "it is asked for elsewhere");
    let supplies = keeper.waits(4, &[("A", 2)]);
    let heard = keeper.arrived(supplies, 2);
    assert_eq!((said(&heard), heard.orders.len()), (vec![None], 0), "one of them was missing");
    assert_eq!((shelf(&keeper, "A"), keeper.item("A").wanted()), ((0, 3, 2), 1));
    let heard = counts(&mut keeper, "A", Counted::Came(2));
    assert_eq!(heard.orders, [order_manager::Message::SuppliesArrived { order: order(4) }]);
    assert_eq!((shelf(&keeper, "A"), said(&heard)), ((1, 5, 2), vec![]));
}

#[test]
fn an_order_that_ends_gives_what_it_was_promised_to_what_is_short() {
    let mut keeper = two_short();
    let heard = keeper.release(1, &[("A", 1)]);
    assert_eq!(said(&heard), [Some("A: 1 promised to orders, 0 in the house: 1 short.")]);
    assert_eq!(said(&keeper.release(2, &[("A", 1)])), [None]);
    assert_eq!(shelf(&keeper, "A"), (0, 0, 2));
}

/// Then the count was wrong.
#[test]
fn what_a_count_has_missed_may_leave_the_house_all_the_same() {
    let mut keeper = two_short();
    counts(&mut keeper, "A", Counted::Are(1));
    let one_short = Some("A: 1 promised to orders, 0 in the house: 1 short.");
    for (n, heard) in [(1, vec![one_short]), (2, vec![None])] {
        let (order, lines) = (order(n), units(&[("A", 1)]));
        keeper.hears(Message::Allocate { order, lines: lines.clone() });
        keeper.hears(Message::Packed { order, lines: lines.clone() });
        let left = keeper.hears(Message::HandedOver { order, lines });
        let item = keeper.item("A");
        assert_eq!((item.on_hand(), item.shipped, item.available), (0, n, 0));
        assert_eq!(said(&left), heard);
    }
}

#[test]
fn an_import_says_of_which_fewer_were_counted_than_are_promised() {
    let mut keeper = two_short();
    let (done, heard) = imports(&mut keeper, &[(product("A"), 1)]);
    assert_eq!((done.short, heard.short.len()), (vec![sku("A")], 1));
    let (done, _) = imports(&mut keeper, &[(product("A"), 2)]);
    assert_eq!(done.short, []);
}

#[test]
fn the_last_counts_are_kept_with_who_and_why() {
    let mut keeper = with_stock(&[("A", 3)]);
    let last = Adjustments::KEPT_MAX as u32 + 5;
    for units in 4..=last {
        counts(&mut keeper, "A", Counted::Are(units));
    }
    let kept = keeper.get::<Adjustments>(&sku("A")).unwrap();
    assert_eq!(kept.newest_first().count(), Adjustments::KEPT_MAX);
    let newest = kept.newest_first().next().unwrap();
    assert_eq!((newest.by, newest.on_hand, newest.at), (1, u64::from(last), NOON));
    assert_eq!((newest.reason.as_str(), newest.who.as_str()), ("stocktake", "Ada"));
}

#[test]
fn nobody_counts_more_than_a_file_may_or_takes_off_what_is_not_there() {
    let mut keeper = with_stock(&[("A", 3)]);
    for (counted, why) in [
        (Counted::Are(STOCK_MAX + 1), NotCounted::TooMany { units: 1_000_001 }),
        (Counted::Came(STOCK_MAX - 2), NotCounted::TooMany { units: 1_000_001 }),
        (Counted::Gone(4), NotCounted::TooFew { on_hand: 3, gone: 4 }),
    ] {
        let heard = counts(&mut keeper, "A", counted);
        assert_eq!((heard.reply(), heard.is_nothing()), (Some(&Err::<(), _>(why)), true));
    }
    counts(&mut keeper, "A", Counted::Gone(2));
    assert_eq!(shelf(&keeper, "A"), (1, 1, 2));
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
    assert_eq!(heard.reply(), Some(&Err::<(), _>(NotCounted::NotListed)));
    assert!(heard.events.is_empty());
}

#[test]
fn an_import_brings_text_price_and_stock_up_to_date_and_again_changes_nothing() {
    let mut keeper = with_stock(&[("A", 10), ("B", 1), ("C", 4)]);
    let dearer = Product { price: Money::new(1099, Currency::GBP), ..product("A") };
    let file = [(dearer.clone(), 8), (product("B"), 1), (product("C"), 6), (product("D"), 3)];
    let (done, heard) = imports(&mut keeper, &file);
    assert_eq!(done.count, ImportedCount { new: 1, changed: 1, adjusted: 2 });
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
    assert_eq!((done, heard.is_nothing()), (Imported::default(), true));
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
        let heard = keeper.is_asked(Import { products, keep_stock: false, reason, who });
        (heard.reply::<Imported>().unwrap().count, keeper.get::<Listed>(&sku("A")).unwrap().product.clone())
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
        let heard = keeper.is_asked(Import { products, keep_stock, reason, who });
        (heard.reply::<Imported>().unwrap().count, shelf(&keeper, "A").0, shelf(&keeper, "B").0)
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
    let heard = keeper.is_asked(delist());
    let told = Delisted { done: vec![sku("A")], not_listed: vec![sku("B")], ..Delisted::default() };
    assert_eq!(heard.reply(), Some(&told), "one was on sale");
    assert!(keeper.get::<Listed>(&sku("A")).unwrap().delisted_at.is_some());
    let heard = keeper.is_asked(delist());
    let told = Delisted { no_change: vec![sku("A")], not_listed: vec![sku("B")], ..Delisted::default() };
    assert_eq!(heard.reply(), Some(&told), "it is off sale already");
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
    let count = ImportedCount { new: 0, changed: 1, adjusted: 0 };
    assert_eq!(done, Imported { count, put_back: vec![sku("A")], ..Imported::default() });
    assert_eq!(keeper.get::<Listed>(&sku("A")).unwrap().delisted_at, None);
    keeper.is_asked(delist());
    let heard = keeper.is_asked(Relist { skus: vec![sku("A"), sku("B")] });
    let told = Delisted { done: vec![sku("A")], not_listed: vec![sku("B")], ..Delisted::default() };
    assert_eq!(heard.reply(), Some(&told));
    assert_eq!(keeper.get::<Listed>(&sku("A")).unwrap().delisted_at, None);
}
