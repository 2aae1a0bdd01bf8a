//! What was measured, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::load_generator::LoadOutcome;
use super::process::{Resident, Used};
use super::steadiness::Steady;

/// What was asked for.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// `core`, `spawn`, or the address of a shop.
    pub target: String,
    pub load: &'static str,
    pub path: &'static str,
    /// Orders that had come to their end before.
    pub stored: u64,
    pub orders: u64,
    pub clients: usize,
    /// Orders a second of an open loop; none: a closed loop.
    pub rate: Option<f64>,
    /// Trade seconds in a real one; none of a shop that we did not open.
    pub speed: Option<u32>,
}

/// Everything that is printed. Where an order's share is given, it is that of a confirmed or promised one; what is
/// `null` could not be seen from here.
#[derive(Debug, Serialize)]
pub struct Figures {
    #[serde(flatten)]
    pub plan: Plan,
    pub confirmed: usize,
    /// Taken, but promised for a day, or with the bank's answer still to come.
    pub promised: usize,
    /// Answers that said that the shop has too much work.
    pub refused: u64,
    pub failed: BTreeMap<String, u64>,
    /// From the first order's leaving to the last answer.
    pub placing_s: f64,
    pub checkouts_per_s: f64,
    /// Of confirmed orders.
    pub latency_ms: Latency,
    /// Of an open loop: by how much its own clock, a thread that only sleeps, was woken late. It is in the latencies.
    pub clock_late_ms: Option<Latency>,
    /// Of an open loop: orders that were answered while a checkpoint was written, and those while none was.
    pub during_checkpoints_ms: Option<Latency>,
    pub between_checkpoints_ms: Option<Latency>,
    /// A bare write and `fdatasync` of 4 KiB in the same directory, before and after the run.
    pub bare_sync_ms: Option<Latency>,
    #[serde(flatten)]
    pub steady: Option<Steady>,
    pub closed: Option<usize>,
    /// From the first order's leaving until nothing was under way any more.
    pub closing_s: Option<f64>,
    pub closed_per_s: Option<f64>,
    pub cpu_us_per_order: Option<f64>,
    pub written_bytes_per_order: Option<f64>,
    pub syncs_per_order: Option<f64>,
    pub resident_mb: Option<f64>,
    pub resident_mb_max: Option<f64>,
    /// Of the journal, all of them verified; none where that could not be done from here.
    pub records: Option<u64>,
    /// What did not happen that should have, or the other way round.
    pub wrong: Vec<String>,
}

#[derive(Debug, Serialize, PartialEq)]
pub struct Latency {
    pub p50: f64,
    pub p99: f64,
    pub p99_9: f64,
    pub max: f64,
}

/// What the shop's process used meanwhile.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    pub used: Option<Used>,
    /// Writes of the journal, each with a sync.
    pub syncs: Option<u64>,
    pub resident: Option<Resident>,
}

/// How the orders ended, where we could wait for it.
#[derive(Clone, Copy, Debug)]
pub struct Closing {
    pub closed: usize,
    /// Since the first one left.
    pub after: Duration,
}

impl Figures {
    pub fn of(plan: Plan, outcome: &LoadOutcome, cost: Cost, closing: Option<Closing>) -> Figures {
        let taken = outcome.confirmed.len() + outcome.later.len();
        let share = |whole: f64| (taken > 0).then(|| whole / taken as f64);
        let per_s = |count: usize, time: Duration| count as f64 / time.as_secs_f64().max(f64::EPSILON);
        let mb = |bytes: u64| bytes as f64 / 1e6;
        Figures {
            plan,
            confirmed: outcome.confirmed.len(),
            promised: outcome.later.len(),
            refused: outcome.refused,
            failed: outcome.failed.clone(),
            placing_s: outcome.took.as_secs_f64(),
            checkouts_per_s: per_s(outcome.confirmed.len(), outcome.took),
            latency_ms: Latency::of(&outcome.latency),
            clock_late_ms: outcome.late.as_ref().map(Latency::of),
            during_checkpoints_ms: Latency::of_some(&outcome.checkpoint_latency.during),
            between_checkpoints_ms: Latency::of_some(&outcome.checkpoint_latency.between),
            bare_sync_ms: None,
            steady: outcome.steadiness.steady(),
            closed: closing.map(|closing| closing.closed),
            closing_s: closing.map(|closing| closing.after.as_secs_f64()),
            closed_per_s: closing.map(|closing| per_s(closing.closed, closing.after)),
            cpu_us_per_order: cost.used.and_then(|used| share(used.cpu.as_secs_f64() * 1e6)),
            written_bytes_per_order: cost.used.and_then(|used| share(used.written_bytes? as f64)),
            syncs_per_order: cost.syncs.and_then(|syncs| share(syncs as f64)),
            resident_mb: cost.resident.map(|resident| mb(resident.now)),
            resident_mb_max: cost.resident.map(|resident| mb(resident.most)),
            records: None,
            wrong: vec![],
        }
    }

