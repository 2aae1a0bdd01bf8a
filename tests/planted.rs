//! Bugs that are planted one at a time: the simulator must find each, by the checker of the invariant that it breaks and
//! with all other checkers off. Built with the feature `planted-bugs`; `tests/run` does so.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use doorstep::planted::{self, Bug};
use doorstep::simulation::checks::{self, Checker};
use doorstep::simulation::plan::{FaultChoice, Options};
use doorstep::simulation::{first_difference, run};

/// Within so many worlds each bug must be found. The rarest come up in one of some hundred.
const WORLDS_MAX: u64 = 400;

/// Who goes beyond what is ordered in on her word meets others who do: that takes a crowd.
fn options(bug: Bug, seed: u64) -> Options {
    let (days, orders) = if bug.breaks() == "I24" { (14, 150) } else { (6, 30) };
    Options { seed, days, orders, faults: FaultChoice::Drawn, only: None, assortment: Arc::default() }
}

fn checker_of(bug: Bug) -> &'static Checker {
    let found = checks::ALL.iter().find(|checker| checker.invariant == bug.breaks());
    found.unwrap_or_else(|| panic!("{} breaks {}, which nobody checks", bug.name(), bug.breaks()))
}

/// The first seed whose world is found to be wrong, and what is said of it.
fn found_at(bug: Bug) -> Option<(u64, String)> {
    let checker = checker_of(bug);
    for seed in 1..=WORLDS_MAX {
        planted::plant(Some(bug));
        let lived = run(&options(bug, seed), &[checker]);
        // the driver's half of I22: the same seed is the same world
        let again = (bug.breaks() == "I22").then(|| run(&options(bug, seed), &[]));
        planted::plant(None);
        if let Some(violation) = lived.violations.first() {
            assert_eq!(violation.invariant, bug.breaks(), "{violation:?}");
            return Some((seed, violation.what.clone()));
        }
        if let Some(again) = again.filter(|again| again.trace != lived.trace) {
            return Some((seed, format!("lived twice, it differs: {}", first_difference(&lived, &again))));
        }
    }
    None
}

#[test]
fn each_planted_bug_is_found_by_the_checker_of_its_invariant_alone() {
    // an engineer may want to look for one alone
    let named = std::env::var("DOORSTEP_BUG").ok();
    let is_wanted = |bug: &&Bug| named.as_ref().is_none_or(|named| bug.name() == named);
    let wanted: Vec<Bug> = Bug::ALL.iter().filter(is_wanted).copied().collect();
    let next = AtomicUsize::new(0);
    let missed: Mutex<Vec<&str>> = Mutex::default();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(bug) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match found_at(*bug) {
                        Some((seed, what)) => {
                            println!("{} {}: found in world {seed}: {what}", bug.breaks(), bug.name());
                        }
                        None => missed.lock().unwrap().push(bug.name()),
                    }
                }
            });
        }
    });
    let missed = missed.into_inner().unwrap();
    assert!(missed.is_empty(), "not found within {WORLDS_MAX} worlds: {missed:?}");
}

#[test]
fn no_checker_is_idle() {
    let broken: BTreeSet<&str> = Bug::ALL.iter().map(|bug| bug.breaks()).collect();
    let idle: Vec<&str> =
        checks::ALL.iter().map(|checker| checker.invariant).filter(|one| !broken.contains(one)).collect();
    assert!(idle.is_empty(), "no bug is planted for {idle:?}");
}
