//! A Bloom filter over the keys of a tree, in about ten bits a key. It is for trees whose keys are hashes: nearly each key that
//! is asked for is new, and sled reads a page of its file to say so once the tree is larger than its cache.

use std::sync::atomic::{AtomicBool, Ordering};

use fastbloom::AtomicBloomFilter;
use xxhash_rust::xxh3::xxh3_64;

/// The part of absent keys that is looked for in sled all the same.
const FALSE_POSITIVES: f64 = 0.01;
/// Room for so many keys at least. Beyond it false positives become more, until the next start makes more room.
const KEYS_MIN: u64 = 1 << 20;
/// Times as many keys as there are.
const GROWTH: u64 = 2;

pub(super) struct KeyFilter {
    filter: AtomicBloomFilter,
    /// It holds all keys of the tree. Before that it rules nothing out.
    complete: AtomicBool,
}

impl KeyFilter {
    /// An empty filter for a tree that has so many keys.
    pub fn with_room_for(keys: u64) -> KeyFilter {
        let room = keys.saturating_mul(GROWTH).max(KEYS_MIN);
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        let filter = AtomicBloomFilter::with_false_pos(FALSE_POSITIVES).expected_items(room);
        KeyFilter { filter, complete: AtomicBool::new(false) }
    }

    /// Called before the key is in the tree, so that it is never ruled out there.
    pub fn insert(&self, key: &[u8]) {
        self.filter.insert_hash(xxh3_64(key));
    }

    /// To be called once every key of the tree is in it.
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
    fn nothing_is_ruled_out_before_the_filter_is_complete_and_then_only_what_is_not_in_it() {
        let filter = KeyFilter::with_room_for(0);
        assert!(!filter.rules_out(b"never seen"));
        let key = |nth: u64| nth.to_be_bytes();
        (0..10_000).for_each(|nth| filter.insert(&key(nth)));
        filter.complete();
        assert!((0..10_000).all(|nth| !filter.rules_out(&key(nth))));
        let ruled_out = (10_000..20_000).filter(|nth| filter.rules_out(&key(*nth))).count();
        assert!(ruled_out > 9_900, "{ruled_out}");
    }
}
