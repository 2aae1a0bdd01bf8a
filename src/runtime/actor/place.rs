//! Where a turn stands.

use crate::journal::Position;
use crate::time::Timestamp;

/// Where in the journal a turn stands, and when it was stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Of its record.
    pub position: Position,
    /// When it was stated, in the trade's time: what `turn.now()` was for its decision, or a little later, as moments do not go back
    /// in the order of the journal.
    pub at: Timestamp,
}
