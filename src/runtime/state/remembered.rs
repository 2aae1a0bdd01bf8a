//! A map of what the runtime remembers over a crash, with the tree that a checkpoint writes it to.

use std::collections::VecDeque;
use std::collections::btree_map::{BTreeMap, Entry};

use serde::{Serialize, de::DeserializeOwned};

use crate::journal::Position;
use crate::runtime::actor::{Changes, LoadError, Mark, Unloadable, Unread, versioned};
use crate::storage::{Stored, TreeName, Trees, Write};

/// Of the stored rows; the forms within them have versions of their own.
const VERSION: u8 = 2;

/// A map whose changes can be written to a tree. What comes and goes between two checkpoints is not written.
pub struct Remembered<K, V> {
    tree: TreeName,
    map: BTreeMap<K, Kept<V>>,
    /// Of keys that may be gone by now, or stand there twice.
    changes: Changes<K>,
    /// Keys that are gone and that the tree holds, or may hold, with the position of their removal.
    gone: BTreeMap<K, Position>,
    /// Keys that the checkpoint under way has still to write.
    to_write: VecDeque<K>,
}

struct Kept<V> {
    value: V,
    mark: Mark,
}

/// The changes are cleared of what is gone when it has so many more than are there.
const GONE_IN_CHANGES_MAX: usize = 4_096;

impl<K: Copy + Ord + Serialize + DeserializeOwned, V> Remembered<K, V> {
    pub fn new(tree: TreeName) -> Remembered<K, V> {
        let (changes, to_write) = (Changes::default(), VecDeque::new());
        Remembered { tree, map: BTreeMap::new(), changes, gone: BTreeMap::new(), to_write }
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        self.map.get(key).map(|kept| &kept.value)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.map.iter().map(|(key, kept)| (key, &kept.value))
    }

    pub fn len(&self) -> usize {
        self.map.len()
    }

    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// What stood there before.
    pub fn put(&mut self, key: K, value: V, position: Position) -> Option<V> {
        let (kept, before) = match self.map.entry(key) {
            Entry::Vacant(place) => {
                let in_tree = !self.gone.is_empty() && self.gone.remove(&key).is_some();
                (place.insert(Kept { value, mark: Mark::clean(position, in_tree) }), None)
            }
            Entry::Occupied(place) => {
                let kept = place.into_mut();
                kept.mark.position = position;
                let before = std::mem::replace(&mut kept.value, value);
                (kept, Some(before))
            }
        };
        self.changes.note(&key, &mut kept.mark);
        self.bound_changes();
        before
    }

    fn bound_changes(&mut self) {
        if self.changes.len() <= self.map.len() + GONE_IN_CHANGES_MAX {
            return;
        }
        let mut changed = Vec::from(self.changes.take());
        changed.sort_unstable();
        changed.dedup();
        changed.retain(|key| self.map.get(key).is_some_and(|kept| kept.mark.dirty));
        self.changes.put_back(changed);
    }

    /// What stood there. Removing what is not there is no error: a replay may remove what a later checkpoint has removed already.
    pub fn remove(&mut self, key: &K, position: Position) -> Option<V> {
        let kept = self.map.remove(key)?;
        if kept.mark.in_tree {
            self.gone.insert(*key, position);
        }
        Some(kept.value)
    }

    /// The checkpoint that took the last `encode_dirty` has completed.
    pub fn checkpointed(&mut self) {
        self.changes.completed(usize::MAX);
    }

    /// It has not: what it took is to be written again.
    pub fn not_checkpointed(&mut self) {
        let is_dirty = |key: &K| self.map.get(key).is_some_and(|kept| kept.mark.dirty);
        self.changes.put_back(std::mem::take(&mut self.to_write).into_iter().filter(is_dirty));
        for (key, position) in self.changes.not_completed() {
            match self.map.get_mut(&key) {
                Some(kept) => {
                    // what came back meanwhile did not find it in `gone`
                    kept.mark.in_tree = true;
                    self.changes.note(&key, &mut kept.mark);
                }
                None => _ = self.gone.entry(key).or_insert(position),
            }
        }
        self.bound_changes();
    }

