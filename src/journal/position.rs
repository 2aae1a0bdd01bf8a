use std::fmt;

use serde::{Deserialize, Serialize};

/// How far a journal goes: the number of its last record. Records are numbered from 1,
/// without a gap, for the whole life of a data directory; `Position::START` is the empty journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position(
    /// The number of the record.
    pub u64,
);

impl Position {
    /// Of the empty journal: before the first record.
    pub const START: Position = Position(0);

    /// The position after `records` more records.
    pub fn plus(self, records: u64) -> Position {
        Position(self.0 + records)
    }

    /// The position after one more record.
    pub fn next(self) -> Position {
        self.plus(1)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
