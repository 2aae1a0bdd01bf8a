//! A turn as the journal holds it.

use serde::{Deserialize, Serialize};

use crate::journal::Position;
use crate::runtime::actor::{Application, Due, Journaled, Stated, TimerChange, TimerId, Unread, versioned};
use crate::time::Timestamp;

/// Of the form below. A change of the form raises it and teaches `Record::decode` the old one.
const SCHEMA: u8 = 2;
/// Of a record whose events, messages and calls have no versions: none was released.
const BEFORE_VERSIONS: u8 = 1;

/// Names a message, a call or a timer's setting: the turn that stated it, and which of its statements it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Statement {
    /// The turn that stated it.
    pub turn: Position,
    /// Which of its messages, calls or timers it is, from 0.
    pub index: u32,
}

/// What an actor decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Cause {
    /// A question or order from outside: it is not journaled, what follows from it is.
    Outside,
    /// A message of another turn.
    Message(Statement),
    /// A timer. `set` tells this setting from a later one of the same timer.
    Timer {
        /// Which of the actor's.
        id: TimerId,
        /// The statement that set it.
        set: Statement,
    },
    /// What came of a call.
    Call(Statement),
    /// The operator's word on the message that the turn at this position gave up.
    DeadLetter(Position),
}

/// A message that was given up: it made its actor panic on every attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The actor, as logs show it.
    pub to: String,
    /// The message's name.
    pub name: String,
    /// The message as the journal holds messages: to be shown, and to be sent again.
    pub message: Vec<u8>,
    /// What the last panic said.
    pub panic: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was given up, in the trade's time.
    pub at: Timestamp,
}

impl DeadLetter {
    /// The message itself.
    ///
    /// # Errors
    /// The message is of a version or an actor that this build does not know.
    pub fn message<A: Application>(&self) -> Result<A::Message, Unread> {
        A::Message::read(&mut self.message.as_slice())
    }

    /// What the message is about; `None` where it does not read, or is about nothing in particular.
    pub fn subject<A: Application>(&self) -> Option<A::Subject> {
        A::subject(&self.message::<A>().ok()?)
    }

    /// The message as JSON, or why it does not read.
    pub fn shown<A: Application>(&self) -> String {
        match self.message::<A>() {
            Ok(message) => serde_json::to_string(&message).unwrap_or_else(|error| error.to_string()),
            Err(unread) => unread.to_string(),
        }
    }
}

/// A turn that stands in the journal, or is about to.
pub struct Record<A: Application> {
    /// The actor that decided.
    pub by: A::Address,
    /// On what.
    pub cause: Cause,
    /// What follows.
    pub stated: Stated<A>,
    /// The message that the turn gives up, where it is such a turn.
    pub dead: Option<DeadLetter>,
    /// When it was stated.
    pub moment: Moment,
}

/// When a turn was stated. In the order of the journal neither goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The trade's time.
    pub at: Timestamp,
    /// The real time.
    pub real: Timestamp,
}

impl Moment {
    /// This, or the other where it is later.
    pub fn not_before(self, other: Moment) -> Moment {
        Moment { at: self.at.max(other.at), real: self.real.max(other.real) }
    }

    /// The end of a record.
    pub fn encode(self, buffer: &mut Vec<u8>) {
        versioned::put(&self, buffer);
    }
}

/// Why a record is not read.
#[derive(Debug, thiserror::Error)]
#[error("record {position} of the journal: {source}")]
pub struct RecordError {
    /// Which record.
    pub position: Position,
    /// What of it.
    pub source: Unread,
}

impl<A: Application> Record<A> {
    /// Adds it to the end of the buffer, as the journal holds it.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        self.encode_but_moment(buffer);
        self.moment.encode(buffer);
    }

    /// All but its end, which is known when it gets its place in the journal.
    pub fn encode_but_moment(&self, buffer: &mut Vec<u8>) {
        let Record { by, cause, stated, dead, moment: _ } = self;
        buffer.push(SCHEMA);
        by.write(buffer);
        versioned::put(cause, buffer);
        put_all(&stated.events, buffer, |event, buffer| event.write(buffer));
        put_all(&stated.sends, buffer, |(to, message), buffer| {
            to.write(buffer);
            message.write(buffer);
        });
        put_all(&stated.calls, buffer, A::Call::write);
        put_all(&stated.timers, buffer, TimerChange::write);
        versioned::put(dead, buffer);
    }

    /// Reads a record as the journal holds it. `position`: where, for the error.
    ///
    /// # Errors
    /// It is of a form that this build does not know, named with whose it is; or its bytes are damaged.
    pub fn decode(position: Position, bytes: &[u8]) -> Result<Record<A>, RecordError> {
        Record::read(bytes).map_err(|source| RecordError { position, source })
    }

    fn read(mut bytes: &[u8]) -> Result<Record<A>, Unread> {
        let bytes = &mut bytes;
        match versioned::take_byte(bytes)? {
            SCHEMA => {}
            BEFORE_VERSIONS => return Err(Unread::BeforeVersions),
            unknown => return Err(Unread::Version(unknown)),
        }
        let (by, cause) = (A::Address::read(bytes)?, versioned::take(bytes)?);
        let events = take_all(bytes, A::Event::read)?;
        let sends = take_all(bytes, |bytes| Ok((A::Address::read(bytes)?, A::Message::read(bytes)?)))?;
        let calls = take_all(bytes, A::Call::read)?;
        let timers = take_all(bytes, TimerChange::read)?;
        let dead = versioned::take(bytes)?;
        let moment = versioned::take(bytes)?;
        Ok(Record { by, cause, stated: Stated { events, sends, calls, timers }, dead, moment })
    }
}

impl<A: Application> TimerChange<A> {
    fn write(&self, buffer: &mut Vec<u8>) {
        match self {
            TimerChange::Cancel { id } => versioned::put(&(id, None::<Due>), buffer),
            TimerChange::Set { id, due, message } => {
                versioned::put(&(id, Some(due)), buffer);
                message.write(buffer);
            }
        }
    }

    fn read(bytes: &mut &[u8]) -> Result<TimerChange<A>, Unread> {
        let (id, due): (TimerId, Option<Due>) = versioned::take(bytes)?;
        match due {
            None => Ok(TimerChange::Cancel { id }),
            Some(due) => Ok(TimerChange::Set { id, due, message: A::Message::read(bytes)? }),
        }
    }
}

fn put_all<T>(all: &[T], buffer: &mut Vec<u8>, put: impl Fn(&T, &mut Vec<u8>)) {
    versioned::put(&all.len(), buffer);
    all.iter().for_each(|one| put(one, buffer));
}

/// As many as are said to come, and no more room than there are bytes.
fn take_all<T>(bytes: &mut &[u8], take: impl Fn(&mut &[u8]) -> Result<T, Unread>) -> Result<Vec<T>, Unread> {
    let count: usize = versioned::take(bytes)?;
    let mut all = Vec::with_capacity(count.min(bytes.len()));
    for _ in 0..count {
        all.push(take(bytes)?);
    }
    Ok(all)
}
