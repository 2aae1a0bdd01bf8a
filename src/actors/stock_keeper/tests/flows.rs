//! Quotes and promises.

use super::*;
use crate::actors::stock_keeper::{Availability, PurchaseOrder, Round};
use crate::runtime::{Aggregate, AnyTable, Due, TableKey, decode};

#[test]
fn an_order_that_waits_keeps_what_is_there_and_is_promised_the_rest() {
    let mut keeper = with_stock(&[("A", 2), ("B", 9)]);
    let lines = [("A", 5), ("B", 1)];
    let heard = keeper.reserve(1, &lines, Backorder::Accept);
    assert!(heard.orders.is_empty());
    assert_eq!(heard.calls.len(), 2, "all wholesalers are asked at once");
    let item = keeper.item("A");
    assert_eq!((item.available, item.reserved, item.pegs[0].units), (0, 2, 3));
    assert!(keeper.offers(1, "A", 100, 5).orders.is_empty());
    assert_eq!(keeper.offers(2, "A", 100, 3).orders, [promised(1, 3)]);
    assert_eq!(keeper.item("B").reserved, 1);
}

#[test]
fn the_promise_is_the_latest_date_over_the_lines() {
    let mut keeper = with_stock(&[("A", 0), ("B", 0)]);
    keeper.reserve(1, &[("A", 1), ("B", 1)], Backorder::Accept);
    keeper.offers(1, "A", 9, 2);
    keeper.offers(1, "B", 9, 6);
    assert!(keeper.offers_nothing(2, "A").orders.is_empty(), "the other line has no date yet");
    assert_eq!(keeper.offers_nothing(2, "B").orders, [promised(1, 6)]);
}

#[test]
fn what_nobody_offers_gives_everything_back() {
    let mut keeper = with_stock(&[("A", 2), ("B", 9)]);
    keeper.reserve(1, &[("A", 5), ("B", 1)], Backorder::Accept);
    keeper.offers_nothing(1, "A");
    assert_eq!(keeper.offers_nothing(2, "A").orders, [out_of_stock(1, None)]);
    assert_eq!((keeper.item("A").available, keeper.item("B").available), (2, 9));
    assert!(keeper.item("A").pegs.is_empty());
    assert_eq!(keeper.demands(), 0);
}

#[test]
fn an_offer_for_a_day_that_nobody_lives_to_see_is_none() {
    let mut keeper = with_stock(&[("A", 0)]);
    keeper.reserve(1, &[("A", 1)], Backorder::Accept);
    keeper.offers(1, "A", 9, 366);
    assert_eq!(keeper.offers_nothing(2, "A").orders, [out_of_stock(1, None)]);
}

#[test]
fn a_refusal_to_wait_names_the_day_and_holds_nothing() {
    let mut keeper = with_stock(&[("A", 2)]);
    keeper.reserve(1, &[("A", 5)], Backorder::Refuse);
    assert_eq!(keeper.item("A").reserved, 0);
    keeper.offers(1, "A", 100, 4);
    assert_eq!(keeper.offers(2, "A", 100, 9).orders, [out_of_stock(1, Some(4))]);
    assert_eq!(keeper.demands(), 0);
}

#[test]
fn who_waits_until_a_day_is_promised_no_later_one_and_then_holds_nothing() {
    let mut keeper = with_stock(&[("A", 2)]);
    keeper.reserve(1, &[("A", 5)], Backorder::AcceptUntil(day(4)));
    assert_eq!(keeper.item("A").reserved, 2);
    keeper.offers(1, "A", 100, 5);
    let heard = keeper.offers(2, "A", 100, 9);
    assert_eq!(heard.orders, [out_of_stock(1, Some(5))]);
    assert_eq!((keeper.item("A").available, keeper.item("A").pegs.len(), keeper.demands()), (2, 0, 0));
    let heard = keeper.reserve(2, &[("A", 5)], Backorder::AcceptUntil(day(5)));
    assert_eq!(heard.orders, [promised(2, 5)]);
}

