//! Who has counted, when and why: what a shopkeeper asks when a count surprises her.

use serde::{Deserialize, Serialize};

use crate::domain::{Sku, Timestamp};
use crate::runtime::Aggregate;
use crate::storage::TreeName;

/// Tree `adjustments`: the last of a SKU, oldest first. All of them stand in the journal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Adjustments(Vec<Adjustment>);

/// Units were found, or were missing, or all that were known were there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adjustment {
    pub by: i64,
    /// In the house after it.
    pub on_hand: u64,
    pub reason: String,
    pub who: String,
    pub at: Timestamp,
}

impl Aggregate for Adjustments {
    const TREE: TreeName = TreeName("adjustments");
    type Key = Sku;
}

impl Adjustments {
    pub const KEPT_MAX: usize = 20;

    pub(super) fn add(&mut self, new: Adjustment) {
        self.0.push(new);
        let too_many = self.0.len().saturating_sub(Adjustments::KEPT_MAX);
        self.0.drain(..too_many);
    }

    pub fn newest_first(&self) -> impl Iterator<Item = &Adjustment> {
        self.0.iter().rev()
    }
}
