//! What the runtime must remember over a crash: messages sent and not yet consumed, outside calls without a
//! result, timers. Most live shorter than a checkpoint and are never written to a tree.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use crate::journal::Position;
use crate::runtime::actor::{
    Application, Due, Journaled, Partition, Stated, TimerChange, TimerId, Unloadable, versioned,
};
use crate::storage::{TreeName, Trees, Write};
use crate::time::Timestamp;

use super::record::{Cause, DeadLetter, Record, Statement};
use super::remembered::Remembered;

pub const MESSAGES: TreeName = TreeName("messages");
pub const CALLS: TreeName = TreeName("calls");
pub const TIMERS: TreeName = TreeName("timers");
pub const DEAD_LETTERS: TreeName = TreeName("dead_letters");
/// The trees that the runtime owns: key, value.
/// `messages`: statement → (address, message). `calls`: statement → (address, call).
/// `timers`: address and timer id → (due, setting, message). `dead_letters`: position → (address, dead letter).
pub const TREES: [TreeName; 4] = [MESSAGES, CALLS, TIMERS, DEAD_LETTERS];

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
    /// Reads what the last checkpoint left in the trees, as far as its partition is `here`.
    pub fn load(trees: &dyn Trees, here: impl Fn(Partition) -> bool) -> Result<Pending<A>, Unloadable> {
        let mut pending = Pending::<A>::default();
        pending.messages.load(trees, |bytes| {
            let (to, message) = (A::Address::read(bytes)?, A::Message::read(bytes)?);
            Ok(here(A::partition(to, &message)).then(|| (to, Arc::new(message))))
        })?;
        pending.calls.load(trees, |bytes| {
            let (by, call) = (A::Address::read(bytes)?, A::Call::read(bytes)?);
            // where its answer is decided on, whatever it is
            let answer = A::unanswered(&call, String::new());
            Ok(here(A::partition(by, &answer)).then(|| (by, Rc::new(call))))
        })?;
        pending.timers.load(trees, |bytes| {
            let by = A::Address::read(bytes)?;
            let (due, set) = versioned::take(bytes)?;
            let message = A::Message::read(bytes)?;
            Ok(here(A::partition(by, &message)).then(|| Timer { due, set, message: Arc::new(message) }))
        })?;
        pending.dead.load(trees, |bytes| {
            let (to, letter) = (A::Address::read(bytes)?, versioned::take::<DeadLetter>(bytes)?);
            // what no longer reads lies in the first cell
            let partition =
                letter.message::<A>().map_or(Partition::Common, |message| A::partition(to, &message));
            Ok(here(partition).then_some((to, letter)))
        })?;
        let timers: Vec<_> = pending.timers.iter().map(|(key, timer)| (*key, timer.due)).collect();
        for (key, due) in timers {
            pending.index(key, due);
        }
        Ok(pending)
    }

    /// Folds in what a turn consumed and stated. `sent` hears of each message, and says whether it is to be remembered here.
    pub fn fold(
        &mut self,
        position: Position,
        record: Record<A>,
        mut sent: impl FnMut(Statement, A::Address, &Arc<A::Message>) -> bool,
    ) {
        let Record { by, cause, stated, dead, .. } = record;
        let Stated { sends, calls, timers, .. } = stated;
        self.consume(by, &cause, position);
        for (index, (to, message)) in sends.into_iter().enumerate() {
            let (id, message) = (statement(position, index), Arc::new(message));
            if sent(id, to, &message) {
                self.messages.put(id, (to, message), position);
            }
        }
        for (index, call) in calls.into_iter().enumerate() {
            self.calls.put(statement(position, index), (by, Rc::new(call)), position);
        }
        for (index, change) in timers.into_iter().enumerate() {
            self.change_timer(by, position, index, change);
        }
        if let Some(dead) = dead {
            self.dead.put(position, (by, dead), position);
        }
    }

    /// What caused the turn is done with.
    fn consume(&mut self, by: A::Address, cause: &Cause, position: Position) {
        match cause {
            Cause::Outside => {}
            Cause::Message(id) => drop(self.messages.remove(id, position)),
            Cause::Call(id) => drop(self.calls.remove(id, position)),
            Cause::DeadLetter(letter) => drop(self.dead.remove(letter, position)),
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

    fn change_timer(&mut self, by: A::Address, position: Position, index: usize, change: TimerChange<A>) {
        match change {
            TimerChange::Cancel { id } => self.forget_timer(&(by, id), position),
            TimerChange::Set { id, due, message } => {
                let (key, set) = ((by, id), statement(position, index));
                let timer = Timer { due, set, message: Arc::new(message) };
                if let Some(before) = self.timers.put(key, timer, position) {
                    self.unindex(key, before.due);
                }
                self.index(key, due);
            }
        }
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
        if let Some(timer) = self.timers.remove(key, position) {
            self.unindex(*key, timer.due);
        }
    }

    fn index(&mut self, key: TimerKey<A>, due: Due) {
        match due {
            Due::Trade(moment) => self.due_trade.insert((moment, key)),
            Due::Real(moment) => self.due_real.insert((moment, key)),
        };
    }

    fn unindex(&mut self, key: TimerKey<A>, due: Due) {
        match due {
            Due::Trade(moment) => self.due_trade.remove(&(moment, key)),
            Due::Real(moment) => self.due_real.remove(&(moment, key)),
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
        self.messages.encode_dirty(max, writes, |_, (to, message), buffer| {
            to.write(buffer);
            message.write(buffer);
        }) || self.calls.encode_dirty(max, writes, |_, (by, call), buffer| {
            by.write(buffer);
            call.write(buffer);
        }) || self.timers.encode_dirty(max, writes, |(by, _), timer, buffer| {
            by.write(buffer);
            versioned::put(&(timer.due, timer.set), buffer);
            timer.message.write(buffer);
        }) || self.dead.encode_dirty(max, writes, |_, (to, letter), buffer| {
            to.write(buffer);
            versioned::put(letter, buffer);
        })
    }

    /// The checkpoint that took the last `encode_dirty` has completed.
    pub fn checkpointed(&mut self) {
        self.messages.checkpointed();
        self.calls.checkpointed();
        self.timers.checkpointed();
        self.dead.checkpointed();
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
