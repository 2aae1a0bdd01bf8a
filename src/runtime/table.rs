//! Aggregates in memory. A table holds those that are hot: read or changed lately, or not yet
//! written to their tree. Whatever is changed stays until a checkpoint has made it durable there.

use std::any::Any;
use std::collections::{HashMap, VecDeque};

use ahash::RandomState;

use crate::domain::Timestamp;
use crate::journal::Position;
use crate::storage::{Stored, TreeName, Write};

use super::{Aggregate, Application, TableKey};

/// How many clean aggregates a table keeps in memory before the oldest leave. What an order needs from click to
/// confirmation is dirty and stays anyway; this is for those who come back to look at it.
pub(crate) const RESIDENT_CLEAN_MAX: usize = 4_096;

/// The keys of aggregates that must be in memory before a decision or an apply, as far as they are not.
pub struct Keys<'s> {
    tables: &'s dyn Tables,
    list: Vec<(TreeName, Vec<u8>)>,
}

/// All tables of a state, by the names of their trees.
pub trait Tables {
    fn table(&self, tree: TreeName) -> Option<&dyn AnyTable>;
    fn table_mut(&mut self, tree: TreeName) -> Option<&mut dyn AnyTable>;
}

impl<'s> Keys<'s> {
    /// Lists only what `tables` do not hold.
    pub(crate) fn missing_in(tables: &'s dyn Tables) -> Keys<'s> {
        Keys { tables, list: vec![] }
    }

    pub fn add<V: Aggregate>(&mut self, key: &V::Key) {
        let table = self.tables.table(V::TREE);
        let table = table.and_then(|table| table.as_any().downcast_ref::<Table<V>>());
        if table.is_none_or(|table| !table.slots.contains_key(key)) {
            let place = (V::TREE, key.to_bytes());
            if !self.list.contains(&place) {
                self.list.push(place);
            }
        }
    }

    pub(crate) fn into_list(self) -> Vec<(TreeName, Vec<u8>)> {
        self.list
    }
}

/// Where and when in the journal an event stands, and whose turn states it.
pub struct Stamp<A: Application> {
    pub position: Position,
    pub at: Timestamp,
    pub by: A::Address,
}

pub struct Table<V: Aggregate> {
    /// Boxed: a table that grows moves its slots.
    slots: HashMap<V::Key, Box<Slot<V>>, RandomState>,
    dirty: VecDeque<V::Key>,
    /// Written by the checkpoint under way: clean once it has completed.
    in_checkpoint: Vec<(V::Key, Position)>,
    /// Clean slots, oldest first; a key may stand here twice.
    clean: VecDeque<V::Key>,
}

struct Slot<V> {
    /// `None`: there is no such aggregate, and that is known.
    value: Option<V>,
    /// Of the last turn that changed it.
    position: Position,
    /// Of the last turn that the tree reflects: a replay skips up to here.
    stored: Position,
    dirty: bool,
    /// The tree holds something under this key, or may.
    in_tree: bool,
}

impl<V> Slot<V> {
    fn clean(value: Option<V>, position: Position, in_tree: bool) -> Box<Slot<V>> {
        Box::new(Slot { value, position, stored: position, dirty: false, in_tree })
    }
}

impl<V: Aggregate> Default for Table<V> {
    fn default() -> Table<V> {
        let (slots, dirty, clean) = (HashMap::default(), VecDeque::new(), VecDeque::new());
        Table { slots, dirty, in_checkpoint: vec![], clean }
    }
}

impl<V: Aggregate> Table<V> {
    /// The aggregate, or `None` where there is none.
    ///
    /// # Panics
    /// Where the key is not in memory: taking that for "there is none" would decide on a lie.
    /// `touches` must name every key that a decision reads.
    pub fn get(&self, key: &V::Key) -> Option<&V> {
        match self.slots.get(key) {
            Some(slot) => slot.value.as_ref(),
            None => panic!("{key:?} of tree {} is read but was not named by `touches`", V::TREE.0),
        }
    }

    /// The aggregate if it is in memory: for `touches` and audits, never for a decision.
    pub fn peek(&self, key: &V::Key) -> Option<&V> {
        self.slots.get(key).and_then(|slot| slot.value.as_ref())
    }

    /// Changes an aggregate by the event at `position`; setting it to `None` deletes it. Does nothing
    /// where the tree already reflects that position, as in a replay.
    pub fn change(&mut self, key: &V::Key, position: Position, change: impl FnOnce(&mut Option<V>)) {
        let slot = match self.slots.get_mut(key) {
            Some(slot) => slot,
            None => self.slots.entry(key.clone()).or_insert(Slot::clean(None, Position::START, false)),
        };
        if position <= slot.stored {
            return;
        }
        change(&mut slot.value);
        slot.position = position;
        if !slot.dirty {
            slot.dirty = true;
            self.dirty.push_back(key.clone());
        }
    }

    /// Puts an aggregate into memory as it is: for decision tests.
    pub fn given(&mut self, key: V::Key, value: Option<V>) {
        let position = Position::START;
        self.slots.insert(key, Slot::clean(value, position, true));
    }

    /// Every aggregate in memory, in no order.
    pub fn resident(&self) -> impl Iterator<Item = (&V::Key, &V)> {
        self.slots.iter().filter_map(|(key, slot)| Some((key, slot.value.as_ref()?)))
    }

