use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::partners::mail::MailKind;

/// It waits for the operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parked {
    pub why: String,
    /// Since when. `None` where it was parked by a build that did not note it.
    pub at: Option<Timestamp>,
}

impl Parked {
    /// What the operator reads.
    pub(super) fn case_of(&self, letter: MailKind) -> String {
        format!("the letter {} could not be sent: {}", letter.slug(), self.why)
    }
}
