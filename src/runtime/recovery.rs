//! From what the trees reflect to the journal's end.

use crate::domain::Timestamp;
use crate::journal::{Journal, Position};
use crate::storage::Trees;

use super::core::load_missing;
use super::pending::Pending;
use super::record::Record;
use super::{Application, Error, Keys, Stamp, State};

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

/// Reads the trees and replays the journal after them.
pub fn recover<A: Application>(journal: &dyn Journal, trees: &dyn Trees) -> Result<Recovered<A>, Error> {
    let watermark = trees.watermark();
    let last = journal.last();
    if watermark > last {
        return Err(Error::JournalBehind { watermark, last });
    }
    let mut recovered = Recovered::<A> {
        state: A::State::default(),
        pending: Pending::load(trees)?,
        last,
        replayed: 0,
        last_at: Timestamp(0),
        last_real: Timestamp(0),
    };
    // the last turn is always read, for its times
    let from = Position(watermark.0.min(last.0.saturating_sub(1)));
    let mut failed = None;
    journal.replay(from, &mut |position, bytes| {
        if failed.is_none() {
            failed = replay_one(&mut recovered, trees, watermark, position, bytes).err();
        }
        Ok(())
    })?;
    match failed {
        Some(error) => Err(error),
        None => Ok(recovered),
    }
}

fn replay_one<A: Application>(
    recovered: &mut Recovered<A>,
    trees: &dyn Trees,
    watermark: Position,
    position: Position,
    bytes: &[u8],
) -> Result<(), Error> {
    let record = Record::<A>::decode(position, bytes)?;
    recovered.last_at = recovered.last_at.max(record.at);
    recovered.last_real = recovered.last_real.max(record.real);
    if position > watermark {
        fold(&mut recovered.state, trees, position, &record)?;
        recovered.pending.replay(position, record);
        recovered.replayed += 1;
    }
    Ok(())
}

/// Folds the events of one turn in; an aggregate that already reflects them stays as it is.
pub fn fold<A: Application>(
    state: &mut A::State,
    trees: &dyn Trees,
    position: Position,
    record: &Record<A>,
) -> Result<(), Error> {
    let mut keys = Keys::default();
    record.events.iter().for_each(|event| A::State::changed_by(event, &mut keys));
    while load_missing::<A>(state, trees, &keys)? {}
    let stamp = Stamp { position, at: record.at, by: record.by };
    record.events.iter().for_each(|event| state.apply(event, &stamp));
    Ok(())
}