#[test]
fn a_silent_wholesaler_is_left_out_at_the_deadline() {
    let mut keeper = with_stock(&[("A", 0)]);
    let heard = keeper.reserve(1, &[("A", 5)], Backorder::Accept);
    let due = Due::Real(NOON.plus_ms(keeper.rules.quote_deadline_ms));
    assert!(matches!(heard.timers[..], [TimerChange::Set { due: set, .. }] if set == due));
    keeper.offers(1, "A", 100, 6);
    let deadline = Message::QuoteDeadline { sku: sku("A"), round: 1 };
    assert_eq!(keeper.hears(deadline.clone()).orders, [promised(1, 6)]);
    assert!(keeper.offers(2, "A", 100, 1).is_nothing(), "it comes too late");
    assert!(keeper.hears(deadline).is_nothing());
}

#[test]
fn an_answer_counts_once_and_an_unknown_one_offers_nothing() {
    let mut keeper = with_stock(&[("A", 0)]);
    keeper.reserve(1, &[("A", 5)], Backorder::Accept);
    keeper.offers(1, "A", 100, 6);
    assert!(keeper.offers(1, "A", 100, 1).is_nothing(), "it has answered");
    let heard = keeper.quote(2, "A", Answered::Unknown("time-out".into()));
    assert_eq!(heard.orders, [promised(1, 6)]);
    assert!(matches!(heard.timers[..], [TimerChange::Cancel { .. }]));
}

#[test]
fn one_round_serves_everybody_who_comes_meanwhile() {
    let mut keeper = with_stock(&[("A", 0)]);
    keeper.reserve(1, &[("A", 5)], Backorder::Accept);
    assert!(keeper.reserve(2, &[("A", 1)], Backorder::Refuse).calls.is_empty());
    assert!(keeper.is_asked(Earliest { wanted: units(&[("A", 3)]) }).calls.is_empty());
    keeper.offers(1, "A", 100, 6);
    let heard = keeper.offers_nothing(2, "A");
    assert_eq!(heard.orders, [promised(1, 6), out_of_stock(2, Some(6))]);
    let availability = Availability { sku: sku("A"), available: 0, earliest: Some(day(6)) };
    assert_eq!(heard.reply(), Some(&vec![availability]));
}

#[test]
fn fresh_quotes_are_used_at_once_and_stale_ones_are_not() {
    let mut keeper = with_stock(&[("A", 0)]);
    keeper.reserve(1, &[("A", 5)], Backorder::Refuse);
    keeper.offers(1, "A", 100, 6);
    keeper.offers(2, "A", 3, 2);
    let heard = keeper.reserve(2, &[("A", 3)], Backorder::Accept);
    assert_eq!(heard.orders, [promised(2, 2)]);
    assert_eq!(
        keeper.reserve(3, &[("A", 1)], Backorder::Accept).orders,
        [promised(3, 6)],
        "behind the other"
    );
    keeper.now = keeper.now.plus_ms(keeper.rules.quote_fresh_ms + 1);
    let heard = keeper.reserve(4, &[("A", 1)], Backorder::Accept);
    assert!(heard.orders.is_empty() && heard.calls.len() == 2);
}

#[test]
fn several_wholesalers_are_combined_where_one_has_not_enough() {
    let mut keeper = with_stock(&[("A", 0)]);
    keeper.reserve(1, &[("A", 10)], Backorder::Accept);
    keeper.offers(1, "A", 8, 6);
    assert_eq!(keeper.offers(2, "A", 4, 2).orders, [promised(1, 6)]);
    let sent = keeper.order_supplies(1).purchase_orders();
    let sent: Vec<(u8, u32)> = sent.into_iter().map(|(_, from, quantity)| (from, quantity)).collect();
    assert_eq!(sent, [(2, 4), (1, 6)]);
}

