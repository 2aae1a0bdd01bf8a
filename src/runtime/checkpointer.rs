//! Writes what has changed to the trees, now and then, off the actors' thread; a little of the encoding at a time.

use std::time::Duration;

use crate::storage::{Checkpoint, Write};

use super::cell::Cell;
use super::limits::ENCODED_BETWEEN_YIELDS_MAX;
use super::{Application, State};

impl<A: Application> Cell<A> {
    /// Runs for as long as the cell does.
    pub(super) async fn run_checkpointer(self, every: Duration) -> Result<(), String> {
        loop {
            tokio::time::sleep(every).await;
            self.checkpoint().await.map_err(|error| error.to_string())?;
        }
    }

    /// One checkpoint: everything up to the present position will be in the trees. Aggregates that change
    /// meanwhile are written as they are when their turn comes, with the position that they then reflect.
    pub(super) async fn checkpoint(&self) -> Result<(), crate::storage::Error> {
        let watermark = self.0.core.borrow().last();
        if watermark == self.0.core.borrow().trees.watermark() {
            return Ok(());
        }
        let writes = self.encode().await;
        // sled never holds what the journal has not made durable
        self.durable_beyond(self.0.core.borrow().last()).await;
        let written = self.0.core.borrow().trees.checkpoint(Checkpoint { writes, watermark });
        written.await?;
        let mut core = self.0.core.borrow_mut();
        core.state.tables_mut().into_iter().for_each(|table| table.checkpointed());
        Ok(())
    }

    async fn encode(&self) -> Vec<Write> {
        let mut writes = Vec::new();
        let mut left: Vec<usize> = {
            let mut core = self.0.core.borrow_mut();
            core.finish_appended();
            core.pending.encode_dirty(&mut writes);
            core.state.tables().iter().map(|table| table.dirty()).collect()
        };
        while let Some(next) = left.iter().position(|dirty| *dirty > 0) {
            let slice = left[next].min(ENCODED_BETWEEN_YIELDS_MAX);
            left[next] -= slice;
            let mut core = self.0.core.borrow_mut();
            core.finish_appended();
            core.state.tables_mut()[next].encode_dirty(slice, &mut writes);
            drop(core);
            tokio::task::yield_now().await;
        }
        writes
    }

    /// Waits until the journal is durable up to `position`.
    pub(super) async fn durable_beyond(&self, position: crate::journal::Position) {
        self.0.to_commit.notify_one();
        let mut durable = self.0.durable.subscribe();
        // the sender lives as long as the cell, which this borrows
        let _ = durable.wait_for(|durable| *durable >= position).await;
    }
}
