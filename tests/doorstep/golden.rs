//! Data directories as earlier builds left them: each opens, shows what it held, and goes on.
//!
//! `DOORSTEP_WRITE_GOLDEN=1 cargo test --test doorstep golden::` writes the newest anew: only while no shop that was
//! released has stored its form. A changed form needs a directory of its own beside the old ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use doorstep::actors::Rules;
use doorstep::domain::SessionId;
use doorstep::runtime::system_time;
use serde_json::{Value, json};

use super::buyer::{Bought, wish, wishes};
use super::history::Content;
use super::order::{IN_STOCK, LAST_COPY, OUT_OF_STOCK, THREE_LEFT};
use super::shop::{FAST, TestShop, setup};
use super::stored::StoredTrees;
use super::wait::until;

/// One of each schema version so far that is read.
const DIRECTORIES: [&str; 1] = ["data-v2"];
/// The smallest segments there are.
const SEGMENT_BYTES: &str = "65536";
/// What is in a directory beside the data.
const NOT_KEPT: [&str; 4] = ["mail", "control.sock", "suspects", "lock"];

pub fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn writes_anew() -> bool {
    std::env::var("DOORSTEP_WRITE_GOLDEN").is_ok_and(|value| value == "1")
}

fn closed_shop() -> TestShop {
    setup()
        .set("DOORSTEP_JOURNAL__SEGMENT_BYTES", SEGMENT_BYTES)
        .set("DOORSTEP_PAYMENT__ANSWER_DEADLINE_MS", "200")
        .closed()
}

#[test]
fn a_directory_of_every_version_opens_shows_what_it_held_and_goes_on() {
    for name in DIRECTORIES {
        if writes_anew() && Some(&name) == DIRECTORIES.last() {
            write_anew(name);
        }
        let held: Value =
            serde_json::from_slice(&fs::read(golden(&format!("{name}.json"))).unwrap()).unwrap();
        let mut shop = closed_shop();
        unpack(&golden(&format!("{name}.tar.gz")), &shop.data());
        holds(&shop, &held);
        goes_on(&mut shop, &held);
    }
}

/// Looked at from outside the daemon, so that no time passes in it.
#[track_caller]
fn holds(shop: &TestShop, held: &Value) {
    shop.verifies();
    let stored = StoredTrees::of(shop).orders();
    let stored: serde_json::Map<String, Value> =
        stored.into_iter().map(|(id, state)| (id.to_string(), state.name().into())).collect();
    assert_eq!(Value::Object(stored), held["states"]);
    let before = StoredTrees::of(shop).dump();
    assert!(shop.command(&["rebuild"]).status.success());
    assert!(StoredTrees::of(shop).dump() == before, "a rebuild from the journal makes other trees");
    for order in orders(held) {
        let explained = shop.command(&["explain", order["id"].as_str().unwrap()]);
        assert!(explained.status.success(), "{explained:?}");
    }
}

#[track_caller]
fn goes_on(shop: &mut TestShop, held: &Value) {
    shop.start();
    for order in orders(held) {
        let bought =
            Bought { id: order["id"].as_str().unwrap().into(), key: order["key"].as_str().unwrap().into() };
        assert_eq!(Content::of(&shop.looks_at(&bought).json), Content::of(&order["order"]));
        let timeline = shop.timeline(&bought).0;
        let known = order["timeline"].as_array().unwrap();
        assert_eq!(&timeline[..known.len()], known, "the past of {} has changed", bought.id);
        until(&format!("{} has ended", bought.id), || {
            let ended = ["closed", "declined", "cancelled"].contains(&shop.state_of(&bought).as_str());
            ended.then_some(())
        });
        // the same request is the same order, also to a later build
        let again = shop.client().order(order["idempotency_key"].as_str().unwrap(), &order["wish"]);
        let named = again.json.get("id").or(again.json.get("order"));
        assert_eq!(named, Some(&order["id"]), "{}", again.text);
    }
    let cart =
        shop.client().get(held["cart"]["links"]["self"].as_str().unwrap().trim_start_matches("/api/v1"));
    if is_over(&held["cart"]) {
        cart.expect_problem(404, "no_such_cart");
    } else {
        assert_eq!(cart.expect(200).json, held["cart"]);
    }
    shop.client().order("after-the-golden-ones", &wish(IN_STOCK).0).expect(201);
    shop.never_panicked();
    assert_eq!(shop.stop().code(), Some(0));
    shop.verifies();
}

