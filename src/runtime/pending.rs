//! What the runtime must remember over a crash: messages sent and not yet consumed, outside calls without a
//! result, timers. Most live shorter than a checkpoint and are never written to a tree.

use std::collections::btree_map::{BTreeMap, Entry};
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};

use crate::domain::Timestamp;
use crate::journal::Position;
use crate::storage::{Stored, TreeName, Trees, Write};

use super::record::{Cause, DeadLetter, Record, Statement};
use super::{Application, CallResult, Due, Error, Home, LoadError, TimerChange, TimerId};

pub const MESSAGES: TreeName = TreeName("messages");
pub const CALLS: TreeName = TreeName("calls");
pub const TIMERS: TreeName = TreeName("timers");
pub const DEAD_LETTERS: TreeName = TreeName("dead_letters");
/// The trees that the runtime owns: key, value.
/// `messages`: statement → (address, message). `calls`: statement → (address, call).
/// `timers`: address and timer id → (due, setting, message). `dead_letters`: position → (address, dead letter).
pub const TREES: [TreeName; 4] = [MESSAGES, CALLS, TIMERS, DEAD_LETTERS];

const VERSION: u8 = 1;

pub struct Pending<A: Application> {
    pub messages: Remembered<Statement, (A::Address, Arc<A::Message>)>,
    pub calls: Remembered<Statement, (A::Address, Rc<A::Call>)>,
    pub timers: Remembered<TimerKey<A>, Timer<A>>,
    /// Timers that have not fired, by when they are due.
    due_trade: BTreeSet<(Timestamp, TimerKey<A>)>,
    due_real: BTreeSet<(Timestamp, TimerKey<A>)>,
    /// Messages that were given up, by the turn that did, until the operator has dealt with them.
    pub dead: Remembered<Position, (A::Address, DeadLetter)>,
}

pub type TimerKey<A> = (<A as Application>::Address, TimerId);

pub struct Timer<A: Application> {
    pub due: Due,
    pub set: Statement,
    pub message: Arc<A::Message>,
}

impl<A: Application> Clone for Timer<A> {
    fn clone(&self) -> Timer<A> {
        Timer { due: self.due, set: self.set, message: self.message.clone() }
    }
}

impl<A: Application> Default for Pending<A> {
    fn default() -> Pending<A> {
        Pending {
            messages: Remembered::new(MESSAGES),
            calls: Remembered::new(CALLS),
            timers: Remembered::new(TIMERS),
            due_trade: BTreeSet::new(),
            due_real: BTreeSet::new(),
            dead: Remembered::new(DEAD_LETTERS),
        }
    }
}

impl<A: Application> Pending<A> {
    /// Reads what the last checkpoint left in the trees, as far as it is at home `here`.
    pub fn load(trees: &dyn Trees, here: impl Fn(Home) -> bool) -> Result<Pending<A>, Error> {
        let mut pending = Pending::<A>::default();
        pending.messages.load(trees, |_, (to, message): (A::Address, A::Message)| {
            here(A::home(to, &message)).then(|| (to, Arc::new(message)))
        })?;
        pending.calls.load(trees, |_, (by, call): (A::Address, A::Call)| {
            // where its answer is decided on
            let answer = A::answer(&call, CallResult::Unknown(String::new()));
            here(A::home(by, &answer)).then(|| (by, Rc::new(call)))
        })?;
        pending.timers.load(trees, |(by, _): &TimerKey<A>, timer: (Due, Statement, A::Message)| {
            let (due, set, message) = timer;
            here(A::home(*by, &message)).then(|| Timer { due, set, message: Arc::new(message) })
        })?;
        pending.dead.load(trees, |_, (to, letter): (A::Address, DeadLetter)| {
            // what no longer reads lies in the first cell
            let message = serde_json::from_str::<A::Message>(&letter.message);
            here(message.map_or(Home::Common, |message| A::home(to, &message))).then_some((to, letter))
        })?;
        let timers: Vec<_> = pending.timers.iter().map(|(key, timer)| (*key, timer.due)).collect();
        for (key, due) in timers {
            pending.index(key, due);
        }
        Ok(pending)
    }

