//! Crashes at journal writes: the process crashes at a write that was scheduled, and what its disk keeps is drawn.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tokio::sync::Notify;

use crate::journal::{Batch, Error, Journal, MemoryJournal, Pending, Position, Visit};

use super::fault::Fault;

/// Decides at which journal write the process crashes, and tells when it has.
#[derive(Default)]
pub struct CrashSwitch {
    /// How many writes come before the one that it crashes at, and by which fault.
    scheduled: Cell<Option<(u64, Fault)>>,
    why: RefCell<Option<Fault>>,
    happened: Notify,
}

impl CrashSwitch {
    /// At the write after so many more.
    pub fn schedule(&self, writes: u64, fault: Fault) {
        self.scheduled.set(Some((writes, fault)));
    }

    pub fn cancel(&self) {
        self.scheduled.set(None);
    }

    pub fn is_scheduled(&self) -> bool {
        self.scheduled.get().is_some()
    }

    /// The process has crashed from now on. The first fault counts.
    pub fn crash(&self, fault: Fault) {
        self.why.borrow_mut().get_or_insert(fault);
        self.happened.notify_one();
    }

    pub async fn happened(&self) {
        while self.why.borrow().is_none() {
            self.happened.notified().await;
        }
    }

    /// By which fault it crashed; the next crash is waited for anew.
    pub fn take(&self) -> Option<Fault> {
        self.why.borrow_mut().take()
    }

    fn at_a_write(&self) -> Option<Fault> {
        let (writes, fault) = self.scheduled.get()?;
        self.scheduled.set((writes > 0).then(|| (writes - 1, fault)));
        (writes == 0).then_some(fault)
    }
}

/// The journal of a process that crashes when its [`CrashSwitch`] says so.
pub struct CrashingJournal {
    journal: MemoryJournal,
    crash_switch: Rc<CrashSwitch>,
}

impl CrashingJournal {
    pub fn new(journal: MemoryJournal, crash_switch: Rc<CrashSwitch>) -> CrashingJournal {
        CrashingJournal { journal, crash_switch }
    }
}

impl Journal for CrashingJournal {
    fn claim(&mut self, epoch: u64) -> Pending<Position> {
        self.journal.claim(epoch)
    }

    fn append(&mut self, batch: Batch, expected: Position) -> Pending<Position> {
        let crash_switch = self.crash_switch.clone();
        match crash_switch.at_a_write() {
            None => self.journal.append(batch, expected),
            Some(Fault::SyncFails) => {
                self.journal.fail_next_append();
                self.journal.append(batch, expected)
            }
            Some(Fault::CrashWritten) => {
                let written = self.journal.append(batch, expected);
                Box::pin(async move {
                    let written = written.await;
                    crash_switch.crash(Fault::CrashWritten);
                    unless_crashed(written).await
                })
            }
            Some(fault) => {
                drop(self.journal.append(batch, expected));
                crash_switch.crash(fault);
                Box::pin(std::future::pending())
            }
        }
    }

    fn replay(&self, from: Position, visit: Visit<'_>) -> Result<(), Error> {
        self.journal.replay(from, visit)
    }

    fn trim(&mut self, to: Position) -> Result<(), Error> {
        self.journal.trim(to)
    }

    fn seal(&mut self) -> Pending<()> {
        self.journal.seal()
    }

    fn last(&self) -> Position {
        self.journal.last()
    }
}

/// A crashed process never learns that the write succeeded; a failure it has seen before.
async fn unless_crashed(written: Result<Position, Error>) -> Result<Position, Error> {
    match written {
        Ok(_) => std::future::pending().await,
        failed => failed,
    }
}