/// A cart ends, and the directory is older every day.
fn is_over(cart: &Value) -> bool {
    let cart = SessionId::parse(cart["id"].as_str().expect("an id")).expect("the id of a cart");
    Rules::default().is_over(cart, system_time().expect("a clock that can be right"))
}

fn orders(held: &Value) -> &Vec<Value> {
    held["orders"].as_array().unwrap()
}

/// A spread of orders, some at their end, some on their way.
fn write_anew(name: &str) {
    let mut shop = closed_shop();
    shop.start();
    let mut held = vec![];
    let mut order = |shop: &TestShop, wish: Value, wait_for: Option<&str>| {
        let key = format!("golden-{}", held.len());
        let answer = shop.client().order(&key, &wish);
        let bought = Bought::from(&answer);
        if let Some(state) = wait_for {
            shop.waits_for_state(&bought, state);
        }
        held.push((key, wish, bought.clone()));
        bought
    };
    order(&shop, wishes(&[(IN_STOCK, 2), ("PD-0003", 1)]).0, Some("closed"));
    order(&shop, wish(IN_STOCK).by("tok_timeout").0, Some("closed"));
    order(&shop, wishes(&[(OUT_OF_STOCK, 2), (THREE_LEFT, 1)]).waiting().0, Some("closed"));
    shop.orders(&wish(OUT_OF_STOCK)).expect_problem(409, "out_of_stock");
    shop.orders(&wish(IN_STOCK).by("tok_declined")).expect_problem(402, "payment_declined");
    // from here on the trade stands nearly still
    shop.waits_until_quiet();
    assert_eq!(shop.stop().code(), Some(0));
    shop.set_speed(1);
    shop.start();
    order(&shop, wish(LAST_COPY).0, None);
    order(&shop, wishes(&[(OUT_OF_STOCK, 3)]).waiting().0, None);
    let cancelled = order(&shop, wish(IN_STOCK).by("tok_amex").0, None);
    shop.cancels(&cancelled).expect(200);
    order(&shop, wish(IN_STOCK).by("tok_unreachable").0, None);
    let cart = shop.client().post("/carts", &[], &json!({})).expect(201).text_of("id");
    let cart =
        shop.client().put(&format!("/carts/{cart}/lines/PD-0003"), &json!({"quantity": 2})).expect(200).json;
    let orders: Vec<Value> = held
        .iter()
        .map(|(key, wish, bought)| {
            let (order, timeline) = (shop.looks_at(bought).json, shop.timeline(bought).0);
            json!({
                "idempotency_key": key, "wish": wish, "id": bought.id, "key": bought.key, "order": order,
                "timeline": timeline,
            })
        })
        .collect();
    assert_eq!(shop.stop().code(), Some(0));
    shop.set_speed(FAST);
    let states: serde_json::Map<String, Value> = StoredTrees::of(&shop)
        .orders()
        .into_iter()
        .map(|(id, state)| (id.to_string(), state.name().into()))
        .collect();
    let listing = json!({"orders": orders, "states": states, "cart": cart});
    let text = serde_json::to_string_pretty(&listing).expect("it is JSON");
    fs::write(golden(&format!("{name}.json")), text).expect("write the listing");
    pack(&shop.data(), &golden(&format!("{name}.tar.gz")));
}

fn pack(data: &Path, archive: &Path) {
    let mut tar = Command::new("tar");
    tar.args(NOT_KEPT.map(|name| format!("--exclude=./{name}"))).args([
        "--sort=name",
        "--owner=0",
        "--group=0",
    ]);
    tar.args(["--use-compress-program=gzip -9n", "-cf"]).arg(archive).arg("-C").arg(data).arg(".");
    assert!(tar.status().expect("run tar").success());
}

pub fn unpack(archive: &Path, data: &Path) {
    fs::create_dir_all(data).expect("make the data directory");
    let mut tar = Command::new("tar");
    tar.args(["--no-same-owner", "-xzf"]).arg(archive).arg("-C").arg(data);
    assert!(tar.status().expect("run tar").success());
}