    /// Folds in what a replayed turn consumed and stated.
    pub fn replay(&mut self, position: Position, record: Record<A>) {
        self.consume(record.by, &record.cause, position);
        for (index, (to, message)) in record.sends.into_iter().enumerate() {
            self.messages.put(statement(position, index), (to, Arc::new(message)), position);
        }
        for (index, call) in record.calls.into_iter().enumerate() {
            self.calls.put(statement(position, index), (record.by, Rc::new(call)), position);
        }
        for (index, change) in record.timers.into_iter().enumerate() {
            self.change_timer(record.by, position, index, change);
        }
        if let Some(dead) = record.dead {
            self.bury(position, record.by, dead);
        }
    }

    /// What caused the turn is done with.
    pub fn consume(&mut self, by: A::Address, cause: &Cause, position: Position) {
        match cause {
            Cause::Outside => {}
            Cause::Message(id) => self.messages.remove(id, position),
            Cause::Call(id) => self.calls.remove(id, position),
            Cause::DeadLetter(letter) => self.dead.remove(letter, position),
            Cause::Timer { id, set } => {
                let key = (by, *id);
                if self.timers.get(&key).is_some_and(|timer| timer.set == *set) {
                    self.forget_timer(&key, position);
                }
            }
        }
    }

    /// Whether a cause has not been consumed yet, and a timer's firing is still meant.
    pub fn is_current(&self, by: A::Address, cause: &Cause) -> bool {
        match cause {
            Cause::Outside => true,
            Cause::Message(id) => self.messages.get(id).is_some(),
            Cause::Call(id) => self.calls.get(id).is_some(),
            Cause::DeadLetter(letter) => self.dead.get(letter).is_some(),
            Cause::Timer { id, set } => self.timers.get(&(by, *id)).is_some_and(|timer| timer.set == *set),
        }
    }

    pub fn change_timer(&mut self, by: A::Address, position: Position, index: usize, change: TimerChange<A>) {
        match change {
            TimerChange::Cancel { id } => self.forget_timer(&(by, id), position),
            TimerChange::Set { id, due, message } => {
                let key = (by, id);
                self.unindex(&key);
                let set = statement(position, index);
                self.timers.put(key, Timer { due, set, message: Arc::new(message) }, position);
                self.index(key, due);
            }
        }
    }

    pub fn bury(&mut self, position: Position, to: A::Address, dead: DeadLetter) {
        self.dead.put(position, (to, dead), position);
    }

    /// The next timers to come due, on the trade's clock and on the real one.
    pub fn next_due(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        (self.due_trade.first().map(|(due, _)| *due), self.due_real.first().map(|(due, _)| *due))
    }

    /// Takes one timer that is due off the list of those that have not fired. It is remembered
    /// until the turn that it causes is journaled.
    pub fn fire(&mut self, trade: Timestamp, real: Timestamp) -> Option<(TimerKey<A>, Timer<A>)> {
        let key = pop_due(&mut self.due_trade, trade).or_else(|| pop_due(&mut self.due_real, real))?;
        let timer = self.timers.get(&key)?.clone();
        Some((key, timer))
    }

    fn forget_timer(&mut self, key: &TimerKey<A>, position: Position) {
        self.unindex(key);
        self.timers.remove(key, position);
    }

    fn index(&mut self, key: TimerKey<A>, due: Due) {
        match due {
            Due::Trade(moment) => self.due_trade.insert((moment, key)),
            Due::Real(moment) => self.due_real.insert((moment, key)),
        };
    }

    fn unindex(&mut self, key: &TimerKey<A>) {
        match self.timers.get(key).map(|timer| timer.due) {
            Some(Due::Trade(moment)) => self.due_trade.remove(&(moment, *key)),
            Some(Due::Real(moment)) => self.due_real.remove(&(moment, *key)),
            None => false,
        };
    }