    /// Whether every order was confirmed or openly refused, and all of it is there.
    pub fn is_good(&self) -> bool {
        self.wrong.is_empty() && self.failed.is_empty() && self.confirmed + self.promised > 0
    }

    pub fn table(&self) -> String {
        let columns = self.columns();
        let width = |(name, value): &(&str, String)| name.chars().count().max(value.chars().count());
        let row = |pick: fn(&(&str, String)) -> String| {
            let cells = columns.iter().map(|column| format!("{:>1$}", pick(column), width(column)));
            cells.collect::<Vec<_>>().join("  ")
        };
        let mut text =
            format!("{}\n{}\n", row(|(name, _)| (*name).to_owned()), row(|(_, value)| value.clone()));
        text.push_str(&self.remarks());
        text
    }

    fn columns(&self) -> Vec<(&'static str, String)> {
        let Latency { p50, p99, p99_9, .. } = self.latency_ms;
        let some = |value: Option<f64>, digits: usize| match value {
            Some(value) => format!("{value:.digits$}"),
            None => "-".to_owned(),
        };
        vec![
            ("load", self.plan.load.to_owned()),
            ("confirmed", self.confirmed.to_string()),
            ("checkouts/s", format!("{:.0}", self.checkouts_per_s)),
            ("p50 ms", format!("{p50:.2}")),
            ("p99 ms", format!("{p99:.2}")),
            ("p99.9 ms", format!("{p99_9:.2}")),
            ("closed", self.closed.map_or("-".to_owned(), |closed| closed.to_string())),
            ("closed/s", some(self.closed_per_s, 0)),
            ("CPU µs/order", some(self.cpu_us_per_order, 0)),
            ("written B/order", some(self.written_bytes_per_order, 0)),
            ("syncs/order", some(self.syncs_per_order, 3)),
            ("resident MB", some(self.resident_mb, 1)),
            ("at most", some(self.resident_mb_max, 1)),
        ]
    }

    /// What the table has no column for: only where there is something to say.
    fn remarks(&self) -> String {
        let mut text = String::new();
        let mut remark = |line: String| writeln!(text, "{line}").expect("a string takes all that is written");
        if self.promised > 0 {
            remark(format!("{} were taken and not yet confirmed", self.promised));
        }
        if self.refused > 0 {
            remark(format!("{} times the shop had more work than it takes", self.refused));
        }
        if let Some(Latency { p50, p99, p99_9, .. }) = self.clock_late_ms {
            remark(format!(
                "this machine woke the bench's own clock late: p50 {p50:.2} ms, p99 {p99:.2} ms, p99.9 {p99_9:.2} ms"
            ));
        }
        if let (Some(during), Some(between)) = (&self.during_checkpoints_ms, &self.between_checkpoints_ms) {
            remark(format!(
                "while a checkpoint was written: p50 {:.2} ms, p99 {:.2} ms; while none was: p50 {:.2} ms, p99 {:.2} ms",
                during.p50, during.p99, between.p50, between.p99
            ));
        }
        if let Some(Latency { p50, p99, .. }) = self.bare_sync_ms {
            remark(format!("a bare write and fdatasync here: p50 {p50:.2} ms, p99 {p99:.2} ms"));
        }
        if let Some(Steady { slowest_second, worst_p99 }) = self.steady {
            let slowest = slowest_second * 100.0;
            let worst = worst_p99.map_or(String::new(), |worst| {
                format!("; worst p99 of ten seconds {worst:.1} times the median's")
            });
            remark(format!("slowest second {slowest:.0} % of the median second{worst}"));
        }
        for (why, count) in &self.failed {
            remark(format!("{count} failed: {why}"));
        }
        if let (Some(records), true) = (self.records, self.wrong.is_empty()) {
            remark(format!(
                "verified: {records} records of the journal, every order that was taken is there"
            ));
        }
        self.wrong.iter().for_each(|wrong| remark(format!("WRONG: {wrong}")));
        text
    }
}

