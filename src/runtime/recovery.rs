//! From what the trees reflect to the journal's end.

use crate::domain::Timestamp;
use crate::journal::{self, Journal, Position, Visit};
use crate::storage::{Checkpoint, Trees};

use super::core::load_missing;
use super::pending::Pending;
use super::record::Record;
use super::{Application, Error, Stamp, State};

/// What a cell starts from.
pub struct Recovered<A: Application> {
    pub state: A::State,
    pub pending: Pending<A>,
    pub last: Position,
    /// Turns that the trees did not reflect.
    pub replayed: u64,
    /// The latest times that the journal holds: no clock may go back behind them.
    pub last_at: Timestamp,
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

impl<A: Application> Recovered<A> {
    /// Whether no message is on its way between actors.
    pub fn is_quiet(&self) -> bool {
        self.pending.messages.is_empty()
    }

    /// Brings the trees up to the last turn that was folded in.
    pub(super) async fn write_to(&mut self, trees: &dyn Trees) -> Result<(), Error> {
        let mut writes = vec![];
        self.pending.begin_checkpoint();
        while self.pending.encode_dirty(usize::MAX, &mut writes) {}
        for table in self.state.tables_mut() {
            table.encode_dirty(usize::MAX, &mut writes);
        }
        trees.checkpoint(Checkpoint { writes, watermark: self.last }).await?;
        self.pending.checkpointed();
        self.state.tables_mut().into_iter().for_each(|table| while table.checkpointed(usize::MAX) {});
        Ok(())
    }

    /// Nothing but what the trees hold up to `last`.
    pub(super) fn empty(last: Position) -> Recovered<A> {
        Recovered {
            state: A::State::default(),
            pending: Pending::default(),
            last,
            replayed: 0,
            last_at: Timestamp(0),
            last_real: Timestamp(0),
        }
    }

    /// Folds in the turns after `from` up to `to`; those that it has already are read for their times only.
    pub(super) fn fold_up_to(
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
        self.last_at = self.last_at.max(record.at);
        self.last_real = self.last_real.max(record.real);
        if position > self.last {
            fold(&mut self.state, trees, position, &record)?;
            self.pending.replay(position, record);
            self.last = position;
            self.replayed += 1;
        }
        Ok(())
    }
}

/// Folds the events of one turn in; an aggregate that already reflects them stays as it is.
fn fold<A: Application>(
    state: &mut A::State,
    trees: &dyn Trees,
    position: Position,
    record: &Record<A>,
) -> Result<(), Error> {
    load_missing::<A>(
        state,
        trees,
        |_, _| true,
        |_, keys| {
            record.events.iter().for_each(|event| A::State::changed_by(record.by, event, keys));
        },
    )?;
    let stamp = Stamp { position, at: record.at, by: record.by };
    record.events.iter().for_each(|event| state.apply(event, &stamp));
    Ok(())
}
