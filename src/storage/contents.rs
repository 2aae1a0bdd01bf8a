use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// Above this many live keys in all trees, opening reads back only each tree's newest writes: a shop is to be
/// open within a second, and reading everything takes 2 to 4 s a million keys and fills sled's cache.
/// `doorstep verify` compares every value, however many there are.
pub const WHOLE_CHECK_KEYS_MAX: u64 = 20_000;

/// All live values of a tree in two numbers that follow each insert without reading the rest. Tombstones
/// do not count, so sweeping them changes nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Contents {
    pub live: u64,
    /// The sum of the digests of the live pairs.
    pub digest: u64,
    /// `false` once trees too large to be read at open were found ahead of their manifest.
    pub exact: bool,
}

impl Default for Contents {
    fn default() -> Contents {
        Contents { live: 0, digest: 0, exact: true }
    }
}

impl Contents {
    pub fn add(&mut self, key: &[u8], envelope: &[u8]) {
        self.live += 1;
        self.digest = self.digest.wrapping_add(pair_digest(key, envelope));
    }

    pub fn remove(&mut self, key: &[u8], envelope: &[u8]) {
        self.live = self.live.saturating_sub(1);
        self.digest = self.digest.wrapping_sub(pair_digest(key, envelope));
    }
}

pub(super) fn pair_digest(key: &[u8], envelope: &[u8]) -> u64 {
    xxh3_64_with_seed(envelope, xxh3_64(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_depend_on_what_is_there_and_not_on_the_way_there() {
        let mut one = Contents::default();
        one.add(b"a", b"1");
        one.add(b"b", b"2");
        one.remove(b"a", b"1");
        one.add(b"a", b"3");
        let mut other = Contents::default();
        other.add(b"a", b"3");
        other.add(b"b", b"2");
        assert_eq!(one, other);
        let mut swapped = Contents::default();
        swapped.add(b"a", b"2");
        swapped.add(b"b", b"3");
        assert_ne!(one, swapped);
    }
}
