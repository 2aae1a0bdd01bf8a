use super::{LoadError, record::RecordError};

/// Why a cell cannot start, or cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Journal(#[from] crate::journal::Error),
    #[error(transparent)]
    Storage(#[from] crate::storage::Error),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error(
        "the trees reflect the journal up to record {watermark}, but it ends at {last}: the journal lost its tail; restore both from a backup"
    )]
    JournalBehind { watermark: crate::journal::Position, last: crate::journal::Position },
    /// A mistake in `Application::home`.
    #[error("tree {tree}: what is decided on in one cell is at home in another: {key:?}")]
    NotAtHome { tree: crate::storage::TreeName, key: Vec<u8> },
    #[error("a cell's thread ended before it had begun")]
    NoCell,
}

/// Why an `ask` was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing was done: too much is admitted already, or not yet durable. Try again later.
    #[error("overloaded: nothing was done, try again later")]
    Overloaded,
    /// No answer in time. Whether it was done is unknown: ask again with the same key.
    #[error("no answer in time: the outcome is unknown")]
    Deadline,
    /// The daemon is stopping. Whether it was done is unknown.
    #[error("the daemon is stopping: the outcome is unknown")]
    Closed,
}
