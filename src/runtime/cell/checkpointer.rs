//! Writes what has changed to the trees, now and then, off the actors' thread; a little of the encoding at a time.

use std::time::Duration;

use tokio::time::Instant;

use crate::journal::Position;
use crate::planted::{self, Bug};
use crate::runtime::actor::Application;
use crate::runtime::state::limits::{
    ENCODED_BETWEEN_RESTS, ENCODED_BETWEEN_YIELDS, ENCODED_BETWEEN_YIELDS_LATE, ENCODING_REST,
};
use crate::storage::{Checkpoint, Error, Write};

use super::cell::Cell;

fn joined(mut some: Vec<Write>, more: Vec<Write>) -> Vec<Write> {
    some.extend(more);
    some
}

impl<A: Application> Cell<A> {
    /// Runs for as long as the cell does. Trees that have failed once take nothing more until they are opened
    /// again, so trying again would help nobody: the daemon stops, and its next start replays the journal.
    pub async fn run_checkpointer(self, every: Duration) -> Result<(), String> {
        loop {
            self.until_due(Instant::now() + every).await;
            if let Err(error) = self.checkpoint().await {
                self.fatal(format!("the trees take no more checkpoints: {error}"));
                return std::future::pending().await;
            }
        }
    }

    /// Until then, or until so much is not written that the next checkpoint should not wait for it.
    async fn until_due(&self, time: Instant) {
        let common = &self.0.common;
        // a start may find as much: until it is written nothing is taken, nothing stated, and so nothing wakes this
        while !common.is_much_unwritten() {
            if tokio::time::timeout_at(time, common.to_checkpoint.notified()).await.is_err() {
                return;
            }
        }
    }

    /// One checkpoint: everything up to the present position will be in the trees. Aggregates that change
    /// meanwhile are written as they are when their turn comes, with the position that they then reflect.
    pub async fn checkpoint(&self) -> Result<(), Error> {
        let _alone = self.0.checkpointing.lock().await;
        let common = &self.0.common;
        let watermark = common.last();
        if watermark == common.trees.watermark() {
            return Ok(());
        }
        let gone = || Error::Stopped { why: "a cell has ended".to_owned() };
        // what turns up to the watermark have sent is with the cells that it was sent to before any of them encodes
        self.everywhere(|cell| cell.finish()).await.ok_or_else(gone)?;
        let each = self
            .everywhere(move |cell| async move { cell.encode(watermark).await })
            .await
            .ok_or_else(gone)?;
        let writes = each.into_iter().reduce(joined).unwrap_or_default();
        // sled never holds what the journal has not made durable
        common.durable_beyond(common.last()).await;
        let watermark = if planted::is(Bug::WatermarkTooFar) { common.durable() } else { watermark };
        common.trees.hurry(common.is_in_a_hurry());
        common.trees.checkpoint(Checkpoint { writes, watermark }).await?;
        self.everywhere(|cell| async move { cell.completed().await }).await.ok_or_else(gone)?;
        Ok(())
    }

    /// All that this cell's turns have sent is on its way.
    fn finish(&self) -> std::future::Ready<()> {
        self.0.core.borrow_mut().finish_appended();
        self.pass_on();
        std::future::ready(())
    }

    /// A checkpoint that failed, or was dropped half way, may not have reached the trees: it is written again.
    fn take_back_unfinished(&self) {
        let mut core = self.0.core.borrow_mut();
        core.pending.not_checkpointed();
        core.tables.iter_mut().for_each(|table| table.not_checkpointed());
    }

    async fn encode(&self, watermark: Position) -> Vec<Write> {
        self.take_back_unfinished();
        let (pending, mut left) = self.begin_encoding();
        let mut writes = Vec::with_capacity(pending + left.iter().sum::<usize>());
        while self.encode_pending(&mut writes) {
            self.let_others_run().await;
        }
        while let Some(next) = left.iter().position(|dirty| *dirty > 0) {
            let slice = left[next].min(self.slice());
            left[next] -= slice;
            self.encode_some(next, slice, watermark, &mut writes);
            self.let_others_run().await;
        }
        writes
    }

    async fn let_others_run(&self) {
        match self.0.common.is_in_a_hurry() {
            true => tokio::task::yield_now().await,
            false => tokio::time::sleep(ENCODING_REST).await,
        }
    }

    /// How much of a checkpoint is done before others may run.
    fn slice(&self) -> usize {
        let common = &self.0.common;
        if !common.is_in_a_hurry() {
            return ENCODED_BETWEEN_RESTS;
        }
        if common.is_much_unwritten() {
            return ENCODED_BETWEEN_YIELDS_LATE;
        }
        self.0.waiting.get().clamp(*ENCODED_BETWEEN_YIELDS.start(), *ENCODED_BETWEEN_YIELDS.end())
    }

    /// How much of what the runtime remembers, and how many aggregates of each table are to be encoded.
    fn begin_encoding(&self) -> (usize, Vec<usize>) {
        let mut core = self.0.core.borrow_mut();
        core.finish_appended();
        let pending = core.pending.begin_checkpoint();
        (pending, core.tables.iter().map(|table| table.dirty()).collect())
    }

    fn encode_pending(&self, writes: &mut Vec<Write>) -> bool {
        let mut core = self.0.core.borrow_mut();
        core.finish_appended();
        core.pending.encode_dirty(self.slice(), writes)
    }

    fn encode_some(&self, table: usize, max: usize, watermark: Position, writes: &mut Vec<Write>) {
        let mut core = self.0.core.borrow_mut();
        core.finish_appended();
        core.tables.nth_mut(table).encode_dirty(max, watermark, writes);
    }

    /// What was written is clean, and may leave memory; a little of it at a time.
    async fn completed(&self) {
        self.0.core.borrow_mut().pending.checkpointed();
        while self.complete_some() {
            self.let_others_run().await;
        }
        // they may have waited for it
        self.0.timers.notify_one();
    }

    fn complete_some(&self) -> bool {
        let mut core = self.0.core.borrow_mut();
        // an aggregate that a turn is about to change must not leave memory
        core.finish_appended();
        let slice = self.slice();
        core.tables.iter_mut().any(|table| table.checkpointed(slice))
    }
}
