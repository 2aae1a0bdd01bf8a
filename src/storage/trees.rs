use std::future::Future;
use std::pin::Pin;

use super::{Error, Stored, TreeName, Write};
use crate::journal::Position;

/// What goes to the trees at one time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// The journal must be durable at every position in here before it is handed over.
    /// Of two writes to one key the later in the list wins.
    pub writes: Vec<Write>,
    /// With these writes, everything up to here is in the trees.
    pub watermark: Position,
}

/// What the runtime sees of storage: trees of bytes, read at any time and written one checkpoint at a time.
pub trait Trees: Send + Sync {
    /// What is kept under the key; a tombstone until it is swept, then `None`.
    fn get(&self, tree: TreeName, key: &[u8]) -> Result<Option<Stored>, Error>;

    /// Visits the keys from `from` (inclusive) upwards, tombstones included, until `visit` says `false`.
    fn scan(
        &self,
        tree: TreeName,
        from: &[u8],
        visit: &mut dyn FnMut(&[u8], Stored) -> bool,
    ) -> Result<(), Error>;

    /// The trees that were opened.
    fn names(&self) -> Vec<TreeName>;

    /// The position up to which everything is durably in the trees; a replay starts after it.
    fn watermark(&self) -> Position;

    /// Hands one checkpoint over: inserts the writes, syncs the files, then moves the watermark. The future
    /// completes when the watermark is durable; the work goes on even if the future is dropped.
    /// After an error the trees take no more checkpoints (`Error::Stopped`) until they are opened again.
    /// A watermark lower than the present one leaves it where it is.
    fn checkpoint(&self, checkpoint: Checkpoint) -> Pin<Box<dyn Future<Output = Result<(), Error>>>>;

    /// `true`: checkpoints, also one under way, are written as fast as they can be. `false`: their writer rests as long as it
    /// works, which leaves processor and disk to others. At first it is `true`.
    fn hurry(&self, so: bool);
}
