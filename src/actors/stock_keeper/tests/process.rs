//! Every way in which a demand can stand, also those in which none ever does, every report, and what follows.

use std::collections::BTreeSet;

use strum::VariantNames;

use super::*;
use crate::actors::stock_keeper::process::{Report, Step, next};
use crate::actors::stock_keeper::{DemandLine, Waiting, Who};
use crate::actors::tests::drawn::{Way, hold, name, table, words};
use crate::runtime::Owed;

/// What is missing of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Missing {
    Nothing,
    /// Its quotes are not in yet.
    Asking,
    By(u32),
    NobodyHasIt,
}

const EVERY_MISSING: [Missing; 5] =
    [Missing::Nothing, Missing::Asking, Missing::By(3), Missing::By(5), Missing::NobodyHasIt];

fn line(name: &str, missing: Missing) -> DemandLine {
    let date = match missing {
        Missing::By(days) => Some(day(days)),
        _ => None,
    };
    let short = if missing == Missing::Nothing { 0 } else { 2 };
    DemandLine { sku: sku(name), held: 1, short, date, asking: missing == Missing::Asking }
}

fn every_who() -> [Who; 4] {
    let order = order(1);
    [
        Who::Gateway(Owed::new(REQUEST)),
        Who::Order { order, backorder: Backorder::Refuse },
        Who::Order { order, backorder: Backorder::Accept },
        Who::Order { order, backorder: Backorder::AcceptUntil(day(4)) },
    ]
}

fn every_waiting() -> [Waiting; 4] {
    let ships_on = day(5);
    [Waiting::Asking, Waiting::Promised { ships_on }, Waiting::Ordered { ships_on }, Waiting::GivenUp]
}

fn every_demand() -> Vec<Demand> {
    let mut all = vec![];
    for who in every_who() {
        for state in every_waiting() {
            for a in EVERY_MISSING {
                for b in EVERY_MISSING {
                    all.push(Demand { who, state, lines: vec![line("A", a), line("B", b)] });
                }
            }
        }
    }
    all
}

/// With what is to be said besides.
fn every_report() -> Vec<(Report, &'static str)> {
    vec![
        (Report::Dated, ""),
        (Report::Paid(Some(vec![])), ""),
        (Report::Paid(None), ", not offered any more"),
        (Report::Served, ""),
        (Report::NobodyLeft, ""),
        (Report::Comes(day(5)), " in time"),
        (Report::Comes(day(6)), " late"),
    ]
}

#[test]
fn every_report_is_among_them() {
    let named: BTreeSet<&str> =
        every_report().into_iter().map(|(report, _)| report).map(|report| report.into()).collect();
    assert_eq!(named, Report::VARIANTS.iter().copied().collect());
}

fn every_way() -> impl Iterator<Item = (Demand, Report, &'static str)> {
    let of = |demand: Demand| {
        every_report().into_iter().map(move |(report, besides)| (demand.clone(), report, besides))
    };
    every_demand().into_iter().flat_map(of)
}

fn is_asking(demand: &Demand) -> bool {
    demand.lines.iter().any(|line| line.asking)
}

#[test]
fn nobody_is_answered_before_all_quotes_are_in_and_then_everybody_is() {
    for (demand, report, _) in every_way().filter(|(demand, ..)| demand.state == Waiting::Asking) {
        let is_answered = report == Report::Dated && !is_asking(&demand);
        assert_eq!(next(&demand, report.clone()) != Step::Wait, is_answered, "{demand:?} {report:?}");
    }
}

