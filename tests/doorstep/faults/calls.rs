//! Every n-th call on the shop's files: it fails, is torn, is the last thing that the process did, or lies.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use super::shim::{self, Call, Fault, Mode};
use super::{CUSTOMERS, SEGMENT_BYTES, Tally, TestShop, Told, restless};
use crate::buyer::wish;
use crate::environment::{number_from, say, seed};
use crate::history::{Attempt, Shelves};
use crate::load::{Crowd, under_load};
use crate::order::IN_STOCK;
use crate::promises::shelves;
use crate::shop::setup;
use crate::wait::until;

const FAULTS_DEFAULT: u64 = 16;
const FAULTS_A_SHOP: u64 = 8;
/// A call that has not come by then is not waited for.
const LOAD_MAX: Duration = Duration::from_millis(1_500);
/// The first dozen belong to the opening, some hundreds follow in a second under load.
const CALL_MAX: f64 = 250.0;
/// The trees are written to some dozen times in a second.
const FLIPPED_WRITE_MAX: u64 = 25;
const CALL_OF_FIRST_OPENING_MAX: u64 = 40;
const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;

const JOURNAL: &str = "/data/journal";
const TREES: &str = "/data/trees";
const ANY: &str = "/data";

#[test]
fn whatever_call_on_a_file_goes_wrong_nothing_that_was_answered_is_lost_or_doubled() {
    let (faults, seed) = (number_from("DOORSTEP_CALL_FAULTS", FAULTS_DEFAULT), seed());
    println!("{faults} faults; repeat with DOORSTEP_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut tally = Tally::default();
    let mut left = faults;
    while left > 0 {
        let here = left.min(FAULTS_A_SHOP);
        one_shop_meets(here, &mut random, &mut tally);
        left -= here;
    }
    say(&format!("{faults} faults of calls: all exact afterwards; {tally}"));
}

fn one_shop_meets(faults: u64, random: &mut StdRng, tally: &mut Tally) {
    let (shelves, rows) = shelves();
    let mut shop = restless().catalogue(&rows).closed();
    let mut told = Told::default();
    for nth in 0..faults {
        let fault = drawn(random);
        println!("{fault:?}");
        fault.awaits(&mut shop);
        let logged = shop.log().len();
        let (new, end) = meets(&mut shop, &shelves, &fault, format!("fault-{nth}"), random.random());
        tally.count(ended_as_it_should(&shop, &fault, end, &shop.log()[logged..]));
        shop.beset_by(vec![]);
        let logged = shop.log().len();
        shop.start();
        if rebuilt_where_nobody_knows_what_was_written(&fault, &shop, &shop.log()[logged..]) {
            tally.count("with the trees rebuilt");
        }
        told.stands(&shop, new, random);
        if nth + 1 < faults {
            ends_either_way(&mut shop, random);
        }
    }
    told.ends(&mut shop);
}

fn drawn(random: &mut StdRng) -> Fault {
    const ENDS: &[Mode] = &[Mode::Before, Mode::After, Mode::Torn];
    const FAILS: &[Mode] =
        &[Mode::Eio, Mode::Full, Mode::SyncEio, Mode::SyncDropped, Mode::Short, Mode::Interrupted];
    let (path, modes) = match random.random_range(0..20) {
        0..4 => (JOURNAL, ENDS),
        4..9 => (JOURNAL, FAILS),
        9..13 => (TREES, ENDS),
        13..18 => (TREES, FAILS),
        _ => (ANY, ENDS),
    };
    // as many of the first ten as of the next hundred
    let at = CALL_MAX.powf(random.random()).ceil() as u64;
    Fault { mode: *modes.choose(random).expect("there are modes"), at, path: path.to_owned() }
}

/// The shop's daemon meets the fault, with customers if it opens; killed where it lives on. How it ended by itself.
fn meets(
    shop: &mut TestShop,
    shelves: &Shelves,
    fault: &Fault,
    name: String,
    seed: u64,
) -> (Vec<Attempt>, Option<ExitStatus>) {
    if let Err(status) = shop.tries_to_start() {
        return (vec![], Some(status));
    }
    let crowd = Crowd { shelves, customers: CUSTOMERS, name, seed };
    under_load(shop, &crowd, |shop| {
        let begun = Instant::now();
        until("the daemon ends, or goes on", || match shop.ended() {
            Some(status) => Some(Some(status)),
            None if begun.elapsed() < LOAD_MAX || must_end(fault, shop) => None,
            None => {
                shop.kill9();
                Some(None)
            }
        })
    })
}

/// Whoever holds the fault has no other way out.
fn must_end(fault: &Fault, shop: &TestShop) -> bool {
    let Some((hit, _)) = shim::calls(shop) else { return false };
    // what is being prepared is missed only when it is needed
    fault.mode.kills() || fault.mode.fails() && fault.path == JOURNAL && !hit.path.ends_with(".tmp")
}

/// What happened, in words for the tally.
fn ended_as_it_should(shop: &TestShop, fault: &Fault, end: Option<ExitStatus>, log: &str) -> &'static str {
    let Some((hit, later)) = shim::calls(shop) else {
        assert_eq!(end, None, "it ended without a fault: {log}");
        return "never came";
    };
    println!("  {hit:?} → {end:?}");
    if fault.path == JOURNAL && fault.mode.fails() {
        never_touched_again(&hit, &later);
    }
    let Some(status) = end else { return "lived through" };
    let names_a_reason = log.lines().any(|line| line.starts_with("doorstep: "));
    match (status.code(), status.signal()) {
        (None, Some(SIGKILL)) if fault.mode.kills() => "killed it",
        (None, Some(SIGABRT)) if fault.mode.fails() && fault.path == JOURNAL => {
            assert!(log.contains("the journal cannot be written: ending the process at once"), "{log}");
            "aborted it"
        }
        (Some(1), None) if fault.mode.fails() && names_a_reason => "stopped it with a reason",
        _ => panic!("{fault:?} at {hit:?} ended it with {status}: {log}"),
    }
}

