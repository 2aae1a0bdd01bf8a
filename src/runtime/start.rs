//! Puts a cell together and brings it to life.

use std::cell::{Cell as StdCell, RefCell};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::Arbiter;
use rand::rngs::StdRng;
use tokio::sync::{Notify, mpsc, oneshot, watch};

use crate::domain::Timestamp;
use crate::journal::{Journal, Position};
use crate::storage::Trees;

use super::backlog::Backlog;
use super::cell::{Cell, Inner};
use super::committer::{SharedJournal, Writing};
use super::common::{Arrivals, Askers, Common, Routes};
use super::core::Core;
use super::drain::{DrainDeadlines, DrainReport};
use super::guard::{Service, ServiceRun};
use super::handle::Handle;
use super::hooks::{Hooks, NoHooks};
use super::lanes::Lanes;
use super::limits::Bounds;
use super::pending::Pending;
use super::recovery::{Recovered, recover};
use super::shell::Gauge;
use super::supervisor::{Below, Group, GroupId, Supervisor};
use super::suspect::Suspects;
use super::{Aggregate, Application, Clock, Error, Outside, State as _, decode, watchdog};

/// Everything that cells are made of.
pub struct CellParts<A: Application> {
    pub journal: Box<dyn Journal>,
    /// Higher than any that has owned this journal.
    pub epoch: u64,
    pub trees: Arc<dyn Trees>,
    pub cells: Cells<A>,
    /// The group of the tree for actors that come and go.
    pub passing_group: &'static str,
    /// What the system's clock says now.
    pub now: Timestamp,
    /// Trade seconds in a real one.
    pub speed: u32,
    pub checkpoint_every: Duration,
    /// How long an actor may stay in one await.
    pub await_max: Duration,
    pub bounds: Bounds,
    /// Where a message is noted that the process was ended for; none in memory.
    pub suspects: Option<PathBuf>,
    /// Ends the process when one message keeps a cell busy for longer; none on virtual time.
    pub spin_max: Option<Duration>,
}

/// How many cells there are, at most [`CELLS_MAX`](super::limits::CELLS_MAX), and where they run.
pub enum Cells<A: Application> {
    /// All on this thread: where there is one, and on virtual time.
    Here(Vec<Own<A>>),
    /// The first on this thread, each other on one of its own, where it is made.
    Threads { cells: usize, own: Arc<dyn Fn() -> Own<A> + Send + Sync> },
}

/// What each cell has of its own.
pub struct Own<A: Application> {
    pub rules: A::Rules,
    pub outside: Box<dyn Outside<A>>,
    pub tree: Group<Member<A>>,
    pub hooks: Rc<dyn Hooks<A>>,
    pub random: StdRng,
    /// Addresses that are probes in the place of actors.
    pub probes: Probes<A>,
}

/// Where messages go that are sent to these addresses.
pub type Probes<A> =
    BTreeMap<<A as Application>::Address, mpsc::UnboundedSender<Arc<<A as Application>::Message>>>;

