//! What holds the cells, the journal and the trees together: how they are started, asked and stopped.
//!
//! From the bottom up: `parts` (what cells are made of), `tree` (of supervision), `handle` (asks, from any thread), `drain` (the
//! ordered stop), `running`, `start`, `builder` (an application in a directory), [`kit`] (an application on virtual time). No file
//! knows one that stands after it.
mod builder;
mod drain;
mod handle;
pub mod kit;
mod parts;
mod running;
mod start;
mod tree;

pub use builder::Builder;
pub use drain::{DrainDeadlines, DrainReport};
pub use handle::Handle;
pub use parts::{CellParts, Cells, Own, no_hooks};
pub use running::Running;
pub use start::start;
