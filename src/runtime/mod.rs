//! The runtime: turns, journal first, supervision. It knows nothing of orders.
mod application;
mod cell;
mod checkpointer;
mod clock;
mod committer;
mod context;
mod core;
mod derive;
mod drain;
mod error;
mod guard;
mod handle;
mod hooks;
mod inspect;
pub mod kit;
mod lanes;
mod limits;
mod pending;
mod record;
mod recovery;
mod shell;
mod start;
mod supervisor;
mod suspect;
mod table;
#[cfg(test)]
mod tests;
mod timers;
mod turn;
mod watchdog;

pub use application::{
    Aggregate, Application, CallResult, Outside, OutsideCall, Redrive, State, TableKey, UnknownVersion,
};
pub use clock::{Clock, system_time};
pub use context::Context;
pub use derive::{Difference, JournalDir, compare, derive, rebuild, tree_names};
pub use drain::{DrainDeadlines, DrainReport};
pub use error::{Error, Refused};
pub use guard::ServiceRun;
pub use handle::Handle;
pub use hooks::{Hooks, NoHooks, Point};
pub use inspect::{ActorReport, Report};
pub use pending::TREES;
pub use record::{Cause, DeadLetter, Record, RecordError, Statement};
pub use recovery::{Recovered, recover};
pub use start::{CellParts, Member, Running, no_hooks, start};
pub use supervisor::{Below, Group, Intensity, Strategy};
pub use table::{AnyTable, Keys, LoadError, Stamp, Table, decode};
pub use turn::{Due, RequestId, TimerChange, TimerId, Turn};
