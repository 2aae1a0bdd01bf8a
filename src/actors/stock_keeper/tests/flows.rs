//! Quotes and promises.

use super::*;
use crate::actors::stock_keeper::{Availability, PurchaseOrder, Round};
use crate::runtime::{Aggregate, AnyTable, Due, TableKey, decode};

#[test]
fn an_order_that_waits_keeps_what_is_there_and_is_promised_the_rest() {
    let mut house = House::with(&[("A", 2), ("B", 9)]);
    let lines = [("A", 5), ("B", 1)];
    let heard = house.reserve(1, &lines, Backorder::Accept);
    assert!(heard.orders.is_empty());
    assert_eq!(heard.calls.len(), 2, "all wholesalers are asked at once");
    let item = house.item("A");
    assert_eq!((item.available, item.reserved, item.pegs[0].units), (0, 2, 3));
    assert!(house.offers(1, "A", 100, 5).orders.is_empty());
    assert_eq!(house.offers(2, "A", 100, 3).orders, [promised(1, 3)]);
    assert_eq!(house.item("B").reserved, 1);
}

#[test]
fn the_promise_is_the_latest_date_over_the_lines() {
    let mut house = House::with(&[("A", 0), ("B", 0)]);
    house.reserve(1, &[("A", 1), ("B", 1)], Backorder::Accept);
    house.offers(1, "A", 9, 2);
    house.offers(1, "B", 9, 6);
    assert!(house.offers_nothing(2, "A").orders.is_empty(), "the other line has no date yet");
    assert_eq!(house.offers_nothing(2, "B").orders, [promised(1, 6)]);
}

#[test]
fn what_nobody_offers_gives_everything_back() {
    let mut house = House::with(&[("A", 2), ("B", 9)]);
    house.reserve(1, &[("A", 5), ("B", 1)], Backorder::Accept);
    house.offers_nothing(1, "A");
    assert_eq!(house.offers_nothing(2, "A").orders, [out_of_stock(1, None)]);
    assert_eq!((house.item("A").available, house.item("B").available), (2, 9));
    assert!(house.item("A").pegs.is_empty());
    assert_eq!(house.demands(), 0);
}

#[test]
fn an_offer_for_a_day_that_nobody_lives_to_see_is_none() {
    let mut house = House::with(&[("A", 0)]);
    house.reserve(1, &[("A", 1)], Backorder::Accept);
    house.offers(1, "A", 9, 366);
    assert_eq!(house.offers_nothing(2, "A").orders, [out_of_stock(1, None)]);
}

#[test]
fn a_refusal_to_wait_names_the_day_and_holds_nothing() {
    let mut house = House::with(&[("A", 2)]);
    house.reserve(1, &[("A", 5)], Backorder::Refuse);
    assert_eq!(house.item("A").reserved, 0);
    house.offers(1, "A", 100, 4);
    assert_eq!(house.offers(2, "A", 100, 9).orders, [out_of_stock(1, Some(4))]);
    assert_eq!(house.demands(), 0);
}

#[test]
fn a_silent_wholesaler_is_left_out_at_the_deadline() {
    let mut house = House::with(&[("A", 0)]);
    let heard = house.reserve(1, &[("A", 5)], Backorder::Accept);
    let due = Due::Real(NOON.plus_ms(house.alone.rules.quote_deadline_ms));
    assert!(matches!(heard.timers[..], [TimerChange::Set { due: set, .. }] if set == due));
    house.offers(1, "A", 100, 6);
    let deadline = Message::QuoteDeadline { sku: sku("A"), round: 1 };
    assert_eq!(house.when(deadline.clone()).orders, [promised(1, 6)]);
    assert!(house.offers(2, "A", 100, 1).is_nothing(), "it comes too late");
    assert!(house.when(deadline).is_nothing());
}

#[test]
fn an_answer_counts_once_and_an_unknown_one_offers_nothing() {
    let mut house = House::with(&[("A", 0)]);
    house.reserve(1, &[("A", 5)], Backorder::Accept);
    house.offers(1, "A", 100, 6);
    assert!(house.offers(1, "A", 100, 1).is_nothing(), "it has answered");
    let heard = house.quote(2, "A", Answered::Unknown("time-out".into()));
    assert_eq!(heard.orders, [promised(1, 6)]);
    assert!(matches!(heard.timers[..], [TimerChange::Cancel { .. }]));
}

#[test]
fn one_round_serves_everybody_who_comes_meanwhile() {
    let mut house = House::with(&[("A", 0)]);
    house.reserve(1, &[("A", 5)], Backorder::Accept);
    assert!(house.reserve(2, &[("A", 1)], Backorder::Refuse).calls.is_empty());
    assert!(house.asked(Earliest { wanted: units(&[("A", 3)]) }).calls.is_empty());
    house.offers(1, "A", 100, 6);
    let heard = house.offers_nothing(2, "A");
    assert_eq!(heard.orders, [promised(1, 6), out_of_stock(2, Some(6))]);
    let availability = Availability { sku: sku("A"), available: 0, earliest: Some(day(6)) };
    assert_eq!(heard.reply(), Some(&vec![availability]));
}

