//! The committed state of a cell: what changes it, what is remembered of it over a crash, and how it is recovered. This floor knows
//! actors' words ([`actor`](super::actor)), the journal and the trees; it knows no thread, no mailbox and no supervisor.
//!
//! From the bottom up: `clock`, `limits`, `plan` (which cell has what), `record` (a turn as journaled), `hooks` (where a fault can
//! be put), `error`, `remembered` and `pending` (what is remembered over a crash), `dead_letters`, `recovery`, `derive` (the state
//! from the journal alone), `envelope`, `pending_requests`, `common` (what all cells share), `core` (the only code that changes
//! the state). No file knows one that stands after it.
mod clock;
mod common;
mod core;
mod dead_letters;
mod derive;
mod envelope;
mod error;
mod hooks;
pub mod limits;
mod pending;
mod pending_requests;
mod plan;
mod record;
mod recovery;
mod remembered;

pub use self::core::{Core, Release};
pub use clock::{Clock, system_time};
pub use common::Common;
pub use dead_letters::{BuriedLetter, Unresolved};
pub use derive::{Difference, JournalDir, compare, derive, must_know, rebuild, tree_names};
pub use envelope::Envelope;
pub use error::Error;
pub use hooks::{Hooks, NoHooks, Point};
pub use limits::{Bounds, CELLS_MAX};
pub use pending::{Pending, TREES};
pub use pending_requests::{PendingRequest, PendingRequests};
pub use plan::Plan;
pub use record::{Cause, DeadLetter, Moment, Record, RecordError, Statement};
pub use recovery::{Recovered, every_one, recover};
