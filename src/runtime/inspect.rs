//! What each actor is doing, for whoever asks.

use serde::{Deserialize, Serialize};

use super::Application;
use super::cell::Cell;

/// A cell, as it was when somebody asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    pub actors: Vec<ActorReport>,
    /// Sessions beyond those listed.
    pub actors_not_listed: usize,
    pub services: Vec<ActorReport>,
    /// Of the last turn, and of the last durable one.
    pub journal_position: u64,
    pub durable_position: u64,
    pub watermark: u64,
    pub turns: u64,
    /// Requests answered; `answers` / `batches` is how many shared a sync.
    pub answers: u64,
    /// Writes with a sync; `turns` / `batches` is what they shared.
    pub batches: u64,
    pub messages_pending: usize,
    pub timers: usize,
    pub calls: usize,
    pub asks: usize,
    /// Messages that were given up, and that the operator has not dealt with.
    pub dead_letters: usize,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ActorReport {
    pub name: String,
    /// `running`, `awaiting`, `backing off` or `ended`.
    pub state: String,
    pub queue: usize,
    pub messages: u64,
    pub restarts: u64,
    pub last_panic: Option<String>,
}

/// Sessions listed one by one.
const PASSING_LISTED_MAX: usize = 50;

impl<A: Application> Cell<A> {
    pub(super) fn inspect(&self) -> Report {
        let actors = self.0.actors.borrow();
        let standing = actors.iter().filter(|(_, entry)| !entry.passing);
        let passing = actors.iter().filter(|(_, entry)| entry.passing);
        let listed = standing.chain(passing.take(PASSING_LISTED_MAX));
        let reports: Vec<ActorReport> = listed
            .map(|(address, entry)| ActorReport {
                name: address.to_string(),
                state: state(&entry.vitals, entry.gauge.awaiting.get().is_some()).to_owned(),
                queue: entry.gauge.queue.get(),
                messages: entry.gauge.handled.get(),
                restarts: entry.vitals.restarts.get(),
                last_panic: entry.vitals.last_down.borrow().clone(),
            })
            .collect();
        let core = self.0.core.borrow();
        Report {
            actors_not_listed: actors.len() - reports.len(),
            actors: reports,
            services: self.service_reports(),
            journal_position: core.last().0,
            durable_position: core.durable().0,
            watermark: core.trees.watermark().0,
            turns: core.turns,
            answers: core.answers,
            batches: self.0.batches.get(),
            messages_pending: core.pending.messages.len(),
            timers: core.pending.timers.len(),
            calls: core.pending.calls.len(),
            asks: core.asks(),
            dead_letters: core.pending.dead.len(),
        }
    }

    fn service_reports(&self) -> Vec<ActorReport> {
        let services = self.0.services.borrow();
        let report = |(name, vitals): &(&'static str, std::rc::Rc<super::cell::Vitals>)| ActorReport {
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

fn state(vitals: &super::cell::Vitals, awaiting: bool) -> &'static str {
    match (vitals.gone.get(), vitals.down.get(), awaiting) {
        (true, _, _) => "ended",
        (_, true, _) => "backing off",
        (_, _, true) => "awaiting",
        _ => "running",
    }
}
