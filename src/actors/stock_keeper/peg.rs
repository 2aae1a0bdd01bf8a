//! Orders that wait for units of a SKU, or for a move of them.

use serde::{Deserialize, Serialize};

use crate::domain::{OrderId, Units};

use super::Move;

/// An order that waits for units of this SKU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peg {
    pub order: OrderId,
    /// Still wanted.
    pub units: u32,
    /// Its payment stands: supplies are ordered for it.
    pub ordered: bool,
}

/// A move that was given up, or came while an earlier one of its order was overdue. It is noted on one of the items that it
/// moves, the first by SKU: whoever moves units of an order looks at that anyway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overdue {
    pub order: OrderId,
    pub what: Move,
    pub lines: Vec<Units>,
    /// Its message lies in the dead letters: it can come again.
    pub is_buried: bool,
    pub is_made: bool,
}
