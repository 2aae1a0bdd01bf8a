//! SIGTERM under load, and daemons that begin at the same moment on one directory.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Child;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{CUSTOMERS, TestShop, Told, restless};
use crate::buyer::wish;
use crate::environment::{number_from, say, seed};
use crate::load::{Crowd, pass, under_load};
use crate::order::IN_STOCK;
use crate::promises::shelves;
use crate::shop::setup;
use crate::wait::until;

const STOPS_DEFAULT: u64 = 6;
const LOAD_MS: std::ops::Range<u64> = 0..800;
const BEGINNINGS: usize = 3;

#[test]
fn a_stop_under_load_drains_in_time_answers_or_leaves_to_the_next_start_and_loses_nothing() {
    let (stops, seed) = (number_from("DOORSTEP_STOPS", STOPS_DEFAULT), seed());
    println!("{stops} stops; repeat with DOORSTEP_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let (shelves, rows) = shelves();
    let mut shop = restless().catalogue(&rows).open();
    let mut told = Told::default();
    let mut unanswered = 0;
    for stop in 0..stops {
        let load = Duration::from_millis(random.random_range(LOAD_MS));
        let name = format!("stop-{stop}");
        let crowd = Crowd { shelves: &shelves, customers: CUSTOMERS, name, seed: random.random() };
        let (new, status) = under_load(&mut shop, &crowd, |shop| {
            pass(load);
            shop.stop()
        });
        assert_eq!(status.code(), Some(0), "{}", shop.log());
        let said = shop.said();
        assert!(said.contains("drained; the next start resumes "), "{said}");
        assert!(!said.contains("cut short") && !said.contains("without an answer"), "{said}");
        shop.verifies();
        unanswered += new.iter().filter(|attempt| attempt.said.is_none()).count();
        shop.start();
        told.stands(&shop, new, &mut random);
    }
    told.ends(&mut shop);
    shop.never_panicked();
    say(&format!("{stops} stops under load: all drained in time, {unanswered} orders were sent again"));
}

#[test]
fn whoever_asks_it_to_stop_by_whichever_signal_it_drains() {
    let mut shop = restless().open();
    for signal in ["TERM", "INT", "HUP"] {
        let order = shop.buys(IN_STOCK);
        assert_eq!(shop.stops_on(signal).code(), Some(0), "{signal}: {}", shop.log());
        assert!(shop.said().contains("drained; the next start resumes "), "{signal}: {}", shop.said());
        shop.verifies();
        shop.start();
        shop.looks_at(&order);
    }
}

#[test]
fn of_daemons_that_begin_at_once_on_one_directory_exactly_one_opens() {
    let mut shop = setup().closed();
    for _ in 0..BEGINNINGS {
        let mut rivals: Vec<Rival> = (0..3).map(|nth| Rival::of(&shop, nth)).collect();
        until("one is open and the others have ended", || {
            let open = rivals.iter().filter(|rival| rival.said().contains("doorstep is open: ")).count();
            let ended = rivals.iter_mut().filter_map(Rival::refused).count();
            assert!(open <= 1 && ended <= 2, "{open} are open, {ended} have ended");
            (open == 1 && ended == 2).then_some(())
        });
    }
    shop.start();
    shop.orders(&wish(IN_STOCK)).expect(201);
    assert_eq!(shop.stop().code(), Some(0));
    shop.verifies();
}

/// A daemon beside others; killed when it is dropped.
struct Rival {
    process: Child,
    printed: PathBuf,
}

impl Rival {
    fn of(shop: &TestShop, nth: usize) -> Rival {
        let printed = shop.root().join(format!("rival-{nth}"));
        let output = File::create(&printed).expect("a file for what the rival prints");
        let errors = output.try_clone().expect("the same file for its errors");
        let process = shop.serve_command().stdout(output).stderr(errors).spawn();
        Rival { process: process.expect("start a rival"), printed }
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.printed).unwrap_or_default()
    }

    /// It has ended, because another one has the directory.
    fn refused(&mut self) -> Option<()> {
        let status = self.process.try_wait().expect("look after the rival")?;
        let said = self.said();
        assert_eq!(status.code(), Some(1), "{said}");
        assert!(said.contains("in use by another doorstep"), "{said}");
        Some(())
    }
}

impl Drop for Rival {
    fn drop(&mut self) {
        // it may have ended already
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
