//! Holds on cards that end before the goods have left: late trucks, late supplies, banks that do not renew, crashes.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;

use super::unlucky::Late;
use super::world::{Faults, NONE, PLENTY, World, closed, one_closed_order, order_of, partners};
use crate::actors::bank::Account;
use crate::actors::order_manager::Order;
use crate::actors::stock_keeper::StockItem;
use crate::actors::{Event, bank, merchant_proxy, order_manager, warehouse};
use crate::domain::{CancelReason, OrderId, OrderState};
use crate::partners::mail::MailKind;
use crate::runtime::Point;
use crate::runtime::kit::run;

async fn late(truck_days: u64, supplies_days: u64) -> World {
    let mut world = closed();
    world.kit.outside = Rc::new(Late::new(partners(&world.post), truck_days, supplies_days));
    world.open().await;
    world
}

fn count(world: &World, is: fn(&Event) -> bool) -> usize {
    world.records().iter().flat_map(|(_, record)| &record.stated.events).filter(|event| is(event)).count()
}

fn renewals(world: &World) -> usize {
    count(world, |event| matches!(event, Event::OrderManager(order_manager::Event::RenewalAsked { .. })))
}

fn lapses(world: &World) -> usize {
    count(world, |event| matches!(event, Event::BankActor(bank::Event::Lapsed { .. })))
}

/// What cardholders of the bank miss, in pence.
fn held(world: &World) -> i64 {
    let tables = world.derived().tables;
    let accounts = tables.of::<Account>().resident();
    accounts.map(|(_, account)| if let Account::Cardholder(one) = account { one.held } else { 0 }).sum()
}

/// Every hold was captured in its window, and nothing left the house unless money was held for it then.
fn nothing_is_taken_or_leaves_without_a_hold(world: &World) {
    let mut held = std::collections::BTreeMap::new();
    for (_, record) in world.records() {
        for event in record.stated.events {
            match event {
                Event::BankActor(bank::Event::Asked { order, payment, hold, .. }) => {
                    if let bank::HoldState::Held { capture_before, .. } = hold.state {
                        held.insert(payment, (order, capture_before));
                    }
                }
                Event::BankActor(
                    bank::Event::Lapsed { payment, .. } | bank::Event::Released { payment, .. },
                ) => {
                    held.remove(&payment);
                }
                Event::BankActor(bank::Event::Captured { line, .. }) => {
                    let (_, capture_before) = held[&line.payment()];
                    assert!(record.moment.at < capture_before, "captured at {}", record.moment.at);
                }
                Event::WarehouseActor(warehouse::Event::HandedOver { order, .. }) => {
                    let stands =
                        held.values().filter(|(of, before)| *of == order && record.moment.at < *before);
                    assert_eq!(stands.count(), 1, "{order} left at {}", record.moment.at);
                }
                _ => {}
            }
        }
    }
}

fn end_of(world: &World, order: OrderId) -> (OrderState, Option<CancelReason>) {
    let tables = world.derived().tables;
    let order_row = tables.of::<Order>().peek(&order).unwrap();
    (order_row.state, order_row.view(order).cancel_reason)
}

#[test]
fn a_truck_that_comes_eight_days_late_takes_what_was_paid_for_anew() {
    run(async {
        let world = late(8, 0).await;
        world.buy("k1", PLENTY, 1, "tok_visa").await;
        world.days(20).await;
        assert_eq!(world.ending(), one_closed_order());
        assert_eq!((renewals(&world), lapses(&world), held(&world)), (1, 0, 0));
        nothing_is_taken_or_leaves_without_a_hold(&world);
    });
}

#[test]
fn a_supplier_that_slips_ten_days_finds_the_money_held_anew() {
    run(async {
        let world = late(0, 10).await;
        let order = order_of(&world.buy("k1", NONE, 1, "tok_visa").await);
        world.days(30).await;
        assert_eq!(world.state_of(order), OrderState::Closed);
        let ending = world.ending();
        assert_eq!((ending.captures, ending.purchase_orders), (1, 1));
        assert_eq!(ending.letters[&MailKind::BackorderPromise], 1, "the supplies are ordered once");
        assert_eq!((renewals(&world), lapses(&world), held(&world)), (1, 1, 0));
        nothing_is_taken_or_leaves_without_a_hold(&world);
    });
}

#[test]
fn money_that_is_far_from_its_goods_is_free_until_they_are_in() {
    run(async {
        let world = late(0, 30).await;
        let order = order_of(&world.buy("k1", NONE, 1, "tok_visa").await);
        world.days(15).await;
        assert_eq!((world.state_of(order), held(&world)), (OrderState::AwaitingStock, 0));
        world.days(45).await;
        assert_eq!((world.state_of(order), renewals(&world)), (OrderState::Closed, 1));
        world.ending();
        nothing_is_taken_or_leaves_without_a_hold(&world);
    });
}

