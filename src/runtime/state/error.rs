//! Why a cell cannot start, or cannot go on.

use crate::journal;
use crate::runtime::actor::{LoadError, Unloadable};
use crate::storage;

use super::clock::BadClock;
use super::record::RecordError;

/// Why a cell cannot start, or cannot go on.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages name the fields")]
pub enum Error {
    /// The journal cannot be opened, read or written.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The trees cannot be.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// What a tree holds is not read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// What the journal holds is not read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The system's clock cannot be right.
    #[error(transparent)]
    Clock(#[from] BadClock),
    /// The trees go further than the journal.
    #[error(
        "the trees reflect the journal up to record {watermark}, but it ends at {last}: the journal lost its tail; restore both from a backup"
    )]
    JournalBehind { watermark: journal::Position, last: journal::Position },
    /// A thread of actors could not begin.
    #[error("a cell's thread ended before it had begun")]
    NoCell,
}

impl From<Unloadable> for Error {
    fn from(unloadable: Unloadable) -> Error {
        match unloadable {
            Unloadable::Storage(error) => Error::Storage(error),
            Unloadable::Load(error) => Error::Load(error),
        }
    }
}
