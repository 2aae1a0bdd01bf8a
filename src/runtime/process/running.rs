//! Cells that run.

use std::sync::Arc;

use actix::Arbiter;
use tokio::sync::watch;

use crate::runtime::actor::{Aggregate, Application, Tables};
use crate::runtime::cell::{Cell, ServiceRun, SharedJournal};
use crate::runtime::state::{Clock, Error, every_one};
use crate::storage::{DirectoryLock, Trees};
use crate::time::Timestamp;

use super::drain::{DrainDeadlines, DrainReport};
use super::handle::Handle;

/// Cells that run.
pub struct Running<A: Application> {
    /// The first.
    pub(super) cell: Cell<A>,
    pub(super) handle: Handle<A>,
    pub(super) journal: SharedJournal,
    pub(super) fatal: watch::Receiver<Option<String>>,
    /// Turns replayed at the start.
    pub replayed: u64,
    /// The trade's last moment before it.
    pub last_at: Timestamp,
    /// Of the other cells, where they have threads.
    pub(super) threads: Vec<Arbiter>,
    /// Keeps others off the data directory.
    pub(super) lock: Option<DirectoryLock>,
}

impl<A: Application> Running<A> {
    /// For whoever asks actors, from any thread.
    pub fn handle(&self) -> Handle<A> {
        self.handle.clone()
    }

    /// Puts a service of the daemon, such as the gateway, into a group of the tree. It is begun again
    /// when it panics or ends with an error.
    pub fn add_service(
        &self,
        group: &'static str,
        name: &'static str,
        run: impl Fn() -> ServiceRun + 'static,
    ) {
        self.cell.begin_service(group, name, run);
    }

    /// What the last checkpoint has put there: for services that look through many rows, which no actor has in memory.
    pub fn trees(&self) -> Arc<dyn Trees> {
        self.cell.0.common.trees.clone()
    }

    /// The one clock of all cells.
    pub fn clock(&self) -> Clock {
        self.cell.0.common.clock
    }

    /// Waits until the root of the tree gives up; says why.
    pub async fn fatal(&self) -> String {
        let mut fatal = self.fatal.clone();
        match fatal.wait_for(Option::is_some).await {
            Ok(why) => why.clone().unwrap_or_default(),
            Err(_) => std::future::pending().await,
        }
    }

    /// Keeps the lock for as long as it runs.
    pub(super) fn holding(mut self, lock: DirectoryLock) -> Running<A> {
        self.lock = Some(lock);
        self
    }

    /// Stops in order, with the usual deadlines.
    pub async fn stop(self) -> DrainReport {
        self.drain(DrainDeadlines::default()).await
    }

    /// Stops in order. After it nothing is admitted and nothing begins.
    pub async fn drain(&self, deadlines: DrainDeadlines) -> DrainReport {
        self.cell.drain(&self.handle, &self.journal, deadlines).await
    }

    /// Every aggregate of a kind that the first cell keeps: what is in memory, and for the others what their tree
    /// holds.
    ///
    /// # Errors
    /// The tree cannot be read, or one does not decode.
    pub fn every<V: Aggregate>(&self) -> Result<Vec<V>, Error> {
        let core = self.cell.0.core.borrow();
        every_one(&core.tables, &*core.common.trees)
    }

    #[cfg(test)]
    pub(in crate::runtime) fn timers_in_flight(&self) -> usize {
        self.cell.0.core.borrow().timers_in_flight
    }

    /// Looks at the states in the first cell; for tests.
    pub fn look<T>(&self, at: impl FnOnce(&Tables) -> T) -> T {
        at(&self.cell.0.core.borrow().tables)
    }
}

impl<A: Application> Drop for Running<A> {
    /// The other cells end here: who comes next may want what they hold.
    fn drop(&mut self) {
        for thread in self.threads.drain(..) {
            thread.stop();
            if thread.join().is_err() {
                tracing::error!("the thread of a cell panicked");
            }
        }
    }
}