impl Latency {
    fn of_some(microseconds: &Histogram<u64>) -> Option<Latency> {
        (!microseconds.is_empty()).then(|| Latency::of(microseconds))
    }

    pub fn of(microseconds: &Histogram<u64>) -> Latency {
        let ms = |part: f64| microseconds.value_at_quantile(part) as f64 / 1e3;
        Latency { p50: ms(0.5), p99: ms(0.99), p99_9: ms(0.999), max: microseconds.max() as f64 / 1e3 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::bench::checkpoint_latency::CheckpointLatency;
    use crate::cli::bench::load_generator::Taken;
    use crate::cli::bench::steadiness::Steadiness;
    use crate::domain::OrderId;

    fn outcome(confirmed: u128) -> LoadOutcome {
        let mut latency = Histogram::new(3).unwrap();
        (1..=confirmed as u64).for_each(|nth| latency.record(nth * 1_000).unwrap());
        let taken = |nth| Taken { order: OrderId::new(0, nth), key: String::new() };
        LoadOutcome {
            confirmed: (0..confirmed).map(taken).collect(),
            later: vec![],
            refused: 0,
            failed: BTreeMap::new(),
            latency,
            late: None,
            steadiness: Steadiness::default(),
            checkpoint_latency: CheckpointLatency::default(),
            took: Duration::from_secs(2),
        }
    }

    fn figures(outcome: &LoadOutcome) -> Figures {
        let plan = Plan {
            target: "core".to_owned(),
            load: "hot",
            path: "orders",
            stored: 0,
            orders: 1_000,
            clients: 4,
            rate: None,
            speed: Some(1),
        };
        let used = Used { cpu: Duration::from_secs(1), written_bytes: Some(5_000_000) };
        let resident = Some(Resident { now: 50_000_000, most: 60_000_000 });
        let cost = Cost { used: Some(used), syncs: Some(100), resident };
        let closing = Closing { closed: 1_000, after: Duration::from_secs(4) };
        Figures::of(plan, outcome, cost, Some(closing))
    }

    #[test]
    fn shares_and_rates_are_those_of_the_orders() {
        let figures = figures(&outcome(1_000));
        assert_eq!((figures.checkouts_per_s, figures.closed_per_s), (500.0, Some(250.0)));
        assert_eq!(
            (figures.cpu_us_per_order, figures.written_bytes_per_order),
            (Some(1_000.0), Some(5_000.0))
        );
        assert_eq!((figures.syncs_per_order, figures.resident_mb), (Some(0.1), Some(50.0)));
        let close = |value: f64, to: f64| (value - to).abs() <= to / 500.0;
        let Latency { p50, p99, p99_9, max } = figures.latency_ms;
        assert!(close(p50, 500.0) && close(p99, 990.0) && close(p99_9, 999.0) && close(max, 1_000.0));
        assert!(figures.is_good());
    }

    #[test]
    fn nothing_taken_is_no_share_and_not_good() {
        let figures = figures(&outcome(0));
        assert_eq!((figures.cpu_us_per_order, figures.latency_ms.p99), (None, 0.0));
        assert!(!figures.is_good());
        serde_json::to_string(&figures).unwrap();
    }

    #[test]
    fn each_value_stands_below_its_name_and_what_is_wrong_is_said() {
        let mut figures = figures(&outcome(1_000));
        figures.wrong.push("an order is gone".to_owned());
        figures.failed.insert("409 out_of_stock".to_owned(), 3);
        let table = figures.table();
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[0].chars().count(), lines[1].chars().count(), "{table}");
        assert_eq!(lines[2..], ["3 failed: 409 out_of_stock", "WRONG: an order is gone"]);
        assert!(!figures.is_good());
    }
}
