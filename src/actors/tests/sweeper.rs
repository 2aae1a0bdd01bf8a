//! Carts that are over go, with the rows that they had.

use std::sync::Arc;
use std::time::Duration;

use super::world::{World, closed};
use crate::actors::web_session::{Create, NoCart, Session, View};
use crate::actors::{GATEWAY, Rules};
use crate::domain::{SessionId, Timestamp};
use crate::runtime::Aggregate as _;
use crate::runtime::kit::run;
use crate::storage::Trees as _;
use crate::sweeper;

/// More than one pass looks at.
const MANY: u128 = 450;
const HOUR: Duration = Duration::from_secs(3_600);

/// A shop with its sweeper.
async fn opened() -> World {
    let mut world = closed();
    world.kit.checkpoint_every = HOUR / 2;
    world.open().await;
    sweeps(&world);
    world
}

fn sweeps(world: &World) {
    let running = world.kit.running();
    let rules = Arc::new(Rules::default());
    let service = sweeper::service(running.handle(), running.trees(), running.clock(), rules);
    world.kit.add_service(GATEWAY, sweeper::NAME, service);
}

async fn begins_cart(world: &World, random: u128) -> SessionId {
    let cart = SessionId::of_program(world.kit.running().clock().real().0, random << 8);
    let begun = world.kit.ask_of(cart, Create).await;
    assert!(matches!(begun, Ok(Ok(_))), "{begun:?}");
    cart
}

/// Until a cart that was begun at `begun` has been over for long enough to be swept.
async fn is_swept(world: &World, begun: Timestamp) {
    let over = world.kit.running().clock().instant_of_real(begun.plus_ms(Rules::default().cart_kept_ms));
    tokio::time::sleep_until(over + sweeper::ROUND_EVERY + HOUR).await;
}

/// The carts that have a row.
fn kept(world: &World) -> Vec<SessionId> {
    let mut carts = vec![];
    let visited = world.kit.trees.scan(Session::TREE, &[], &mut |key, stored| {
        if stored.value.is_some() {
            carts.push(SessionId::from_bytes(key.try_into().expect("the key of a session")));
        }
        true
    });
    visited.expect("the trees in memory are read");
    carts
}

#[test]
fn carts_that_are_over_go_however_many_there_are_and_a_young_one_stays() {
    run(async {
        let world = opened().await;
        let first = begins_cart(&world, 0).await;
        for nth in 1..MANY {
            begins_cart(&world, nth).await;
        }
        tokio::time::sleep(HOUR).await;
        assert_eq!(kept(&world).len(), MANY as usize);
        tokio::time::sleep(HOUR * 24).await;
        let young = begins_cart(&world, MANY).await;
        is_swept(&world, first.begun_at()).await;
        assert_eq!(kept(&world), [young]);
        let shown = world.kit.ask_of(young, View).await;
        assert!(matches!(shown, Ok(Ok(_))), "{shown:?}");
    });
}

#[test]
fn a_shop_that_was_closed_when_carts_ended_sweeps_them_as_it_opens() {
    run(async {
        let mut world = opened().await;
        let cart = begins_cart(&world, 1).await;
        world.kit.drain().await;
        world.kit.die();
        world.kit.clock_off_ms = Rules::default().cart_kept_ms as i64;
        world.kit.start().await;
        sweeps(&world);
        tokio::time::sleep(HOUR).await;
        assert_eq!(kept(&world), []);
        let shown = world.kit.ask_of(cart, View).await;
        assert_eq!(shown, Ok(Err(NoCart::NoSuchCart)));
    });
}

/// It holds no actor, no journal and no place of a life that has ended.
#[test]
fn a_sweeper_ends_with_the_life_of_its_shop() {
    run(async {
        let mut world = opened().await;
        let trees = Arc::downgrade(&world.kit.running().trees());
        world.kit.die();
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert!(trees.upgrade().is_none());
    });
}
