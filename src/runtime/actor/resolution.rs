//! What the operator says of a message that was given up.

use serde::{Deserialize, Serialize};

/// What becomes of a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// It is sent to its actor again, under a new id.
    Retry,
    /// It is forgotten.
    Discard,
}
