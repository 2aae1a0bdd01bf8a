use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;

/// It waits for the operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parked {
    pub why: String,
    /// Since when. `None` where it was parked by a build that did not note it.
    pub at: Option<Timestamp>,
}
