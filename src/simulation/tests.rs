use std::sync::Arc;

use super::checks::{self, Checker};
use super::fault::{Fault, FaultSet};
use super::plan::{FaultChoice, Options, Plan};
use super::{addresses, command, run, shoppers, shrink};

fn options(seed: u64, faults: FaultChoice) -> Options {
    Options { seed, days: 2, orders: 12, faults, only: None, assortment: Arc::default() }
}

fn all() -> Vec<&'static Checker> {
    checks::ALL.iter().collect()
}

#[test]
fn a_world_without_faults_has_no_violation_and_every_customer_is_answered() {
    let run = run(&options(1, FaultChoice::Exactly(FaultSet::none())), &all());
    assert_eq!(run.violations, []);
    assert!(run.coverage.counts.is_empty(), "{:?}", run.coverage.counts);
    let answered = |asked: &super::history::CheckoutAttempt| asked.told.is_some();
    assert!(run.figures.orders > 0 && run.history.checkouts.iter().any(answered));
}

#[test]
fn worlds_with_faults_have_no_violation() {
    for seed in 1..=6 {
        let run = run(&options(seed, FaultChoice::Drawn), &all());
        assert_eq!(run.violations, [], "{}", command(&run));
    }
}

#[test]
fn the_same_seed_is_the_same_world() {
    let traces = |seed| [1, 2].map(|_| run(&options(seed, FaultChoice::Exactly(FaultSet::all())), &[]).trace);
    let (one, other) = (traces(3), traces(4));
    assert_eq!(one[0], one[1]);
    assert_eq!(other[0], other[1]);
    assert_ne!(one[0], other[0]);
}

/// Else what is checked of him would say nothing.
#[test]
fn flooders_are_refused_come_back_when_they_may_and_find_their_old_carts_over() {
    let flooded = |seed: &u64| shoppers::numbers(&options(*seed, FaultChoice::Drawn)).contains(&12);
    let (mut refused, mut let_in, mut over) = (0, 0, 0);
    for seed in (1..).filter(flooded).take(4) {
        let run = run(&options(seed, FaultChoice::Exactly(FaultSet::none())), &all());
        assert_eq!(run.violations, [], "{}", command(&run));
        let his = run.history.requests.iter().filter(|sent| addresses::is_of_flooder(sent.from));
        let his: Vec<_> = his.filter_map(|sent| Some((sent, sent.answer.as_ref()?.status))).collect();
        refused += his.iter().filter(|(_, status)| *status == 429).count();
        let same = |one: &super::history::SentRequest, next: &super::history::SentRequest| {
            (one.method, &one.uri, one.from) == (next.method, &next.uri, next.from)
        };
        let again = his.windows(2).filter(|two| two[0].1 == 429 && same(two[0].0, two[1].0));
        let_in += again.filter(|two| two[1].1 != 429).count();
        let looks = his.iter().filter(|(sent, _)| sent.uri.starts_with("/api/v1/carts/cart_"));
        over += looks.filter(|(sent, status)| sent.method == "GET" && *status == 404).count();
    }
    assert!(refused > 0 && let_in > 0 && over > 0, "{refused} {let_in} {over}");
}

#[test]
fn leaving_out_a_fault_leaves_the_rest_of_the_plan_as_it_was() {
    let all = Plan::draw(&options(7, FaultChoice::Exactly(FaultSet::all())));
    let fewer = Plan::draw(&options(7, FaultChoice::Exactly(FaultSet::all().without(Fault::Lie))));
    for fault in Fault::ALL.iter().filter(|fault| **fault != Fault::Lie) {
        assert_eq!(all.rate(*fault), fewer.rate(*fault), "{fault}");
    }
    assert_eq!((all.rate(Fault::Lie) > 0.0, fewer.rate(Fault::Lie)), (true, 0.0));
    assert_eq!((all.speed, all.writes_between_crashes), (fewer.speed, fewer.writes_between_crashes));
}

#[test]
fn a_failure_is_shrunk_to_the_customer_and_the_fault_that_it_needs() {
    // nobody may order the hot book while the truck can be late: an invariant of this test alone
    let checker = Checker {
        invariant: "I0",
        holds: "nobody orders the hot book",
        check: |observation, found| {
            let hot = |asked: &super::history::CheckoutAttempt| {
                asked.wish.lines.iter().any(|(sku, ..)| sku == "SIM-HOT")
            };
            let hot = observation.history.checkouts.iter().any(hot);
            found.expect(!hot || !observation.plan.faults.contains(Fault::TruckLate), || {
                "it was ordered".into()
            });
        },
    };
    let failed = run(
        &options(2, FaultChoice::Exactly(FaultSet::of([Fault::TruckLate, Fault::SlowDisk]))),
        &[&checker],
    );
    assert!(!failed.violations.is_empty());
    let small = shrink(failed, &[&checker]);
    assert_eq!(small.plan.faults, FaultSet::of([Fault::TruckLate]));
    assert_eq!(small.options.only.as_ref().map(Vec::len), Some(1), "{}", command(&small));
    assert!(!small.violations.is_empty());
}
