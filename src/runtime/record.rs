//! A turn as the journal holds it.

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::journal::Position;

use super::{Application, TimerChange, TimerId};

/// Of the form below. A change of the form raises it and teaches `Record::decode` the old one.
const SCHEMA: u8 = 1;

/// Names a message, a call or a timer's setting: the turn that stated it, and which of its statements it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Statement {
    pub turn: Position,
    pub index: u32,
}

/// What an actor decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Cause {
    /// A question or order from outside: it is not journaled, what follows from it is.
    Outside,
    Message(Statement),
    /// `set` tells this setting from a later one of the same timer.
    Timer {
        id: TimerId,
        set: Statement,
    },
    Call(Statement),
    /// The operator's word on the message that the turn at this position gave up.
    DeadLetter(Position),
}

/// A message that was given up: it made its actor panic on every attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    pub to: String,
    pub name: String,
    /// The message, as JSON: for the operator's eyes, and to send it again.
    pub message: String,
    pub panic: String,
    pub attempts: u32,
    pub at: Timestamp,
}

/// A turn read back.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Record<A: Application> {
    pub by: A::Address,
    pub cause: Cause,
    pub events: Vec<A::Event>,
    pub sends: Vec<(A::Address, A::Message)>,
    pub calls: Vec<A::Call>,
    pub timers: Vec<TimerChange<A>>,
    pub dead: Option<DeadLetter>,
    /// The trade's time, and real time: last, as a [`Moment`].
    pub at: Timestamp,
    pub real: Timestamp,
}

/// When a turn was stated. In the order of the journal neither goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    pub at: Timestamp,
    pub real: Timestamp,
}

impl Moment {
    /// This, or the other where it is later.
    pub fn not_before(self, other: Moment) -> Moment {
        Moment { at: self.at.max(other.at), real: self.real.max(other.real) }
    }

    /// The end of a record.
    pub fn encode(self, buffer: &mut Vec<u8>) {
        encode(&self, buffer);
    }
}

#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error(
        "record {position} of the journal has schema version {version}, which this build does not know: use the build that wrote it, or a newer one"
    )]
    Version { position: Position, version: u8 },
    #[error(
        "record {position} of the journal does not decode ({source}): it was written by another build; use that one"
    )]
    Undecodable { position: Position, source: postcard::Error },
}

/// Adds a value to the end of the buffer.
fn encode(value: &impl Serialize, buffer: &mut Vec<u8>) {
    postcard::to_io(value, buffer).expect("a turn is plain data: it always serialises to memory");
}

impl<A: Application> Record<A> {
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        self.encode_but_moment(buffer);
        Moment { at: self.at, real: self.real }.encode(buffer);
    }

    /// All but its end, which is known when it gets its place in the journal.
    pub fn encode_but_moment(&self, buffer: &mut Vec<u8>) {
        let Record { by, cause, events, sends, calls, timers, dead, at: _, real: _ } = self;
        buffer.push(SCHEMA);
        encode(&(by, cause, events, sends, calls, timers, dead), buffer);
    }

    pub fn decode(position: Position, bytes: &[u8]) -> Result<Record<A>, RecordError> {
        match bytes.split_first() {
            Some((&SCHEMA, body)) => {
                postcard::from_bytes(body).map_err(|source| RecordError::Undecodable { position, source })
            }
            version => {
                Err(RecordError::Version { position, version: version.map_or(0, |(version, _)| *version) })
            }
        }
    }
}
