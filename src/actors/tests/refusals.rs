//! What a checkout refused is kept for a day, and then leaves nothing behind.

use std::time::Duration;

use super::world::{Faults, NONE, PLENTY, World, answer, checkout, closed, line, opened, order_of};
use crate::actors::bank::Hold;
use crate::actors::merchant_proxy::Payment;
use crate::actors::order_manager::{KeyBinding, Order, Outcome};
use crate::actors::stock_keeper::Demand;
use crate::actors::{CommonTimeline, Message, OwnTimeline, Shop, stock_keeper};
use crate::domain::{Backorder, OrderState, SessionId};
use crate::runtime::kit::run;
use crate::runtime::{Aggregate, Point, Recovered};

async fn hours(world: &World, hours: u64) {
    tokio::time::sleep(Duration::from_secs(hours * 3_600)).await;
    world.kit.settle().await;
}

/// Asks for one unit, and takes no promise.
async fn buys_now(world: &World, key: &str, sku: &str, token: &str) -> (Outcome, bool) {
    let mut submit = checkout(key, vec![line(sku, 1)], token);
    submit.0.details.backorder = Backorder::Refuse;
    let answer = answer(world.kit.tell_of(SessionId::PROGRAMS, submit)).await;
    (answer.outcome, answer.replayed)
}

/// Rows that are about orders, and timers.
fn rows(world: &World) -> usize {
    let derived = world.derived();
    fn of<V: Aggregate>(derived: &Recovered<Shop>) -> usize {
        derived.tables.of::<V>().resident().count()
    }
    of::<Order>(&derived)
        + of::<KeyBinding>(&derived)
        + of::<Payment>(&derived)
        + of::<Hold>(&derived)
        + of::<Demand>(&derived)
        + of::<OwnTimeline>(&derived)
        + of::<CommonTimeline>(&derived)
        + derived.pending.timers.iter().count()
}

#[test]
fn a_refused_order_is_told_the_same_for_a_day_and_then_nothing_is_left_of_it() {
    for (sku, token) in [(PLENTY, "tok_declined"), (NONE, "tok_visa")] {
        run(async move {
            let world = opened().await;
            let (first, _) = buys_now(&world, "k1", sku, token).await;
            assert!(matches!(first, Outcome::Declined { .. } | Outcome::OutOfStock { .. }), "{first:?}");
            hours(&world, 23).await;
            assert_eq!(buys_now(&world, "k1", sku, token).await, (first.clone(), true));
            hours(&world, 2).await;
            assert_eq!(rows(&world), 0, "after {first:?}");
            let (anew, replayed) = buys_now(&world, "k1", sku, token).await;
            assert!(!replayed && anew != first, "the key is free: {anew:?}");
            assert_eq!(world.ending().captures, 0);
        });
    }
}

#[test]
fn a_key_that_made_an_order_after_a_refusal_stays_bound_to_that() {
    run(async {
        let world = opened().await;
        let (first, _) = buys_now(&world, "k1", PLENTY, "tok_nobody_knows").await;
        assert_eq!(first, Outcome::UnknownToken);
        let order = order_of(&buys_now(&world, "k1", PLENTY, "tok_visa").await.0);
        world.days(10).await;
        assert_eq!(world.state_of(order), OrderState::Closed);
        assert_eq!(world.derived().tables.of::<Order>().resident().count(), 1, "the other is forgotten");
        let (again, replayed) = buys_now(&world, "k1", PLENTY, "tok_visa").await;
        assert!(replayed && order_of(&again) == order);
    });
}

#[test]
fn a_refused_order_with_a_case_stays_for_the_operator() {
    run(async {
        let mut world = closed();
        world.kit.hooks = Faults::at(|point, _, message| {
            let is_release = matches!(message, Message::StockKeeper(stock_keeper::Message::Release { .. }));
            assert!(!(is_release && point == Point::BeforeDecision), "poison");
        });
        world.open().await;
        let (first, _) = buys_now(&world, "k1", PLENTY, "tok_declined").await;
        assert!(matches!(first, Outcome::Declined { .. }));
        world.days(3).await;
        assert_eq!(world.derived().tables.of::<Order>().resident().count(), 1);
        assert_eq!(buys_now(&world, "k1", PLENTY, "tok_declined").await, (first, true));
    });
}

#[test]
fn what_was_pending_before_it_was_declined_was_an_order_and_stays() {
    run(async {
        let world = opened().await;
        let order = order_of(&world.buy("k1", PLENTY, 1, "tok_unreachable").await);
        world.days(3).await;
        assert_eq!(world.state_of(order), OrderState::Declined);
    });
}
