//! Where tests and the simulator put faults.

use crate::journal::Position;
use crate::runtime::actor::Application;

use super::record::Record;

/// Where a fault can be put: the tests and the simulator make actors panic here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Point {
    /// Nothing of the turn exists yet.
    BeforeDecision,
    /// The turn stands in the journal, and has not been carried out in memory.
    AfterAppend,
}

/// Called at each point; the daemon's own does nothing.
pub trait Hooks<A: Application> {
    /// A message to this actor has come to this point. A panic here is one of the actor's.
    fn at(&self, _point: Point, _to: A::Address, _message: &A::Message) {}

    /// How many milliseconds an actor is made to hang in an await before it handles a message, if at all.
    fn hang_ms(&self, _to: A::Address, _message: &A::Message) -> Option<u64> {
        None
    }

    /// A turn was appended: it stands, and has not been carried out.
    fn stated(&self, _position: Position, _record: &Record<A>) {}

    /// The process cannot go on, not even to drain. A simulated process notes it and is ended from outside.
    fn die(&self) {
        crate::output::abort();
    }
}

/// No faults.
pub struct NoHooks;

impl<A: Application> Hooks<A> for NoHooks {}
