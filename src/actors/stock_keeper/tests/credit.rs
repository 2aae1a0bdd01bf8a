//! What counts as ordered in, and what is promised once nothing more is.

use super::*;
use crate::actors::stock_keeper::{CreditKey, CreditSum};

const PRICE: i64 = 999;

fn ask(keeper: &mut Alone<Shop>, n: u64, costs: i64) -> Heard {
    let (who, amount) = (vec![CreditKey::card("a"), CreditKey::ALL], Money::new(costs, Currency::GBP));
    keeper.hears(Message::CheckHeld { order: order(n), who, amount })
}

fn granted(n: u64) -> order_manager::Message {
    order_manager::Message::CreditGranted { order: order(n) }
}

fn on_held_money(keeper: &Alone<Shop>) -> i64 {
    keeper.get::<CreditSum>(&CreditKey::ALL.held()).map_or(0, |sum| sum.0)
}

fn offered(keeper: &mut Alone<Shop>) {
    keeper.offers(1, "A", 100, 5);
    keeper.offers(2, "A", 100, 2);
}

/// Cancelled when its supplies are on their way.
fn cancelled(keeper: &mut Alone<Shop>, n: u64, units: u32) {
    let (id, ..) = keeper.order_supplies(n).purchase_orders()[0];
    keeper.acknowledged(id, units, 2);
    keeper.release(n, &[("A", units)]);
    keeper.hears(Message::KeepCredit { order: order(n) });
}

#[test]
fn what_is_here_is_not_ordered_in_nor_is_delivery() {
    let mut keeper = with_stock(&[("A", 2)]);
    keeper.reserve(1, &[("A", 5)], Backorder::Accept);
    offered(&mut keeper);
    assert_eq!(ask(&mut keeper, 1, 5 * PRICE + 299).orders, [granted(1)]);
    assert_eq!(on_held_money(&keeper), 3 * PRICE);
}

#[test]
fn what_is_on_the_way_for_nobody_is_not_ordered_in_again() {
    let mut keeper = with_stock(&[("A", 0)]);
    keeper.reserve(1, &[("A", 3)], Backorder::Accept);
    offered(&mut keeper);
    ask(&mut keeper, 1, 3 * PRICE);
    cancelled(&mut keeper, 1, 3);
    for (n, counted) in [(2, 0), (3, PRICE)] {
        assert_eq!(keeper.reserve(n, &[("A", 2)], Backorder::Accept).orders, [promised(n, 2)]);
        assert_eq!(ask(&mut keeper, n, 2 * PRICE).orders, [granted(n)]);
        assert_eq!(
            on_held_money(&keeper),
            counted,
            "of 3 that are coming the first has 2, before it has ordered them"
        );
    }
    assert_eq!(keeper.order_supplies(2).purchase_orders(), []);
    let ordered: Vec<u32> = keeper.order_supplies(3).purchase_orders().iter().map(|sent| sent.2).collect();
    assert_eq!(ordered, [1]);
}

#[test]
fn nothing_is_promised_that_would_not_be_ordered_in() {
    let mut keeper = with_stock(&[("A", 0)]);
    keeper.reserve(1, &[("A", 3)], Backorder::Accept);
    offered(&mut keeper);
    ask(&mut keeper, 1, 3 * PRICE);
    cancelled(&mut keeper, 1, 3);
    keeper.rules.credit_held_all_max = 10 * PRICE;
    keeper.rules.credit_all_max = PRICE;
    assert_eq!(keeper.reserve(2, &[("A", 4)], Backorder::Accept).orders, [out_of_stock(2, None)]);
    let earliest = |keeper: &mut Alone<Shop>, units: u32| {
        let wanted = super::units(&[("A", units)]);
        let heard = keeper.is_asked(Earliest { wanted });
        heard.reply::<Vec<crate::actors::stock_keeper::Availability>>().unwrap()[0].earliest
    };
    assert_eq!(earliest(&mut keeper, 4), None);
    assert_eq!(earliest(&mut keeper, 3), Some(day(2)), "but what is on the way for nobody is");
    assert_eq!(keeper.reserve(3, &[("A", 3)], Backorder::Accept).orders, [promised(3, 2)]);
    keeper.hears(Message::BearUnwanted);
    assert_eq!(
        keeper.reserve(4, &[("A", 4)], Backorder::Accept).orders,
        [promised(4, 2)],
        "it is the shop's now"
    );
}
