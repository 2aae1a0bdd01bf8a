use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::pace::{self, Pace};
use super::seal::{SEAL_FILE, Seal};
use super::sled_db::{Learning, SledDb, Tree};
use super::stored::Stored;
use super::sync::Syncer;
use super::{Checkpoint, Error, TreeName, Write};
use crate::journal::Position;

/// Keys and values inserted between two syncs within a checkpoint. sled takes its unsynced log for safe and
/// reuses the room of what that log replaces: of power cuts in the middle of a checkpoint of 3 MB one in two
/// left a sled that does not open. With this none of 30 did, at a tenth more time.
const UNSYNCED_BYTES_MAX: usize = 32 << 10;

/// Keys read between two looks for a checkpoint that is to be written.
const KEYS_LEARNT_AT_A_TIME: usize = 1_000;

pub(super) struct Job {
    pub checkpoint: Checkpoint,
    pub done: oneshot::Sender<Result<(), Error>>,
}

/// Tombstones that are still in the trees, with their positions.
pub(super) type Tombstones = BTreeMap<(TreeName, Vec<u8>), Position>;

/// The only writer of the trees, on a thread of its own.
pub(super) struct Checkpointer {
    pub db: SledDb,
    /// Where the seal is, one level above sled's own directory.
    pub dir: PathBuf,
    /// As last written, but for the contents, which follow each insert.
    pub seal: Seal,
    pub syncer: Syncer,
    pub tombstones: Tombstones,
    /// Trees whose keys are still to be learnt.
    pub learning: Vec<Learning>,
    /// Read by the handle; moved when the seal is durable.
    pub watermark: Arc<AtomicU64>,
    pub pace: Arc<Pace>,
    /// sled takes nothing more after an error; nor do we.
    pub failed: Option<String>,
}

impl Checkpointer {
    pub fn run(mut self, jobs: Receiver<Job>) {
        while let Some(job) = self.next(&jobs) {
            let result = self.checkpoint(job.checkpoint);
            // nobody waiting is fine: the watermark tells
            let _ = job.done.send(result);
        }
        if let Err(error) = self.close() {
            self.distrust_after(&error);
            tracing::warn!(%error, "the trees were not closed cleanly; the next start reads them whole");
        }
    }

    /// The next checkpoint to be written. While there is none, the keys are learnt that there are: here, where no insert is
    /// under way that a reader could miss. It rests after each stretch, for whoever opens a large shop asks it at once, and
    /// its threads share cores and disk with this one; a checkpoint ends the rest.
    fn next(&mut self, jobs: &Receiver<Job>) -> Option<Job> {
        let mut rest = Duration::ZERO;
        while let Some(learning) = self.learning.last_mut() {
            match jobs.recv_timeout(rest) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
            let begun = Instant::now();
            let more = learning.go_on(KEYS_LEARNT_AT_A_TIME).unwrap_or_else(|failure| {
                let error = self.db.error(failure);
                tracing::warn!(%error, "not all keys could be read: each one is looked for in the trees");
                false
            });
            rest = pace::rest_after(begun.elapsed());
            if !more {
                self.learning.pop();
            }
        }
        jobs.recv().ok()
    }

    fn checkpoint(&mut self, checkpoint: Checkpoint) -> Result<(), Error> {
        if let Some(why) = &self.failed {
            return Err(Error::Stopped { why: why.clone() });
        }
        for write in &checkpoint.writes {
            self.db.tree(write.tree)?;
        }
        let result = self.write_through(checkpoint);
        if let Err(error) = &result {
            self.distrust_after(error);
            self.failed = Some(error.to_string());
        }
        result
    }

