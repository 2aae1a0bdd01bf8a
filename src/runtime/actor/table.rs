//! Aggregates in memory. A table holds those that are hot: read or changed lately, or not yet
//! written to their tree. Whatever is changed stays until a checkpoint has made it durable there.
//!
//! A turn changes copies of its own, the table's *drafts*: nothing of it is there before the turn stands in the journal.

use std::any::Any;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use ahash::RandomState;

use crate::journal::Position;
use crate::storage::{self, Stored, TreeName, Trees, Write};

use super::aggregate::{Aggregate, TableKey};
use super::changes::{Changes, Mark};
use super::place::Place;
use super::versioned::Unread;

/// How many clean aggregates a table keeps in memory before the oldest leave. What an order needs from click to
/// confirmation is dirty and stays anyway; this is for those who come back to look at it.
pub(crate) const RESIDENT_CLEAN_MAX: usize = 4_096;

/// The aggregates of one kind that are in memory. Actors reach them through their turns; this face is for audits and tests.
pub struct Table<V: Aggregate> {
    slots: HashMap<V::Key, Rc<Slot<V>>, RandomState>,
    /// What the turn under way makes of some of them: a handful.
    drafts: Vec<(V::Key, Rc<Slot<V>>)>,
    /// What is to be done to some of them once the turn has its place in the journal.
    notes: Vec<(V::Key, Note<V>)>,
    changes: Changes<V::Key>,
    /// What the turn under way has brought into memory. Most of it is new and changed by the same turn, and is not looked at
    /// again before a checkpoint has written it.
    loaded: Vec<V::Key>,
    /// Slots that may leave memory if they are clean, each once, those that came first in front.
    leaving: VecDeque<V::Key>,
}

pub(in crate::runtime) type Note<V> = Box<dyn FnOnce(&mut Option<V>, Place)>;

/// A decision that has read it holds it as it was, whatever becomes of it meanwhile.
#[derive(Clone)]
pub(in crate::runtime) struct Slot<V> {
    /// `None`: there is no such aggregate, and that is known.
    pub value: Option<V>,
    mark: Mark,
    /// Of the last turn that the tree reflects: a replay skips up to here.
    stored: Position,
    /// It stands in the table's `leaving`.
    leaving: bool,
}

impl<V> Slot<V> {
    pub fn clean(value: Option<V>, position: Position, in_tree: bool) -> Slot<V> {
        Slot { value, mark: Mark::clean(position, in_tree), stored: position, leaving: false }
    }
}

impl<V: Aggregate> Default for Table<V> {
    fn default() -> Table<V> {
        let (slots, changes, leaving) = (HashMap::default(), Changes::default(), VecDeque::new());
        Table { slots, drafts: vec![], notes: vec![], changes, loaded: vec![], leaving }
    }
}

impl<V: Aggregate> Table<V> {
    /// The aggregate if it is in memory, as the last turn left it: for audits, never for a decision.
    pub fn peek(&self, key: &V::Key) -> Option<&V> {
        self.slots.get(key).and_then(|slot| slot.value.as_ref())
    }

    /// Every aggregate in memory, in no order.
    pub fn resident(&self) -> impl Iterator<Item = (&V::Key, &V)> {
        self.slots.iter().filter_map(|(key, slot)| Some((key, slot.value.as_ref()?)))
    }

    /// Puts an aggregate into memory as it is: for decision tests.
    pub fn given(&mut self, key: V::Key, value: Option<V>) {
        let position = Position::START;
        self.slots.insert(key, Rc::new(Slot::clean(value, position, true)));
    }

    /// How many keys are in memory, be it only as known to be free.
    #[cfg(test)]
    pub(in crate::runtime) fn known(&self) -> usize {
        self.slots.len()
    }

    /// Brings an aggregate into memory, where it is not there.
    pub(in crate::runtime) fn bring(&mut self, key: &V::Key, trees: &dyn Trees) -> Result<(), Unloadable> {
        if !self.slots.contains_key(key) {
            self.load(key, trees)?;
        }
        Ok(())
    }

    fn load(&mut self, key: &V::Key, trees: &dyn Trees) -> Result<Rc<Slot<V>>, Unloadable> {
        let slot = match trees.get(V::TREE, &key.to_bytes())? {
            None => Slot::clean(None, Position::START, false),
            Some(stored) => Slot::clean(decode::<V>(&stored)?, stored.position, true),
        };
        let slot = Rc::new(slot);
        self.loaded.push(key.clone());
        self.slots.insert(key.clone(), slot.clone());
        Ok(slot)
    }

    /// The aggregate as the turn under way has made it so far.
    pub(in crate::runtime) fn read(
        &mut self,
        key: &V::Key,
        trees: &dyn Trees,
    ) -> Result<Rc<Slot<V>>, Unloadable> {
        match self.drafts.iter().find(|(draft, _)| draft == key) {
            Some((_, draft)) => Ok(draft.clone()),
            None => self.committed(key, trees),
        }
    }