#[test]
fn a_parcel_that_the_bank_does_not_pay_for_anew_stays_in_the_house_and_is_cancelled() {
    run(async {
        let world = late(8, 0).await;
        let order = order_of(&world.buy("k1", PLENTY, 1, "tok_never_renewed").await);
        world.days(20).await;
        assert_eq!(end_of(&world, order), (OrderState::Cancelled, Some(CancelReason::PaymentLapsed)));
        let ending = world.ending();
        assert_eq!((ending.captures, ending.settled, held(&world)), (0, 0, 0));
        assert_eq!(ending.letters[&MailKind::Cancelled], 1);
        let letters = world.post.letters();
        let letter = letters.iter().find(|letter| letter.kind == MailKind::Cancelled).unwrap();
        assert!(letter.reason.as_ref().unwrap().contains("had not reserved it anew by then"), "{letter:?}");
        let tables = world.derived().tables;
        assert_eq!(tables.of::<StockItem>().peek(&super::world::product(PLENTY).sku).unwrap().available, 100);
    });
}

#[test]
fn a_truck_that_never_comes_is_not_waited_for_without_end() {
    run(async {
        let world = late(365, 0).await;
        let order = order_of(&world.buy("k1", PLENTY, 1, "tok_visa").await);
        world.days(90).await;
        assert_eq!(end_of(&world, order), (OrderState::Cancelled, Some(CancelReason::PaymentLapsed)));
        assert_eq!(renewals(&world), order_manager::PAYMENT_ATTEMPTS_MAX - 1);
        assert_eq!((world.ending().captures, held(&world)), (0, 0));
    });
}

/// A shop that is away while holds end: what is due then is done when it is back.
#[test]
fn a_shop_that_was_down_while_a_hold_ended_takes_nothing_of_it() {
    run(async {
        let mut world = late(12, 0).await;
        world.buy("k1", PLENTY, 1, "tok_visa").await;
        world.days(5).await;
        world.kit.crash();
        tokio::time::sleep(Duration::from_secs(4 * 86_400)).await;
        world.kit.start().await;
        world.days(20).await;
        assert_eq!(world.ending(), one_closed_order());
        nothing_is_taken_or_leaves_without_a_hold(&world);
    });
}

/// An hour a second, and each turn takes a while.
async fn crashed_at(turn: usize) -> (usize, World) {
    let mut world = closed();
    let (appended, reached) = (Rc::new(Cell::new(0)), Rc::new(Notify::new()));
    let (seen, wake) = (appended.clone(), reached.clone());
    let at = move |point, _, _: &_| {
        if point == Point::AfterAppend {
            seen.set(seen.get() + 1);
            if seen.get() == turn {
                wake.notify_one();
            }
        }
    };
    world.kit.hooks = Rc::new(Faults { at: Box::new(at), slow_ms: 10 });
    world.kit.speed = 3_600;
    world.kit.journal.set_latency(Duration::from_millis(15));
    world.kit.outside = Rc::new(Late::new(partners(&world.post), 8, 10));
    world.open().await;
    appended.set(0);
    for (key, sku, token) in
        [("a", PLENTY, "tok_visa"), ("b", NONE, "tok_visa"), ("c", PLENTY, "tok_never_renewed")]
    {
        drop(world.submit(key, sku, 1, token));
    }
    const LONG: Duration = Duration::from_secs(40 * 24);
    if tokio::time::timeout(LONG, reached.notified()).await.is_ok() {
        world.kit.restart().await;
        tokio::time::sleep(LONG).await;
    }
    world.kit.settle().await;
    (appended.get(), world)
}

#[test]
fn a_crash_between_any_two_turns_holds_nothing_twice_and_takes_nothing_late() {
    let (turns, calm) = run(crashed_at(usize::MAX));
    let states = [OrderState::Closed, OrderState::Closed, OrderState::Cancelled];
    assert_eq!(calm.ending().states, states);
    for turn in (1..=turns).step_by(4) {
        let (_, world) = run(crashed_at(turn));
        // orders of which nothing was durable yet were never placed: nobody asks for them again here
        let ending = world.ending();
        assert!(ending.states.iter().all(|state| state.is_end()), "after a crash at turn {turn}: {ending:?}");
        assert_eq!(held(&world), 0, "after a crash at turn {turn}");
        let captured = count(&world, |event| {
            matches!(event, Event::MerchantProxy(merchant_proxy::Event::Captured { .. }))
        });
        assert_eq!(captured, ending.captures);
        nothing_is_taken_or_leaves_without_a_hold(&world);
    }
}
