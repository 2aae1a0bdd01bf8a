//! Whole orders on virtual time, each with the audit of the books and the shelves at its end.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::world::{
    NONE, ONE, PLENTY, World, answer, checkout, closed, closed_in, line, one_closed_order, opened, order_of,
};
use crate::actors::order_manager::{Cancel, CancelReply, Order, Outcome};
use crate::actors::stock_keeper::StockItem;
use crate::actors::web_session::Submit;
use crate::actors::{Rules, timelines};
use crate::domain::{Backorder, Date, Happening, OrderId, OrderState, SessionId};
use crate::partners::mail::MailKind;
use crate::runtime::kit::run;

fn key_of(world: &World, order: OrderId) -> String {
    world.derived().tables.of::<Order>().peek(&order).unwrap().key.to_string()
}

async fn cancel(world: &World, order: OrderId) -> CancelReply {
    let claim = key_of(world, order).into();
    world.kit.ask(Cancel { order, claim }).await.unwrap()
}

fn steps(world: &World, order: OrderId) -> BTreeSet<u8> {
    let timeline = timelines::peek(&world.derived().tables, &order).expect("it has a timeline");
    timeline.entries.iter().map(|entry| entry.step.0).collect()
}

#[test]
fn an_order_in_stock_goes_through_its_steps_to_the_doorstep_and_the_money_into_the_account() {
    run(async {
        let world = opened().await;
        let outcome = world.buy("k1", PLENTY, 1, "tok_visa").await;
        let Outcome::Taken(view) = &outcome else { panic!("it is taken: {outcome:?}") };
        assert_eq!(view.state, OrderState::Confirmed);
        world.days(8).await;
        assert_eq!(world.ending(), one_closed_order());
        let all_but_supplies: BTreeSet<u8> = (1..=15).filter(|step| *step != 4).collect();
        assert_eq!(steps(&world, view.id), all_but_supplies);
    });
}

/// Orders of every few hours, in stock and not, are at the doorstep on the day that the shop's calendar shows, or before.
#[test]
fn what_is_promised_by_the_shops_calendar_is_kept_by_it_on_both_sides_of_the_date_line() {
    for zone in ["Pacific/Auckland", "Pacific/Pago_Pago", "Europe/London"] {
        run(async move {
            let zone = TimeZone::get(zone).unwrap();
            let mut world = closed_in(&zone);
            world.open().await;
            let mut orders = vec![];
            for n in 0..16 {
                let sku = if n % 3 == 2 { NONE } else { PLENTY };
                orders.push(order_of(&world.buy(&format!("k{n}"), sku, 1, "tok_visa").await));
                tokio::time::sleep(MINUTES(5 * 60)).await;
            }
            world.days(20).await;
            let tables = world.derived().tables;
            for order in orders {
                let promised = tables.of::<Order>().peek(&order).unwrap().promised_date.unwrap();
                let timeline = timelines::peek(&tables, &order).unwrap();
                let is_delivery = |what: &Happening| matches!(what, Happening::Delivered);
                let delivered = timeline.entries.iter().find(|entry| is_delivery(&entry.what)).unwrap();
                assert!(delivered.at.day_in(&zone) <= promised, "{} by {promised}", delivered.at);
            }
        });
    }
}

#[test]
fn a_backorder_waits_for_its_supplies_and_takes_all_fifteen_steps() {
    run(async {
        let world = opened().await;
        let outcome = world.buy("k1", NONE, 2, "tok_visa").await;
        let Outcome::Taken(view) = &outcome else { panic!("it is taken: {outcome:?}") };
        assert_eq!(view.state, OrderState::AwaitingStock);
        assert!(view.promised_date.is_some());
        world.days(20).await;
        assert_eq!(steps(&world, view.id), (1..=15).collect());
        let ending = world.ending();
        assert_eq!((ending.states, ending.purchase_orders), (vec![OrderState::Closed], 1));
        assert_eq!(ending.letters[&MailKind::BackorderPromise], 1);
    });
}

