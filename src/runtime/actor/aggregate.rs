//! What is kept: its tree, its key and its partition.

use std::fmt::{self, Debug};
use std::hash::Hash;

use serde::{Serialize, de::DeserializeOwned};

use crate::storage::TreeName;

use super::versioned::Unread;

/// Something kept in a tree under a key of its own: the unit of storage, of replay and of partitioning.
pub trait Aggregate: Serialize + DeserializeOwned + Debug + Clone + PartialEq + 'static {
    /// The tree that it is kept in, alone: no two aggregates of an application name the same, nor one of the runtime's own
    /// (`messages`, `calls`, `timers`, `dead_letters`). Never changed while data are kept.
    const TREE: TreeName;
    /// Of the stored form, as [`Versioned::VERSION`](super::Versioned::VERSION).
    const VERSION: u8 = 1;
    /// What each is kept under.
    type Key: TableKey;

    /// Where it is kept: in common where nothing is said. What decides on it must be there too: who overrides this overrides
    /// [`Actor::partition`](super::Actor::partition) as well. It depends on the key alone, and is not changed while data are kept.
    fn partition(_key: &Self::Key) -> Partition {
        Partition::Common
    }

    /// Reads a stored value that an older build wrote, as [`Versioned::upcast`](super::Versioned::upcast) does.
    ///
    /// # Errors
    /// [`Unread::unknown`] for a version that this build does not read.
    fn upcast(version: u8, _bytes: &mut &[u8]) -> Result<Self, Unread> {
        Err(Unread::unknown(version, Self::VERSION))
    }
}

/// A key of a tree. `from_bytes(&key.to_bytes())` is `Some(key)`, and different keys have different bytes, never changed while data
/// are kept. The tree sorts by the bytes: keys whose bytes sort by time (big-endian numbers, ids made of a time) cost it less.
pub trait TableKey: Clone + Eq + Hash + Debug + 'static {
    /// As the tree holds it.
    fn to_bytes(&self) -> Vec<u8>;
    /// `None` where these are no key's bytes.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

impl TableKey for u64 {
    fn to_bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<u64> {
        bytes.try_into().ok().map(u64::from_be_bytes)
    }
}

/// How many parts an application can be divided into: a cell has some of them, whole.
pub const SLOTS: u8 = 16;

/// Where something is kept and decided on, however many cells there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Partition {
    /// Among what all parts share: the first cell.
    Common,
    /// In one of [`SLOTS`] parts, 0 to 15, which know nothing of each other. A larger number is a part of its own that no cell but the
    /// one of its remainder by [`SLOTS`] has: keep to the range.
    Slot(u8),
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Partition::Common => f.write_str("the common partition"),
            Partition::Slot(slot) => write!(f, "partition {slot}"),
        }
    }
}
