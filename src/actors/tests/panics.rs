//! Actors that panic: what was promised is still kept.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use super::world::{
    Faults, NONE, PLENTY, PROGRAMS, World, answer, closed, name_of, one_closed_order, opened, order_of,
};
use crate::actors::order_manager::Order;
use crate::actors::stock_keeper::StockItem;
use crate::actors::{Address, timelines};
use crate::domain::{Happening, OrderId, OrderState, Sku, Timeline};
use crate::journal::Position;
use crate::runtime::kit::{ATTEMPTS_MAX, run};
use crate::runtime::{Point, Refused, Resolution, Tables};

/// Enough for a closed order with its settlement.
const DAYS: u64 = 8;

/// Panics at `point` when `actor` handles a message of a kind for the first time.
fn panics_once_a_kind(point: Point, actor: Address) -> Rc<Faults> {
    let seen = RefCell::new(BTreeSet::new());
    Faults::at(move |here, to, message| {
        if here == point && to == actor && seen.borrow_mut().insert(name_of(message)) {
            panic!("on purpose");
        }
    })
}

async fn restarts(world: &World, actor: Address) -> u64 {
    let report = world.kit.inspect().await;
    let of_actor = report.actors.iter().find(|one| one.name == actor.to_string());
    of_actor.map_or(0, |one| one.restarts)
}

/// What `actor` handled, in order.
fn handled_by(world: &World, actor: Address) -> Vec<String> {
    world.trace().into_iter().filter(|(by, _)| *by == actor).map(|(_, name)| name).collect()
}

/// The order goes through as if nothing had been, the actor's messages in their order.
fn order_survives_panics_of(actor: Address) {
    for point in [Point::BeforeDecision, Point::AfterAppend] {
        run(async move {
            let calm = opened().await;
            calm.buy("k1", PLENTY, 1, "tok_visa").await;
            calm.days(DAYS).await;
            let mut world = closed();
            world.kit.hooks = panics_once_a_kind(point, actor);
            world.open().await;
            let order = order_of(&world.buy("k1", PLENTY, 1, "tok_visa").await);
            world.days(DAYS).await;
            assert!(restarts(&world, actor).await > 0, "{actor} was restarted ({point:?})");
            assert_eq!(world.state_of(order), OrderState::Closed);
            assert_eq!(world.ending(), one_closed_order());
            assert_eq!(handled_by(&world, actor), handled_by(&calm, actor), "{point:?}");
        });
    }
}

#[test]
fn an_order_survives_panics_of_the_web_session() {
    order_survives_panics_of(PROGRAMS);
}

#[test]
fn an_order_survives_panics_of_the_order_manager() {
    order_survives_panics_of(Address::OrderManager);
}

#[test]
fn an_order_survives_panics_of_the_stock_keeper() {
    order_survives_panics_of(Address::StockKeeper);
}

#[test]
fn an_order_survives_panics_of_the_merchant_proxy() {
    order_survives_panics_of(Address::MerchantProxy);
}

#[test]
fn an_order_survives_panics_of_the_bank() {
    order_survives_panics_of(Address::BankActor);
}

#[test]
fn an_order_survives_panics_of_the_warehouse() {
    order_survives_panics_of(Address::WarehouseActor);
}

#[test]
fn an_order_survives_panics_of_the_mailer() {
    order_survives_panics_of(Address::Mailer);
}

/// Panics once, when the `nth` message since the shop opened is handled.
async fn with_panic_at(point: Point, nth: usize, sku: &str) -> (usize, World) {
    let mut world = closed();
    let (left, handled) = (Rc::new(Cell::new(usize::MAX)), Rc::new(Cell::new(0)));
    let (count, counted) = (left.clone(), handled.clone());
    world.kit.hooks = Faults::at(move |here, _, _| {
        if here == point {
            counted.set(counted.get() + 1);
            count.set(count.get().wrapping_sub(1));
            assert!(count.get() != 0, "on purpose");
        }
    });
    world.open().await;
    handled.set(0);
    left.set(nth);
    world.buy("k1", sku, 1, "tok_visa").await;
    world.days(20).await;
    (handled.get(), world)
}

fn survives_one_panic_at_any_message(sku: &'static str) {
    let (messages, ending) = run(async {
        let (messages, world) = with_panic_at(Point::BeforeDecision, usize::MAX, sku).await;
        (messages, world.ending())
    });
    assert_eq!(ending.states, [OrderState::Closed]);
    for point in [Point::BeforeDecision, Point::AfterAppend] {
        for nth in 1..=messages {
            let after = run(async { with_panic_at(point, nth, sku).await.1.ending() });
            assert_eq!(after, ending, "after a panic at message {nth}, {point:?}");
        }
    }
}

