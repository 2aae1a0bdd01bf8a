//! Who asked, and what is owed to them.

use std::any::Any;
use std::fmt::{self, Display};
use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Names one question, so that a later turn can answer it. Good for the life of one process only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RequestId(
    /// Unlike that of any other question, of an earlier process too.
    pub u64,
);

impl Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

/// A reply on its way to whoever asked.
pub type AnyReply = Box<dyn Any + Send>;

/// The answer to a question, owed by whoever has it: it goes along in messages until a turn gives it. `R`: the reply. Stored as the
/// question's id: over a restart it may be kept and given, and nobody hears it.
pub struct Owed<R> {
    request: RequestId,
    reply: PhantomData<fn(R)>,
}

impl<R> Owed<R> {
    /// The answer to this question, which is taken to have `R` for its reply: for messages that carry a [`RequestId`] because they do
    /// not know the reply. Given a reply of another type, who asked panics; [`Turn::answer_later`](super::Turn::answer_later) cannot
    /// be wrong.
    pub fn new(request: RequestId) -> Owed<R> {
        Owed { request, reply: PhantomData }
    }

    /// The question, for messages that do not know its reply.
    pub fn request(self) -> RequestId {
        self.request
    }
}

impl<R> Clone for Owed<R> {
    fn clone(&self) -> Owed<R> {
        *self
    }
}

impl<R> Copy for Owed<R> {}

impl<R> PartialEq for Owed<R> {
    fn eq(&self, other: &Owed<R>) -> bool {
        self.request == other.request
    }
}

impl<R> Eq for Owed<R> {}

impl<R> fmt::Debug for Owed<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Owed({})", self.request)
    }
}

impl<R> Serialize for Owed<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.request.serialize(serializer)
    }
}

impl<'de, R> Deserialize<'de> for Owed<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Owed<R>, D::Error> {
        RequestId::deserialize(deserializer).map(Owed::new)
    }
}

/// Why an `ask` was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing was done: too much is admitted already, or not yet durable. Try again later.
    #[error("overloaded: nothing was done, try again later")]
    Overloaded,
    /// No answer in time. Whether it was done is unknown: ask again with the same key.
    #[error("no answer in time: the outcome is unknown")]
    Deadline,
    /// The daemon is stopping. Whether it was done is unknown.
    #[error("the daemon is stopping: the outcome is unknown")]
    Closed,
    /// It made its actor panic on every attempt, and was given up: nothing was done, and the operator finds it among the dead
    /// letters.
    #[error("it could not be done: it was given up, and is among the dead letters")]
    GivenUp,
}