    fn write_through(&mut self, checkpoint: Checkpoint) -> Result<(), Error> {
        self.break_seal()?;
        let mut next = self.seal.clone();
        next.checkpoint += 1;
        self.db.set_begun(next.checkpoint).map_err(|f| self.db.error(f))?;
        self.sweep_tombstones()?;
        next.note_newest(&checkpoint.writes);
        next.watermark = next.watermark.max(checkpoint.watermark);
        let db = self.db.clone();
        let home = |write: &Write| db.tree(write.tree).map_or(write.tree, Tree::home);
        // neighbours share pages and rows; a stable sort leaves writes to one key in their order
        let mut writes: Vec<(TreeName, Write)> =
            checkpoint.writes.into_iter().map(|write| (home(&write), write)).collect();
        writes.sort_by(|(a_home, a), (b_home, b)| (a_home, &a.key, a.tree).cmp(&(b_home, &b.key, b.tree)));
        let mut unsynced_bytes = 0;
        let mut since = Instant::now();
        for row in writes.chunk_by(|(a_home, a), (b_home, b)| a_home == b_home && a.key == b.key) {
            unsynced_bytes += insert(&db, &mut next, &mut self.tombstones, row)?;
            if unsynced_bytes >= UNSYNCED_BYTES_MAX {
                self.sync()?;
                self.pace.rest(since.elapsed());
                (unsynced_bytes, since) = (0, Instant::now());
            }
        }
        self.db.set_watermark(next.watermark).map_err(|f| self.db.error(f))?;
        self.sync()?;
        next.write(&self.dir).map_err(|e| Error::io("write the checkpoint file in", &self.dir, e))?;
        self.watermark.store(next.watermark.0, Ordering::Release);
        self.seal = next;
        Ok(())
    }

    /// Before the first insert after an open: from here on sled may be ahead of the seal.
    fn break_seal(&mut self) -> Result<(), Error> {
        if self.seal.clean {
            self.seal.clean = false;
            self.seal
                .write(&self.dir)
                .map_err(|e| Error::io("write the checkpoint file in", &self.dir, e))?;
        }
        Ok(())
    }

    /// Removes the tombstones that no replay can need any more.
    fn sweep_tombstones(&mut self) -> Result<(), Error> {
        let watermark = self.seal.watermark;
        for ((tree, key), _) in self.tombstones.iter().filter(|(_, position)| **position <= watermark) {
            self.db.remove(self.db.tree(*tree)?, key).map_err(|f| self.db.error(f))?;
        }
        self.tombstones.retain(|_, position| *position > watermark);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Error> {
        self.db.flush().map_err(|f| self.db.error(f))?;
        self.syncer.sync().map_err(|e| {
            self.distrust();
            Error::io("sync the trees in", &self.dir, e)
        })
    }

    /// A full disk that is told at once has dropped nothing; any other failure, in sled's own writes too, may have.
    fn distrust_after(&self, error: &Error) {
        if matches!(error, Error::Io { .. }) {
            self.distrust();
        }
    }

    /// What the kernel could not write it may now take for written: without its seal sled is rebuilt.
    fn distrust(&self) {
        let _ = fs::remove_file(self.dir.join(SEAL_FILE));
    }

    fn close(&mut self) -> Result<(), Error> {
        if self.failed.is_some() || self.seal.clean {
            return Ok(());
        }
        self.sync()?;
        self.seal.clean = true;
        self.seal.write(&self.dir).map_err(|e| Error::io("write the checkpoint file in", &self.dir, e))
    }
}

/// One plain insert of a row; the contents in the seal and the list of tombstones follow it. Returns its bytes.
fn insert(
    db: &SledDb,
    seal: &mut Seal,
    tombstones: &mut Tombstones,
    row: &[(TreeName, Write)],
) -> Result<usize, Error> {
    // of two writes of one tree the later counts
    let writes: Vec<&Write> =
        row.chunk_by(|(_, a), (_, b)| a.tree == b.tree).filter_map(|same| Some(&same.last()?.1)).collect();
    let Some(Write { key, .. }) = writes.first() else { return Ok(0) };
    let mut values = Vec::with_capacity(writes.len());
    for write in &writes {
        let envelope = write.stored.encode();
        if !write.stored.is_tombstone() {
            seal.contents_mut(write.tree).add(key, &envelope);
        }
        values.push((db.tree(write.tree)?, envelope));
    }
    let (former, bytes) = db.insert(key, values).map_err(|f| db.error(f))?;
    for (write, old) in writes.into_iter().zip(former) {
        if let Some(old) = old.filter(|old| Stored::is_live_envelope(old)) {
            seal.contents_mut(write.tree).remove(key, &old);
        }
        if write.stored.is_tombstone() {
            tombstones.insert((write.tree, key.clone()), write.stored.position);
        } else if !tombstones.is_empty() {
            tombstones.remove(&(write.tree, key.clone()));
        }
    }
    Ok(bytes)
}
