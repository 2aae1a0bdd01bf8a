use serde::{Deserialize, Serialize};

use crate::domain::{CaseId, CaseKind, OrderId, Slot, Timestamp};
use crate::runtime::{Aggregate, Partition, TableKey};
use crate::storage::TreeName;

/// A case, as it is opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewCase {
    pub kind: CaseKind,
    /// `None`: it is about no order alone.
    pub order: Option<OrderId>,
    /// For the operator: what is wrong, and what to do (`CaseText`).
    pub text: String,
    /// Where a message was given up: its actor and its name. Once the operator has dealt with it, the case is closed.
    pub dead_letter: Option<String>,
}

/// Tree `cases`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseRecord {
    pub kind: CaseKind,
    pub order: Option<OrderId>,
    pub text: String,
    pub opened_at: Timestamp,
    /// How often it came up, and for a dead letter how many of them are still to be dealt with.
    pub times: u32,
    pub dead_letter: Option<String>,
    pub closed: Option<Closed>,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    pub by: String,
    pub why: String,
    pub at: Timestamp,
}

impl Aggregate for CaseRecord {
    const TREE: TreeName = TreeName("cases");
    type Key = CaseId;

    fn partition(case: &CaseId) -> Partition {
        partition(case.slot())
    }
}

impl CaseRecord {
    pub fn opened(new: &NewCase, at: Timestamp) -> CaseRecord {
        let NewCase { kind, order, text, dead_letter } = new.clone();
        CaseRecord { kind, order, text, opened_at: at, times: 1, dead_letter, closed: None }
    }
}

/// A partition that counts its cases; `None`: the common one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CasePlace(pub Option<Slot>);

/// No slot has this number.
const IN_COMMON: u8 = u8::MAX;

impl TableKey for CasePlace {
    fn to_bytes(&self) -> Vec<u8> {
        vec![self.0.map_or(IN_COMMON, Slot::number)]
    }

    fn from_bytes(bytes: &[u8]) -> Option<CasePlace> {
        match bytes {
            [IN_COMMON] => Some(CasePlace(None)),
            [slot] => Slot::parse(*slot).map(|slot| CasePlace(Some(slot))),
            _ => None,
        }
    }
}

/// `None`: in common.
pub(super) fn partition(slot: Option<Slot>) -> Partition {
    slot.map_or(Partition::Common, Partition::from)
}