    /// A checkpoint begins: how much has changed.
    pub fn begin_checkpoint(&mut self) -> usize {
        self.messages.begin_checkpoint()
            + self.calls.begin_checkpoint()
            + self.timers.begin_checkpoint()
            + self.dead.begin_checkpoint()
    }

    /// Encodes about `max` of what has changed; `false` when nothing is left of it.
    pub fn encode_dirty(&mut self, max: usize, writes: &mut Vec<Write>) -> bool {
        self.messages.encode_dirty(max, writes, |(to, message)| encode(&(to, message.as_ref())))
            || self.calls.encode_dirty(max, writes, |(by, call)| encode(&(by, call.as_ref())))
            || self
                .timers
                .encode_dirty(max, writes, |timer| encode(&(timer.due, timer.set, timer.message.as_ref())))
            || self.dead.encode_dirty(max, writes, encode)
    }

    /// The checkpoint that took the last `encode_dirty` has completed.
    pub fn checkpointed(&mut self) {
        self.messages.in_checkpoint.clear();
        self.calls.in_checkpoint.clear();
        self.timers.in_checkpoint.clear();
        self.dead.in_checkpoint.clear();
    }

    /// It has not: what it took is to be written again.
    pub fn not_checkpointed(&mut self) {
        self.messages.not_checkpointed();
        self.calls.not_checkpointed();
        self.timers.not_checkpointed();
        self.dead.not_checkpointed();
    }
}

pub fn statement(turn: Position, index: usize) -> Statement {
    Statement { turn, index: index as u32 }
}

fn pop_due<K: Copy + Ord>(due: &mut BTreeSet<(Timestamp, K)>, now: Timestamp) -> Option<K> {
    let (moment, key) = *due.first()?;
    if moment > now {
        return None;
    }
    due.pop_first();
    Some(key)
}

/// A map whose changes can be written to a tree. What comes and goes between two checkpoints is not written.
pub struct Remembered<K, V> {
    tree: TreeName,
    map: BTreeMap<K, Kept<V>>,
    /// Keys that were put since the last checkpoint; they may be gone by now, or stand here twice.
    changed: Vec<K>,
    /// Keys that are gone and that the tree holds, or may hold, with the position of their removal.
    gone: BTreeMap<K, Position>,
    /// Keys that the checkpoint under way has still to write, and those that it writes.
    to_write: VecDeque<K>,
    in_checkpoint: Vec<(K, Position)>,
}

struct Kept<V> {
    value: V,
    /// Of the turn that put it.
    position: Position,
    /// Not written since it was put.
    dirty: bool,
    /// The tree holds something under this key, or may.
    in_tree: bool,
}

/// `changed` is cleared of what is gone when it has so many more than are there.
const GONE_IN_CHANGED_MAX: usize = 4_096;

