//! From what the trees reflect to the journal's end.

use std::collections::BTreeMap;

use crate::journal::{self, Journal, Position, Visit};
use crate::runtime::actor::{
    Aggregate, AnyTable, Application, Fold, Interrupted, Place, Tables, decode, reading,
};
use crate::storage::{Checkpoint, Stored, Trees};
use crate::time::Timestamp;

use super::error::Error;
use super::pending::Pending;
use super::record::Record;

/// What a cell starts from.
pub struct Recovered<A: Application> {
    /// The aggregates: those that the replay has read or changed.
    pub tables: Tables,
    /// Messages, calls and timers that are not done with.
    pub pending: Pending<A>,
    /// The last turn that was folded in.
    pub last: Position,
    /// Turns that the trees did not reflect.
    pub replayed: u64,
    /// The latest times that the journal holds: no clock may go back behind them.
    pub last_at: Timestamp,
    /// The real one.
    pub last_real: Timestamp,
}

/// What can be read from a position to its end.
pub trait Replays {
    fn last(&self) -> Position;
    fn replay(&self, from: Position, visit: Visit<'_>) -> Result<(), journal::Error>;
}

impl Replays for dyn Journal + '_ {
    fn last(&self) -> Position {
        Journal::last(self)
    }

    fn replay(&self, from: Position, visit: Visit<'_>) -> Result<(), journal::Error> {
        Journal::replay(self, from, visit)
    }
}

/// Reads the trees and replays the journal after them.
///
/// # Errors
/// The journal ends before the trees, cannot be read, or one of them holds a form that this build does not know.
pub fn recover<A: Application>(
    journal: &(impl Replays + ?Sized),
    trees: &dyn Trees,
) -> Result<Recovered<A>, Error> {
    let (watermark, last) = (trees.watermark(), journal.last());
    if watermark > last {
        return Err(Error::JournalBehind { watermark, last });
    }
    let mut recovered =
        Recovered::<A> { pending: Pending::load(trees, |_| true)?, ..Recovered::empty(watermark) };
    // the last turn is always read, for its times
    let from = Position(watermark.0.min(last.0.saturating_sub(1)));
    recovered.fold_up_to(journal, trees, from, last)?;
    Ok(recovered)
}

/// Every aggregate of a type: as the tables have it, over what the trees hold.
pub fn every_one<V: Aggregate>(tables: &Tables, trees: &dyn Trees) -> Result<Vec<V>, Error> {
    let mut stored = BTreeMap::new();
    trees.scan(V::TREE, &[], &mut |key, value| {
        stored.insert(key.to_vec(), value);
        true
    })?;
    let in_memory = tables.iter().filter(|table| table.tree() == V::TREE);
    for write in in_memory.flat_map(|table| table.encode_all()) {
        stored.insert(write.key, write.stored);
    }
    let values = stored.values().map(decode::<V>).collect::<Result<Vec<_>, _>>()?;
    Ok(values.into_iter().flatten().collect())
}

impl<A: Application> Recovered<A> {
    /// Every aggregate of a type, of a journal and the trees that it was recovered over.
    ///
    /// # Errors
    /// The tree cannot be read, or one does not decode.
    pub fn every<V: Aggregate>(&self, trees: &dyn Trees) -> Result<Vec<V>, Error> {
        every_one(&self.tables, trees)
    }

    /// Whether no message is on its way between actors.
    pub fn is_quiet(&self) -> bool {
        self.pending.messages.is_empty()
    }

    /// What it has of a kind, by key and as a tree would hold it: newer than what the trees hold. What is gone has no value.
    ///
    /// # Panics
    /// Where no actor has named its table.
    pub fn newer<V: Aggregate>(&self) -> BTreeMap<Vec<u8>, Stored> {
        let table: &dyn AnyTable = self.tables.of::<V>();
        table.encode_all().into_iter().map(|write| (write.key, write.stored)).collect()
    }

    /// Brings the trees up to the last turn that was folded in.
    pub(in crate::runtime) async fn write_to(&mut self, trees: &dyn Trees) -> Result<(), Error> {
        let mut writes = vec![];
        self.pending.begin_checkpoint();
        while self.pending.encode_dirty(usize::MAX, &mut writes) {}
        for table in self.tables.iter_mut() {
            table.encode_dirty(usize::MAX, self.last, &mut writes);
        }
        trees.checkpoint(Checkpoint { writes, watermark: self.last }).await?;
        self.pending.checkpointed();
        self.tables.iter_mut().for_each(|table| while table.checkpointed(usize::MAX) {});
        Ok(())
    }

    /// Nothing but what the trees hold up to `last`.
    pub(in crate::runtime) fn empty(last: Position) -> Recovered<A> {
        Recovered {
            tables: A::tables(),
            pending: Pending::default(),
            last,
            replayed: 0,
            last_at: Timestamp(0),
            last_real: Timestamp(0),
        }
    }

    /// Folds in the turns after `from` up to `to`; those that it has already are read for their times only.
    pub(in crate::runtime) fn fold_up_to(
        &mut self,
        journal: &(impl Replays + ?Sized),
        trees: &dyn Trees,
        from: Position,
        to: Position,
    ) -> Result<(), Error> {
        let mut failed = None;
        journal
            .replay(from, &mut |position, bytes| {
                if position > to {
                    return Err(journal::Error::Visitor("enough".into()));
                }
                self.fold_one(trees, position, bytes).map_err(|error| {
                    failed = Some(error);
                    journal::Error::Visitor("stopped".into())
                })
            })
            .or_else(|error| match error {
                journal::Error::Visitor(_) => Ok(()),
                other => Err(other),
            })?;
        match failed {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn fold_one(&mut self, trees: &dyn Trees, position: Position, bytes: &[u8]) -> Result<(), Error> {
        let record = Record::<A>::decode(position, bytes)?;
        self.last_at = self.last_at.max(record.moment.at);
        self.last_real = self.last_real.max(record.moment.real);
        if position > self.last {
            let place = Place { position, at: record.moment.at };
            let mut fold = Fold::replayed(&mut self.tables, trees, place);
            // an aggregate that reflects the turn already stays as it is
            reading(|| record.stated.events.iter().for_each(|event| A::fold(event, record.by, &mut fold)))
                .map_err(Interrupted::into_unloadable)?;
            self.tables.let_go();
            self.pending.fold(position, record, |_, _, _| true);
            self.last = position;
            self.replayed += 1;
        }
        Ok(())
    }
}