    fn evict(&mut self) {
        while self.clean.len() > RESIDENT_CLEAN_MAX {
            let Some(key) = self.clean.pop_front() else { return };
            if self.slots.get(&key).is_some_and(|slot| !slot.dirty && slot.stored >= slot.position) {
                self.slots.remove(&key);
            }
        }
    }
}

/// A table as the runtime sees it: bytes.
pub trait AnyTable {
    fn tree(&self) -> TreeName;
    /// Itself, for whoever knows what it holds.
    fn as_any(&self) -> &dyn Any;
    /// Brings what the tree holds under `key` into memory.
    fn load(&mut self, key: &[u8], stored: Option<Stored>) -> Result<(), LoadError>;
    fn dirty(&self) -> usize;
    /// Encodes up to `max` changed aggregates for a checkpoint.
    fn encode_dirty(&mut self, max: usize, writes: &mut Vec<Write>);
    /// The checkpoint that took the last `encode_dirty`s has completed: up to `max` of what it wrote are clean.
    /// `false` where none was left.
    fn checkpointed(&mut self, max: usize) -> bool;
    /// It has not: what it took is to be written again.
    fn not_checkpointed(&mut self);
    /// Every aggregate in memory, as it would be stored.
    fn encode_all(&self) -> Vec<Write>;
    /// A value written out for people, a field a line.
    fn show(&self, stored: &Stored) -> Result<String, LoadError>;
    fn show_key(&self, key: &[u8]) -> String;
}

#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("tree {tree} holds a key or value that does not decode ({why}): run `doorstep rebuild`")]
    Undecodable { tree: &'static str, why: String },
    #[error(transparent)]
    Version(#[from] super::UnknownVersion),
}

impl<V: Aggregate> AnyTable for Table<V> {
    fn tree(&self) -> TreeName {
        V::TREE
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn load(&mut self, bytes: &[u8], stored: Option<Stored>) -> Result<(), LoadError> {
        let undecodable = |why: String| LoadError::Undecodable { tree: V::TREE.0, why };
        let key = V::Key::from_bytes(bytes).ok_or_else(|| undecodable(format!("key {bytes:?}")))?;
        let slot = match stored {
            None => Slot::clean(None, Position::START, false),
            Some(stored) => Slot::clean(decode::<V>(&stored)?, stored.position, true),
        };
        self.slots.insert(key.clone(), slot);
        self.clean.push_back(key);
        self.evict();
        Ok(())
    }

    fn dirty(&self) -> usize {
        self.dirty.len()
    }

    fn encode_dirty(&mut self, max: usize, writes: &mut Vec<Write>) {
        let mut room = vec![];
        for _ in 0..max {
            let Some(key) = self.dirty.pop_front() else { return };
            let Some(slot) = self.slots.get_mut(&key) else { continue };
            slot.dirty = false;
            if slot.value.is_none() && !slot.in_tree {
                // it came and went between two checkpoints: the tree need not hear of it
                slot.stored = slot.position;
                self.clean.push_back(key);
                continue;
            }
            slot.in_tree = true;
            writes.push(encode(&key, slot, &mut room));
            self.in_checkpoint.push((key, slot.position));
        }
    }

    fn checkpointed(&mut self, max: usize) -> bool {
        let now = self.in_checkpoint.len().saturating_sub(max)..;
        let completed = self.in_checkpoint.drain(now);
        let some = completed.len() > 0;
        for (key, position) in completed {
            if let Some(slot) = self.slots.get_mut(&key) {
                slot.stored = position;
                if !slot.dirty {
                    self.clean.push_back(key);
                }
            }
        }
        self.evict();
        some
    }

    fn not_checkpointed(&mut self) {
        for (key, _) in std::mem::take(&mut self.in_checkpoint) {
            if let Some(slot) = self.slots.get_mut(&key)
                && !slot.dirty
            {
                slot.dirty = true;
                self.dirty.push_back(key);
            }
        }
    }

    fn encode_all(&self) -> Vec<Write> {
        let mut room = vec![];
        self.slots.iter().map(|(key, slot)| encode(key, slot, &mut room)).collect()
    }

    fn show(&self, stored: &Stored) -> Result<String, LoadError> {
        Ok(format!("{:#?}", decode::<V>(stored)?))
    }

    fn show_key(&self, key: &[u8]) -> String {
        V::Key::from_bytes(key).map_or_else(|| format!("{key:?}"), |key| format!("{key:?}"))
    }
}

/// `room` is used again and again: what is encoded waits for the end of the checkpoint, and takes no byte too many.
fn encode<V: Aggregate>(key: &V::Key, slot: &Slot<V>, room: &mut Vec<u8>) -> Write {
    let value = slot.value.as_ref().map(|value| {
        room.clear();
        postcard::to_io(value, &mut *room)
            .expect("aggregates are plain data: they always serialise to memory");
        room.to_vec()
    });
    Write {
        tree: V::TREE,
        key: key.to_bytes(),
        stored: Stored { version: V::VERSION, position: slot.position, value },
    }
}

/// Reads an aggregate as its tree holds it; `None` for a tombstone.
pub fn decode<V: Aggregate>(stored: &Stored) -> Result<Option<V>, LoadError> {
    let Some(bytes) = &stored.value else { return Ok(None) };
    if stored.version != V::VERSION {
        return Ok(Some(V::upcast(stored.version, bytes)?));
    }
    match postcard::from_bytes(bytes) {
        Ok(value) => Ok(Some(value)),
        Err(error) => Err(LoadError::Undecodable { tree: V::TREE.0, why: error.to_string() }),
    }
}
