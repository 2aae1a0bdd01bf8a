use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::{CaseId, CaseKind, OrderId};
use crate::runtime::{Aggregate, Partition, TableKey};
use crate::storage::TreeName;

use super::record::partition;
use super::{CasePlace, CaseRecord, NewCase};

/// Names what a case says, in 17 bytes however long that is: where it is kept, then a hash. Two that have the same are the same case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Alike(CasePlace, [u8; 16]);

impl Alike {
    pub fn of(new: &NewCase) -> Alike {
        let NewCase { kind, order, text, dead_letter } = new;
        match dead_letter {
            Some(message) => Alike::dead_letter(*order, message),
            None => hashed(*order, *kind, text),
        }
    }

    pub fn of_row(row: &CaseRecord) -> Alike {
        match &row.dead_letter {
            Some(message) => Alike::dead_letter(row.order, message),
            None => hashed(row.order, row.kind, &row.text),
        }
    }

    /// Whatever its panic said: whoever deals with the message knows its name, and closes what was opened of it.
    pub fn dead_letter(order: Option<OrderId>, message: &str) -> Alike {
        hashed(order, CaseKind::DeadLetter, message)
    }
}

/// Each part but the last has a length of its own, so no two cases run together.
fn hashed(order: Option<OrderId>, kind: CaseKind, what: &str) -> Alike {
    let mut hash = Sha256::new();
    hash.update([u8::from(order.is_some())]);
    hash.update(order.map_or([0; 16], OrderId::to_bytes));
    hash.update([kind.name().len() as u8]);
    hash.update(kind.name());
    hash.update(what);
    let digest: [u8; 32] = hash.finalize().into();
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    Alike(CasePlace(order.map(OrderId::slot)), short)
}

impl TableKey for Alike {
    fn to_bytes(&self) -> Vec<u8> {
        [&self.0.to_bytes()[..], &self.1].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Alike> {
        let (place, hash) = bytes.split_at_checked(1)?;
        Some(Alike(CasePlace::from_bytes(place)?, hash.try_into().ok()?))
    }
}

/// Tree `open_cases`: the one that says so and is not closed. A row each, so that it is found however many are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenCase(pub CaseId);

impl Aggregate for OpenCase {
    const TREE: TreeName = TreeName("open_cases");
    const VERSION: u8 = 2;
    type Key = Alike;

    fn partition(alike: &Alike) -> Partition {
        partition(alike.0.0)
    }
}
