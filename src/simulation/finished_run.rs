//! A run that is over.

use std::collections::BTreeMap;

use crate::actors::Shop;
use crate::domain::OrderId;
use crate::journal::Position;
use crate::runtime::Record;

use super::checks::Violation;
use super::coverage::Coverage;
use super::history::History;
use super::plan::{Options, Plan};
use super::timers::Timer;

/// What a run came to.
pub struct FinishedRun {
    pub options: Options,
    pub plan: Plan,
    /// Of every byte of the journal and of every answer: the same for the same seed and options.
    pub trace: u64,
    pub violations: Vec<Violation>,
    pub coverage: Coverage,
    pub figures: Figures,
    /// How often each of the shop's timers ran out.
    pub timers: BTreeMap<Timer, u64>,
    pub records: Vec<(Position, Record<Shop>)>,
    pub history: History,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub runs: u64,
    /// Of trade, with the calm.
    pub days: u64,
    pub orders: u64,
    pub turns: u64,
    pub requests: u64,
    pub calls: u64,
    pub crashes: u64,
    /// Runs that were done a second time, to compare their traces.
    pub lived_twice: u64,
}

impl Figures {
    pub fn add(&mut self, other: &Figures) {
        self.runs += other.runs;
        self.days += other.days;
        self.orders += other.orders;
        self.turns += other.turns;
        self.requests += other.requests;
        self.calls += other.calls;
        self.crashes += other.crashes;
        self.lived_twice += other.lived_twice;
    }
}

impl FinishedRun {
    /// Every message that was given up, a line each.
    pub fn dead_letters(&self) -> String {
        let mut lines = String::new();
        for (position, record) in &self.records {
            if let Some(dead) = &record.dead {
                lines.push_str(&format!("  #{} {}: {}\n", position.0, dead.to, dead.shown::<Shop>()));
            }
        }
        lines
    }

    /// What happened to an order, a line each.
    pub fn timeline(&self, order: OrderId) -> String {
        let mut lines = String::new();
        for (position, record) in &self.records {
            let happenings = record.stated.events.iter().flat_map(|event| event.happenings());
            for (_, _, what) in happenings.filter(|(of, ..)| *of == order) {
                lines.push_str(&format!("  #{} {} {what} ({})\n", position.0, record.moment.at, record.by));
            }
        }
        lines
    }
}