    fn committed(&mut self, key: &V::Key, trees: &dyn Trees) -> Result<Rc<Slot<V>>, Unloadable> {
        match self.slots.get(key) {
            Some(slot) => Ok(slot.clone()),
            None => self.load(key, trees),
        }
    }

    /// Changes the turn's own copy of an aggregate; setting it to `None` deletes it.
    pub(in crate::runtime) fn draft(
        &mut self,
        key: &V::Key,
        trees: &dyn Trees,
        change: impl FnOnce(&mut Option<V>),
    ) -> Result<(), Unloadable> {
        let known = self.drafts.iter().position(|(draft, _)| draft == key);
        let place = match known {
            Some(place) => place,
            None => {
                let slot = self.committed(key, trees)?;
                self.drafts.push((key.clone(), slot));
                self.drafts.len() - 1
            }
        };
        change(&mut Rc::make_mut(&mut self.drafts[place].1).value);
        Ok(())
    }

    /// Changes the aggregate once the turn has its place in the journal.
    pub(in crate::runtime) fn note(
        &mut self,
        key: &V::Key,
        trees: &dyn Trees,
        note: Note<V>,
    ) -> Result<(), Unloadable> {
        self.bring(key, trees)?;
        self.notes.push((key.clone(), note));
        Ok(())
    }

    /// Changes the aggregate itself, by what stands at `position`. Does nothing where the tree already reflects that, as in a
    /// replay.
    ///
    /// # Panics
    /// Where it is not in memory: taking that for "there is none" would lose it.
    pub(in crate::runtime) fn change(
        &mut self,
        key: &V::Key,
        position: Position,
        change: impl FnOnce(&mut Option<V>),
    ) {
        let slot = self.slots.get_mut(key).expect("it was brought into memory");
        if position <= slot.stored {
            return;
        }
        let slot = Rc::make_mut(slot);
        change(&mut slot.value);
        slot.changed(key, position, &mut self.changes);
    }
}

impl<V> Slot<V> {
    fn changed<K: Clone>(&mut self, key: &K, position: Position, changes: &mut Changes<K>) {
        self.mark.position = position;
        changes.note(key, &mut self.mark);
    }

    fn may_leave<K: Clone>(&mut self, key: &K, leaving: &mut VecDeque<K>) {
        if !std::mem::replace(&mut self.leaving, true) {
            leaving.push_back(key.clone());
        }
    }
}

/// A table as the runtime sees it: bytes.
pub trait AnyTable: Any {
    /// Where its aggregates are kept.
    fn tree(&self) -> TreeName;
    /// The turn stands: its drafts are the state, and what it noted is done.
    fn commit(&mut self, place: Place);
    /// The turn came to nothing, and so did its drafts and notes.
    fn discard(&mut self);
    /// Lets the oldest go of what is clean and more than `RESIDENT_CLEAN_MAX`: between turns, for a turn needs what it has read.
    fn let_go(&mut self);
    /// How many aggregates have changed since they were last written.
    fn dirty(&self) -> usize;
    /// Encodes up to `max` changed aggregates for a checkpoint, after which a replay begins at `watermark`.
    fn encode_dirty(&mut self, max: usize, watermark: Position, writes: &mut Vec<Write>);
    /// The checkpoint that took the last `encode_dirty`s has completed: up to `max` of what it wrote are clean.
    /// `false` where none was left.
    fn checkpointed(&mut self, max: usize) -> bool;
    /// It has not: what it took is to be written again.
    fn not_checkpointed(&mut self);
    /// Every aggregate in memory, as it would be stored.
    fn encode_all(&self) -> Vec<Write>;
    /// A value written out for people, a field a line.
    ///
    /// # Errors
    /// It does not decode.
    fn show(&self, stored: &Stored) -> Result<String, LoadError>;
    /// A key written out for people.
    fn show_key(&self, key: &[u8]) -> String;
}

