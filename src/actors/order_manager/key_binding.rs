use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::{Buyer, OrderId, Slot};
use crate::planted::{self, Bug};
use crate::runtime::{Aggregate, Partition, TableKey};
use crate::storage::TreeName;

use super::{Idempotency, Route};

/// Names one idempotency key of one principal on one route, in 16 bytes however long the key is: its slot, then a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyHash([u8; 16]);

impl KeyHash {
    /// A principal begins with its kind and has the length of its kind, and the route is one byte: so no two requests
    /// run together.
    pub fn of(idempotency: &Idempotency) -> KeyHash {
        let route = match idempotency.route {
            Route::Orders => 1u8,
            Route::CartCheckout => 2,
            Route::Payment => 3,
        };
        let mut hash = Sha256::new();
        match idempotency.principal {
            Buyer::Program(_) if planted::is(Bug::KeysOfAllPrograms) => hash.update([1]),
            Buyer::Program(program) => {
                hash.update([1]);
                hash.update(program.number().to_be_bytes());
            }
            Buyer::Visitor(session) => {
                hash.update([2]);
                hash.update(session.to_bytes());
            }
        }
        hash.update([route]);
        hash.update(idempotency.key.as_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        let mut short = [0; 16];
        short.copy_from_slice(&digest[..16]);
        // a visitor's keys are where her session is; programs have one session for all of them, and a program's keys are
        // spread
        let slot = match idempotency.principal {
            Buyer::Program(_) => Slot::of(digest[16]),
            Buyer::Visitor(session) => session.slot(),
        };
        short[0] = slot.number();
        KeyHash(short)
    }

    pub fn slot(self) -> Slot {
        Slot::of(self.0[0])
    }
}

impl Idempotency {
    /// Where the key is kept, and the order that is made under it.
    pub fn slot(&self) -> Slot {
        KeyHash::of(self).slot()
    }
}

impl TableKey for KeyHash {
    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<KeyHash> {
        bytes.try_into().ok().map(KeyHash)
    }
}

/// Tree `idempotency_keys`: the order that a key has made, and the digest of the body that it came with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyBinding {
    pub order: OrderId,
    pub digest: u64,
}

impl Aggregate for KeyBinding {
    const TREE: TreeName = TreeName("idempotency_keys");
    type Key = KeyHash;

    fn partition(key: &KeyHash) -> Partition {
        key.slot().into()
    }
}
