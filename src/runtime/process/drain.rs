//! An ordered stop: each step with a deadline, and a report of what the next start resumes.

use std::fmt;
use std::time::Duration;

use crate::runtime::actor::Application;
use crate::runtime::cell::{Cell, SharedJournal};

use super::handle::Handle;

/// How long each step may take: 5, 5, 10 and 2 seconds where nothing is said.
#[derive(Clone, Copy, Debug)]
pub struct DrainDeadlines {
    /// For what was asked before to be answered.
    pub answers: Duration,
    /// For the journal to become durable.
    pub flush: Duration,
    /// For the last checkpoint, which spares the next start its replay.
    pub checkpoint: Duration,
    /// For the journal to be sealed.
    pub seal: Duration,
}

impl Default for DrainDeadlines {
    fn default() -> DrainDeadlines {
        let seconds = Duration::from_secs;
        DrainDeadlines { answers: seconds(5), flush: seconds(5), checkpoint: seconds(10), seal: seconds(2) }
    }
}

/// How the stop went. What is left is in the journal and goes on at the next start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrainReport {
    /// Questions that got no answer.
    pub unanswered: usize,
    /// Messages that the next start hands over.
    pub messages: usize,
    /// Timers that are running.
    pub timers: usize,
    /// Outside calls without a result.
    pub calls: usize,
    /// Steps that did not end by their deadline; the next start takes longer, nothing is lost.
    pub cut_short: Vec<&'static str>,
}

impl fmt::Display for DrainReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DrainReport { unanswered, messages, timers, calls, .. } = self;
        write!(
            f,
            "drained; the next start resumes {messages} messages, {timers} timers and {calls} outside calls"
        )?;
        if *unanswered > 0 {
            write!(
                f,
                "; {unanswered} requests were left without an answer, their outcome is in the journal"
            )?;
        }
        if !self.cut_short.is_empty() {
            write!(f, "; cut short by its deadline: {}", self.cut_short.join(", "))?;
        }
        Ok(())
    }
}

/// What the next start resumes of a cell.
struct Left {
    messages: usize,
    timers: usize,
    calls: usize,
}

impl<A: Application> Cell<A> {
    /// Admission off → what is in flight answered → journal flushed → checkpoint → seal.
    pub(super) async fn drain(
        &self,
        handle: &Handle<A>,
        journal: &SharedJournal,
        deadlines: DrainDeadlines,
    ) -> DrainReport {
        let mut cut_short = vec![];
        handle.set_open(false);
        bounded("answers", deadlines.answers, self.answered(handle), &mut cut_short).await;
        // from here on nothing new begins: timers and outside calls go on at the next start
        self.0.common.begin_draining();
        bounded("quiet", deadlines.flush, self.quiet(), &mut cut_short).await;
        let common = &self.0.common;
        bounded("flush", deadlines.flush, common.durable_beyond(common.last()), &mut cut_short).await;
        let checkpoint = async {
            if let Err(error) = self.checkpoint().await {
                tracing::error!(%error, "no checkpoint at the stop: the next start replays the journal");
            }
        };
        bounded("checkpoint", deadlines.checkpoint, checkpoint, &mut cut_short).await;
        bounded("seal", deadlines.seal, self.seal(journal), &mut cut_short).await;
        let left = self.everywhere(|cell| std::future::ready(cell.left())).await.unwrap_or_default();
        let sum = |of: fn(&Left) -> usize| left.iter().map(of).sum();
        DrainReport {
            unanswered: handle.asks(),
            messages: sum(|left| left.messages),
            timers: sum(|left| left.timers),
            calls: sum(|left| left.calls),
            cut_short,
        }
    }

    fn left(&self) -> Left {
        let pending = &self.0.core.borrow().pending;
        Left { messages: pending.messages.len(), timers: pending.timers.len(), calls: pending.calls.len() }
    }

    async fn answered(&self, handle: &Handle<A>) {
        while handle.asks() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Nothing waits anywhere, nor did a moment ago, and no turn was stated in between: so nothing is on its way from one
    /// cell to another either.
    async fn quiet(&self) {
        let mut quiet_since = None;
        loop {
            let busy = |cell: Cell<A>| std::future::ready(cell.0.waiting.get() > cell.held_up());
            let busy = self.everywhere(busy).await.unwrap_or_default().contains(&true);
            let last = self.0.common.last();
            if !busy && quiet_since == Some(last) {
                return;
            }
            quiet_since = (!busy).then_some(last);
            if busy {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    }

    /// Messages of actors that are down or halted: they go on at the next start.
    fn held_up(&self) -> usize {
        let actors = self.0.actors.borrow();
        let stuck = actors.values().filter(|entry| entry.vitals.down.get() || entry.gauge.halted.get());
        stuck.map(|entry| entry.gauge.queue.get()).sum()
    }
}

async fn bounded(
    step: &'static str,
    within: Duration,
    work: impl Future<Output = ()>,
    cut_short: &mut Vec<&'static str>,
) {
    if tokio::time::timeout(within, work).await.is_err() {
        cut_short.push(step);
    }
}
