//! The state of every actor, in sled trees beside the journal. The only module that knows sled; it works
//! on bytes and knows no order and no actor.
//!
//! Guarantees:
//! - The trees may always be thrown away: whatever they hold, the journal held durably before. The caller
//!   hands over only what the journal has made durable up to the positions in the writes.
//! - `Trees::watermark` never promises more than a power cut leaves: everything up to it is in files that were synced.
//! - What sled lost is noticed when it is opened, set aside and begun afresh. The newest writes of each tree are
//!   always read back; up to `WHOLE_CHECK_KEYS_MAX` keys, so is every live value. Not noticed is an older value
//!   lost above that number, or one that went back to an earlier state in a crash in the middle of a checkpoint.
//! - After a crash sled may be ahead of the watermark, by some of the writes of one checkpoint. Each
//!   value tells the position that it reflects, so a replay can skip what is there already.
//! - Trees name the journal that they were made from, sled's and the manifest both: those of another are refused.
//! - A tombstone stays until the watermark has passed it, so a replay cannot bring a removed value back.
//! - One thread writes; reads go on meanwhile, and nothing waits for a transaction.
//!
//! What of sled shapes it: a key costs 10 to 20 µs and 100 to 200 bytes of memory whatever its size, so trees that are
//! read and written together share rows (`row`); a miss costs as much as a hit, so what is above a tree's highest key is
//! known not to be there.

mod checkpointer;
mod contents;
mod error;
mod key_filter;
mod lock;
mod manifest;
mod memory;
mod open;
mod options;
mod row;
mod sled_db;
mod sled_trees;
mod stored;
mod sync;
mod throttle;
mod trees;

#[cfg(test)]
mod tests;

pub use contents::WHOLE_CHECK_KEYS_MAX;
pub use error::Error;
pub use lock::{DirectoryLock, holder};
pub use memory::MemoryTrees;
pub use open::{OpenState, has_trees, promised};
pub use options::SledOptions;
pub use sled_trees::{Opened, SledTrees};
pub use stored::{Stored, TreeName, Write};
pub use trees::{Checkpoint, Trees};