/// A child of the tree.
pub enum Member<A: Application> {
    Actor(A::Address),
    /// One of the runtime's own: `committer`, `checkpointer`, `timers`. There is one journal, and one checkpoint of all cells:
    /// in cells but the first the committer only lets out what is durable, and there is no checkpointer.
    Own(&'static str),
}

/// Cells that run.
pub struct Running<A: Application> {
    /// The first.
    cell: Cell<A>,
    handle: Handle<A>,
    journal: SharedJournal,
    fatal: watch::Receiver<Option<String>>,
    /// Turns replayed at the start.
    pub replayed: u64,
    /// The trade's last moment before it.
    pub last_at: Timestamp,
    /// Of the other cells, where they have threads.
    threads: Vec<Arbiter>,
}

/// What a cell is begun with, on whatever thread.
struct Beginning<A: Application> {
    common: Arc<Common<A>>,
    /// Of the journal.
    last: Position,
    passing_group: &'static str,
    checkpoint_every: Duration,
    await_max: Duration,
    suspects: Option<PathBuf>,
    spin_max: Option<Duration>,
}

/// Recovers what the journal and the trees hold, and begins every actor and service.
pub async fn start<A: Application>(mut parts: CellParts<A>) -> Result<Running<A>, Error> {
    // first: what is read must not grow behind the reader
    parts.journal.claim(parts.epoch).await?;
    let mut recovered = recover::<A>(parts.journal.as_ref(), parts.trees.as_ref())?;
    let replayed = recovered.replayed;
    let (last, last_at, last_real) = (recovered.last, recovered.last_at, recovered.last_real);
    let clock = Clock::start(parts.now, last_real, last_at, parts.speed);
    let (routes, mut arrivals) = Routes::among(parts.cells.count());
    let (routes, askers) = (Arc::new(routes), Arc::new(Askers::default()));
    let handle = Handle::new(parts.epoch, parts.bounds, routes.clone(), askers.clone());
    let common = Common::new(parts.trees, clock, parts.bounds, routes, askers, last);
    let beginning = Arc::new(Beginning {
        common: Arc::new(common),
        last,
        passing_group: parts.passing_group,
        checkpoint_every: parts.checkpoint_every,
        await_max: parts.await_max,
        suspects: parts.suspects,
        spin_max: parts.spin_max,
    });
    let first_arrivals = arrivals.remove(0);
    if !arrivals.is_empty() {
        // each takes what is its own from the trees
        recovered.write_to(beginning.common.trees.as_ref()).await?;
        recovered = beginning.part(0)?;
    }
    let journal = Writing::new(parts.journal);
    let mut threads = vec![];
    let first = match parts.cells {
        Cells::Here(own) => {
            let mut own = own.into_iter();
            let first = own.next().ok_or(Error::NoCell)?;
            for (nth, (own, arrivals)) in own.zip(arrivals).enumerate() {
                beginning.begin(1 + nth, own, arrivals)?;
            }
            first
        }
        Cells::Threads { own, .. } => {
            for (nth, arrivals) in arrivals.into_iter().enumerate() {
                threads.push(begin_on_thread(beginning.clone(), 1 + nth, own.clone(), arrivals).await?);
            }
            own()
        }
    };
    let cell = beginning.bring_to_life(0, first, recovered, Some(&journal), first_arrivals);
    let fatal = beginning.common.fatal.subscribe();
    handle.set_open(true);
    Ok(Running { cell, handle, journal, fatal, replayed, last_at, threads })
}

async fn begin_on_thread<A: Application>(
    beginning: Arc<Beginning<A>>,
    me: usize,
    own: Arc<dyn Fn() -> Own<A> + Send + Sync>,
    arrivals: Arrivals<A>,
) -> Result<Arbiter, Error> {
    let thread = Arbiter::new();
    let (begun, has_begun) = oneshot::channel();
    thread.spawn_fn(move || {
        // whoever starts may have given up
        let _ = begun.send(beginning.begin(me, own(), arrivals));
    });
    has_begun.await.unwrap_or(Err(Error::NoCell))?;
    Ok(thread)
}

impl<A: Application> Cells<A> {
    fn count(&self) -> usize {
        match self {
            Cells::Here(own) => own.len(),
            Cells::Threads { cells, .. } => *cells,
        }
    }
}

impl<A: Application> Beginning<A> {
    /// What is at home in one of several cells, all of it in the trees.
    fn part(&self, me: usize) -> Result<Recovered<A>, Error> {
        let routes = &self.common.routes;
        let pending = Pending::load(self.common.trees.as_ref(), |home| routes.cell_of(|| home) == me)?;
        Ok(Recovered { pending, ..Recovered::empty(self.last) })
    }