#[test]
fn an_order_partly_in_stock_waits_for_the_rest_and_goes_as_one_parcel() {
    run(async {
        let world = opened().await;
        let order = order_of(&world.buy("k1", ONE, 3, "tok_visa").await);
        world.days(20).await;
        assert_eq!(world.state_of(order), OrderState::Closed);
        let tables = world.derived().tables;
        let item = tables.of::<StockItem>().peek(&super::world::product(ONE).sku).unwrap();
        assert_eq!((item.found, item.shipped), (1, 3));
        let ending = world.ending();
        assert_eq!((ending.captures, ending.purchase_orders), (1, 1));
    });
}

#[test]
fn a_declined_order_gives_its_books_back() {
    run(async {
        let world = opened().await;
        let outcome = world.buy("k1", PLENTY, 1, "tok_declined").await;
        assert!(matches!(outcome, Outcome::Declined { .. }), "{outcome:?}");
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        world.kit.settle().await;
        let ending = world.ending();
        assert_eq!((ending.states, ending.captures), (vec![OrderState::Declined], 0));
        let tables = world.derived().tables;
        assert_eq!(tables.of::<StockItem>().peek(&super::world::product(PLENTY).sku).unwrap().available, 100);
    });
}

#[test]
fn a_bank_that_loses_its_answer_is_asked_again_and_the_order_goes_on() {
    run(async {
        let world = opened().await;
        let outcome = world.buy("k1", PLENTY, 1, "tok_timeout").await;
        assert!(matches!(outcome, Outcome::Pending(_)), "{outcome:?}");
        world.days(8).await;
        assert_eq!(world.ending(), one_closed_order());
    });
}

#[test]
fn a_bank_that_never_answers_leaves_nothing_held() {
    run(async {
        let world = opened().await;
        let outcome = world.buy("k1", PLENTY, 1, "tok_unreachable").await;
        let order = order_of(&outcome);
        world.days(1).await;
        assert_eq!(world.state_of(order), OrderState::Declined);
        let ending = world.ending();
        assert_eq!(ending.letters.get(&MailKind::PaymentDeclined), Some(&1));
    });
}

/// Cancels so long after the order was placed.
async fn cancelled_after(sku: &str, token: &str, wait: Duration) -> (CancelReply, World) {
    let world = opened().await;
    let order = order_of(&world.buy("k1", sku, 1, token).await);
    tokio::time::sleep(wait).await;
    let reply = cancel(&world, order).await;
    world.days(25).await;
    (reply, world)
}

fn is_cancelled_for_good(sku: &'static str, token: &'static str, wait: Duration) {
    run(async move {
        let (reply, world) = cancelled_after(sku, token, wait).await;
        assert!(
            matches!(&reply, CancelReply::Cancelled(view) if view.state == OrderState::Cancelled),
            "{sku} after {wait:?}: {reply:?}"
        );
        let ending = world.ending();
        assert_eq!((ending.states, ending.captures, ending.settled), (vec![OrderState::Cancelled], 0, 0));
        assert_eq!(ending.letters[&MailKind::Cancelled], 1);
        assert_eq!(ending.letters.get(&MailKind::Dispatched), None);
    });
}

const MINUTES: fn(u64) -> Duration = |minutes| Duration::from_secs(minutes * 60);

#[test]
fn an_order_can_be_cancelled_while_the_bank_has_not_answered() {
    is_cancelled_for_good(PLENTY, "tok_unreachable", Duration::from_millis(1));
    is_cancelled_for_good(PLENTY, "tok_timeout", Duration::ZERO);
}

#[test]
fn an_order_can_be_cancelled_while_it_is_packed() {
    is_cancelled_for_good(PLENTY, "tok_visa", Duration::ZERO);
    is_cancelled_for_good(PLENTY, "tok_visa", MINUTES(89));
}

#[test]
fn an_order_can_be_cancelled_while_it_waits_for_the_truck() {
    is_cancelled_for_good(PLENTY, "tok_visa", MINUTES(91));
}

