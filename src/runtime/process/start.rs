//! Puts a cell together and brings it to life.

use std::cell::{Cell as StdCell, RefCell};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::Arbiter;
use tokio::sync::{Notify, oneshot};

use crate::journal::Position;
use crate::runtime::actor::Application;
use crate::runtime::cell::{
    Arrivals, Backlog, Cell, Doors, Inner, Lanes, SharedJournal, Supervisor, Suspects, Writing, begin_actor,
    watch,
};
use crate::runtime::state::{Clock, Common, Core, Error, Pending, PendingRequests, Recovered, recover};

use super::handle::Handle;
use super::parts::{CellParts, Cells, Own};
use super::running::Running;
use super::tree::{Member, add_what_is_missing, begin, declare};

/// What a cell is begun with, on whatever thread.
struct Beginning<A: Application> {
    common: Arc<Common>,
    doors: Arc<Doors<A, Cell<A>>>,
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
    let (doors, mut arrivals) = Doors::among(parts.cells.count());
    let (doors, pending_requests) = (Arc::new(doors), Arc::new(PendingRequests::default()));
    let handle = Handle::new(parts.epoch, parts.bounds, doors.clone(), pending_requests.clone());
    let common = Common::new(parts.trees, clock, parts.bounds, doors.plan, pending_requests, last);
    let beginning = Arc::new(Beginning {
        common: Arc::new(common),
        doors,
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
    Ok(Running { cell, handle, journal, fatal, replayed, last_at, threads, lock: None })
}

async fn begin_on_thread<A: Application>(
    beginning: Arc<Beginning<A>>,
    me: usize,
    own: Arc<dyn Fn() -> Own<A> + Send + Sync>,
    arrivals: Arrivals<A, Cell<A>>,
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

impl<A: Application> Beginning<A> {
    /// What one of several cells has, all of it in the trees.
    fn part(&self, me: usize) -> Result<Recovered<A>, Error> {
        let plan = self.common.plan;
        let pending =
            Pending::load(self.common.trees.as_ref(), |partition| plan.cell_for(|| partition) == me)?;
        Ok(Recovered { pending, ..Recovered::empty(self.last) })
    }

    /// Begins one of the other cells on the thread that it is to live on.
    fn begin(&self, me: usize, own: Own<A>, arrivals: Arrivals<A, Cell<A>>) -> Result<(), Error> {
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
        arrivals: Arrivals<A, Cell<A>>,
    ) -> Cell<A> {
        let core = Core::new(self.common.clone(), me, Rc::new(own.rules), own.hooks, own.random, recovered);
        let mut supervisor = Supervisor::default();
        let mut members = vec![];
        let root = declare(&mut supervisor, None, own.tree, &mut members);
        let passing_group = self.passing_group;
        add_what_is_missing::<A>(&mut supervisor, root, passing_group, &mut members);
        let groups: BTreeMap<A::Address, &'static str> = members
            .iter()
            .filter_map(|(group, member)| match member {
                Member::Actor(address) => Some((*address, *group)),
                Member::Service(_) => None,
            })
            .collect();
        let cell = Cell(Rc::new(Inner {
            common: self.common.clone(),
            doors: self.doors.clone(),
            me,
            core: RefCell::new(core),
            actors: RefCell::default(),
            services: RefCell::default(),
            supervisor: RefCell::new(supervisor),
            outside: own.outside,
            lanes: RefCell::new(Lanes::default()),
            begin: begin_actor,
            group_of: Box::new(move |address| groups.get(&address).copied().unwrap_or(passing_group)),
            await_max: self.await_max,
            waiting: StdCell::new(0),
            held_up: StdCell::new(0),
            backlog: Backlog::new(self.common.bounds.backlog_max, self.doors.each[me].behind.clone()),
            timers: Notify::new(),
            busy: self.spin_max.map(|_| Arc::default()),
            suspects: self.suspects.clone().map(Suspects::open).unwrap_or_default(),
            probes: RefCell::new(own.probes),
            batches: StdCell::new(0),
            checkpointing: tokio::sync::Mutex::new(()),
        }));
        if let (Some(limit), Some(busy)) = (self.spin_max, &cell.0.busy) {
            let file = cell.0.suspects.file().map(ToOwned::to_owned);
            if let Err(error) = watch(busy.clone(), limit, file) {
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

/// Goes on where the last process stopped.
fn resume<A: Application>(cell: &Cell<A>) {
    let again = cell.0.core.borrow().redelivered();
    for (to, envelope) in again {
        cell.deliver(to, envelope);
    }
    cell.redrive_calls();
    cell.0.timers.notify_one();
}