    /// Begins one of the other cells on the thread that it is to live on.
    fn begin(&self, me: usize, own: Own<A>, arrivals: Arrivals<A>) -> Result<(), Error> {
        let recovered = self.part(me)?;
        self.bring_to_life(me, own, recovered, None, arrivals);
        Ok(())
    }

    fn bring_to_life(
        &self,
        me: usize,
        own: Own<A>,
        recovered: Recovered<A>,
        journal: Option<&SharedJournal>,
        arrivals: Arrivals<A>,
    ) -> Cell<A> {
        let core = Core::new(self.common.clone(), me, Rc::new(own.rules), own.hooks, own.random, recovered);
        let mut supervisor = Supervisor::default();
        let mut members = vec![];
        declare(&mut supervisor, None, own.tree, &mut members);
        let groups: BTreeMap<A::Address, &'static str> = members
            .iter()
            .filter_map(|(group, member)| match member {
                Member::Actor(address) => Some((*address, *group)),
                Member::Own(_) => None,
            })
            .collect();
        let passing_group = self.passing_group;
        let cell = Cell(Rc::new(Inner {
            common: self.common.clone(),
            me,
            core: RefCell::new(core),
            actors: RefCell::default(),
            services: RefCell::default(),
            supervisor: RefCell::new(supervisor),
            outside: own.outside,
            lanes: RefCell::new(Lanes::default()),
            group_of: Box::new(move |address| groups.get(&address).copied().unwrap_or(passing_group)),
            await_max: self.await_max,
            waiting: StdCell::new(0),
            held_up: StdCell::new(0),
            backlog: Backlog::shown_by(self.common.routes.doors[me].behind.clone()),
            timers: Notify::new(),
            busy: self.spin_max.map(|_| Arc::default()),
            suspects: self.suspects.clone().map(Suspects::open).unwrap_or_default(),
            probes: RefCell::new(own.probes),
            batches: StdCell::new(0),
            checkpointing: tokio::sync::Mutex::new(()),
        }));
        if let (Some(limit), Some(busy)) = (self.spin_max, &cell.0.busy) {
            let file = cell.0.suspects.file().map(ToOwned::to_owned);
            if let Err(error) = watchdog::watch(busy.clone(), limit, file) {
                tracing::warn!(%error, "no thread for the watchdog: a handler that spins will not be noticed");
            }
        }
        for (group, member) in members {
            begin(&cell, group, member, journal, self.checkpoint_every);
        }
        actix::spawn(cell.clone().guard_intake(arrivals));
        resume(&cell);
        cell
    }
}

type Members<A> = Vec<(&'static str, Member<A>)>;

fn declare<A: Application>(
    supervisor: &mut Supervisor,
    parent: Option<GroupId>,
    group: Group<Member<A>>,
    members: &mut Members<A>,
) {
    let id = supervisor.add_group(parent, group.name, group.strategy, group.intensity);
    for below in group.children {
        match below {
            Below::Child(member) => members.push((group.name, member)),
            Below::Group(group) => declare(supervisor, Some(id), group, members),
        }
    }
}

fn begin<A: Application>(
    cell: &Cell<A>,
    group: &'static str,
    member: Member<A>,
    journal: Option<&SharedJournal>,
    checkpoint_every: Duration,
) {
    let name = match member {
        Member::Actor(address) if cell.0.probes.borrow().contains_key(&address) => return,
        Member::Actor(address) => return cell.begin_actor(address),
        Member::Own(name) => name,
    };
    if name == "checkpointer" && journal.is_none() {
        return;
    }
    let (cell_of, journal) = (cell.clone(), journal.cloned());
    let run = move || -> ServiceRun {
        let cell = cell_of.clone();
        match (name, journal.clone()) {
            ("committer", Some(journal)) => Box::pin(cell.run_committer(journal)),
            ("committer", None) => Box::pin(cell.run_outlet()),
            ("checkpointer", _) => Box::pin(cell.run_checkpointer(checkpoint_every)),
            ("timers", _) => Box::pin(cell.run_timers()),
            (unknown, _) => {
                Box::pin(std::future::ready(Err(format!("the runtime has no service {unknown}"))))
            }
        }
    };
    cell.begin_service(group, name, run);
}

impl<A: Application> Cell<A> {
    /// Puts a service under a guard.
    fn begin_service(&self, group: &'static str, name: &'static str, run: impl Fn() -> ServiceRun + 'static) {
        let vitals = self.guard(group, name.to_owned(), Service::new(run), Rc::new(Gauge::default()));
        self.0.services.borrow_mut().push((name, vitals));
    }
}

/// Goes on where the last process stopped.
fn resume<A: Application>(cell: &Cell<A>) {
    let again = cell.0.core.borrow().redelivered();
    for (to, envelope) in again {
        cell.deliver(to, envelope);
    }
    cell.redrive_calls();
    cell.0.timers.notify_one();
}

impl<A: Application> Running<A> {
    pub fn handle(&self) -> Handle<A> {
        self.handle.clone()
    }

    /// Puts a service of the daemon, such as the gateway, into a group of the tree. It is begun again
    /// when it panics or ends with an error.
    pub fn add_service(
        &self,
        group: &'static str,
        name: &'static str,
        run: impl Fn() -> ServiceRun + 'static,
    ) {
        self.cell.begin_service(group, name, run);
    }

    /// What the last checkpoint has put there: for services that look through many rows, which no actor has in memory.
    pub fn trees(&self) -> Arc<dyn Trees> {
        self.cell.0.common.trees.clone()
    }

    /// The one clock of all cells.
    pub fn clock(&self) -> Clock {
        self.cell.0.common.clock
    }

    /// Waits until the root of the tree gives up; says why.
    pub async fn fatal(&self) -> String {
        let mut fatal = self.fatal.clone();
        match fatal.wait_for(Option::is_some).await {
            Ok(why) => why.clone().unwrap_or_default(),
            Err(_) => std::future::pending().await,
        }
    }

    /// Stops in order. After it nothing is admitted and nothing begins.
    pub async fn drain(&self, deadlines: DrainDeadlines) -> DrainReport {
        self.cell.drain(&self.handle, &self.journal, deadlines).await
    }

    /// Every aggregate of a kind that is at home in the first cell: what is in memory, and for the others what their tree
    /// holds.
    pub fn every<V: Aggregate>(&self) -> Result<Vec<V>, Error> {
        let core = self.cell.0.core.borrow();
        let mut stored = BTreeMap::new();
        core.common.trees.scan(V::TREE, &[], &mut |key, value| {
            stored.insert(key.to_vec(), value);
            true
        })?;
        let tables = core.state.tables();
        let in_memory = tables.into_iter().filter(|table| table.tree() == V::TREE);
        for write in in_memory.flat_map(|table| table.encode_all()) {
            stored.insert(write.key, write.stored);
        }
        let values = stored.values().map(decode::<V>).collect::<Result<Vec<_>, _>>()?;
        Ok(values.into_iter().flatten().collect())
    }

    #[cfg(test)]
    pub(super) fn timers_in_flight(&self) -> usize {
        self.cell.0.core.borrow().timers_in_flight
    }

    /// Looks at the states in the first cell; for tests.
    pub fn look<T>(&self, at: impl FnOnce(&A::State) -> T) -> T {
        at(&self.cell.0.core.borrow().state)
    }
}

impl<A: Application> Drop for Running<A> {
    /// The other cells end here: who comes next may want what they hold.
    fn drop(&mut self) {
        for thread in self.threads.drain(..) {
            thread.stop();
            if thread.join().is_err() {
                tracing::error!("the thread of a cell panicked");
            }
        }
    }
}

/// No faults.
pub fn no_hooks<A: Application>() -> Rc<dyn Hooks<A>> {
    Rc::new(NoHooks)
}
