//! What is in stock.

use super::*;
use crate::actors::CommonTimeline;
use crate::actors::stock_keeper::{Availability, Credit, CreditSum, Listed, ListedCount, PurchaseOrder};
use crate::domain::{CaseKind, Happening, Step};
use crate::runtime::{Aggregate, AnyTable};

#[test]
fn an_order_in_stock_touches_its_items_alone_all_the_way_out() {
    let mut keeper = with_stock(&[("A", 5), ("B", 2)]);
    let lines = [("A", 2), ("B", 2)];
    assert_eq!(keeper.reserve(1, &lines, Backorder::Refuse).orders, [reserved(1)]);
    let heard = keeper.hears(Message::Allocate { order: order(1), lines: units(&lines) });
    assert_eq!(heard.orders, [order_manager::Message::Allocated { order: order(1) }]);
    assert_eq!(heard.events.len(), 2, "one small event for each SKU");
    keeper.hears(Message::Packed { order: order(1), lines: units(&lines) });
    assert_eq!(keeper.item("A").packed, 2);
    keeper.hears(Message::HandedOver { order: order(1), lines: units(&lines) });
    let item = keeper.item("A");
    assert_eq!((item.available, item.on_hand(), item.shipped), (3, 3, 2));
    assert_eq!(keeper.demands(), 0);
}

#[test]
fn the_way_out_reads_the_items_and_nothing_else() {
    let mut keeper = with_stock(&[("A", 5)]);
    let (order, lines) = (order(1), units(&[("A", 2)]));
    let way_out = [
        Message::Reserve { order, lines: lines.clone(), backorder: Backorder::Accept },
        Message::Allocate { order, lines: lines.clone() },
        Message::Packed { order, lines: lines.clone() },
        Message::HandedOver { order, lines },
    ];
    for message in way_out {
        keeper.hears(message);
    }
    assert_eq!(known::<StockItem>(&keeper), [b"A".to_vec()]);
    assert_eq!(known::<Listed>(&keeper), [b"A".to_vec()], "from when it was listed");
    let others = [
        known::<Demand>(&keeper),
        known::<PurchaseOrder>(&keeper),
        known::<Credit>(&keeper),
        known::<CreditSum>(&keeper),
    ];
    assert!(others.concat().is_empty(), "{others:?}");
}

/// What has ever been looked for, whether it was there or not.
fn known<V: Aggregate>(keeper: &Alone<Shop>) -> Vec<Vec<u8>> {
    keeper.tables.of::<V>().encode_all().into_iter().map(|write| write.key).collect()
}

#[test]
fn the_timeline_tells_what_was_reserved() {
    let mut keeper = with_stock(&[("A", 5)]);
    keeper.reserve(1, &[("A", 2)], Backorder::Refuse);
    let timeline = keeper.get::<CommonTimeline>(&order(1)).unwrap().0.read();
    assert_eq!(timeline.entries[0].step, Step::STOCK_OR_DATE);
    assert_eq!(timeline.entries[0].what, Happening::UnitsReserved { sku: sku("A"), quantity: 2 });
}

#[test]
fn lines_that_share_a_short_sku_take_all_or_nothing() {
    let mut keeper = with_stock(&[("A", 3), ("B", 9)]);
    let heard = keeper.reserve(1, &[("A", 2), ("B", 1), ("A", 2)], Backorder::Refuse);
    assert!(heard.orders.is_empty(), "the wholesalers are asked for a date");
    keeper.offers(1, "A", 100, 5);
    assert_eq!(keeper.offers(2, "A", 100, 3).orders, [out_of_stock(1, Some(3))]);
    assert_eq!((keeper.item("A").available, keeper.item("B").available), (3, 9));
    assert_eq!(keeper.reserve(2, &[("A", 2), ("A", 1)], Backorder::Refuse).orders, [reserved(2)]);
    assert_eq!(keeper.item("A").reserved, 3);
}

#[test]
fn a_release_puts_the_units_back_for_sale() {
    let mut keeper = with_stock(&[("A", 3)]);
    keeper.reserve(1, &[("A", 3)], Backorder::Refuse);
    keeper.release(1, &[("A", 3)]);
    assert_eq!((keeper.item("A").available, keeper.item("A").reserved), (3, 0));
}

#[test]
fn what_is_not_there_is_not_moved_but_opens_a_case() {
    let mut keeper = with_stock(&[("A", 3)]);
    let lines = units(&[("A", 1)]);
    let moves = [
        Message::Allocate { order: order(1), lines: lines.clone() },
        Message::Packed { order: order(1), lines: lines.clone() },
        Message::HandedOver { order: order(1), lines: lines.clone() },
        Message::PutAway { order: order(1), lines: lines.clone(), packed: true },
        Message::Release { order: order(1), lines },
    ];
    for message in moves {
        let heard = keeper.hears(message);
        assert!(heard.orders.is_empty());
        assert!(matches!(heard.events[0].happenings()[..], [(_, _, Happening::CaseOpened { .. })]));
        assert_eq!((heard.cases[0].kind, heard.cases[0].order), (CaseKind::Stock, Some(order(1))));
    }
    assert_eq!(keeper.item("A").available, 3);
}

#[test]
fn a_stopped_parcel_is_put_away() {
    let mut keeper = with_stock(&[("A", 3)]);
    let lines = units(&[("A", 2)]);
    for packed in [false, true] {
        keeper.reserve(1, &[("A", 2)], Backorder::Refuse);
        keeper.hears(Message::Allocate { order: order(1), lines: lines.clone() });
        if packed {
            keeper.hears(Message::Packed { order: order(1), lines: lines.clone() });
        }
        keeper.hears(Message::PutAway { order: order(1), lines: lines.clone(), packed });
        assert_eq!(keeper.item("A").available, 3);
    }
}

#[test]
fn a_check_tells_what_is_for_sale_and_changes_nothing() {
    let mut keeper = with_stock(&[("A", 3)]);
    let heard = keeper.is_asked(Check { skus: vec![sku("A"), sku("NONE")] });
    assert!(heard.events.is_empty() && heard.calls.is_empty());
    let availability = Availability { sku: sku("A"), available: 3, earliest: None };
    assert_eq!(heard.reply(), Some(&vec![availability]));
}

#[test]
fn listing_a_product_again_changes_its_description_and_not_its_stock() {
    let mut keeper = with_stock(&[("A", 3)]);
    let mut cheaper = product("A");
    cheaper.price.amount = 1;
    let products = vec![(cheaper, 50), (product("B"), 4), (product("B"), 4)];
    let heard = keeper.is_asked(List { products: products.clone() });
    assert_eq!(heard.reply(), Some(&ListedCount { new: 1, changed: 2 }));
    assert_eq!((keeper.item("A").available, keeper.item("B").found), (3, 4));
    let heard = keeper.is_asked(List { products: products[..2].to_vec() });
    assert_eq!(heard.reply(), Some(&ListedCount { new: 0, changed: 0 }));
    assert!(heard.events.is_empty());
}

#[test]
fn an_order_of_something_not_listed_is_out_of_stock() {
    let mut keeper = with_stock(&[("A", 3)]);
    let heard = keeper.reserve(1, &[("A", 1), ("NONE", 1)], Backorder::Accept);
    assert_eq!(heard.orders, [out_of_stock(1, None)]);
    assert_eq!(keeper.item("A").available, 3);
}
