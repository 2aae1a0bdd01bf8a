//! What each actor is doing, for whoever asks.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::runtime::actor::Application;

use super::cell::Cell;
use super::gauge::Vitals;

/// The cells, as they were when somebody asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// How many cells there are.
    pub cells: usize,
    /// Those of which there is one each, then the first of those that come and go.
    pub actors: Vec<ActorReport>,
    /// Sessions beyond those listed.
    pub actors_not_listed: usize,
    /// The runtime's own and the daemon's.
    pub services: Vec<ActorReport>,
    /// Of the last turn.
    pub journal_position: u64,
    /// Of the last durable one.
    pub durable_position: u64,
    /// Up to where the trees reflect the journal for certain.
    pub watermark: u64,
    /// A checkpoint is being written.
    pub checkpointing: bool,
    /// Since the start, as the next two.
    pub turns: u64,
    /// Requests answered; `answers` / `batches` is how many shared a sync.
    pub answers: u64,
    /// Writes with a sync; `turns` / `batches` is what they shared.
    pub batches: u64,
    /// Messages between actors that are not yet handled.
    pub messages_pending: usize,
    /// Timers that are running.
    pub timers: usize,
    /// Outside calls without a result.
    pub calls: usize,
    /// Questions that wait for an answer.
    pub asks: usize,
    /// Messages that were given up, and that the operator has not dealt with.
    pub dead_letters: usize,
}

/// An actor or a service, as it was when somebody asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ActorReport {
    /// In which cell it is, from 0.
    pub cell: usize,
    /// As logs show it.
    pub name: String,
    /// `running`, `awaiting`, `backing off` or `ended`.
    pub state: String,
    /// Messages that wait for it.
    pub queue: usize,
    /// Messages that it has handled since the start.
    pub messages: u64,
    /// How often it was restarted since the start.
    pub restarts: u64,
    /// What it said when it last went down.
    pub last_panic: Option<String>,
}

/// Sessions listed one by one.
const PASSING_LISTED_MAX: usize = 50;

impl<A: Application> Cell<A> {
    /// Of all cells.
    pub async fn inspect(&self) -> Option<Report> {
        let reports = self.everywhere(|cell| std::future::ready(cell.report())).await?;
        reports.into_iter().reduce(Report::and)
    }

    /// Of this one, with what all share.
    fn report(&self) -> Report {
        let actors = self.0.actors.borrow();
        let standing = actors.iter().filter(|(_, entry)| !entry.passing);
        let passing = actors.iter().filter(|(_, entry)| entry.passing);
        let listed = standing.chain(passing.take(PASSING_LISTED_MAX));
        let reports: Vec<ActorReport> = listed
            .map(|(address, entry)| ActorReport {
                cell: self.0.me,
                name: address.to_string(),
                state: state(&entry.vitals, entry.gauge.awaiting.get().is_some()).to_owned(),
                queue: entry.gauge.queue.get(),
                messages: entry.gauge.handled.get(),
                restarts: entry.vitals.restarts.get(),
                last_panic: entry.vitals.last_down.borrow().clone(),
            })
            .collect();
        let core = self.0.core.borrow();
        let common = &self.0.common;
        Report {
            cells: common.plan.cells(),
            actors_not_listed: actors.len() - reports.len(),
            actors: reports,
            services: self.service_reports(),
            journal_position: common.last().0,
            durable_position: common.durable().0,
            watermark: common.trees.watermark().0,
            checkpointing: self.0.checkpointing.try_lock().is_err(),
            turns: core.turns,
            answers: core.answers,
            batches: self.0.batches.get(),
            messages_pending: core.pending.messages.len(),
            timers: core.pending.timers.len(),
            calls: core.pending.calls.len(),
            asks: common.pending_requests.len(),
            dead_letters: core.pending.dead.len(),
        }
    }

    fn service_reports(&self) -> Vec<ActorReport> {
        let services = self.0.services.borrow();
        let report = |(name, vitals): &(&'static str, Rc<Vitals>)| ActorReport {
            cell: self.0.me,
            name: (*name).to_owned(),
            state: state(vitals, false).to_owned(),
            queue: 0,
            messages: 0,
            restarts: vitals.restarts.get(),
            last_panic: vitals.last_down.borrow().clone(),
        };
        services.iter().map(report).collect()
    }
}

impl Report {
    /// Of several cells. What all share is the first's.
    fn and(mut self, other: Report) -> Report {
        self.actors.extend(other.actors);
        self.actors_not_listed += other.actors_not_listed;
        self.services.extend(other.services);
        self.turns += other.turns;
        self.answers += other.answers;
        self.messages_pending += other.messages_pending;
        self.timers += other.timers;
        self.calls += other.calls;
        self.dead_letters += other.dead_letters;
        self
    }
}

fn state(vitals: &Vitals, awaiting: bool) -> &'static str {
    match (vitals.gone.get(), vitals.down.get(), awaiting) {
        (true, _, _) => "ended",
        (_, true, _) => "backing off",
        (_, _, true) => "awaiting",
        _ => "running",
    }
}
