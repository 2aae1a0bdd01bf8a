use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::{OrderId, SessionId, Slot};
use crate::runtime::{Aggregate, TableKey};
use crate::storage::TreeName;

use super::{Idempotency, Route};

/// Names one idempotency key of one principal on one route, in 16 bytes however long the key is: its slot, then a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyHash([u8; 16]);

impl KeyHash {
    /// The principal has a fixed length and the route is one byte, so no two requests run together.
    pub fn of(idempotency: &Idempotency) -> KeyHash {
        let route = match idempotency.route {
            Route::Orders => 1u8,
            Route::CartCheckout => 2,
            Route::Payment => 3,
        };
        let mut hash = Sha256::new();
        hash.update(idempotency.principal.to_bytes());
        hash.update([route]);
        hash.update(idempotency.key.as_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        let mut short = [0; 16];
        short.copy_from_slice(&digest[..16]);
        // a visitor's keys are where her session is; programs have one session for all of them
        let slot = match idempotency.principal {
            SessionId::PROGRAMS => Slot::of(digest[16]),
            visitor => visitor.slot(),
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
}
