//! What has changed since it was last written to its tree: one account of it, for aggregates and for what the runtime remembers.

use std::collections::VecDeque;
use std::vec::Drain;

use crate::journal::Position;

/// How a map's entry stands to its tree.
#[derive(Clone, Copy)]
pub struct Mark {
    /// Of the last turn that changed it.
    pub position: Position,
    /// It has changed since it was written, and stands in the map's [`Changes`].
    pub dirty: bool,
    /// The tree holds something under its key, or may.
    pub in_tree: bool,
}

impl Mark {
    pub fn clean(position: Position, in_tree: bool) -> Mark {
        Mark { position, dirty: false, in_tree }
    }
}

/// The keys of a map whose entries have changed.
pub struct Changes<K> {
    /// Those that changed first in front.
    changed: VecDeque<K>,
    /// Written by the checkpoint under way: clean once it has completed.
    in_checkpoint: Vec<(K, Position)>,
}

impl<K> Default for Changes<K> {
    fn default() -> Changes<K> {
        Changes { changed: VecDeque::new(), in_checkpoint: vec![] }
    }
}

impl<K: Clone> Changes<K> {
    pub fn len(&self) -> usize {
        self.changed.len()
    }

    /// The entry is to be written.
    pub fn note(&mut self, key: &K, mark: &mut Mark) {
        if !std::mem::replace(&mut mark.dirty, true) {
            self.changed.push_back(key.clone());
        }
    }

    /// The key that has waited for longest.
    pub fn next(&mut self) -> Option<K> {
        self.changed.pop_front()
    }

    /// All keys. What changes from here on comes after them.
    pub fn take(&mut self) -> VecDeque<K> {
        std::mem::take(&mut self.changed)
    }

    /// Puts keys back that were taken.
    pub fn put_back(&mut self, keys: impl IntoIterator<Item = K>) {
        self.changed.extend(keys);
    }

    /// The checkpoint under way writes the entry.
    pub fn written(&mut self, key: K, mark: &mut Mark) {
        (mark.dirty, mark.in_tree) = (false, true);
        self.in_checkpoint.push((key, mark.position));
    }

    /// The checkpoint under way writes that the entry is gone, by the turn at `position`.
    pub fn written_as_gone(&mut self, key: K, position: Position) {
        self.in_checkpoint.push((key, position));
    }

    /// The checkpoint has completed: up to `max` of the keys that it wrote.
    pub fn completed(&mut self, max: usize) -> Drain<'_, (K, Position)> {
        let first = self.in_checkpoint.len().saturating_sub(max);
        self.in_checkpoint.drain(first..)
    }

    /// It has not: all keys that it wrote.
    pub fn not_completed(&mut self) -> Vec<(K, Position)> {
        std::mem::take(&mut self.in_checkpoint)
    }
}