#[test]
fn an_order_can_be_cancelled_while_it_waits_for_supplies() {
    is_cancelled_for_good(NONE, "tok_visa", Duration::ZERO);
    is_cancelled_for_good(NONE, "tok_visa", MINUTES(24 * 60 - 1));
}

#[test]
fn an_order_whose_card_was_only_verified_can_be_cancelled_and_holds_nothing() {
    run(async {
        let mut world = closed();
        world.kit.rules = Box::new(|| Rules { hold_days: 1, ..Rules::default() });
        world.open().await;
        let order = order_of(&world.buy("k1", NONE, 1, "tok_visa").await);
        assert!(matches!(cancel(&world, order).await, CancelReply::Cancelled(_)));
        world.days(20).await;
        assert_eq!(world.ending().states, [OrderState::Cancelled]);
    });
}

#[test]
fn an_order_that_the_truck_has_cannot_be_cancelled() {
    for wait in [MINUTES(11 * 60), MINUTES(24 * 60 * 8)] {
        run(async move {
            let (reply, world) = cancelled_after(PLENTY, "tok_visa", wait).await;
            assert!(matches!(reply, CancelReply::TooLate(_)), "after {wait:?}: {reply:?}");
            assert_eq!(world.ending(), one_closed_order());
        });
    }
}

#[test]
fn what_a_customer_cancelled_goes_to_the_next_who_waits_for_it() {
    run(async {
        let world = opened().await;
        let first = order_of(&world.buy("k1", ONE, 1, "tok_visa").await);
        let second = order_of(&world.buy("k2", ONE, 1, "tok_visa").await);
        assert_eq!(world.state_of(second), OrderState::AwaitingStock);
        cancel(&world, first).await;
        world.days(20).await;
        assert_eq!(world.state_of(second), OrderState::Closed);
        let tables = world.derived().tables;
        let timeline = timelines::peek(&tables, &second).unwrap();
        let arrived = |what: &Happening| matches!(what, Happening::SuppliesArrived { .. });
        assert!(timeline.entries.iter().any(|entry| arrived(&entry.what)));
        world.ending();
    });
}

#[test]
fn the_same_key_twice_at_once_makes_one_order() {
    run(async {
        let world = opened().await;
        let first = world.submit("k1", PLENTY, 1, "tok_visa");
        let second = world.buy("k1", PLENTY, 1, "tok_visa").await;
        assert!(matches!(second, Outcome::InProgress | Outcome::Taken(_)), "{second:?}");
        drop(first);
        world.days(8).await;
        assert_eq!(world.ending(), one_closed_order());
    });
}

#[test]
fn an_order_is_promised_no_later_than_the_day_that_was_accepted() {
    run(async {
        let world = opened().await;
        let buys = async |key: &str, backorder| {
            let Submit(mut checkout) = checkout(key, vec![line(NONE, 2)], "tok_visa");
            checkout.details.backorder = backorder;
            answer(world.kit.tell_of(SessionId::PROGRAMS, Submit(checkout))).await.outcome
        };
        let Outcome::Taken(view) = buys("k1", Backorder::Accept).await else { panic!("it is taken") };
        let promised = view.promised_date.expect("it waits for supplies");
        cancel(&world, view.id).await;
        let sooner = Backorder::AcceptUntil(Date(promised.0 - 1));
        let refused = buys("k2", sooner).await;
        assert!(matches!(refused, Outcome::OutOfStock { earliest: Some(_), .. }), "{refused:?}");
        let Outcome::Taken(again) = buys("k3", Backorder::AcceptUntil(promised)).await else {
            panic!("it is taken")
        };
        assert!(again.promised_date.is_some_and(|day| day <= promised));
        world.days(20).await;
        assert_eq!(world.state_of(again.id), OrderState::Closed);
        assert_eq!(world.ending().captures, 1, "nothing of what was refused");
    });
}
