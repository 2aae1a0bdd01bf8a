use std::io;
use std::path::Path;

use crate::actors::Shop;
use crate::cli::Failure;
use crate::journal::{self, Position};
use crate::runtime::{Record, RecordError};

/// Why the journal is read no further.
pub enum Stopped {
    /// What was looked for is found.
    Enough,
    Record(RecordError),
    Journal(journal::Error),
    Output(io::Error),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Stopped {
        Stopped::Output(error)
    }
}

impl From<Stopped> for Failure {
    fn from(stopped: Stopped) -> Failure {
        match stopped {
            Stopped::Enough => Failure("the journal was read no further".to_owned()),
            Stopped::Record(error) => error.into(),
            Stopped::Journal(error) => error.into(),
            Stopped::Output(error) => error.into(),
        }
    }
}

/// Visits the turns after `from`, in order.
pub fn each_turn(
    journal: &Path,
    from: Position,
    visit: &mut dyn FnMut(Position, &Record<Shop>) -> Result<(), Stopped>,
) -> Result<(), Stopped> {
    let mut stopped = None;
    let read = journal::read(journal, from, &mut |position, bytes| {
        let record = Record::<Shop>::decode(position, bytes).map_err(Stopped::Record);
        record.and_then(|record| visit(position, &record)).map_err(|why| {
            stopped = Some(why);
            journal::Error::Visitor("stopped".into())
        })
    });
    match (stopped, read) {
        (Some(Stopped::Enough), _) | (None, Ok(_)) => Ok(()),
        (Some(stopped), _) => Err(stopped),
        (None, Err(error)) => Err(Stopped::Journal(error)),
    }
}