#[test]
fn a_cancel_while_the_wholesalers_are_asked_leaves_nothing_behind() {
    let mut keeper = with_stock(&[("A", 2)]);
    for backorder in [Backorder::Accept, Backorder::Refuse] {
        keeper.reserve(1, &[("A", 5)], backorder);
        keeper.release(1, &[("A", 5)]);
        assert_eq!((keeper.item("A").available, keeper.item("A").reserved), (2, 0));
        assert_eq!(keeper.demands(), 0);
    }
    keeper.offers(1, "A", 100, 6);
    assert!(keeper.offers(2, "A", 100, 6).orders.is_empty(), "nobody waits for the round");
}

#[test]
fn units_that_come_back_before_the_quotes_make_a_promise_needless() {
    let mut keeper = with_stock(&[("A", 5)]);
    keeper.reserve(1, &[("A", 5)], Backorder::Refuse);
    keeper.reserve(2, &[("A", 3)], Backorder::Accept);
    assert!(keeper.release(1, &[("A", 5)]).orders.is_empty());
    assert_eq!((keeper.item("A").reserved, keeper.item("A").available), (3, 2));
    keeper.offers_nothing(1, "A");
    assert_eq!(keeper.offers_nothing(2, "A").orders, [reserved(2)]);
    assert_eq!(keeper.demands(), 0);
}

#[test]
fn a_question_about_several_products_is_answered_when_all_dates_are_in() {
    let mut keeper = with_stock(&[("A", 0), ("B", 0), ("C", 4)]);
    let wanted = units(&[("A", 1), ("B", 2), ("C", 3), ("NONE", 1)]);
    assert!(keeper.is_asked(Earliest { wanted }).replies.is_empty());
    keeper.offers(1, "A", 9, 3);
    keeper.offers_nothing(2, "A");
    keeper.offers_nothing(1, "B");
    let heard = keeper.offers_nothing(2, "B");
    let seen = |name, available, earliest| Availability { sku: sku(name), available, earliest };
    let expected = vec![seen("A", 0, Some(day(3))), seen("B", 0, None), seen("C", 4, None)];
    assert_eq!(heard.reply(), Some(&expected));
    assert_eq!(keeper.demands(), 0);
}

#[test]
fn above_the_bound_a_question_is_answered_without_a_date() {
    let mut keeper = with_stock(&[("A", 0)]);
    for _ in 0..Round::WAITERS_MAX {
        assert!(keeper.is_asked(Earliest { wanted: units(&[("A", 1)]) }).replies.is_empty());
    }
    let heard = keeper.is_asked(Earliest { wanted: units(&[("A", 1)]) });
    let availability = Availability { sku: sku("A"), available: 0, earliest: None };
    assert_eq!(heard.reply(), Some(&vec![availability]));
}

#[test]
fn above_the_bound_an_order_cannot_wait() {
    let mut keeper = with_stock(&[("A", 0)]);
    for n in 0..StockItem::PEGS_MAX as u64 {
        keeper.reserve(n, &[("A", 1)], Backorder::Accept);
    }
    assert_eq!(keeper.reserve(999, &[("A", 1)], Backorder::Accept).orders, [out_of_stock(999, None)]);
}

fn reads_back<V: Aggregate>(keeper: &Alone<Shop>) -> usize {
    let table = keeper.tables.of::<V>();
    for write in table.encode_all() {
        let key = V::Key::from_bytes(&write.key).unwrap();
        assert_eq!(decode::<V>(&write.stored).unwrap().as_ref(), table.peek(&key));
    }
    table.resident().count()
}

#[test]
fn whatever_waits_is_stored_and_reads_back() {
    let mut keeper = with_stock(&[("A", 1), ("B", 0)]);
    keeper.waits(1, &[("A", 4)]);
    keeper.reserve(2, &[("B", 4)], Backorder::Accept);
    keeper.is_asked(Earliest { wanted: units(&[("B", 1)]) });
    keeper.offers(1, "B", 9, 3);
    assert_eq!(reads_back::<StockItem>(&keeper), 2);
    assert_eq!(reads_back::<Demand>(&keeper), 3);
    assert_eq!(reads_back::<PurchaseOrder>(&keeper), 1);
}
