//! The system's clock jumps ahead, goes back across a restart, stands still, or is moved while the shop runs.
//! The clock is libfaketime's; what measures how long something takes goes on as it should.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use doorstep::actors::web_session::Session;
use doorstep::domain::SessionId;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{CUSTOMERS, TestShop, Told, restless};
use crate::buyer::{Bought, wish};
use crate::environment::{say, seed};
use crate::history::Attempt;
use crate::load::{Crowd, pass, under_load};
use crate::order::IN_STOCK;
use crate::promises::{every_order_ends, shelves};
use crate::shop::setup;
use crate::stored::StoredTrees;
use crate::wait::until;

/// What the clock says from one start to the next, in libfaketime's words: one with `@` goes on from there, one
/// without stands still.
const CLOCKS: [(&str, &str); 6] = [
    ("as it is", "+0"),
    ("an hour ahead", "+1h"),
    ("a month back", "-30d"),
    ("never set", "@1970-01-01 00:00:10"),
    ("years ahead", "@2040-05-06 07:08:09"),
    ("standing still, and years back", "2031-01-01 00:00:00"),
];
const LOAD: Duration = Duration::from_millis(400);
/// What happens to an order once, if at all.
const ONCE: [&str; 6] = [
    "the order is confirmed",
    "the truck collected it",
    "taken from the card",
    "delivered to the doorstep",
    "e-mail sent: it has come",
    "settled between the banks",
];

