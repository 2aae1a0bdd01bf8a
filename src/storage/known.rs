//! Which keys a tree may have, in about ten bits a key. Where keys come in no order, as hashes do, nearly each one that is
//! asked for is new; sled has to read a page of its file to say so, once the tree is larger than its cache.

use std::sync::atomic::{AtomicBool, Ordering};

use fastbloom::AtomicBloomFilter;
use xxhash_rust::xxh3::xxh3_64;

/// Of the keys that are not there, one in so many is looked for in sled all the same.
const LOOKED_FOR_IN_VAIN: f64 = 0.01;
/// Room for so many keys at least. Beyond it more are looked for in vain, until the next start makes more room.
const KEYS_MIN: u64 = 1 << 20;
/// Times as many keys as there are.
const GROWTH: u64 = 2;

pub(super) struct Known {
    filter: AtomicBloomFilter,
    /// All keys of the tree have been learnt; before, it knows nothing.
    complete: AtomicBool,
}

impl Known {
    /// Of a tree that has so many keys, none of them learnt yet.
    pub fn with_room_for(keys: u64) -> Known {
        let room = keys.saturating_mul(GROWTH).max(KEYS_MIN);
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        let filter = AtomicBloomFilter::with_false_pos(LOOKED_FOR_IN_VAIN).expected_items(room);
        Known { filter, complete: AtomicBool::new(false) }
    }

    /// Called before the key is in the tree, so that it is never ruled out there.
    pub fn learn(&self, key: &[u8]) {
        self.filter.insert_hash(xxh3_64(key));
    }

    /// Every key of the tree has been learnt.
    pub fn complete(&self) {
        self.complete.store(true, Ordering::Release);
    }

    /// The tree certainly has nothing under this key.
    pub fn rules_out(&self, key: &[u8]) -> bool {
        self.complete.load(Ordering::Acquire) && !self.filter.contains_hash(xxh3_64(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_ruled_out_before_all_is_learnt_and_then_only_what_was_not() {
        let known = Known::with_room_for(0);
        assert!(!known.rules_out(b"never seen"));
        let key = |nth: u64| nth.to_be_bytes();
        (0..10_000).for_each(|nth| known.learn(&key(nth)));
        known.complete();
        assert!((0..10_000).all(|nth| !known.rules_out(&key(nth))));
        let ruled_out = (10_000..20_000).filter(|nth| known.rules_out(&key(*nth))).count();
        assert!(ruled_out > 9_900, "{ruled_out}");
    }
}