#[test]
fn an_order_survives_a_panic_at_any_one_of_its_messages() {
    survives_one_panic_at_any_message(PLENTY);
}

#[test]
fn a_backorder_survives_a_panic_at_any_one_of_its_messages() {
    survives_one_panic_at_any_message(NONE);
}

/// Makes the first message of this kind panic until it is given up.
fn poison(actor: Address, kind: &'static str) -> Rc<Faults> {
    let left = Cell::new(ATTEMPTS_MAX);
    Faults::at(move |point, to, message| {
        if point == Point::BeforeDecision && to == actor && left.get() > 0 && name_of(message) == kind {
            left.set(left.get() - 1);
            panic!("on purpose");
        }
    })
}

/// The first order's message is given up, with a case on it; the second order goes through. The operator sends the message
/// again, and so does the first.
fn poison_ends_in_the_dead_letters(actor: Address, kind: &'static str) {
    run(async move {
        let mut world = closed();
        world.kit.hooks = poison(actor, kind);
        world.open().await;
        let first = world.submit("k1", PLENTY, 1, "tok_visa");
        world.days(DAYS).await;
        drop(first);
        let second = order_of(&world.buy("k2", PLENTY, 1, "tok_visa").await);
        world.days(DAYS).await;
        assert_eq!(world.state_of(second), OrderState::Closed);
        let dead: Vec<String> =
            world.records().into_iter().filter_map(|(_, record)| record.dead).map(|dead| dead.name).collect();
        assert_eq!(dead, [kind]);
        let tables = world.derived().tables;
        let is_case = |what: &Happening| matches!(what, Happening::CaseOpened { .. });
        let with_case: Vec<_> = stories(&tables)
            .filter(|(_, timeline)| timeline.entries.iter().any(|entry| is_case(&entry.what)))
            .map(|(order, _)| order)
            .collect();
        let is_of_the_first = matches!(with_case[..], [order] if order != second);
        assert!(is_of_the_first, "the operator has a case on the first order: {with_case:?}");
        sent_again(&world, kind).await;
        let ending = world.ending();
        assert_eq!((ending.states, ending.captures), (vec![OrderState::Closed; 2], 2));
    });
}

/// The timelines of all orders.
fn stories(tables: &Tables) -> impl Iterator<Item = (OrderId, Timeline)> {
    let orders = tables.of::<Order>().resident().map(|(order, _)| order);
    orders.filter_map(|order| Some((*order, timelines::peek(tables, order)?)))
}

/// By the operator, now that what made it panic is mended.
async fn sent_again(world: &World, kind: &str) {
    let shop = world.kit.running().handle();
    let letters = shop.dead_letters().await.unwrap();
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(letter.name, kind);
    shop.resolve(Position(letter.id), Resolution::Retry).await.unwrap();
    world.days(2 * DAYS).await;
    let tables = world.derived().tables;
    let is_said = |what: &Happening| *what == Happening::SentAgain { message: kind.to_owned() };
    let said = stories(&tables).flat_map(|(_, timeline)| timeline.entries);
    assert_eq!(said.filter(|entry| is_said(&entry.what)).count(), 1, "it stands in the order's timeline");
}

#[test]
fn a_message_that_the_order_manager_never_survives_is_given_up_and_the_shop_goes_on() {
    poison_ends_in_the_dead_letters(Address::OrderManager, "Reserved");
}

#[test]
fn a_message_that_the_stock_keeper_never_survives_is_given_up_and_the_shop_goes_on() {
    poison_ends_in_the_dead_letters(Address::StockKeeper, "Reserve");
}

#[test]
fn a_message_that_the_merchant_proxy_never_survives_is_given_up_and_the_shop_goes_on() {
    poison_ends_in_the_dead_letters(Address::MerchantProxy, "CaptureAnswered");
}

#[test]
fn a_message_that_the_bank_never_survives_is_given_up_and_the_shop_goes_on() {
    poison_ends_in_the_dead_letters(Address::BankActor, "ApproveHold");
}

#[test]
fn a_message_that_the_warehouse_never_survives_is_given_up_and_the_shop_goes_on() {
    poison_ends_in_the_dead_letters(Address::WarehouseActor, "Fulfil");
}

#[test]
fn a_message_that_the_mailer_never_survives_is_given_up_and_the_shop_goes_on() {
    poison_ends_in_the_dead_letters(Address::Mailer, "Send");
}