#[test]
fn whatever_the_clock_says_at_a_start_time_never_goes_back_and_no_timer_is_lost_or_fires_twice() {
    let seed = seed();
    println!("repeat with DOORSTEP_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let (shelves, rows) = shelves();
    let mut shop = restless().catalogue(&rows).closed();
    let (mut told, mut forgotten) = (Told::default(), vec![]);
    let mut placed_last = String::new();
    for (nth, (words, clock)) in CLOCKS.into_iter().enumerate() {
        shop.beset_by(says(clock));
        shop.start();
        let name = format!("clock-{nth}");
        let crowd = Crowd { shelves: &shelves, customers: CUSTOMERS, name, seed: random.random() };
        let (mut new, ()) = under_load(&mut shop, &crowd, |_| pass(LOAD));
        let (last, placed) = placed_now(&shop);
        new.push(last);
        println!("the clock is {words}: an order is placed at {placed}");
        assert!(placed > placed_last, "{placed} after {placed_last}");
        placed_last = placed;
        told.a_day_has_passed(&mut forgotten);
        told.stands(&shop, new, &mut random);
        // in the midst of all its timers
        shop.kill9();
    }
    assert!(placed_last.starts_with("204"), "the clock was never believed: {placed_last}");
    shop.beset_by(vec![]);
    shop.start();
    let orders: Vec<Bought> = told.0.iter().filter_map(|told| told.said.as_ref()?.bought()).collect();
    told.a_day_has_passed(&mut forgotten);
    every_order_ends(&shop, &told.0);
    orders.iter().for_each(|order| lived_once_and_forwards(&shop, order));
    each_letter_is_there_once(&shop);
    told.ends_with(&mut shop, &forgotten);
    shop.never_panicked();
    say(&format!(
        "{} clocks, {} orders: time never went back, nothing happened twice",
        CLOCKS.len(),
        orders.len()
    ));
}

#[test]
fn a_trade_that_a_wrong_clock_has_sent_years_ahead_is_told_of_by_the_start_and_by_verify() {
    let mut shop = setup().shop().closed();
    shop.beset_by(says("@2036-05-06 07:08:09"));
    shop.start();
    let books = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/catalogues/woocommerce.csv");
    shop.command(&["import", "catalogue", books]);
    assert!(shop.journal_position() > 0, "some are listed");
    assert_eq!(shop.stop().code(), Some(0));
    assert!(!shop.log().contains("the trade is ahead"), "{}", shop.log());
    shop.beset_by(vec![]);
    let verified = shop.verifies();
    shop.start();
    for said in [shop.log(), verified] {
        assert!(
            said.contains("the trade's last moment is 2036-05-06") && said.contains("the trade is ahead"),
            "{said}"
        );
    }
}

/// One more order, and when it was placed.
fn placed_now(shop: &TestShop) -> (Attempt, String) {
    let mut attempt = Attempt { key: shop.new_key(), wish: wish("MANY-01").0, said: None };
    attempt.send(shop.client());
    let content =
        attempt.said.as_ref().and_then(|said| said.content.as_ref()).expect("a good order is taken");
    let placed = content.placed_at.as_str().expect("a moment").to_owned();
    (attempt, placed)
}

#[track_caller]
fn lived_once_and_forwards(shop: &TestShop, order: &Bought) {
    let timeline = shop.timeline(order);
    let moments: Vec<&str> = timeline.0.iter().filter_map(|entry| entry["at"].as_str()).collect();
    assert!(moments.len() == timeline.0.len() && moments.is_sorted(), "{timeline:#?}");
    for words in ONCE {
        let said = |what: &&serde_json::Value| what["what"].as_str().is_some_and(|what| what.contains(words));
        assert!(timeline.0.iter().filter(said).count() <= 1, "`{words}` twice: {timeline:#?}");
    }
}

/// The file of a letter is named after its order, its kind and the moment it was written at.
fn each_letter_is_there_once(shop: &TestShop) {
    let mut letters: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    let days = fs::read_dir(shop.mail()).expect("the mail folder").flatten();
    for letter in days.flat_map(|day| fs::read_dir(day.path()).expect("a day's letters").flatten()) {
        let path = letter.path();
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let (about, _) = name.rsplit_once('-').expect("a letter's name ends in a moment");
        letters.entry(about.to_owned()).or_default().push(path);
    }
    assert!(!letters.is_empty());
    let doubled: Vec<_> = letters.values().filter(|same| same.len() > 1).collect();
    assert!(doubled.is_empty(), "{doubled:#?}");
}

#[test]
fn a_clock_that_is_moved_while_the_shop_runs_does_not_move_the_trade() {
    let mut shop = setup().speed(1).closed();
    let clock = shop.root().join("clock");
    let mut variables = says("+0");
    variables.retain(|(name, _)| name != "FAKETIME");
    variables.push(("FAKETIME_TIMESTAMP_FILE".to_owned(), clock.to_str().expect("UTF-8").to_owned()));
    variables.push(("FAKETIME_NO_CACHE".to_owned(), "1".to_owned()));
    fs::write(&clock, "@2033-03-03 12:00:00").expect("set the clock");
    shop.beset_by(variables);
    shop.start();
    for moved in ["@2034-04-04 04:04:04", "@2001-01-01 01:01:01", "2050-05-05 05:05:05"] {
        fs::write(&clock, moved).expect("move the clock");
        let placed = shop.orders(&wish(IN_STOCK)).expect(201).text_of("placed_at");
        assert!(placed.starts_with("2033-03-03T"), "at {moved}: {placed}");
        let cart = shop.client().post("/carts", &[], &serde_json::json!({})).expect(201).text_of("id");
        shop.client().get(&format!("/carts/{cart}")).expect(200);
    }
    assert_eq!(shop.stop().code(), Some(0));
    shop.verifies();
    shop.never_panicked();
}

#[test]
fn a_cart_ends_a_month_after_it_was_begun_and_so_does_its_row() {
    let mut shop = setup().closed();
    let begins_cart = |shop: &TestShop| {
        let id = shop.client().post("/carts", &[], &serde_json::json!({})).expect(201).text_of("id");
        SessionId::parse(&id).expect("the id of a cart")
    };
    shop.beset_by(says("@2033-03-03 12:00:00"));
    shop.start();
    let old = begins_cart(&shop);
    assert_eq!(shop.stop().code(), Some(0));
    shop.beset_by(says("@2033-04-01 12:00:00"));
    shop.start();
    shop.client().get(&format!("/carts/{old}")).expect(200);
    let young = begins_cart(&shop);
    let last = shop.journal_position();
    assert_eq!(shop.stop().code(), Some(0));
    shop.beset_by(says("@2033-04-02 12:00:01"));
    shop.start();
    shop.client().get(&format!("/carts/{old}")).expect_problem(404, "no_such_cart");
    shop.client().get(&format!("/carts/{young}")).expect(200);
    until("the old cart is told to end", || (shop.journal_position() > last).then_some(()));
    assert_eq!(shop.stop().code(), Some(0));
    let kept: Vec<SessionId> =
        StoredTrees::of(&shop).every::<Session>().into_iter().map(|(id, ..)| id).collect();
    assert_eq!(kept, [young]);
    shop.verifies();
    shop.never_panicked();
}

#[test]
fn a_clock_that_cannot_be_right_is_refused_before_it_gets_into_the_books() {
    let mut shop = setup().closed();
    for clock in ["@1969-12-31 12:00:00", "@9999-12-31 12:00:00"] {
        let logged = shop.log().len();
        shop.beset_by(says(clock));
        let status = shop.tries_to_start().expect_err("the shop opened");
        let log = shop.log()[logged..].to_owned();
        assert_eq!(status.code(), Some(1), "{log}");
        assert!(log.contains("the system's clock") && log.contains("set it"), "{log}");
    }
    shop.beset_by(vec![]);
    shop.start();
    shop.buys(IN_STOCK);
    assert_eq!(shop.stop().code(), Some(0));
    shop.verifies();
    shop.never_panicked();
}

/// The variables by which a process believes that it is this time.
fn says(clock: &str) -> Vec<(String, String)> {
    let library = library().to_str().expect("a path in UTF-8").to_owned();
    // by its older and its newer name
    let elapsed_is_real = ["DONT_FAKE_MONOTONIC", "FAKETIME_DONT_FAKE_MONOTONIC"];
    let variables = [("LD_PRELOAD", library.as_str()), ("FAKETIME", clock)];
    let variables = variables.into_iter().chain(elapsed_is_real.map(|name| (name, "1")));
    variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn library() -> PathBuf {
    let machines = fs::read_dir("/usr/lib").expect("list /usr/lib").flatten();
    let mut found = machines.map(|machine| machine.path().join("faketime/libfaketimeMT.so.1"));
    found.find(|path| Path::is_file(path)).expect("libfaketime is missing: tests/run installs it (faketime)")
}