#[test]
fn fresh_quotes_are_used_at_once_and_stale_ones_are_not() {
    let mut house = House::with(&[("A", 0)]);
    house.reserve(1, &[("A", 5)], Backorder::Refuse);
    house.offers(1, "A", 100, 6);
    house.offers(2, "A", 3, 2);
    let heard = house.reserve(2, &[("A", 3)], Backorder::Accept);
    assert_eq!(heard.orders, [promised(2, 2)]);
    assert_eq!(house.reserve(3, &[("A", 1)], Backorder::Accept).orders, [promised(3, 6)], "behind the other");
    house.alone.now = house.alone.now.plus_ms(house.alone.rules.quote_fresh_ms + 1);
    let heard = house.reserve(4, &[("A", 1)], Backorder::Accept);
    assert!(heard.orders.is_empty() && heard.calls.len() == 2);
}

#[test]
fn several_wholesalers_are_combined_where_one_has_not_enough() {
    let mut house = House::with(&[("A", 0)]);
    house.reserve(1, &[("A", 10)], Backorder::Accept);
    house.offers(1, "A", 8, 6);
    assert_eq!(house.offers(2, "A", 4, 2).orders, [promised(1, 6)]);
    let sent = house.order_supplies(1).purchase_orders();
    let sent: Vec<(u8, u32)> = sent.into_iter().map(|(_, from, quantity)| (from, quantity)).collect();
    assert_eq!(sent, [(2, 4), (1, 6)]);
}

#[test]
fn a_cancel_while_the_wholesalers_are_asked_leaves_nothing_behind() {
    let mut house = House::with(&[("A", 2)]);
    for backorder in [Backorder::Accept, Backorder::Refuse] {
        house.reserve(1, &[("A", 5)], backorder);
        house.release(1, &[("A", 5)]);
        assert_eq!((house.item("A").available, house.item("A").reserved), (2, 0));
        assert_eq!(house.demands(), 0);
    }
    house.offers(1, "A", 100, 6);
    assert!(house.offers(2, "A", 100, 6).orders.is_empty(), "nobody waits for the round");
}

#[test]
fn units_that_come_back_before_the_quotes_make_a_promise_needless() {
    let mut house = House::with(&[("A", 5)]);
    house.reserve(1, &[("A", 5)], Backorder::Refuse);
    house.reserve(2, &[("A", 3)], Backorder::Accept);
    assert!(house.release(1, &[("A", 5)]).orders.is_empty());
    assert_eq!((house.item("A").reserved, house.item("A").available), (3, 2));
    house.offers_nothing(1, "A");
    assert_eq!(house.offers_nothing(2, "A").orders, [reserved(2)]);
    assert_eq!(house.demands(), 0);
}

#[test]
fn a_question_about_several_products_is_answered_when_all_dates_are_in() {
    let mut house = House::with(&[("A", 0), ("B", 0), ("C", 4)]);
    let wanted = units(&[("A", 1), ("B", 2), ("C", 3), ("NONE", 1)]);
    assert!(house.asked(Earliest { wanted }).replies.is_empty());
    house.offers(1, "A", 9, 3);
    house.offers_nothing(2, "A");
    house.offers_nothing(1, "B");
    let heard = house.offers_nothing(2, "B");
    let seen = |name, available, earliest| Availability { sku: sku(name), available, earliest };
    let expected = vec![seen("A", 0, Some(day(3))), seen("B", 0, None), seen("C", 4, None)];
    assert_eq!(heard.reply(), Some(&expected));
    assert_eq!(house.demands(), 0);
}

#[test]
fn above_the_bound_a_question_is_answered_without_a_date() {
    let mut house = House::with(&[("A", 0)]);
    for _ in 0..Round::WAITERS_MAX {
        assert!(house.asked(Earliest { wanted: units(&[("A", 1)]) }).replies.is_empty());
    }
    let heard = house.asked(Earliest { wanted: units(&[("A", 1)]) });
    let availability = Availability { sku: sku("A"), available: 0, earliest: None };
    assert_eq!(heard.reply(), Some(&vec![availability]));
}

#[test]
fn above_the_bound_an_order_cannot_wait() {
    let mut house = House::with(&[("A", 0)]);
    for n in 0..StockItem::PEGS_MAX as u64 {
        house.reserve(n, &[("A", 1)], Backorder::Accept);
    }
    assert_eq!(house.reserve(999, &[("A", 1)], Backorder::Accept).orders, [out_of_stock(999, None)]);
}

fn reads_back<V: Aggregate>(house: &House) -> usize {
    let table = house.alone.tables.of::<V>();
    for write in table.encode_all() {
        let key = V::Key::from_bytes(&write.key).unwrap();
        assert_eq!(decode::<V>(&write.stored).unwrap().as_ref(), table.peek(&key));
    }
    table.resident().count()
}

#[test]
fn whatever_waits_is_stored_and_reads_back() {
    let mut house = House::with(&[("A", 1), ("B", 0)]);
    house.waits(1, &[("A", 4)]);
    house.reserve(2, &[("B", 4)], Backorder::Accept);
    house.asked(Earliest { wanted: units(&[("B", 1)]) });
    house.offers(1, "B", 9, 3);
    assert_eq!(reads_back::<StockItem>(&house), 2);
    assert_eq!(reads_back::<Demand>(&house), 3);
    assert_eq!(reads_back::<PurchaseOrder>(&house), 1);
}
