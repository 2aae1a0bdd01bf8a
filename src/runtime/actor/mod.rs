//! What an actor sees and says. This floor knows the journal's positions and the trees, and nothing of those that run an actor.
//!
//! From the bottom up: `place` (in the journal), `versioned` (stored forms), `numbered` (an
//! address as it is stored), `aggregate`, `changes` (what a checkpoint has to
//! write), `table`, `snapshot` and `tables` (aggregates in memory), `fold` (how facts become state), `timer`, `call`, `request`, `resolution`
//! (what a turn speaks of), `application` (all actors as one, and their turns), `actor`, `question`, `outside`, `declaration` (the
//! macro that makes an application), `alone` (for tests of decisions). No file knows one that stands after it.
#[allow(clippy::module_inception)]
mod actor;
mod aggregate;
mod alone;
mod application;
mod call;
mod changes;
mod declaration;
mod fold;
pub mod numbered;
mod outside;
mod place;
mod question;
mod request;
mod resolution;
mod snapshot;
mod table;
mod tables;
mod timer;
pub mod versioned;

pub use actor::{Actor, Addressed, Member};
pub use aggregate::{Aggregate, Partition, SLOTS, TableKey};
pub use alone::Alone;
pub use application::{
    Application, Asked, COMMON_WORK_MAX, Decided, Environment, Fact, NoSubject, Stated, TimerChange, Turn,
    unfit,
};
pub use call::{NoCall, OutsideCall, Redrive};
pub(super) use changes::{Changes, Mark};
pub use fold::Fold;
pub(super) use fold::{Interrupted, reading};
pub use outside::{Nobody, Outside};
pub use place::Place;
pub use question::Question;
pub use request::{AnyReply, Owed, Refused, RequestId};
pub use resolution::Resolution;
pub use snapshot::Snapshot;
#[cfg(test)]
pub(super) use table::RESIDENT_CLEAN_MAX;
pub(super) use table::Unloadable;
pub use table::{AnyTable, LoadError, Table, decode};
pub use tables::Tables;
pub use timer::{Due, TimerId};
pub use versioned::{Journaled, Unread, Versioned};