/// Why what a tree holds cannot be read. Each message says what to do about it.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages name the fields")]
pub enum LoadError {
    /// Bytes that are not of the form: damage, or a form that was changed without a new version.
    #[error("tree {tree} holds a key or value that does not decode ({why}): run `doorstep rebuild`")]
    Undecodable { tree: &'static str, why: String },
    /// A form of an aggregate that this build does not know.
    #[error(
        "tree {tree} holds a value of version {version}, which this build does not know: use the build that wrote it, or a newer one"
    )]
    Version { tree: &'static str, version: u8 },
    #[error(
        "tree {tree} holds a value of version {version}, which an older build wrote and this one does not read: use the build that wrote it, or begin a new data directory"
    )]
    Older { tree: &'static str, version: u8 },
    /// What the runtime itself remembers: a message, a call, a timer.
    #[error("tree {tree}: {source}")]
    Remembered { tree: &'static str, source: Unread },
}

/// Why an aggregate cannot be brought into memory.
#[derive(Debug, thiserror::Error)]
pub enum Unloadable {
    #[error(transparent)]
    Storage(#[from] storage::Error),
    #[error(transparent)]
    Load(#[from] LoadError),
}

impl<V: Aggregate> AnyTable for Table<V> {
    fn tree(&self) -> TreeName {
        V::TREE
    }

    fn commit(&mut self, place: Place) {
        while let Some((key, mut draft)) = self.drafts.pop() {
            let slot = self.slots.get_mut(&key).expect("what was drafted is in memory");
            let slot = Rc::make_mut(slot);
            // moved, so that what stays keeps its place in memory, and what comes and goes shares one
            slot.value = Rc::make_mut(&mut draft).value.take();
            slot.changed(&key, place.position, &mut self.changes);
        }
        let mut notes = std::mem::take(&mut self.notes);
        for (key, note) in notes.drain(..) {
            self.change(&key, place.position, |value| note(value, place));
        }
        self.notes = notes; // its room serves the next turn
    }

    fn discard(&mut self) {
        self.drafts.clear();
        self.notes.clear();
    }

    fn let_go(&mut self) {
        while let Some(key) = self.loaded.pop() {
            let Some(slot) = self.slots.get_mut(&key) else { continue };
            if !slot.mark.dirty {
                Rc::make_mut(slot).may_leave(&key, &mut self.leaving);
            }
        }
        while self.leaving.len() > RESIDENT_CLEAN_MAX {
            let Some(key) = self.leaving.pop_front() else { return };
            let Some(slot) = self.slots.get_mut(&key) else { continue };
            let slot = Rc::make_mut(slot);
            // what is changed comes back here with its checkpoint
            slot.leaving = false;
            if !slot.mark.dirty && slot.stored >= slot.mark.position {
                self.slots.remove(&key);
            }
        }
    }

    fn dirty(&self) -> usize {
        self.changes.len()
    }

    fn encode_dirty(&mut self, max: usize, watermark: Position, writes: &mut Vec<Write>) {
        let mut room = vec![];
        for _ in 0..max {
            let Some(key) = self.changes.next() else { return };
            let Some(slot) = self.slots.get_mut(&key) else { continue };
            let slot = Rc::make_mut(slot);
            if slot.value.is_none() && !slot.mark.in_tree && slot.mark.position <= watermark {
                // it came and went between two checkpoints: the tree need not hear of it. What went later must be known as gone,
                // else a replay from the watermark finds how it went and not how it came: a sum would be what was taken from it
                slot.mark.dirty = false;
                slot.stored = slot.mark.position;
                slot.may_leave(&key, &mut self.leaving);
                continue;
            }
            writes.push(encode(&key, slot, &mut room));
            self.changes.written(key, &mut slot.mark);
        }
    }

    fn checkpointed(&mut self, max: usize) -> bool {
        let completed = self.changes.completed(max);
        let some = completed.len() > 0;
        for (key, position) in completed {
            if let Some(slot) = self.slots.get_mut(&key) {
                let slot = Rc::make_mut(slot);
                slot.stored = position;
                if !slot.mark.dirty {
                    slot.may_leave(&key, &mut self.leaving);
                }
            }
        }
        self.let_go();
        some
    }

    fn not_checkpointed(&mut self) {
        for (key, _) in self.changes.not_completed() {
            if let Some(slot) = self.slots.get_mut(&key) {
                self.changes.note(&key, &mut Rc::make_mut(slot).mark);
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
        stored: Stored { version: V::VERSION, position: slot.mark.position, value },
    }
}

/// Reads an aggregate as its tree holds it; `None` for a tombstone.
///
/// # Errors
/// [`LoadError::Version`] or [`LoadError::Undecodable`].
pub fn decode<V: Aggregate>(stored: &Stored) -> Result<Option<V>, LoadError> {
    let Some(bytes) = &stored.value else { return Ok(None) };
    let read = match stored.version {
        version if version == V::VERSION => postcard::from_bytes(bytes).map_err(Unread::from),
        older => V::upcast(older, &mut bytes.as_slice()),
    };
    let tree = V::TREE.0;
    read.map(Some).map_err(|unread| match unread {
        Unread::Version(version) => LoadError::Version { tree, version },
        Unread::Older(version) => LoadError::Older { tree, version },
        Unread::Broken(error) => LoadError::Undecodable { tree, why: error.to_string() },
        other => LoadError::Undecodable { tree, why: other.to_string() },
    })
}