#[test]
fn only_who_wants_to_wait_is_promised_and_that_is_the_day_of_the_last_line() {
    for (demand, report, _) in every_way() {
        match next(&demand, report) {
            Step::Promise(day) => {
                assert!(demand.holds() && demand.short() > 0 && !is_too_late(&demand));
                let days = demand.lines.iter().filter(|line| line.short > 0).map(|line| line.date);
                assert_eq!(Some(day), days.max().unwrap());
            }
            Step::OutOfStock(None) => assert!(demand.holds() && Demand::latest(&demand.lines).is_none()),
            Step::OutOfStock(Some(day)) => assert!(demand.holds() && is_too_late(&demand), "{day}"),
            Step::Refuse(_) => assert!(!demand.holds()),
            Step::Answer(_) => assert!(matches!(demand.who, Who::Gateway(_))),
            _ => {}
        }
    }
}

/// What it misses comes after the day that it waits for.
fn is_too_late(demand: &Demand) -> bool {
    let Who::Order { backorder: Backorder::AcceptUntil(until), .. } = demand.who else { return false };
    Demand::latest(&demand.lines).is_some_and(|day| day > until)
}

#[test]
fn who_hears_that_all_is_here_misses_nothing() {
    for (demand, report, _) in every_way() {
        let step = next(&demand, report.clone());
        if matches!(step, Step::Reserved | Step::SuppliesArrived) {
            assert_eq!(demand.short(), 0, "{report:?}");
        }
    }
}

/// Supplies are ordered once, for money, and an order that hears of their end has asked for them.
#[test]
fn supplies_are_ordered_for_who_was_promised_and_has_paid() {
    for (demand, report, _) in every_way() {
        let (promised, ordered) = (
            matches!(demand.state, Waiting::Promised { .. }),
            matches!(demand.state, Waiting::Ordered { .. }),
        );
        let is_paid = matches!(report, Report::Paid(_));
        match next(&demand, report) {
            Step::OrderSupplies(_) => assert!(promised && is_paid && demand.short() > 0),
            Step::SuppliesArrived | Step::NoSupplies => assert!(ordered || promised && is_paid),
            Step::Slip(later) => assert!(ordered && later > day(5)),
            _ => {}
        }
    }
}

#[test]
fn who_was_given_up_hears_nothing_more() {
    for (demand, report, _) in every_way().filter(|(demand, ..)| demand.state == Waiting::GivenUp) {
        assert_eq!(next(&demand, report), Step::Wait);
    }
}

#[test]
fn the_document_shows_what_the_code_does() {
    hold("processes.md", &[("demand", drawn())]);
}

/// Questions and orders that do not want to wait are never promised anything; whoever is promised has a day for each line.
fn can_be(demand: &Demand) -> bool {
    let is_asking_state = demand.state == Waiting::Asking;
    let all_dated = !is_asking(demand) && Demand::latest(&demand.lines).is_some();
    is_asking_state || demand.holds() && all_dated
}

fn drawn() -> String {
    let who = |demand: &Demand| match demand.who {
        Who::Gateway(_) => "a question",
        Who::Order { backorder: Backorder::Refuse, .. } => "an order that does not wait",
        Who::Order { .. } => "an order",
    };
    let missing = |demand: &Demand| match (is_asking(demand), demand.short(), Demand::latest(&demand.lines)) {
        (true, ..) => "units without quotes",
        (_, 0, _) => "nothing",
        // what it was promised it has accepted, and what slips then it is told
        (.., Some(_)) if demand.state == Waiting::Asking && is_too_late(demand) => {
            "units with a later day than it accepts"
        }
        (.., Some(_)) => "units with a day",
        (.., None) => "units that nobody offers",
    };
    let ways: Vec<Way> = every_way()
        .filter(|(demand, ..)| can_be(demand))
        .map(|(demand, report, besides)| {
            let reported = format!("{}{besides}", words(&report));
            let step = match next(&demand, report) {
                Step::Wait => "Wait".to_owned(),
                step => format!("`{}`", name(&step)),
            };
            vec![who(&demand).into(), words(&demand.state), missing(&demand).into(), reported, step]
        })
        .collect();
    table(&["Who waits", "Stands", "Misses", "Reported", "Next"], &ways)
}
