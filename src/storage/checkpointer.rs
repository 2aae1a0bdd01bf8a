use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::manifest::{MANIFEST_FILE, Manifest};
use super::sled_db::{FilterFill, SledDb, Tree};
use super::stored::Stored;
use super::sync::Syncer;
use super::throttle::{self, Throttle};
use super::{Checkpoint, Error, TreeName, Write};
use crate::journal::Position;

/// Keys and values inserted between two syncs within a checkpoint. sled takes its unsynced log for safe and
/// reuses the room of what that log replaces: of power cuts in the middle of a checkpoint of 3 MB one in two
/// left a sled that does not open. With this none of 30 did, at a tenth more time.
const UNSYNCED_BYTES_MAX: usize = 32 << 10;

/// Keys read into a filter before the next look for a checkpoint to be written.
const FILTER_KEYS_AT_A_TIME: usize = 1_000;

pub(super) struct Job {
    pub checkpoint: Checkpoint,
    pub done: oneshot::Sender<Result<(), Error>>,
}

/// Tombstones that are still in the trees, with their positions.
pub(super) type Tombstones = BTreeMap<(TreeName, Vec<u8>), Position>;

/// The only writer of the trees, on a thread of its own.
pub(super) struct Checkpointer {
    pub db: SledDb,
    /// Where the manifest is, one level above sled's own directory.
    pub dir: PathBuf,
    /// As last written, but for the contents, which follow each insert.
    pub manifest: Manifest,
    pub syncer: Syncer,
    pub tombstones: Tombstones,
    /// Key filters that are not complete yet.
    pub filter_fills: Vec<FilterFill>,
    /// Read by [`super::SledTrees`]; moved once the manifest is durable.
    pub watermark: Arc<AtomicU64>,
    pub throttle: Arc<Throttle>,
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

    /// The next checkpoint to be written. While there is none, the key filters are filled: on this thread, where no insert can
    /// run beside it and be missed. After each stretch it rests, since a shop that was just opened is asked at once and shares
    /// cores and disk with this thread; a checkpoint ends the rest.
    fn next(&mut self, jobs: &Receiver<Job>) -> Option<Job> {
        let mut rest = Duration::ZERO;
        while let Some(fill) = self.filter_fills.last_mut() {
            match jobs.recv_timeout(rest) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
            let begun = Instant::now();
            let more = fill.go_on(FILTER_KEYS_AT_A_TIME).unwrap_or_else(|failure| {
                let error = self.db.error(failure);
                tracing::warn!(%error, "not all keys could be read: each one is looked for in the trees");
                false
            });
            rest = throttle::rest_after(begun.elapsed());
            if !more {
                self.filter_fills.pop();
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
        self.mark_unclean()?;
        let mut next = self.manifest.clone();
        next.checkpoint += 1;
        self.db.set_begun(next.checkpoint).map_err(|f| self.db.error(f))?;
        self.sweep_tombstones()?;
        next.note_newest(&checkpoint.writes);
        next.watermark = next.watermark.max(checkpoint.watermark);
        let db = self.db.clone();
        let physical = |write: &Write| db.tree(write.tree).map_or(write.tree, Tree::physical);
        // neighbours share pages and rows; a stable sort leaves writes to one key in their order
        let mut writes: Vec<(TreeName, Write)> =
            checkpoint.writes.into_iter().map(|write| (physical(&write), write)).collect();
        writes.sort_by(|(a_tree, a), (b_tree, b)| (a_tree, &a.key, a.tree).cmp(&(b_tree, &b.key, b.tree)));
        let mut unsynced_bytes = 0;
        let mut since = Instant::now();
        for row in writes.chunk_by(|(a_tree, a), (b_tree, b)| a_tree == b_tree && a.key == b.key) {
            unsynced_bytes += insert(&db, &mut next, &mut self.tombstones, row)?;
            if unsynced_bytes >= UNSYNCED_BYTES_MAX {
                self.sync()?;
                self.throttle.rest(since.elapsed());
                (unsynced_bytes, since) = (0, Instant::now());
            }
        }
        self.db.set_watermark(next.watermark).map_err(|f| self.db.error(f))?;
        self.sync()?;
        next.write(&self.dir).map_err(|e| Error::io("write the checkpoint file in", &self.dir, e))?;
        self.watermark.store(next.watermark.0, Ordering::Release);
        self.manifest = next;
        Ok(())
    }

    /// Before the first insert after an open: from here on sled may be ahead of the manifest.
    fn mark_unclean(&mut self) -> Result<(), Error> {
        if self.manifest.clean {
            self.manifest.clean = false;
            self.manifest
                .write(&self.dir)
                .map_err(|e| Error::io("write the checkpoint file in", &self.dir, e))?;
        }
        Ok(())
    }

    /// Removes the tombstones that no replay can need any more.
    fn sweep_tombstones(&mut self) -> Result<(), Error> {
        let watermark = self.manifest.watermark;
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

    /// A write that is refused since the disk is full has lost nothing. After any other failed write something may be lost.
    fn distrust_after(&self, error: &Error) {
        if matches!(error, Error::Io { .. }) {
            self.distrust();
        }
    }

    /// After a failed write the kernel may take lost pages for written. Without a manifest the trees are rebuilt at the next start.
    fn distrust(&self) {
        let _ = fs::remove_file(self.dir.join(MANIFEST_FILE));
    }

    fn close(&mut self) -> Result<(), Error> {
        if self.failed.is_some() || self.manifest.clean {
            return Ok(());
        }
        self.sync()?;
        self.manifest.clean = true;
        self.manifest.write(&self.dir).map_err(|e| Error::io("write the checkpoint file in", &self.dir, e))
    }
}

/// One plain insert of a row; the contents in the manifest and the list of tombstones follow it. Returns its bytes.
fn insert(
    db: &SledDb,
    manifest: &mut Manifest,
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
            manifest.contents_mut(write.tree).add(key, &envelope);
        }
        values.push((db.tree(write.tree)?, envelope));
    }
    let (former, bytes) = db.insert(key, values).map_err(|f| db.error(f))?;
    for (write, old) in writes.into_iter().zip(former) {
        if let Some(old) = old.filter(|old| Stored::is_live_envelope(old)) {
            manifest.contents_mut(write.tree).remove(key, &old);
        }
        if write.stored.is_tombstone() {
            tombstones.insert((write.tree, key.clone()), write.stored.position);
        } else if !tombstones.is_empty() {
            tombstones.remove(&(write.tree, key.clone()));
        }
    }
    Ok(bytes)
}
