//! A cell: actors on one thread, with the state of their partitions. Its data stand here, with what many of the files above need;
//! those hold the verbs. This is the handle of whoever works within; [`Handle`](crate::runtime::Handle) is for everybody else.

use std::cell::{Cell as StdCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};

use crate::runtime::actor::{Application, Outside};
use crate::runtime::state::{Cause, Common, Core, Envelope, Error, Hooks};

use super::backlog::Backlog;
use super::doors::Doors;
use super::entry::Entry;
use super::gauge::{Gauge, Vitals};
use super::lanes::Lanes;
use super::supervisor::Supervisor;
use super::suspect::Suspects;
use super::watchdog::{self, Busy, Watched};

/// Where messages go that are sent to these addresses.
pub type Probes<A> =
    BTreeMap<<A as Application>::Address, mpsc::UnboundedSender<Arc<<A as Application>::Message>>>;

pub struct Cell<A: Application>(pub Rc<Inner<A>>);

impl<A: Application> Clone for Cell<A> {
    fn clone(&self) -> Cell<A> {
        Cell(self.0.clone())
    }
}

pub struct Inner<A: Application> {
    pub common: Arc<Common>,
    /// The ways into all cells.
    pub doors: Arc<Doors<A, Cell<A>>>,
    /// Which of the cells this is; the first writes the journal.
    pub me: usize,
    pub core: RefCell<Core<A>>,
    pub actors: RefCell<BTreeMap<A::Address, Entry<A>>>,
    pub services: RefCell<Vec<(&'static str, Rc<Vitals>)>>,
    pub supervisor: RefCell<Supervisor>,
    pub outside: Box<dyn Outside<A>>,
    pub lanes: RefCell<Lanes>,
    /// Begins an actor: given from above, for what begins one knows this file.
    pub begin: fn(&Cell<A>, A::Address) -> Entry<A>,
    /// Which group an actor's guard belongs to.
    pub group_of: Box<dyn Fn(A::Address) -> &'static str>,
    pub await_max: Duration,
    /// Messages handed over to actors and not yet handled, in all.
    pub waiting: StdCell<usize>,
    /// Those of them that wait for an actor which does not run now: they are no load.
    pub held_up: StdCell<usize>,
    pub backlog: Backlog,
    /// Woken when timers changed or one was handled.
    pub timers: Notify,
    /// What the watchdog looks at, where there is one.
    pub busy: Option<watchdog::Slot<A::Address>>,
    pub suspects: Suspects,
    /// Receives what is sent to an address in the place of an actor: for tests of one actor alone.
    pub probes: RefCell<Probes<A>>,
    pub batches: StdCell<u64>,
    /// One checkpoint at a time: the checkpointer's, or the drain's.
    pub checkpointing: tokio::sync::Mutex<()>,
}

impl<A: Application> Cell<A> {
    pub fn hooks(&self) -> Rc<dyn Hooks<A>> {
        self.0.core.borrow().hooks.clone()
    }

    /// Whether a message is still to be handled: it was not consumed by a turn that a panic interrupted, it is
    /// no late question, and no timer that was moved.
    pub fn is_wanted(&self, to: A::Address, envelope: &Envelope<A>) -> bool {
        let mut core = self.0.core.borrow_mut();
        core.finish_appended();
        core.is_current(to, envelope) && !envelope.is_late()
    }

    pub fn attempts_before(&self, cause: &Cause) -> u32 {
        self.0.suspects.attempts(cause)
    }

    /// Tells the watchdog what this thread is about to do; it is idle again when the result is dropped.
    pub fn watch(&self, to: A::Address, envelope: &Envelope<A>) -> Option<Watched<'_, A::Address>> {
        let slot = self.0.busy.as_ref()?;
        Some(Watched::begin(slot, Busy::new(to, A::name(&envelope.message), envelope.cause)))
    }

    pub fn step(&self, to: A::Address, envelope: &mut Envelope<A>) -> Result<(), Error> {
        self.0.core.borrow_mut().step(to, envelope)
    }

    pub fn give_up(
        &self,
        to: A::Address,
        envelope: &Envelope<A>,
        panic: &str,
        attempts: u32,
    ) -> Result<(), Error> {
        self.0.core.borrow_mut().give_up(to, envelope, panic, attempts)
    }

    /// Messages that wait for actors that run.
    pub fn load(&self) -> usize {
        self.0.waiting.get().saturating_sub(self.0.held_up.get())
    }

    /// What waits for this actor waits until it is back.
    pub fn hold_up(&self, gauge: &Gauge) {
        if !gauge.held_up.replace(true) {
            self.0.held_up.set(self.0.held_up.get() + gauge.queue.get());
            self.0.backlog.waits(self.load());
        }
    }

    /// It runs again.
    pub fn go_on(&self, gauge: &Gauge) {
        if gauge.held_up.replace(false) {
            self.0.held_up.set(self.0.held_up.get().saturating_sub(gauge.queue.get()));
        }
    }

    /// Runs `work` on every cell, as `Door::run_on_cell` does on one; what each says, this cell's first. `None`: a cell
    /// is gone.
    pub async fn everywhere<T, F>(
        &self,
        work: impl Fn(Cell<A>) -> F + Clone + Send + 'static,
    ) -> Option<Vec<T>>
    where
        T: Send + 'static,
        F: Future<Output = T> + 'static,
    {
        let doors = self.0.doors.each.iter().enumerate();
        let others = doors.filter(|(cell, _)| *cell != self.0.me);
        let others: Vec<_> = others.map(|(_, door)| door.run_on_cell(work.clone())).collect();
        let mut said = vec![work(self.clone()).await];
        for answer in others {
            said.push(answer.await.ok()?);
        }
        Some(said)
    }

    /// The daemon cannot go on: it drains what it can and exits with an error.
    pub fn fatal(&self, why: String) {
        tracing::error!(%why, "fatal: draining and exiting");
        self.0.common.fatal.send_if_modified(|fatal| {
            let first = fatal.is_none();
            if first {
                *fatal = Some(why);
            }
            first
        });
    }
}