/// After a failed write or sync nobody knows what the disk holds: it is not tried again, and nothing follows it.
#[track_caller]
fn never_touched_again(hit: &Call, later: &[Call]) {
    let again: Vec<&Call> = later.iter().filter(|call| call.path == hit.path).collect();
    assert!(again.is_empty(), "after {hit:?} failed: {again:?}");
}

/// Whether the trees were begun afresh; they must be where a sync of sled's log failed.
fn rebuilt_where_nobody_knows_what_was_written(fault: &Fault, shop: &TestShop, log: &str) -> bool {
    let rebuilt = log.contains("set aside");
    if let Some((hit, _)) = shim::calls(shop)
        && fault.mode == Mode::SyncEio
        && hit.path.ends_with("/sled/db")
    {
        assert!(rebuilt, "the trees are trusted after {hit:?} failed: {log}");
    }
    rebuilt
}

fn ends_either_way(shop: &mut TestShop, random: &mut StdRng) {
    if random.random() {
        shop.kill9();
    } else {
        assert_eq!(shop.stop().code(), Some(0), "{}", shop.log());
    }
}

#[test]
fn a_first_opening_that_is_cut_short_at_any_call_is_done_again() {
    let (faults, seed) = (number_from("DOORSTEP_CALL_FAULTS", FAULTS_DEFAULT) / 2, seed());
    println!("{faults} faults; repeat with DOORSTEP_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut tally = Tally::default();
    for _ in 0..faults {
        let mode = *[Mode::Before, Mode::After, Mode::Torn].choose(&mut random).expect("there are modes");
        let at = random.random_range(1..=CALL_OF_FIRST_OPENING_MAX);
        let came = a_first_opening_is_cut_short(&Fault { mode, at, path: ANY.to_owned() });
        tally.count(if came { "killed it" } else { "never came" });
    }
    say(&format!("{faults} faults of first openings: all exact afterwards; {tally}"));
}

#[test]
fn a_demo_world_that_was_half_listed_when_the_shop_was_killed_is_listed_whole() {
    let torn = |at| Fault { mode: Mode::Torn, at, path: JOURNAL.to_owned() };
    let writes = (1..).take_while(|at| a_first_opening_is_cut_short(&torn(*at))).count();
    assert!(writes > 3, "zeros, header, claim and listings are more than {writes} writes");
}

/// Whether the fault came; the next opening made up for it.
#[track_caller]
fn a_first_opening_is_cut_short(fault: &Fault) -> bool {
    println!("{fault:?}");
    let mut shop = setup().set("DOORSTEP_JOURNAL__SEGMENT_BYTES", SEGMENT_BYTES).speed(1).closed();
    fault.awaits(&mut shop);
    if let Err(status) = shop.tries_to_start() {
        assert_eq!(status.signal(), Some(SIGKILL), "{}", shop.log());
    }
    let came = shim::calls(&shop).is_some();
    shop.kill9();
    shop.beset_by(vec![]);
    shop.start();
    assert!(shop.said().contains("(demo, 348 products"), "{}", shop.said());
    shop.orders(&wish(IN_STOCK)).expect(201);
    assert_eq!(shop.stop().code(), Some(0), "{}", shop.log());
    shop.verifies();
    came
}

#[test]
fn trees_of_which_a_sync_failed_are_not_trusted_again() {
    let mut random = StdRng::seed_from_u64(seed());
    let (shelves, rows) = shelves();
    let mut shop = restless().catalogue(&rows).closed();
    let mut told = Told::default();
    let mut failed = BTreeSet::new();
    // sled's own sync and ours come in turn
    for at in 6.. {
        let fault = Fault { mode: Mode::SyncEio, at, path: "/data/trees/sled/db".to_owned() };
        fault.awaits(&mut shop);
        shop.start();
        let (name, seed) = (format!("sync-{at}"), random.random());
        let crowd = Crowd { shelves: &shelves, customers: CUSTOMERS, name, seed };
        let (new, status) = under_load(&mut shop, &crowd, TestShop::waits_for_the_end);
        assert_eq!(status.code(), Some(1), "{}", shop.log());
        let call = shim::calls(&shop).expect("it ended of the fault").0.name;
        shop.beset_by(vec![]);
        let logged = shop.log().len();
        shop.start();
        assert!(shop.log()[logged..].contains("set aside"), "after {call} failed: {}", &shop.log()[logged..]);
        told.stands(&shop, new, &mut random);
        failed.insert(call);
        if failed.len() == 2 {
            break;
        }
        shop.kill9();
    }
    told.ends(&mut shop);
}

#[test]
fn a_bit_that_the_disk_writes_wrong_is_named_and_nothing_after_it_is_served() {
    let (faults, seed) = (number_from("DOORSTEP_CALL_FAULTS", FAULTS_DEFAULT) / 2, seed());
    println!("{faults} faults; repeat with DOORSTEP_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut tally = Tally::default();
    for _ in 0..faults {
        tally.count(one_bit_is_written_wrong(&mut random));
    }
    say(&format!("{faults} bits to be written wrong: {tally}"));
}

fn one_bit_is_written_wrong(random: &mut StdRng) -> &'static str {
    let (shelves, rows) = shelves();
    let path = *[JOURNAL, TREES].choose(random).expect("there are places");
    let fault =
        Fault { mode: Mode::Flip, at: random.random_range(1..=FLIPPED_WRITE_MAX), path: path.to_owned() };
    println!("{fault:?}");
    let mut shop = restless().catalogue(&rows).closed();
    fault.awaits(&mut shop);
    if shop.tries_to_start().is_err() {
        names_the_damage(path, &shop.log());
        return "found at once, with file and offset";
    }
    let (new, was_hit) = is_served_until_the_bit_flips(&mut shop, &shelves, random.random());
    if !was_hit {
        return "never came";
    }
    println!("  {:?}", shim::calls(&shop));
    shop.beset_by(vec![]);
    let logged = shop.log().len();
    if shop.tries_to_start().is_err() {
        names_the_damage(path, &shop.log()[logged..]);
        return "refused with file and offset";
    }
    let rebuilt = shop.log()[logged..].contains("set aside");
    Told::default().stands(&shop, new, random);
    assert_eq!(shop.stop().code(), Some(0), "{}", shop.log());
    let verified = shop.command(&["verify"]);
    if verified.status.code() != Some(0) {
        // an earlier segment, which the start did not need
        names_the_damage(path, &String::from_utf8_lossy(&verified.stderr));
        return "named by verify";
    }
    if rebuilt { "in trees that were rebuilt" } else { "exact, the bit did not matter" }
}

/// And a little longer: then it is killed. Whether the bit has flipped.
fn is_served_until_the_bit_flips(shop: &mut TestShop, shelves: &Shelves, seed: u64) -> (Vec<Attempt>, bool) {
    let crowd = Crowd { shelves, customers: CUSTOMERS, name: "flip".to_owned(), seed };
    under_load(shop, &crowd, |shop| {
        let begun = Instant::now();
        let was_hit = until("the bit flips", || match shim::calls(shop) {
            None if begun.elapsed() < LOAD_MAX => None,
            calls => Some(calls.is_some()),
        });
        // an unsealed last batch that rots is taken for torn: what is answered after it makes it not the last
        let answer = until("the crowd leaves room for one more order", || {
            Some(shop.orders(&wish(&shelves.in_stock[0]))).filter(|answer| answer.status != 503)
        });
        answer.expect(201);
        shop.kill9();
        was_hit
    })
}

#[track_caller]
fn names_the_damage(path: &str, said: &str) {
    assert_eq!(path, JOURNAL, "only the journal cannot be made anew: {said}");
    assert!(said.contains(".seg is damaged at offset "), "{said}");
}
