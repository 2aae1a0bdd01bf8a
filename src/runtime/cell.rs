//! A cell: actors on one thread, with the state that is at home with them. This handle is theirs; [`super::Handle`] is for
//! everybody else.

use std::cell::{Cell as StdCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};

use super::backlog::Backlog;
use super::common::Common;
use super::core::{Core, Envelope, Release};
use super::guard::{Control, Guard, Guarded, Overseer, guarded_actor};
use super::handle::Arrival;
use super::hooks::Hooks;
use super::lanes::Lanes;
use super::limits::PLACES_MADE_PART;
use super::record::Cause;
use super::shell::{Gauge, Leave, Shell, is_late};
use super::start::Probes;
use super::supervisor::{ChildId, GroupId, Supervisor, Verdict, WhyDown};
use super::suspect::Suspects;
use super::watchdog::{self, Busy, Watched};
use super::{Application, Error, Outside};

pub struct Cell<A: Application>(pub(super) Rc<Inner<A>>);

impl<A: Application> Clone for Cell<A> {
    fn clone(&self) -> Cell<A> {
        Cell(self.0.clone())
    }
}

pub(super) struct Inner<A: Application> {
    pub common: Arc<Common<A>>,
    /// Which of the cells this is; the first writes the journal.
    pub me: usize,
    pub core: RefCell<Core<A>>,
    pub actors: RefCell<BTreeMap<A::Address, Entry<A>>>,
    pub services: RefCell<Vec<(&'static str, Rc<Vitals>)>>,
    pub supervisor: RefCell<Supervisor>,
    pub outside: Box<dyn Outside<A>>,
    pub lanes: RefCell<Lanes>,
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

/// A live actor.
pub struct Entry<A: Application> {
    pub addr: actix::Addr<Shell<A>>,
    pub gauge: Rc<Gauge>,
    pub vitals: Rc<Vitals>,
    pub passing: bool,
}

/// What its guard says of a child.
#[derive(Default)]
pub struct Vitals {
    pub restarts: StdCell<u64>,
    pub down: StdCell<bool>,
    pub gone: StdCell<bool>,
    pub last_down: RefCell<Option<String>>,
}

impl<A: Application> Cell<A> {
    pub(super) fn hooks(&self) -> Rc<dyn Hooks<A>> {
        self.0.core.borrow().hooks.clone()
    }

    /// Whether a message is still to be handled: it was not consumed by a turn that a panic interrupted, it is
    /// no late question, and no timer that was moved.
    pub(super) fn is_wanted(&self, to: A::Address, envelope: &Envelope<A>) -> bool {
        let mut core = self.0.core.borrow_mut();
        core.finish_appended();
        core.is_current(to, envelope) && !is_late(envelope)
    }

    pub(super) fn attempts_before(&self, cause: &Cause) -> u32 {
        self.0.suspects.attempts(cause)
    }

    /// Tells the watchdog what this thread is about to do; it is idle again when the result is dropped.
    pub(super) fn watch(&self, to: A::Address, envelope: &Envelope<A>) -> Option<Watched<'_, A::Address>> {
        let slot = self.0.busy.as_ref()?;
        Some(Watched::begin(slot, Busy::new(to, A::name(&envelope.message), envelope.cause)))
    }

    pub(super) fn step(&self, to: A::Address, envelope: &mut Envelope<A>) -> Result<(), Error> {
        self.0.core.borrow_mut().step(to, envelope)
    }

    pub(super) fn give_up(
        &self,
        to: A::Address,
        envelope: &Envelope<A>,
        panic: &str,
        attempts: u32,
    ) -> Result<(), Error> {
        self.0.core.borrow_mut().give_up(to, envelope, panic, attempts)
    }

    /// After a step: hands messages over inside, wakes whoever lets things out.
    pub(super) fn hand_over(&self) {
        self.0.waiting.set(self.0.waiting.get().saturating_sub(1));
        self.pass_on();
    }

    /// What a turn has stated goes on its way.
    pub(super) fn pass_on(&self) {
        let mut core = self.0.core.borrow_mut();
        let mut outbox = std::mem::take(&mut core.outbox);
        if std::mem::take(&mut core.timers_changed) {
            self.0.timers.notify_one();
        }
        // where the journal is written, whoever writes it lets things out
        let released = if self.0.me == 0 { vec![] } else { core.released() };
        drop(core);
        self.0.common.to_commit.notify_one();
        for (cell, to, envelope) in outbox.drain(..) {
            if cell == self.0.me {
                self.deliver(to, envelope);
            } else {
                // a cell that is gone takes its part up again at the next start
                let _ = self.0.common.routes.doors[cell].intake.send(Arrival::Message { to, envelope });
            }
        }
        let mut core = self.0.core.borrow_mut();
        if core.outbox.is_empty() {
            core.outbox = outbox; // its room serves the next turn
        }
        drop(core);
        self.let_out(released);
        self.0.backlog.waits(self.load());
    }

    /// Puts a message into its actor's mailbox; an actor that is not there is begun.
    pub(super) fn deliver(&self, to: A::Address, envelope: Envelope<A>) {
        if let Some(probe) = self.0.probes.borrow().get(&to) {
            let _nobody_listens = probe.send(envelope.message);
            return;
        }
        self.begin_actor(to);
        let actors = self.0.actors.borrow();
        let Some(entry) = actors.get(&to) else { return };
        if entry.vitals.gone.get() {
            return; // its supervisor gave up: what stands in a turn goes on at the next start
        }
        entry.gauge.queue.set(entry.gauge.queue.get() + 1);
        self.0.held_up.set(self.0.held_up.get() + usize::from(entry.gauge.held_up.get()));
        self.0.waiting.set(self.0.waiting.get() + 1);
        entry.addr.do_send(envelope);
    }

    /// Whether an `ask` of this actor can be admitted.
    pub(super) fn has_room(&self, to: A::Address) -> bool {
        if self.0.backlog.is_too_long(self.load()) {
            return false;
        }
        let queue = self.0.actors.borrow().get(&to).map(|entry| entry.gauge.queue.get());
        match queue {
            Some(queue) => queue < self.0.common.bounds.queue_depth_max,
            None => {
                self.0.actors.borrow().len() < self.0.common.bounds.passing_actors_max
                    || self.send_idle_ones_away()
            }
        }
    }

    /// Of the actors that come and go, the part that was idle for longest leaves: their places are wanted.
    /// `false` if all have something to do.
    fn send_idle_ones_away(&self) -> bool {
        let mut actors = self.0.actors.borrow_mut();
        let idle = actors.iter().filter(|(_, entry)| entry.passing && entry.gauge.queue.get() == 0);
        let mut idle: Vec<_> =
            idle.map(|(address, entry)| (entry.gauge.last_message_at.get(), *address)).collect();
        idle.sort_unstable();
        let leaving = idle.len().div_ceil(PLACES_MADE_PART);
        for (_, address) in &idle[..leaving] {
            if let Some(entry) = actors.remove(address) {
                entry.addr.do_send(Leave);
            }
        }
        tracing::debug!(leaving, "idle ones passivated: their places are wanted");
        leaving > 0
    }

    /// Messages that wait for actors that run.
    fn load(&self) -> usize {
        self.0.waiting.get().saturating_sub(self.0.held_up.get())
    }

    /// What waits for this actor waits until it is back.
    pub(super) fn hold_up(&self, gauge: &Gauge) {
        if !gauge.held_up.replace(true) {
            self.0.held_up.set(self.0.held_up.get() + gauge.queue.get());
            self.0.backlog.waits(self.load());
        }
    }

    /// It runs again.
    pub(super) fn go_on(&self, gauge: &Gauge) {
        if gauge.held_up.replace(false) {
            self.0.held_up.set(self.0.held_up.get().saturating_sub(gauge.queue.get()));
        }
    }

    /// Begins an actor under its guard, unless it lives.
    pub(super) fn begin_actor(&self, address: A::Address) {
        if self.0.actors.borrow().contains_key(&address) {
            return;
        }
        let gauge = Rc::new(Gauge::default());
        let rules = self.0.core.borrow().rules.clone();
        let passivate_after = A::passivate_after_ms(&rules, address).map(Duration::from_millis);
        let shell = Shell::new(address, self.clone(), gauge.clone(), passivate_after);
        let (addr, child) = guarded_actor(shell);
        let group = (self.0.group_of)(address);
        let vitals = self.guard(group, address.to_string(), child, gauge.clone());
        let entry = Entry { addr, gauge, vitals, passing: passivate_after.is_some() };
        self.0.actors.borrow_mut().insert(address, entry);
    }

    /// Puts a child under a guard in a group of the tree and lets it run.
    pub(super) fn guard(
        &self,
        group: &'static str,
        name: String,
        child: impl Guarded + 'static,
        gauge: Rc<Gauge>,
    ) -> Rc<Vitals> {
        let (control, controlled) = mpsc::unbounded_channel::<Control>();
        let mut supervisor = self.0.supervisor.borrow_mut();
        let group = supervisor.group(group).expect("every child names a group of the tree that was declared");
        let id = supervisor.add_child(group, control);
        drop(supervisor);
        let vitals = Rc::new(Vitals::default());
        let overseer =
            Post { cell: self.clone(), group, id, name, vitals: vitals.clone(), gauge: gauge.clone() };
        let guard = Guard::new(child, Box::new(overseer), controlled, gauge, self.0.await_max);
        actix::spawn(guard);
        vitals
    }

    /// An idle actor leaves: `true` if nothing waits for it. From then on a message begins it anew.
    pub(super) fn passivate(&self, address: A::Address) -> bool {
        let mut actors = self.0.actors.borrow_mut();
        let idle = actors.get(&address).is_some_and(|entry| entry.gauge.queue.get() == 0);
        if idle {
            tracing::debug!(actor = %address, "idle: passivated");
            actors.remove(&address);
        }
        idle
    }

    /// Lets out what has become durable.
    pub(super) fn let_out(&self, released: Vec<Release<A>>) {
        for release in released {
            match release {
                Release::Reply(request, reply) => self.0.core.borrow_mut().answer(request, reply),
                Release::Call(id) => self.begin_call(id),
            }
        }
    }

    /// What is durable leaves the cell, wherever the journal is written; runs for as long as the cell does.
    pub(super) async fn run_outlet(self) -> Result<(), String> {
        let mut seen = self.0.common.durable();
        loop {
            seen = self.0.common.durable_after(seen).await;
            self.became_durable();
        }
    }

    pub(super) fn became_durable(&self) {
        let released = self.0.core.borrow_mut().released();
        self.0.timers.notify_one();
        self.let_out(released);
    }

    /// Has `work` done in every cell, as `Door::have_done` does in one; what each says, this cell's first. `None`: a cell
    /// is gone.
    pub(super) async fn everywhere<T, F>(
        &self,
        work: impl Fn(Cell<A>) -> F + Clone + Send + 'static,
    ) -> Option<Vec<T>>
    where
        T: Send + 'static,
        F: Future<Output = T> + 'static,
    {
        let doors = self.0.common.routes.doors.iter().enumerate();
        let others = doors.filter(|(cell, _)| *cell != self.0.me);
        let others: Vec<_> = others.map(|(_, door)| door.have_done(work.clone())).collect();
        let mut said = vec![work(self.clone()).await];
        for answer in others {
            said.push(answer.await.ok()?);
        }
        Some(said)
    }

    /// The daemon cannot go on: it drains what it can and exits with an error.
    pub(super) fn fatal(&self, why: String) {
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

/// A guard's line to its supervisor.
struct Post<A: Application> {
    cell: Cell<A>,
    group: GroupId,
    id: ChildId,
    name: String,
    vitals: Rc<Vitals>,
    gauge: Rc<Gauge>,
}

impl<A: Application> Overseer for Post<A> {
    fn down(&self, why: &WhyDown) -> Verdict {
        let jitter = match self.cell.0.core.try_borrow_mut() {
            Ok(mut core) => core.jitter(),
            Err(_) => 0,
        };
        let verdict = self.cell.0.supervisor.borrow_mut().down(self.group, self.id, jitter);
        self.cell.hold_up(&self.gauge);
        let attempt = self.vitals.restarts.get() + 1;
        self.vitals.restarts.set(attempt);
        self.vitals.down.set(true);
        *self.vitals.last_down.borrow_mut() = Some(why.to_string());
        match verdict {
            Verdict::RestartAfter(delay) => {
                tracing::warn!(actor = %self.name, %why, restarts = attempt, next_delay_ms = delay.as_millis() as u64, "down: will be restarted");
            }
            Verdict::GiveUp => {
                self.cell.fatal(format!("{} is down ({why}) and restarts do not help", self.name))
            }
        }
        verdict
    }

    fn told(&self, delay: Duration) {
        self.cell.hold_up(&self.gauge);
        self.vitals.restarts.set(self.vitals.restarts.get() + 1);
        self.vitals.down.set(true);
        tracing::warn!(actor = %self.name, restarts = self.vitals.restarts.get(), next_delay_ms = delay.as_millis() as u64, "taken down with another child of its tree: will be restarted");
    }

    fn up(&self) {
        self.cell.go_on(&self.gauge);
        self.vitals.down.set(false);
        tracing::info!(actor = %self.name, restarts = self.vitals.restarts.get(), "restarted");
    }

    fn gone(&self) {
        self.cell.go_on(&self.gauge);
        self.vitals.gone.set(true);
        self.cell.0.supervisor.borrow_mut().remove_child(self.group, self.id);
        // nobody handles what still waits for it: it must hold nothing up
        let left = self.gauge.queue.replace(0);
        self.cell.0.waiting.set(self.cell.0.waiting.get().saturating_sub(left));
        self.cell.0.backlog.waits(self.cell.load());
    }
}
