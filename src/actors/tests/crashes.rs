//! Power cuts between any two turns: nothing that was said is lost, nothing is done twice.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;

use super::world::{Ending, Faults, NONE, PLENTY, World, closed};
use crate::domain::OrderState;
use crate::partners::mail::MailKind;
use crate::runtime::Point;
use crate::runtime::kit::run;

/// An hour a second.
const SPEED: u32 = 3_600;
/// Three weeks of trade.
const LONG: Duration = Duration::from_secs(21 * 24);

/// Counts the turns that are appended, and wakes whoever waits for one.
#[derive(Default)]
struct Turns {
    appended: Cell<usize>,
    wanted: Cell<usize>,
    reached: Notify,
}

fn counted(turns: &Rc<Turns>) -> Rc<Faults> {
    let turns = turns.clone();
    let at = move |point, _, _: &_| {
        if point == Point::AfterAppend {
            turns.appended.set(turns.appended.get() + 1);
            if turns.appended.get() == turns.wanted.get() {
                turns.reached.notify_one();
            }
        }
    };
    // so slow that a crash can come between any two turns
    Rc::new(Faults { at: Box::new(at), slow_ms: 10 })
}

fn shop(turns: &Rc<Turns>, checkpoints: bool) -> World {
    let mut world = closed();
    world.kit.hooks = counted(turns);
    world.kit.speed = SPEED;
    world.kit.journal.set_latency(Duration::from_millis(15));
    world.kit.checkpoint_every = if checkpoints { Duration::from_millis(70) } else { 2 * LONG };
    world
}

/// In stock, to be supplied, declined, and with an answer of the bank that is lost.
fn submit_all(world: &World) {
    let orders = [
        ("in stock", PLENTY, "tok_visa"),
        ("backorder", NONE, "tok_mastercard"),
        ("declined", PLENTY, "tok_declined"),
        ("lost answer", PLENTY, "tok_timeout"),
    ];
    for (key, sku, token) in orders {
        drop(world.submit(key, sku, 2, token));
    }
}

async fn with_crash_after(turn: usize, checkpoints: bool) -> (usize, Ending) {
    let turns = Rc::new(Turns::default());
    let mut world = shop(&turns, checkpoints);
    world.open().await;
    turns.appended.set(0);
    turns.wanted.set(turn);
    submit_all(&world);
    let reached = tokio::time::timeout(LONG, turns.reached.notified()).await;
    if reached.is_ok() {
        world.kit.restart().await;
        // a customer who got no answer asks again, by the same key
        submit_all(&world);
        tokio::time::sleep(LONG).await;
    }
    world.kit.settle().await;
    (turns.appended.get(), world.ending())
}

fn nothing_is_lost_or_doubled(checkpoints: bool, step: usize) {
    let (turns, calm) = run(with_crash_after(usize::MAX, checkpoints));
    let closed = [OrderState::Closed, OrderState::Closed, OrderState::Closed, OrderState::Declined];
    assert_eq!(calm.states, closed);
    assert_eq!((calm.captures, calm.purchase_orders), (3, 1));
    assert_eq!(calm.letters[&MailKind::Delivered], 3);
    for turn in (1..=turns).step_by(step) {
        let (_, ending) = run(with_crash_after(turn, checkpoints));
        assert_eq!(ending, calm, "after a crash at turn {turn} of {turns}");
    }
}

#[test]
fn a_crash_after_any_third_turn_loses_nothing_and_doubles_nothing() {
    nothing_is_lost_or_doubled(false, 3);
}

#[test]
fn nor_does_one_between_checkpoints() {
    nothing_is_lost_or_doubled(true, 5);
}
