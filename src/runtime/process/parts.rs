//! What cells are made of.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;

use crate::journal::Journal;
use crate::runtime::actor::{Application, Outside};
use crate::runtime::cell::{Group, Probes};
use crate::runtime::state::{Bounds, Hooks, NoHooks};
use crate::storage::Trees;
use crate::time::Timestamp;

/// Everything that cells are made of.
pub struct CellParts<A: Application> {
    /// What turns are appended to.
    pub journal: Box<dyn Journal>,
    /// Higher than any that has owned this journal.
    pub epoch: u64,
    /// What checkpoints write to.
    pub trees: Arc<dyn Trees>,
    /// How many cells, and where.
    pub cells: Cells<A>,
    /// The group of the tree for actors of which there are several; it is made where the tree has none of this name.
    pub passing_group: &'static str,
    /// What the system's clock says now.
    pub now: Timestamp,
    /// Trade seconds in a real one.
    pub speed: u32,
    /// Real time between checkpoints.
    pub checkpoint_every: Duration,
    /// How long an actor may stay in one await.
    pub await_max: Duration,
    /// What is admitted, and how much of it.
    pub bounds: Bounds,
    /// Where a message is noted that the process was ended for; none in memory.
    pub suspects: Option<PathBuf>,
    /// Ends the process when one message keeps a cell busy for longer; none on virtual time.
    pub spin_max: Option<Duration>,
}

/// How many cells there are, at most [`CELLS_MAX`](crate::runtime::CELLS_MAX), and where they run.
pub enum Cells<A: Application> {
    /// All on this thread: where there is one, and on virtual time.
    Here(Vec<Own<A>>),
    /// The first on this thread, each other on one of its own, where it is made.
    Threads {
        /// How many, 1 to [`CELLS_MAX`](crate::runtime::CELLS_MAX).
        cells: usize,
        /// Makes what a cell has of its own, on its thread.
        own: Arc<dyn Fn() -> Own<A> + Send + Sync>,
    },
}

/// What each cell has of its own.
pub struct Own<A: Application> {
    /// The settings that decisions read.
    pub rules: A::Rules,
    /// Who makes the calls to the outside world.
    pub outside: Box<dyn Outside<A>>,
    /// The actors of which there is one. Those that it leaves out get a group of their own.
    pub tree: Group<A::Address>,
    /// Where tests put faults.
    pub hooks: Rc<dyn Hooks<A>>,
    /// The one source of randomness.
    pub random: StdRng,
    /// Addresses that are probes in the place of actors.
    pub probes: Probes<A>,
}

impl<A: Application> Cells<A> {
    pub(super) fn count(&self) -> usize {
        match self {
            Cells::Here(own) => own.len(),
            Cells::Threads { cells, .. } => *cells,
        }
    }
}

/// No faults.
pub fn no_hooks<A: Application>() -> Rc<dyn Hooks<A>> {
    Rc::new(NoHooks)
}
