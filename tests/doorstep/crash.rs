//! Kill -9 under load, round after round: what was once answered is there, what was not is there once or never.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use super::environment::{number_from, seed};
use super::history::{Attempt, Shelves, orders_by_id};
use super::load::{Crowd, pass, under_load};
use super::promises::{
    every_answer_stands, every_order_ends, retry_unanswered, shelves,
    the_shop_holds_these_orders_and_no_other,
};
use super::shop::{TestShop, setup};

const ROUNDS_DEFAULT: u64 = 20;
const CUSTOMERS: usize = 64;
/// Each life has another number of threads of actors.
const CELLS_MAX: usize = 4;
/// Of load before each kill; at the most, where nothing else is said.
const LOAD_MS_MIN: u64 = 50;
const LOAD_MS_MAX_DEFAULT: u64 = 1_000;
/// Orders of earlier rounds that are looked at again after each round; at the end, all are.
const EARLIER_LOOKED_AT: usize = 200;

#[test]
fn nothing_that_was_answered_is_lost_or_doubled_when_the_shop_is_killed() {
    let rounds = number_from("DOORSTEP_KILL_ROUNDS", ROUNDS_DEFAULT);
    let load_ms_max = number_from("DOORSTEP_KILL_LOAD_MS", LOAD_MS_MAX_DEFAULT).max(LOAD_MS_MIN);
    let seed = seed();
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
        let load = Duration::from_millis(random.random_range(LOAD_MS_MIN..=load_ms_max));
        let new = one_round(&mut shop, &shelves, round, seed, load);
        shop.set_cells(random.random_range(1..=CELLS_MAX));
        shop.start();
        report(round, load, &new);
        let earlier = attempts.len();
        attempts.extend(new);
        retry_unanswered(shop.client(), &mut attempts[earlier..]);
        let client = shop.client().clone();
        every_answer_stands(&client, attempts[earlier..].iter());
        every_answer_stands(&client, attempts[..earlier].sample(&mut random, EARLIER_LOOKED_AT));
    }
    orders_by_id(&attempts);
    every_order_ends(&shop, &attempts);
    every_answer_stands(shop.client(), attempts.iter());
    shop.never_panicked();
    assert_eq!(shop.stop().code(), Some(0), "{}", shop.said());
    println!("{}", shop.verifies());
    the_shop_holds_these_orders_and_no_other(&shop, &attempts, &[]);
}

/// Load for so long, then kill -9 in the middle of it.
fn one_round(shop: &mut TestShop, shelves: &Shelves, round: u64, seed: u64, load: Duration) -> Vec<Attempt> {
    let crowd =
        Crowd { shelves, customers: CUSTOMERS, name: format!("round-{round}"), seed: seed ^ round << 32 };
    let (attempts, ()) = under_load(shop, &crowd, |shop| {
        pass(load);
        shop.kill9();
    });
    attempts
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
