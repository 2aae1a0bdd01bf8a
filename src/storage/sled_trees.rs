use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::checkpointer::{Checkpointer, Job};
use super::open::{self, Found};
use super::sled_db::{Failure, META, SledDb};
use super::throttle::Throttle;
use super::{Checkpoint, Error, OpenState, SledOptions, Stored, TreeName, Trees};
use crate::journal::{JournalId, Position};

/// The trees in sled, with the thread that writes them. Dropping it finishes the checkpoints handed over,
/// writes the manifest and joins the thread.
pub struct SledTrees {
    db: SledDb,
    watermark: Arc<AtomicU64>,
    throttle: Arc<Throttle>,
    /// `None` only while dropping: the thread ends when it is gone.
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

pub struct Opened {
    pub trees: SledTrees,
    pub state: OpenState,
}

impl SledTrees {
    /// Opens the trees of a data directory, which must be locked by `DirectoryLock`, and checks them against
    /// what the last checkpoint recorded. Damage is no error: `OpenState::SetAside`. A full disk is one, and trees that were made
    /// from another journal than this.
    pub fn open(
        dir: &Path,
        journal: JournalId,
        trees: &[TreeName],
        options: SledOptions,
    ) -> Result<Opened, Error> {
        if trees.contains(&META) {
            return Err(Error::ReservedTree(META));
        }
        let (found, state) = open::open(dir, journal, trees, &options)?;
        let trees = SledTrees::start(found).map_err(|e| Error::io("start a thread for", dir, e))?;
        Ok(Opened { trees, state })
    }

    fn start(found: Found) -> std::io::Result<SledTrees> {
        let Found { db, dir, manifest, syncer, tombstones } = found;
        let filter_fills = db.filter_fills();
        let watermark = Arc::new(AtomicU64::new(manifest.watermark.0));
        let throttle = Arc::new(Throttle::default());
        let (jobs, inbox) = mpsc::channel();
        let checkpointer = Checkpointer {
            db: db.clone(),
            dir,
            manifest,
            syncer,
            tombstones,
            filter_fills,
            watermark: watermark.clone(),
            throttle: throttle.clone(),
            failed: None,
        };
        let thread =
            thread::Builder::new().name("checkpointer".into()).spawn(move || checkpointer.run(inbox))?;
        Ok(SledTrees { db, watermark, throttle, jobs: Some(jobs), thread: Some(thread) })
    }

    fn decode(&self, tree: TreeName, bytes: &[u8]) -> Result<Stored, Error> {
        Stored::decode(bytes).map_err(|e| self.db.error(Failure::Damage(format!("tree {tree}: {e}"))))
    }
}

impl Trees for SledTrees {
    fn get(&self, tree: TreeName, key: &[u8]) -> Result<Option<Stored>, Error> {
        let bytes = self.db.get(self.db.tree(tree)?, key).map_err(|f| self.db.error(f))?;
        bytes.map(|bytes| self.decode(tree, &bytes)).transpose()
    }

    fn scan(
        &self,
        tree: TreeName,
        from: &[u8],
        visit: &mut dyn FnMut(&[u8], Stored) -> bool,
    ) -> Result<(), Error> {
        let mut bad = None;
        let visited = self.db.scan(self.db.tree(tree)?, from, |key, bytes| match self.decode(tree, bytes) {
            Ok(stored) => visit(key, stored),
            Err(e) => {
                bad = Some(e);
                false
            }
        });
        visited.map_err(|f| self.db.error(f))?;
        bad.map_or(Ok(()), Err)
    }

    fn names(&self) -> Vec<TreeName> {
        self.db.names().collect()
    }

    fn watermark(&self) -> Position {
        Position(self.watermark.load(Ordering::Acquire))
    }

    fn checkpoint(&self, checkpoint: Checkpoint) -> Pin<Box<dyn Future<Output = Result<(), Error>>>> {
        let (done, completed) = oneshot::channel();
        if let Some(jobs) = &self.jobs {
            // a thread that is gone drops `done`, and that is the answer
            let _ = jobs.send(Job { checkpoint, done });
        }
        Box::pin(async move {
            completed.await.unwrap_or_else(|_| Err(Error::Stopped { why: "its thread has ended".into() }))
        })
    }

    fn hurry(&self, so: bool) {
        self.throttle.hurry(so);
    }
}

impl Drop for SledTrees {
    fn drop(&mut self) {
        self.jobs = None;
        self.throttle.hurry(true);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the checkpointer's thread panicked; the next start reads the trees whole");
        }
    }
}
