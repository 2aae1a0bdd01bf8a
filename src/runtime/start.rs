//! Puts a cell together and brings it to life.

use std::cell::{Cell as StdCell, RefCell};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use tokio::sync::{Notify, mpsc, watch};

use crate::domain::Timestamp;
use crate::journal::Journal;
use crate::storage::Trees;

use super::backlog::Backlog;
use super::cell::{Cell, Inner};
use super::committer::{SharedJournal, Writing};
use super::core::Core;
use super::drain::{DrainDeadlines, DrainReport};
use super::guard::{Service, ServiceRun};
use super::handle::Handle;
use super::hooks::{Hooks, NoHooks};
use super::lanes::Lanes;
use super::limits::Bounds;
use super::recovery::recover;
use super::shell::Gauge;
use super::supervisor::{Below, Group, GroupId, Supervisor};
use super::suspect::Suspects;
use super::{Aggregate, Application, Clock, Error, Outside, State, decode, watchdog};

/// Everything that a cell is made of.
pub struct CellParts<A: Application> {
    pub rules: A::Rules,
    pub journal: Box<dyn Journal>,
    /// Higher than any that has owned this journal.
    pub epoch: u64,
    pub trees: Box<dyn Trees>,
    pub outside: Box<dyn Outside<A>>,
    pub tree: Group<Member<A>>,
    /// The group of the tree for actors that come and go.
    pub passing_group: &'static str,
    pub random: StdRng,
    /// What the system's clock says now.
    pub now: Timestamp,
    /// Trade seconds in a real one.
    pub speed: u32,
    pub checkpoint_every: Duration,
    /// How long an actor may stay in one await.
    pub await_max: Duration,
    pub bounds: Bounds,
    pub hooks: Rc<dyn Hooks<A>>,
    /// Where a message is noted that the process was ended for; none in memory.
    pub suspects: Option<PathBuf>,
    /// Ends the process when one message keeps the cell busy for longer; none on virtual time.
    pub spin_max: Option<Duration>,
    /// Addresses that are probes in the place of actors.
    pub probes: Probes<A>,
}

/// Where messages go that are sent to these addresses.
pub type Probes<A> =
    BTreeMap<<A as Application>::Address, mpsc::UnboundedSender<Arc<<A as Application>::Message>>>;

/// A child of the tree.
pub enum Member<A: Application> {
    Actor(A::Address),
    /// One of the runtime's own: `committer`, `checkpointer`, `timers`.
    Own(&'static str),
}

/// A cell that runs.
pub struct Running<A: Application> {
    cell: Cell<A>,
    handle: Handle<A>,
    journal: SharedJournal,
    fatal: watch::Receiver<Option<String>>,
    /// Turns replayed at the start.
    pub replayed: u64,
}

/// Recovers what the journal and the trees hold, and begins every actor and service.
pub async fn start<A: Application>(mut parts: CellParts<A>) -> Result<Running<A>, Error> {
    // first: what is read must not grow behind the reader
    parts.journal.claim(parts.epoch).await?;
    let recovered = recover::<A>(parts.journal.as_ref(), parts.trees.as_ref())?;
    let (last, replayed) = (recovered.last, recovered.replayed);
    let clock = Clock::start(parts.now, recovered.last_real, recovered.last_at, parts.speed);
    let rules = Rc::new(parts.rules);
    let core = Core::new(rules, clock, parts.trees, parts.hooks, parts.random, recovered);
    let mut supervisor = Supervisor::default();
    let mut members = vec![];
    declare(&mut supervisor, None, parts.tree, &mut members);
    let groups: BTreeMap<A::Address, &'static str> = members
        .iter()
        .filter_map(|(group, member)| match member {
            Member::Actor(address) => Some((*address, *group)),
            Member::Own(_) => None,
        })
        .collect();
    let passing_group = parts.passing_group;
    let (durable, _) = watch::channel(last);
    let (fatal, fatal_seen) = watch::channel(None);
    let cell = Cell(Rc::new(Inner {
        core: RefCell::new(core),
        actors: RefCell::default(),
        services: RefCell::default(),
        supervisor: RefCell::new(supervisor),
        outside: parts.outside,
        lanes: RefCell::new(Lanes::default()),
        group_of: Box::new(move |address| groups.get(&address).copied().unwrap_or(passing_group)),
        await_max: parts.await_max,
        bounds: parts.bounds,
        waiting: StdCell::new(0),
        held_up: StdCell::new(0),
        backlog: Backlog::default(),
        to_commit: Notify::new(),
        timers: Notify::new(),
        durable,
        busy: parts.spin_max.map(|_| Arc::default()),
        suspects: parts.suspects.map(Suspects::open).unwrap_or_default(),
        fatal,
        open: StdCell::new(true),
        probes: RefCell::new(parts.probes),
        batches: StdCell::new(0),
        checkpointing: tokio::sync::Mutex::new(()),
    }));
    if let (Some(limit), Some(busy)) = (parts.spin_max, &cell.0.busy) {
        let file = cell.0.suspects.file().map(ToOwned::to_owned);
        if let Err(error) = watchdog::watch(busy.clone(), limit, file) {
            tracing::warn!(%error, "no thread for the watchdog: a handler that spins will not be noticed");
        }
    }
    let journal = Writing::new(parts.journal);
    for (group, member) in members {
        begin(&cell, group, member, &journal, parts.checkpoint_every);
    }
    let (handle, arrivals) = Handle::new(parts.epoch, parts.bounds, cell.0.backlog.behind());
    actix::spawn(cell.clone().guard_intake(arrivals));
    resume(&cell);
    handle.set_open(true);
    Ok(Running { cell, handle, journal, fatal: fatal_seen, replayed })
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
    journal: &SharedJournal,
    checkpoint_every: Duration,
) {
    let name = match member {
        Member::Actor(address) if cell.0.probes.borrow().contains_key(&address) => return,
        Member::Actor(address) => return cell.begin_actor(address),
        Member::Own(name) => name,
    };
    let (cell_of, journal) = (cell.clone(), journal.clone());
    let run = move || -> ServiceRun {
        let cell = cell_of.clone();
        match name {
            "committer" => Box::pin(cell.run_committer(journal.clone())),
            "checkpointer" => Box::pin(cell.run_checkpointer(checkpoint_every)),
            "timers" => Box::pin(cell.run_timers()),
            unknown => Box::pin(std::future::ready(Err(format!("the runtime has no service {unknown}")))),
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

    /// Every aggregate of a kind: what is in memory, and for the others what their tree holds.
    pub fn every<V: Aggregate>(&self) -> Result<Vec<V>, Error> {
        let core = self.cell.0.core.borrow();
        let mut stored = BTreeMap::new();
        core.trees.scan(V::TREE, &[], &mut |key, value| {
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

    /// Looks at the states; for tests, `verify` and the console.
    pub fn look<T>(&self, at: impl FnOnce(&A::State) -> T) -> T {
        at(&self.cell.0.core.borrow().state)
    }
}

/// No faults.
pub fn no_hooks<A: Application>() -> Rc<dyn Hooks<A>> {
    Rc::new(NoHooks)
}
