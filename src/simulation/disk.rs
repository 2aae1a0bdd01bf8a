//! Crashes at journal writes: the process dies at a write that was chosen before, and what its disk keeps is drawn.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tokio::sync::Notify;

use crate::journal::{Batch, Error, Journal, MemoryJournal, Pending, Position, Visit};

use super::fault::Fault;

/// Decides at which write the process dies, and says when it has.
#[derive(Default)]
pub struct Death {
    /// Writes to come before the one that it dies at, and of what.
    chosen: Cell<Option<(u64, Fault)>>,
    why: RefCell<Option<Fault>>,
    happened: Notify,
}

impl Death {
    /// At the write after so many more.
    pub fn choose(&self, writes: u64, fault: Fault) {
        self.chosen.set(Some((writes, fault)));
    }

    pub fn spare(&self) {
        self.chosen.set(None);
    }

    pub fn is_chosen(&self) -> bool {
        self.chosen.get().is_some()
    }

    /// The process is dead from now on. The first reason counts.
    pub fn strike(&self, fault: Fault) {
        self.why.borrow_mut().get_or_insert(fault);
        self.happened.notify_one();
    }

    pub async fn happened(&self) {
        while self.why.borrow().is_none() {
            self.happened.notified().await;
        }
    }

    /// Why it died, once.
    pub fn take(&self) -> Option<Fault> {
        self.why.borrow_mut().take()
    }

    fn at_a_write(&self) -> Option<Fault> {
        let (writes, fault) = self.chosen.get()?;
        self.chosen.set((writes > 0).then(|| (writes - 1, fault)));
        (writes == 0).then_some(fault)
    }
}

/// Stands between a life and its journal.
pub struct MortalJournal {
    journal: MemoryJournal,
    death: Rc<Death>,
}

impl MortalJournal {
    pub fn new(journal: MemoryJournal, death: Rc<Death>) -> MortalJournal {
        MortalJournal { journal, death }
    }
}

impl Journal for MortalJournal {
    fn claim(&mut self, epoch: u64) -> Pending<Position> {
        self.journal.claim(epoch)
    }

    fn append(&mut self, batch: Batch, expected: Position) -> Pending<Position> {
        let death = self.death.clone();
        match death.at_a_write() {
            None => self.journal.append(batch, expected),
            Some(Fault::SyncFails) => {
                self.journal.fail_next_append();
                self.journal.append(batch, expected)
            }
            Some(Fault::CrashWritten) => {
                let written = self.journal.append(batch, expected);
                Box::pin(async move {
                    let written = written.await;
                    death.strike(Fault::CrashWritten);
                    dead(written).await
                })
            }
            Some(fault) => {
                drop(self.journal.append(batch, expected));
                death.strike(fault);
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

/// Nobody in the process hears of it any more, unless the write failed before it died.
async fn dead(written: Result<Position, Error>) -> Result<Position, Error> {
    match written {
        Ok(_) => std::future::pending().await,
        failed => failed,
    }
}
