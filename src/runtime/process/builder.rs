//! An application in a data directory, with a default for everything but its rules.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::journal::{FileJournal, FileOptions, Journal, Position};
use crate::runtime::actor::{Application, Environment, Nobody, Outside};
use crate::runtime::cell::{Below, Group, Intensity, Strategy};
use crate::runtime::state::{Bounds, CELLS_MAX, Error, must_know, system_time, tree_names};
use crate::storage::{self, DirectoryLock, SledOptions, SledTrees, Trees};
use crate::time::Timestamp;

use super::parts::{CellParts, Cells, Own, no_hooks};
use super::running::Running;
use super::start::start;

/// Puts an application together. Everything but its rules has a default, and what the tree of actors leaves out is added to it: one
/// cell, speed 1, a checkpoint every 2 seconds, 30 seconds in an await, 10 seconds of one message, no calls answered, each actor
/// restarted alone.
///
/// ```no_run
/// # use doorstep::runtime::{Application, Builder, Error};
/// # async fn opened<A: Application<Rules = ()>>() -> Result<(), Error> {
/// let running = Builder::<A>::new(()).cells(2).open("data".as_ref()).await?;
/// running.stop().await;
/// # Ok(())
/// # }
/// ```
pub struct Builder<A: Application> {
    rules: Arc<dyn Fn() -> A::Rules + Send + Sync>,
    outside: Arc<dyn Fn() -> Box<dyn Outside<A>> + Send + Sync>,
    tree: Arc<dyn Fn() -> Group<A::Address> + Send + Sync>,
    passing_group: &'static str,
    cells: usize,
    speed: u32,
    checkpoint_every: Duration,
    await_max: Duration,
    spin_max: Duration,
    bounds: Bounds,
    suspects: Option<std::path::PathBuf>,
}

impl<A: Application> Builder<A> {
    /// `rules`: what decisions read besides the state.
    pub fn new(rules: <A as Environment>::Rules) -> Builder<A>
    where
        A::Rules: Clone + Send + Sync,
    {
        Builder {
            rules: Arc::new(move || rules.clone()),
            outside: Arc::new(|| Box::new(Nobody)),
            tree: Arc::new(every_actor::<A>),
            passing_group: "passing",
            cells: 1,
            speed: 1,
            checkpoint_every: Duration::from_secs(2),
            await_max: Duration::from_secs(30),
            spin_max: Duration::from_secs(10),
            bounds: Bounds::default(),
            suspects: None,
        }
    }

    /// Who makes the calls to the outside world; made for each cell on its thread. Without it no call is answered.
    pub fn outside(mut self, outside: impl Fn() -> Box<dyn Outside<A>> + Send + Sync + 'static) -> Self {
        self.outside = Arc::new(outside);
        self
    }

    /// Which actors are restarted with which. Without it each alone.
    pub fn supervised(mut self, tree: impl Fn() -> Group<A::Address> + Send + Sync + 'static) -> Self {
        self.tree = Arc::new(tree);
        self
    }

    /// The group of the tree for actors of which there are several: `passing` where nothing is said, and made where the tree has none
    /// of this name.
    pub fn passing_group(mut self, name: &'static str) -> Self {
        self.passing_group = name;
        self
    }

    /// Threads that the actors run on: 1 where nothing is said; what is not 1 to [`CELLS_MAX`] (16) is brought there. They may change
    /// from start to start.
    pub fn cells(mut self, cells: usize) -> Self {
        self.cells = cells.clamp(1, CELLS_MAX);
        self
    }

    /// Trade seconds in a real one: 1 where nothing is said; 0 is taken for 1.
    pub fn speed(mut self, speed: u32) -> Self {
        self.speed = speed.max(1);
        self
    }

    /// Real time between checkpoints: 2 seconds where nothing is said. Longer writes less, and replays more after a crash.
    pub fn checkpoint_every(mut self, every: Duration) -> Self {
        self.checkpoint_every = every;
        self
    }

    /// How long an actor may stay in one await before it is restarted alone: 30 seconds of real time where nothing is said.
    pub fn await_max(mut self, max: Duration) -> Self {
        self.await_max = max;
        self
    }

    /// How long one message may keep a thread of actors busy before the process is ended, to resume at its next start: 10 seconds of
    /// real time where nothing is said.
    pub fn spin_max(mut self, max: Duration) -> Self {
        self.spin_max = max;
        self
    }

    /// What is admitted, and how much of it: [`Bounds::default`] where nothing is said.
    pub fn bounds(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// Opens a data directory, which nobody else may have open, and brings the actors to life. On a thread of an
    /// `actix::System`.
    ///
    /// # Errors
    /// The directory is in use or cannot be read; its journal is damaged, or of a form that this build does not know.
    pub async fn open(mut self, dir: &Path) -> Result<Running<A>, Error> {
        let now = system_time()?;
        let lock = DirectoryLock::take(dir)?;
        let watermark = storage::promised(dir)?.map_or(Position::START, |(_, watermark)| watermark);
        must_know::<A>(&dir.join("journal"), watermark)?;
        let (journal, recovery) = FileJournal::open(&dir.join("journal"), FileOptions::default())?;
        let trees = SledTrees::open(dir, journal.id(), &tree_names::<A>(), SledOptions::default())?.trees;
        self.suspects = Some(dir.join("suspects"));
        let running = self.start(Box::new(journal), recovery.epoch + 1, Arc::new(trees), now).await?;
        Ok(running.holding(lock))
    }

    /// Brings the actors to life on a journal and trees that are open already. `epoch`: higher than any that has owned this
    /// journal. `now`: what the system's clock says.
    ///
    /// # Errors
    /// What they hold does not fit together, or is of a form that this build does not know.
    pub async fn start(
        self,
        journal: Box<dyn Journal>,
        epoch: u64,
        trees: Arc<dyn Trees>,
        now: Timestamp,
    ) -> Result<Running<A>, Error> {
        let (rules, outside, tree) = (self.rules, self.outside, self.tree);
        let own = move || Own::<A> {
            rules: rules(),
            outside: outside(),
            tree: tree(),
            hooks: no_hooks(),
            random: rand::make_rng(),
            probes: Default::default(),
        };
        let parts = CellParts {
            journal,
            epoch,
            trees,
            cells: Cells::Threads { cells: self.cells, own: Arc::new(own) },
            passing_group: self.passing_group,
            now,
            speed: self.speed,
            checkpoint_every: self.checkpoint_every,
            await_max: self.await_max,
            bounds: self.bounds,
            suspects: self.suspects,
            spin_max: Some(self.spin_max),
        };
        start(parts).await
    }
}

/// All actors of which there is one, each restarted alone.
fn every_actor<A: Application>() -> Group<A::Address> {
    let children = A::singletons().into_iter().map(Below::Child).collect();
    let intensity = Intensity::default();
    Group { name: "root", strategy: Strategy::OneForOne, intensity, children }
}
