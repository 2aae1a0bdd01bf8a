//! What the shop promises, held against what customers were told: every answer stands, every key is one order,
//! every order ends.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::history::{Attempt, Content, Shelves};
use super::http::Client;
use super::shop::TestShop;
use super::stored::StoredTrees;
use super::wait::{until, until_within};

const COPIES: u32 = 1_000_000;
/// After the last fault every order must end: the slowest supplies take a week of trade, which is seconds here.
const ENDS_WITHIN: Duration = Duration::from_secs(180);

/// Books of which there are more than anyone buys, books of which there are none, and the rows of both.
pub fn shelves() -> (Shelves, Vec<(String, u32)>) {
    let named = |kind: &str, count: u32| (1..=count).map(|n| format!("{kind}-{n:02}")).collect::<Vec<_>>();
    let shelves = Shelves { in_stock: named("MANY", 12), out_of_stock: named("NONE", 12) };
    let stocked = shelves.in_stock.iter().map(|sku| (sku.clone(), COPIES));
    let empty = shelves.out_of_stock.iter().map(|sku| (sku.clone(), 0));
    let rows = stocked.chain(empty).collect();
    (shelves, rows)
}

/// Whoever got no answer asks again with the same key until there is one.
pub fn retry_unanswered(client: &Client, attempts: &mut [Attempt]) {
    for attempt in attempts.iter_mut().filter(|attempt| attempt.said.is_none()) {
        until(&format!("{} is answered", attempt.key), || {
            attempt.send(client);
            attempt.said.as_ref().map(drop)
        });
    }
}

pub fn every_answer_stands<'a>(client: &Client, attempts: impl Iterator<Item = &'a Attempt>) {
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

pub fn every_order_ends(shop: &TestShop, attempts: &[Attempt]) {
    let mut open: Vec<_> = attempts.iter().filter_map(|attempt| attempt.said.as_ref()?.bought()).collect();
    let begun = Instant::now();
    until_within(ENDS_WITHIN, "every order has ended", || {
        open.retain(|order| !["closed", "declined", "cancelled"].contains(&shop.state_of(order).as_str()));
        let stuck = || open.iter().take(3).map(|order| shop.looks_at(order).text).collect::<Vec<_>>();
        assert!(begun.elapsed() < ENDS_WITHIN, "{} orders never ended: {:#?}", open.len(), stuck());
        open.is_empty().then_some(())
    });
}

/// Also those that were refused: exactly one for each key, each at its end. Those of `forgotten` may be there or not.
pub fn the_shop_holds_these_orders_and_no_other(
    shop: &TestShop,
    attempts: &[Attempt],
    forgotten: &[Attempt],
) {
    let stored = StoredTrees::of(shop).orders();
    let open: Vec<_> = stored.iter().filter(|(_, state)| !state.is_end()).collect();
    assert!(open.is_empty(), "{open:?}");
    let held: BTreeSet<String> = stored.keys().map(ToString::to_string).collect();
    let orders = |attempts: &[Attempt]| -> BTreeSet<String> {
        attempts.iter().filter_map(|attempt| Some(attempt.said.as_ref()?.order.clone())).collect()
    };
    let (said, forgotten) = (orders(attempts), orders(forgotten));
    let doubled: Vec<_> =
        held.difference(&said).filter(|order| !forgotten.contains(*order)).take(5).collect();
    let lost: Vec<_> = said.difference(&held).take(5).collect();
    assert!(
        doubled.is_empty() && lost.is_empty(),
        "nobody knows {doubled:?}, the shop does not know {lost:?}"
    );
    println!("{} orders, one for each of {} keys", held.len(), attempts.len());
}
