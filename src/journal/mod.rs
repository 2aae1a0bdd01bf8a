//! The append-only journal: the truth from which every other stored thing can be rebuilt.
//! It knows no order, no actor and no database; a record is bytes with a [`Position`].
//!
//! What it guarantees:
//! - **Durable means durable.** When an append completes, its records survive a power cut; nothing is
//!   reported before `fdatasync` has returned. A failed write or sync breaks the journal for good.
//! - **What is recovered is a prefix.** Records come back in order, without a gap, each exactly once,
//!   whatever the moment of the crash, be it in the middle of a recovery.
//! - **Damage is never taken for a crash.** One write is in flight at a time and batches are chained, so only
//!   the last, unsealed batch can be torn. Anything else that does not check is [`Error::Damaged`]
//!   with the file and the offset, and nothing is skipped.
//! - **One owner.** A directory is locked itself while it is open, whatever becomes of the files in it; an append under an
//!   older epoch is refused, and so is one to a file that no longer has its name.
//!
//! - **Nothing is silently missing.** Every segment names the journal that it belongs to, its own length and the end of the one
//!   before; `head` names the last. One that is gone, cut, another shop's or an older copy is refused by name when the
//!   directory is opened; what lies in between is checked by [`examine`].
//!
//! What it does not see: an unsealed last batch that rots after its sync, and a last segment in an older copy of itself.
//! Whoever keeps a watermark elsewhere should compare it with [`Recovery::last`].
//!
//! Layout: [`Batch`] packs records; `body` compresses them; `block` and `header` are the bytes on disk, `format` the numbers
//! in them; `segment`, `disk` and `directory` handle files; `head` names the last of them and `survey` looks at them all;
//! `cursor` checks a segment's blocks; `recovery` finds the tail and writes it anew;
//! `writer` is the thread that compresses and appends; `read` walks a directory; [`MemoryJournal`] is the one for tests
//! and the simulator.
//!
//! ```
//! use doorstep::journal::{Batch, FileJournal, FileOptions, Journal};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), doorstep::journal::Error> {
//! # let dir = std::env::temp_dir().join(format!("doorstep-journal-{}", std::process::id()));
//! # let dir = dir.as_path();
//! let (mut journal, recovery) = FileJournal::open(dir, FileOptions::default())?;
//! let last = journal.claim(recovery.epoch + 1).await?;
//!
//! let mut batch = Batch::new(last.next());
//! batch.push(|record| record.extend_from_slice(b"an order was placed"));
//! batch.push(|record| record.extend_from_slice(b"it was paid for"));
//! let durable = journal.append(batch, last).await?; // it survives a power cut from here on
//! assert_eq!(durable, last.plus(2));
//!
//! let mut records = vec![];
//! journal.replay(last, &mut |position, record| {
//!     records.push((position, record.to_vec()));
//!     Ok(())
//! })?;
//! assert_eq!(records[1], (durable, b"it was paid for".to_vec()));
//! journal.seal().await?;
//! # drop(journal);
//! # let _gone = std::fs::remove_dir_all(dir);
//! # Ok(())
//! # }
//! ```

#![warn(missing_docs)]

mod batch;
mod block;
mod body;
mod cursor;
mod directory;
mod disk;
mod error;
mod examine;
mod file;
mod format;
mod head;
mod header;
mod identity;
mod image;
mod memory;
mod position;
mod random;
mod read;
mod recovery;
mod room;
mod segment;
mod survey;
#[cfg(test)]
mod tests;
mod writer;

pub use batch::Batch;
pub use error::Error;
pub use examine::{Examined, examine};
pub use file::{FileJournal, FileOptions};
pub use identity::JournalId;
pub use image::Tail;
pub use memory::MemoryJournal;
pub use position::Position;
pub use read::{ReadEnd, check, identity, is_begun, read};
pub use recovery::Recovery;
pub use room::must_have_room;
pub use segment::{BATCH_BYTES_MAX, SEGMENT_BYTES_DEFAULT, SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN};

/// What a journal has begun; it goes on whether the future is polled or not. Bound to one thread.
pub type Pending<T> = std::pin::Pin<Box<dyn std::future::Future<Output = Result<T, Error>>>>;

/// Called with each record in order; its first error ends the reading and is returned.
pub type Visit<'a> = &'a mut dyn FnMut(Position, &[u8]) -> Result<(), Error>;

/// What segment files and a replicated stream can both do.
pub trait Journal {
    /// Makes the caller the only owner: an append by an earlier owner is refused from then on.
    /// Returns the last position. `Error::StaleEpoch` if a later epoch has been claimed already.
    fn claim(&mut self, epoch: u64) -> Pending<Position>;

    /// Appends; the records are durable when the future completes, and the new last position is returned.
    /// `expected` is the position at which the journal must end before. One append is in flight at a time.
    /// After any error the journal accepts nothing more. An empty batch completes without a write.
    fn append(&mut self, batch: Batch, expected: Position) -> Pending<Position>;

    /// As `append`, for a batch that somebody waits for while nothing else is to be done: where it can, the journal writes on
    /// the caller's thread, before it returns, and saves waking another.
    fn append_here(&mut self, batch: Batch, expected: Position) -> Pending<Position> {
        self.append(batch, expected)
    }

    /// Calls `visit` with every durable record after `from`, in order.
    ///
    /// # Errors
    /// `Error::Damaged` or `Error::MissingSegment` where records are not there whole; none after them is visited. The visitor's own.
    fn replay(&self, from: Position, visit: Visit<'_>) -> Result<(), Error>;

    /// Forgets what lies wholly before `to`; whole segments only, so more may stay.
    ///
    /// # Errors
    /// A segment could not be removed; `Error::Broken` or `Error::StaleEpoch` as an append.
    fn trim(&mut self, to: Position) -> Result<(), Error>;

    /// Seals the durable position, when idle and at a clean stop: damage below it is never taken for a torn tail.
    /// It may be called while an append is in flight (it then waits its turn); a second seal writes nothing.
    fn seal(&mut self) -> Pending<()>;

    /// The last durable position.
    fn last(&self) -> Position;
}
