//! Floods of what writes, by a stranger from one address and from many: what they cost the shop. The figures are in
//! `docs/attacks.md`; `DOORSTEP_FLOOD_CARTS=100000 DOORSTEP_FLOOD_REFUSALS=10000 cargo test --test doorstep floods -- --nocapture
//! --test-threads 1` measures them anew, of another binary where `DOORSTEP_PROGRAM` names one.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use serde_json::json;

use super::attacks::Used;
use super::buyer::wish;
use super::environment::{number_from, say};
use super::http::{Answer, Client};
use super::order::IN_STOCK;
use super::shop::{TestShop, setup};

const FLOODERS: u32 = 8;
/// As the settings have them for one address, and for all.
const CARTS_EACH: u32 = 60;
const REFUSALS_EACH: u32 = 20;
const KEYS_EACH: u32 = 60;

/// Bytes of every file below a folder.
fn bytes(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { bytes(&entry.path()) } else { size(&entry.path()) }).sum()
}

/// 0 of one that has gone meanwhile.
fn size(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |file| file.len())
}

/// A browser's request from `from`; the proxy before the shop says so.
fn sends(client: &Client, from: &str, method: &str, path: &str, cookie: &str, form: &str) -> Answer {
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("X-Forwarded-For", from),
        ("Cookie", cookie),
    ];
    client
        .send(method, path, &headers[..if cookie.is_empty() { 2 } else { 3 }], form.as_bytes())
        .expect("an answer")
}

fn address(many: bool, nth: u32) -> String {
    // neighbours in number are in networks far apart, which have bounds of their own
    if many {
        format!("{}.{}.{}.9", 20 + nth % 64, nth >> 6 & 255, nth >> 14)
    } else {
        "203.0.113.9".to_owned()
    }
}

/// Asks `of` times from several connections; how often `ask` says that it was done.
fn flood(shop: &TestShop, of: u32, ask: impl Fn(&Client, u32) -> bool + Sync) -> u32 {
    let done = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for flooder in 0..FLOODERS {
            let (client, done, ask) = (Client::new(&shop.url), &done, &ask);
            scope.spawn(move || {
                let mine = (flooder..of).step_by(FLOODERS as usize).filter(|nth| ask(&client, *nth)).count();
                done.fetch_add(mine as u32, Ordering::Relaxed);
            });
        }
    });
    done.into_inner()
}

/// Floods a shop, and says what of it was taken and what that cost.
fn measured(shop: &mut TestShop, what: &str, of: u32, ask: impl Fn(&Client, u32) -> bool + Sync) -> u32 {
    let (before, journal, data) = (Used::by(shop), shop.journal_position(), bytes(&shop.data()));
    let begun = Instant::now();
    let done = flood(shop, of, ask);
    let flooded = begun.elapsed();
    shop.buys(IN_STOCK);
    let healthy = begun.elapsed() - flooded;
    let (after, turns) = (Used::by(shop), shop.journal_position() - journal);
    assert!(shop.stop().success());
    let written = bytes(&shop.data()).saturating_sub(data) / 1_000_000;
    say(&format!(
        "{what}: {done} of {of} taken in {flooded:.1?}, {turns} turns, {written} MB written, {} -> {} MB resident, \
         {} ms of processor, next order after {healthy:.1?}",
        before.resident_mb,
        after.resident_mb,
        after.processor_ms - before.processor_ms,
    ));
    done
}

fn cookie(answer: &Answer) -> Option<String> {
    answer.header("set-cookie")?.split(';').next().map(str::to_owned)
}

fn begins_a_cart(client: &Client, from: &str) -> Option<String> {
    cookie(&sends(client, from, "POST", "/cart/lines", "", &format!("sku={IN_STOCK}&quantity=1")))
}

fn carts() -> u32 {
    number_from("DOORSTEP_FLOOD_CARTS", 1_000) as u32
}

#[test]
fn carts_without_end_are_not_taken_from_one_address() {
    let mut shop = setup().speed(1).open();
    let begins = |client: &Client, nth| begins_a_cart(client, &address(true, nth)).is_some();
    let taken = measured(&mut shop, "carts from one address", carts(), begins);
    assert!(taken <= CARTS_EACH + 5, "{taken}");
}

/// Each request has an address of its own, as a proxy says.
#[test]
fn carts_without_end_are_not_taken_from_many_addresses() {
    let proxied = setup().speed(1).set("DOORSTEP_HTTP__TRUSTED_PROXIES", "127.0.0.1");
    let all = number_from("DOORSTEP_FLOOD_ALL", 100);
    let mut shop = proxied.set("DOORSTEP_RATES__CARTS__ALL", &all.to_string()).open();
    let begins = |client: &Client, nth| begins_a_cart(client, &address(true, nth)).is_some();
    let taken = measured(&mut shop, "carts from as many addresses", carts(), begins);
    // those who come for the first time have four times what there is for all
    assert!(u64::from(taken) >= all * 4 && u64::from(taken) <= all * 5, "{taken}");
}

#[test]
fn refused_orders_without_end_are_not_taken() {
    let of = number_from("DOORSTEP_FLOOD_REFUSALS", 100) as u32;
    // of a shop that is no demo, where a stranger with a cart is no program
    let mut shop = setup().catalogue(&[(IN_STOCK.to_owned(), 100)]).speed(1).open();
    let mut total = json!(null);
    let carts: Vec<String> = (0..FLOODERS)
        .map(|_| {
            let cart = Client::new(&shop.url).post("/carts", &[], &json!({})).expect(201).text_of("id");
            let line = format!("/carts/{cart}/lines/{IN_STOCK}");
            total = Client::new(&shop.url).put(&line, &json!({ "quantity": 1 })).expect(200).json["total"]
                .clone();
            cart
        })
        .collect();
    let mut order = wish(IN_STOCK).by("tok_declined").0;
    order.as_object_mut().expect("an object").remove("lines");
    order["expected_total"] = total;
    let is_declined = |client: &Client, nth: u32| {
        let path = format!("/carts/{}/checkout", carts[(nth % FLOODERS) as usize]);
        let key = format!("flood-{nth}");
        client.post(&path, &[("Idempotency-Key", &key)], &order).status == 402
    };
    let taken = measured(&mut shop, "refused orders from one address", of, is_declined);
    // those that were under way at once are counted once they have ended
    assert!((REFUSALS_EACH..=REFUSALS_EACH + FLOODERS).contains(&taken), "{taken}");
}

/// Whoever guesses does not keep a customer behind the same line from her order.
#[test]
fn wrong_keys_without_end_lock_no_right_one_out() {
    const RIGHT_ONE_IN: u32 = 50;
    let of = number_from("DOORSTEP_FLOOD_KEYS", 1_000) as u32;
    let mut shop = setup().catalogue(&[(IN_STOCK.to_owned(), 100)]).speed(1).open();
    let bought = shop.client().order("hers", &wish(IN_STOCK).0).expect(201);
    let (order, key) = (bought.text_of("id"), bought.text_of("key"));
    let is_looked_for = |client: &Client, nth: u32| {
        if nth.is_multiple_of(RIGHT_ONE_IN) {
            client.get(&format!("/orders/{order}?key={key}")).expect(200);
            return false;
        }
        client.get(&format!("/orders/{order}?key={nth:026}")).status == 404
    };
    let told = measured(&mut shop, "wrong keys from one address", of, is_looked_for);
    assert!((KEYS_EACH..=KEYS_EACH + FLOODERS).contains(&told), "{told}");
}
