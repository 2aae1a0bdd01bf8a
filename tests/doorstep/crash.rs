//! Kill -9 under load, round after round: what was once answered is there, what was not is there once or never.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::history::{Attempt, Content, Shelves, customers_order, orders_by_id};
use super::http::Client;
use super::shop::{TestShop, setup};
use super::stored::StoredTrees;
use super::wait::until_within;

const ROUNDS_DEFAULT: u64 = 20;
const CUSTOMERS: usize = 64;
const LOAD_MS: std::ops::Range<u64> = 100..1_000;
/// Orders of earlier rounds that are looked at again after each round; at the end, all are.
const EARLIER_LOOKED_AT: usize = 200;
const COPIES: u32 = 1_000_000;
/// After the last round every order must end: the slowest supplies take a week of trade, which is seconds here.
const ENDS_WITHIN: Duration = Duration::from_secs(180);

fn number_from_environment(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number, not `{text}`")))
}

fn shelves() -> (Shelves, Vec<(String, u32)>) {
    let named = |kind: &str, count: u32| (1..=count).map(|n| format!("{kind}-{n:02}")).collect::<Vec<_>>();
    let shelves = Shelves { in_stock: named("MANY", 12), out_of_stock: named("NONE", 12) };
    let stocked = shelves.in_stock.iter().map(|sku| (sku.clone(), COPIES));
    let empty = shelves.out_of_stock.iter().map(|sku| (sku.clone(), 0));
    let rows = stocked.chain(empty).collect();
    (shelves, rows)
}

#[test]
fn nothing_that_was_answered_is_lost_or_doubled_when_the_shop_is_killed() {
    let rounds = number_from_environment("DOORSTEP_KILL_ROUNDS").unwrap_or(ROUNDS_DEFAULT);
    let seed = number_from_environment("DOORSTEP_SEED")
        .unwrap_or_else(|| u64::from(StdRng::from_os_rng().random::<u16>()));
    println!("{rounds} rounds of kill -9; repeat with DOORSTEP_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let (shelves, rows) = shelves();
    let mut shop = setup()
        .catalogue(&rows)
        .set("DOORSTEP_PAYMENT__ANSWER_DEADLINE_MS", "300")
        .set("DOORSTEP_STORAGE__CHECKPOINT_EVERY_MS", "200")
        .set("DOORSTEP_LOG__LEVEL", "warn")
        .open();
    let mut attempts: Vec<Attempt> = vec![];
    for round in 1..=rounds {
        let load = Duration::from_millis(random.random_range(LOAD_MS));
        let new = one_round(&mut shop, &shelves, round, seed, load);
        shop.start();
        report(round, load, &new);
        let earlier = attempts.len();
        attempts.extend(new);
        retry_unanswered(shop.client(), &mut attempts[earlier..]);
        let client = shop.client().clone();
        every_answer_stands(&client, attempts[earlier..].iter());
        every_answer_stands(&client, attempts[..earlier].choose_multiple(&mut random, EARLIER_LOOKED_AT));
    }
    orders_by_id(&attempts);
    every_order_ends(&shop, &attempts);
    every_answer_stands(shop.client(), attempts.iter());
    shop.never_panicked();
    assert_eq!(shop.stop().code(), Some(0), "{}", shop.said());
    println!("{}", shop.verifies());
    the_shop_holds_these_orders_and_no_other(&shop, &attempts);
}

/// Load for so long, then kill -9 in the middle of it.
fn one_round(shop: &mut TestShop, shelves: &Shelves, round: u64, seed: u64, load: Duration) -> Vec<Attempt> {
    let stop = AtomicBool::new(false);
    let client = shop.client().clone();
    thread::scope(|scope| {
        let name = format!("round-{round}");
        let (client, stop) = (&client, &stop);
        let customers =
            scope.spawn(move || customers_order(client, shelves, CUSTOMERS, &name, seed ^ round << 32, stop));
        let begun = Instant::now();
        until_within(load * 2, "the moment of the kill", || (begun.elapsed() >= load).then_some(()));
        shop.kill9();
        stop.store(true, Ordering::Relaxed);
        customers.join().expect("the customers' threads")
    })
}

fn report(round: u64, load: Duration, attempts: &[Attempt]) {
    let with = |status: u16| {
        attempts
            .iter()
            .filter(|attempt| attempt.said.as_ref().is_some_and(|said| said.status == status))
            .count()
    };
    let unanswered = attempts.iter().filter(|attempt| attempt.said.is_none()).count();
    println!(
        "round {round}: killed after {} ms; answered 201 {} times, 202 {}, 402 {}, 409 {}; {unanswered} not",
        load.as_millis(),
        with(201),
        with(202),
        with(402),
        with(409),
    );
}

/// Whoever got no answer asks again with the same key until there is one.
fn retry_unanswered(client: &Client, attempts: &mut [Attempt]) {
    for attempt in attempts.iter_mut().filter(|attempt| attempt.said.is_none()) {
        super::wait::until(&format!("{} is answered", attempt.key), || {
            attempt.send(client);
            attempt.said.as_ref().map(drop)
        });
    }
}

fn every_answer_stands<'a>(client: &Client, attempts: impl Iterator<Item = &'a Attempt>) {
    for attempt in attempts {
        let said = attempt.said.as_ref().expect("every attempt is answered by now");
        if let Some(content) = &said.content {
            let path = format!("/orders/{}?key={}", said.order, content.key);
            let order = client.get(&path).expect(200);
            assert_eq!(order.json["id"], said.order.as_str());
            assert_eq!(&Content::of(&order.json), content, "{} of {}", said.order, attempt.key);
        }
        let mut again = attempt.clone();
        again.send(client);
    }
}

fn every_order_ends(shop: &TestShop, attempts: &[Attempt]) {
    let mut open: Vec<_> = attempts.iter().filter_map(|attempt| attempt.said.as_ref()?.bought()).collect();
    let begun = Instant::now();
    until_within(ENDS_WITHIN, "every order has ended", || {
        open.retain(|order| !["closed", "declined", "cancelled"].contains(&shop.state_of(order).as_str()));
        let stuck = || open.iter().take(3).map(|order| shop.looks_at(order).text).collect::<Vec<_>>();
        assert!(begun.elapsed() < ENDS_WITHIN, "{} orders never ended: {:#?}", open.len(), stuck());
        open.is_empty().then_some(())
    });
}

/// Also those that were refused: exactly one for each key, each at its end.
fn the_shop_holds_these_orders_and_no_other(shop: &TestShop, attempts: &[Attempt]) {
    let stored = StoredTrees::of(shop).orders();
    let open: Vec<_> = stored.iter().filter(|(_, state)| !state.is_end()).collect();
    assert!(open.is_empty(), "{open:?}");
    let held: BTreeSet<String> = stored.keys().map(ToString::to_string).collect();
    let said: BTreeSet<String> =
        attempts.iter().filter_map(|attempt| Some(attempt.said.as_ref()?.order.clone())).collect();
    let doubled: Vec<_> = held.difference(&said).take(5).collect();
    let lost: Vec<_> = said.difference(&held).take(5).collect();
    assert!(
        doubled.is_empty() && lost.is_empty(),
        "nobody knows {doubled:?}, the shop does not know {lost:?}"
    );
    println!("{} orders, one for each of {} keys", held.len(), attempts.len());
}