impl<K: Copy + Ord + Serialize + DeserializeOwned, V> Remembered<K, V> {
    fn new(tree: TreeName) -> Remembered<K, V> {
        let (changed, to_write, in_checkpoint) = (vec![], VecDeque::new(), vec![]);
        Remembered { tree, map: BTreeMap::new(), changed, gone: BTreeMap::new(), to_write, in_checkpoint }
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

    pub fn put(&mut self, key: K, value: V, position: Position) {
        let in_tree = !self.gone.is_empty() && self.gone.remove(&key).is_some();
        let kept = Kept { value, position, dirty: true, in_tree };
        let noted = match self.map.entry(key) {
            Entry::Vacant(place) => {
                place.insert(kept);
                false
            }
            Entry::Occupied(mut place) => {
                let before = place.insert(kept);
                place.get_mut().in_tree |= before.in_tree;
                before.dirty
            }
        };
        if !noted {
            self.note_changed(key);
        }
    }

    fn note_changed(&mut self, key: K) {
        self.changed.push(key);
        if self.changed.len() > self.map.len() + GONE_IN_CHANGED_MAX {
            self.sort_changed();
        }
    }

    fn sort_changed(&mut self) {
        self.changed.sort_unstable();
        self.changed.dedup();
        self.changed.retain(|key| self.map.get(key).is_some_and(|kept| kept.dirty));
    }

    /// Removing what is not there is no error: a replay may remove what a later checkpoint has removed already.
    pub fn remove(&mut self, key: &K, position: Position) {
        if self.map.remove(key).is_some_and(|kept| kept.in_tree) {
            self.gone.insert(*key, position);
        }
    }

    fn not_checkpointed(&mut self) {
        for key in std::mem::take(&mut self.to_write) {
            if self.map.get(&key).is_some_and(|kept| kept.dirty) {
                self.note_changed(key);
            }
        }
        for (key, position) in std::mem::take(&mut self.in_checkpoint) {
            match self.map.get_mut(&key) {
                Some(kept) if kept.dirty => {}
                Some(kept) => {
                    kept.dirty = true;
                    self.note_changed(key);
                }
                None => _ = self.gone.entry(key).or_insert(position),
            }
        }
    }

    /// `open` says of what is stored what is remembered of it, if anything.
    fn load<W: DeserializeOwned>(
        &mut self,
        trees: &dyn Trees,
        open: impl Fn(&K, W) -> Option<V>,
    ) -> Result<(), Error> {
        let mut undecodable = None;
        trees.scan(self.tree, &[], &mut |key, stored| {
            let Some(bytes) = &stored.value else { return true };
            match (decode_key(key), postcard::from_bytes::<W>(bytes)) {
                (Some(key), Ok(value)) => {
                    if let Some(value) = open(&key, value) {
                        let position = stored.position;
                        self.map.insert(key, Kept { value, position, dirty: false, in_tree: true });
                    }
                    true
                }
                (_, value) => {
                    undecodable = Some(value.err().map_or("its key".to_owned(), |error| error.to_string()));
                    false
                }
            }
        })?;
        match undecodable {
            None => Ok(()),
            Some(why) => Err(LoadError::Undecodable { tree: self.tree.0, why }.into()),
        }
    }

    /// Sets aside what the checkpoint is to write; how much that is. What changes from now on is the next one's, but for
    /// what this one has still to write: that is written as it is when its turn comes.
    fn begin_checkpoint(&mut self) -> usize {
        self.to_write = std::mem::take(&mut self.changed).into();
        self.to_write.extend(self.gone.keys().copied());
        self.to_write.len()
    }

    /// Encodes up to `max` of what is to be written; `false` where there was nothing.
    fn encode_dirty(&mut self, max: usize, writes: &mut Vec<Write>, encode: impl Fn(&V) -> Vec<u8>) -> bool {
        let now = max.min(self.to_write.len());
        for key in self.to_write.drain(..now) {
            let (position, value) = match self.map.get_mut(&key) {
                Some(kept) if kept.dirty => {
                    (kept.dirty, kept.in_tree) = (false, true);
                    (kept.position, Some(encode(&kept.value)))
                }
                Some(_) => continue,
                None => match self.gone.remove(&key) {
                    Some(position) => (position, None),
                    None => continue,
                },
            };
            self.in_checkpoint.push((key, position));
            let stored = Stored { version: VERSION, position, value };
            writes.push(Write { tree: self.tree, key: encode_key(&key), stored });
        }
        now > 0
    }
}

fn encode<V: Serialize + ?Sized>(value: &V) -> Vec<u8> {
    postcard::to_stdvec(value).expect("what is remembered is plain data: it always serialises to memory")
}

fn encode_key<K: Serialize>(key: &K) -> Vec<u8> {
    encode(key)
}

fn decode_key<K: DeserializeOwned>(bytes: &[u8]) -> Option<K> {
    postcard::from_bytes(bytes).ok()
}