    /// `open` reads a value, and says whether it is to be remembered here.
    pub fn load(
        &mut self,
        trees: &dyn Trees,
        open: impl Fn(&mut &[u8]) -> Result<Option<V>, Unread>,
    ) -> Result<(), Unloadable> {
        let mut failed = None;
        trees.scan(self.tree, &[], &mut |key, stored| {
            let Some(bytes) = &stored.value else { return true };
            match read_row(key, stored.version, bytes, &open) {
                Ok((key, Some(value))) => {
                    self.map.insert(key, Kept { value, mark: Mark::clean(stored.position, true) });
                }
                Ok((_, None)) => {}
                Err(unread) => failed = Some(unread),
            }
            failed.is_none()
        })?;
        match failed {
            None => Ok(()),
            Some(source) => Err(LoadError::Remembered { tree: self.tree.0, source }.into()),
        }
    }

    /// Sets aside what the checkpoint is to write; how much that is. What changes from now on is the next one's, but for
    /// what this one has still to write: that is written as it is when its turn comes.
    pub fn begin_checkpoint(&mut self) -> usize {
        self.to_write = self.changes.take();
        self.to_write.extend(self.gone.keys().copied());
        self.to_write.len()
    }

    /// Encodes up to `max` of what is to be written; `false` where there was nothing.
    pub fn encode_dirty(
        &mut self,
        max: usize,
        writes: &mut Vec<Write>,
        encode: impl Fn(&K, &V, &mut Vec<u8>),
    ) -> bool {
        let now = max.min(self.to_write.len());
        for key in self.to_write.drain(..now) {
            let (position, value) = match self.map.get_mut(&key) {
                Some(kept) if kept.mark.dirty => {
                    let mut value = vec![];
                    encode(&key, &kept.value, &mut value);
                    self.changes.written(key, &mut kept.mark);
                    (kept.mark.position, Some(value))
                }
                Some(_) => continue,
                None => match self.gone.remove(&key) {
                    Some(position) => {
                        self.changes.written_as_gone(key, position);
                        (position, None)
                    }
                    None => continue,
                },
            };
            let stored = Stored { version: VERSION, position, value };
            writes.push(Write { tree: self.tree, key: encode_key(&key), stored });
        }
        now > 0
    }
}

fn read_row<K: DeserializeOwned, V>(
    key: &[u8],
    version: u8,
    mut value: &[u8],
    open: impl Fn(&mut &[u8]) -> Result<V, Unread>,
) -> Result<(K, V), Unread> {
    if version != VERSION {
        return Err(Unread::Version(version));
    }
    // first the value: it says by name what this build does not know, also of an actor in the key
    let value = open(&mut value)?;
    Ok((postcard::from_bytes(key)?, value))
}

fn encode_key<K: Serialize>(key: &K) -> Vec<u8> {
    let mut bytes = vec![];
    versioned::put(key, &mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(remembered: &mut Remembered<u64, u8>) -> Vec<(u64, bool)> {
        let mut writes = vec![];
        remembered.begin_checkpoint();
        while remembered.encode_dirty(1, &mut writes, |_, value, buffer| buffer.push(*value)) {}
        let key = |write: &Write| postcard::from_bytes(&write.key).unwrap();
        writes.iter().map(|write| (key(write), write.stored.value.is_some())).collect()
    }

    #[test]
    fn what_comes_back_during_a_checkpoint_that_fails_and_then_goes_is_removed_from_the_tree() {
        let mut timers = Remembered::new(TreeName("timers"));
        timers.put(1, 0, Position(1));
        assert_eq!(encoded(&mut timers), [(1, true)]);
        timers.checkpointed();
        timers.remove(&1, Position(2));
        assert_eq!(encoded(&mut timers), [(1, false)]);
        timers.put(1, 0, Position(3));
        timers.not_checkpointed();
        timers.remove(&1, Position(4));
        assert_eq!(encoded(&mut timers), [(1, false)], "the tree still holds it");
    }
}