/// A message that names no order is given up; the order that waits for it has a case, or goes on by itself, or both.
async fn after_poison(actor: Address, kind: &'static str) -> (OrderState, bool) {
    let mut world = closed();
    world.kit.hooks = poison(actor, kind);
    world.open().await;
    let order = order_of(&world.buy("k1", NONE, 1, "tok_visa").await);
    world.days(20).await;
    let dead = world.records().into_iter().filter_map(|(_, record)| record.dead);
    assert_eq!(dead.map(|dead| dead.name).collect::<Vec<_>>(), [kind]);
    let tables = world.derived().tables;
    let is_case = |what: &Happening| matches!(what, Happening::CaseOpened { .. });
    let timeline = timelines::peek(&tables, &order).unwrap();
    (world.state_of(order), timeline.entries.iter().any(|entry| is_case(&entry.what)))
}

#[test]
fn an_order_whose_supplies_wait_for_a_message_that_is_given_up_has_a_case_and_goes_on() {
    for kind in ["SupplyAnswered", "GoodsDue", "ShipNoticeAnswered"] {
        let ending = run(after_poison(Address::StockKeeper, kind));
        assert_eq!(ending, (OrderState::Closed, true), "{kind}");
    }
}

/// A move of an order's units is given up, and made later; then the operator sends it again as well. How the order has ended, and
/// how many units are kept in the house and were shipped.
async fn after_poisoned_move(kind: &'static str, token: &str) -> (OrderState, u64, u64) {
    let mut world = closed();
    world.kit.hooks = poison(Address::StockKeeper, kind);
    world.open().await;
    drop(world.submit("k1", PLENTY, 1, token));
    world.days(DAYS).await;
    let before = world.ending();
    let tables = world.derived().tables;
    sent_again(&world, kind).await;
    assert_eq!(world.ending(), before, "{kind}");
    let now = world.derived().tables;
    let item =
        |tables: &Tables| tables.of::<StockItem>().peek(&Sku::parse(PLENTY).unwrap()).cloned().unwrap();
    assert_eq!(StockItem { overdue: vec![], ..item(&tables) }, item(&now), "{kind} is made once");
    let item = item(&now);
    let [state] = before.states[..] else { panic!("there is one order: {before:?}") };
    (state, item.reserved + item.allocated + item.packed, item.shipped)
}

#[test]
fn units_whose_move_is_given_up_are_moved_later_and_once() {
    for kind in ["Allocate", "Packed", "HandedOver"] {
        assert_eq!(run(after_poisoned_move(kind, "tok_visa")), (OrderState::Closed, 0, 1), "{kind}");
    }
    assert_eq!(run(after_poisoned_move("Release", "tok_declined")), (OrderState::Declined, 0, 0));
}

#[test]
fn a_payout_whose_timer_is_given_up_is_made_later() {
    assert_eq!(run(after_poison(Address::BankActor, "SettlementDue")).0, OrderState::Closed);
}

#[test]
fn an_order_whose_settlement_is_given_up_has_a_case() {
    assert_eq!(run(after_poison(Address::MerchantProxy, "Settlement")), (OrderState::Delivered, true));
}

#[test]
fn a_checkout_that_the_web_session_never_survives_is_answered_as_failed_and_the_next_is_taken() {
    run(async {
        let mut world = closed();
        world.kit.hooks = poison(PROGRAMS, "Submit");
        world.open().await;
        let (failed, next) =
            (world.submit("k1", PLENTY, 1, "tok_visa"), world.submit("k2", PLENTY, 1, "tok_visa"));
        assert_eq!(failed.await.unwrap(), Err(Refused::GivenUp));
        order_of(&answer(next).await.outcome);
        world.days(DAYS).await;
        assert_eq!(world.ending(), one_closed_order());
    });
}

#[test]
fn an_actor_that_panics_at_everything_brings_the_shop_to_an_orderly_end() {
    run(async {
        let mut world = closed();
        let broken = Rc::new(Cell::new(false));
        let is_broken = broken.clone();
        world.kit.hooks = Faults::at(move |_, to, _| {
            assert!(!is_broken.get() || to != Address::OrderManager, "on purpose");
        });
        world.open().await;
        broken.set(true);
        let asked: Vec<_> = (0..40).map(|n| world.submit(&format!("k{n}"), PLENTY, 1, "tok_visa")).collect();
        let why = world.kit.fatal().await;
        assert!(why.contains("restarts do not help"), "{why}");
        let report = world.kit.drain().await;
        assert!(report.messages > 0, "what waits goes on at the next start: {report:?}");
        drop(asked);
        // mended, and started again
        broken.set(false);
        world.kit.restart().await;
        world.days(DAYS).await;
        let closed = world.ending().states.iter().filter(|state| **state == OrderState::Closed).count();
        assert!(closed > 0);
    });
}
