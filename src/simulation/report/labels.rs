//! The texts of the report: of a plan, its figures and its faults.

use crate::domain::Happening;

use super::super::driver::CALM_DAYS;
use super::super::fault::Fault::{self, *};
use super::super::finished_run::Figures;
use super::super::plan::{Options, Plan};

/// Faults of a kind share a colour. A slow disk and small queues are there all the time: they would hide the others.
pub const FAULT_GROUPS: [(&str, &[Fault]); 6] = [
    (
        "the process dies",
        &[CrashLost, CrashTorn, CrashFlipped, CrashWritten, SyncFails, TreesLost, TreesAhead, Rot],
    ),
    ("the clock jumps", &[ClockAhead, ClockBack]),
    ("panics and hangs", &[PanicBefore, PanicAfter, Poison, Hang]),
    ("no answer, or late", &[LostRequest, LostAnswer, LateAnswer, SlowAnswer, Outage, BankSilent]),
    ("answers twice, or untrue", &[DoubledAnswer, Lie]),
    (
        "goods, parcels and mail go wrong",
        &[SupplyRefused, SupplyShort, SupplySlips, ParcelRefused, TruckLate, TruckKeeps, MailRefused],
    ),
];

pub fn plan(options: &Options, plan: &Plan) -> Vec<(&'static str, String)> {
    let crashes = match plan.writes_between_crashes {
        0 => "never by itself".to_owned(),
        writes => format!("about every {writes} journal writes"),
    };
    let bounds = plan.bounds;
    vec![
        (
            "Customers",
            format!("{} in {} days of trade, then {CALM_DAYS} days of calm", options.orders, options.days),
        ),
        ("Pace", format!("{} seconds of trade in a real one", plan.speed)),
        ("The process dies", crashes),
        ("Cells, drawn anew in each life", format!("1 to {}", plan.cells_max)),
        ("It is stopped at the end by", if plan.drains { "a drain" } else { "a crash" }.to_owned()),
        ("A checkpoint", format!("every {:?}", plan.checkpoint_every)),
        ("A journal write takes", format!("{:?}", plan.journal_latency)),
        (
            "Bounds",
            format!(
                "{} questions at a time, {} messages waiting for an actor, {} calls to a partner",
                bounds.asks_in_flight_max, bounds.queue_depth_max, bounds.calls_in_lane_max
            ),
        ),
        ("Faults in this world", plan.faults.to_string().replace(',', ", ")),
    ]
}

pub fn figures(figures: &Figures) -> Vec<(&'static str, u64)> {
    vec![
        ("orders", figures.orders),
        ("requests", figures.requests),
        ("turns", figures.turns),
        ("calls to partners", figures.calls),
        ("deaths of the process", figures.crashes),
    ]
}

/// A case says why it was opened: that it was is the table's title.
pub fn said(what: &Happening) -> String {
    match what {
        Happening::CaseOpened { why } => why.clone(),
        other => other.to_string(),
    }
}
