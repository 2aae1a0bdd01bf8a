//! The test harness: a cell of any application on virtual time, over a journal and trees in memory that outlive
//! its crashes. It is product code: the simulator and the actors' own tests run on it.
//!
//! - Everything runs on one thread and one paused clock, so a run repeats exactly.
//! - [`Kit::crash`] ends a life between two polls, as `kill -9` would: no task of it runs again, no destructor of
//!   an actor has a say, and what was not durable is gone. [`Kit::start`] begins the next one on the same disk.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::mpsc;
use tokio::task::LocalSet;
use tokio::time::Instant;

use crate::journal::{Journal, MemoryJournal};
use crate::runtime::actor::{
    Actor, AnyReply, Application, Environment, Member, Nobody, Outside, Question, Refused, Tables,
};
use crate::runtime::cell::{Below, Group, Intensity, Probes, Report, ServiceRun, Strategy, panic_text};
pub use crate::runtime::state::limits::ATTEMPTS_MAX;
use crate::runtime::state::{Bounds, Error, Hooks, tree_names};
use crate::storage::MemoryTrees;
use crate::time::Timestamp;

use super::drain::{DrainDeadlines, DrainReport};
use super::parts::{CellParts, Cells, Own, no_hooks};
use super::running::Running;
use super::start::start;

/// How long a test waits for anything, in virtual time.
const PATIENCE: Duration = Duration::from_secs(3_600);
const PASSING: &str = "passing";
/// What the system's clock says when a kit is made: 2026-11-22T00:00:00Z.
const BEGIN: Timestamp = Timestamp(1_795_305_600_000);

/// Runs a test on one thread and a clock that stands still while anything runs.
pub fn run<F: Future>(test: F) -> F::Output {
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().start_paused(true).build().expect("a machine that runs tests has a runtime")
    };
    actix::System::with_tokio_rt(runtime).block_on(test)
}

/// Keeps panics whose text says "on purpose" out of the test's output.
pub fn hush_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !panic_text(info.payload()).contains("on purpose") {
                loud(info);
            }
        }));
    });
}

/// A cell and what outlives it. The fields may be changed before a start.
pub struct Kit<A: Application> {
    /// The settings that decisions read.
    pub rules: Box<dyn Fn() -> A::Rules>,
    /// The tree of supervision: all actors of which there is one in a group, and one for those that come and go.
    pub tree: Box<dyn Fn() -> Group<A::Address>>,
    /// Who makes the outside calls; nobody answers where nothing is said.
    pub outside: Rc<dyn Outside<A>>,
    /// Faults.
    pub hooks: Rc<dyn Hooks<A>>,
    /// Outlives a crash, as far as it was durable.
    pub journal: MemoryJournal,
    /// Outlives a crash likewise.
    pub trees: MemoryTrees,
    /// Of the randomness of the next life.
    pub seed: u64,
    /// How many cells there are from the next start on.
    pub cells: usize,
    /// Trade seconds in one of the virtual clock.
    pub speed: u32,
    /// Between checkpoints: so long, where nothing is said, that none comes by itself.
    pub checkpoint_every: Duration,
    /// How long an actor may stay in one await.
    pub await_max: Duration,
    /// What is admitted.
    pub bounds: Bounds,
    /// Stands between the cell and the journal, from the next start on.
    pub through: Box<dyn Fn(MemoryJournal) -> Box<dyn Journal>>,
    /// How far the system's clock is off at the next start, in milliseconds.
    pub clock_off_ms: i64,
    /// Where a message is noted that the process was ended for.
    pub suspects: Option<std::path::PathBuf>,
    /// The group of the tree for actors that come and go.
    pub passing_group: &'static str,
    probes: Probes<A>,
    born: Instant,
    epoch: u64,
    life: Option<Life<A>>,
}

struct Life<A: Application> {
    running: Running<A>,
    /// Every task of this life: dropping them is its end.
    tasks: Rc<RefCell<Option<LocalSet>>>,
}

impl<A: Application> Drop for Life<A> {
    fn drop(&mut self) {
        let tasks = self.tasks.borrow_mut().take();
        drop(tasks);
    }
}

impl<A: Application> Kit<A> {
    /// A cell with the application's actors.
    pub fn new(rules: impl Fn() -> A::Rules + 'static) -> Kit<A> {
        Kit {
            rules: Box::new(rules),
            tree: Box::new(|| tree(&A::singletons())),
            outside: Rc::new(Nobody),
            hooks: no_hooks(),
            journal: MemoryJournal::new(),
            trees: MemoryTrees::new(&tree_names::<A>()),
            seed: 1,
            cells: 1,
            speed: 1,
            checkpoint_every: PATIENCE * 24,
            await_max: Duration::from_secs(10),
            bounds: Bounds::default(),
            through: Box::new(|journal| Box::new(journal)),
            clock_off_ms: 0,
            suspects: None,
            passing_group: PASSING,
            probes: BTreeMap::new(),
            born: Instant::now(),
            epoch: 0,
            life: None,
        }
    }

    /// Puts a probe in the place of an actor, from the next start on.
    pub fn probe(&mut self, address: A::Address) -> Probe<A> {
        let (sender, messages) = mpsc::unbounded_channel();
        self.probes.insert(address, sender);
        Probe { messages }
    }

    /// Begins a life on what the last one left.
    ///
    /// # Errors
    /// What the journal and the trees hold does not fit together.
    pub async fn try_start(&mut self) -> Result<(), Error> {
        assert!(self.life.is_none(), "a life is over before the next begins: crash or stop it");
        self.epoch += 1;
        let elapsed_ms = self.born.elapsed().as_millis() as u64;
        let parts = CellParts {
            journal: (self.through)(self.journal.clone()),
            epoch: self.epoch,
            trees: Arc::new(self.trees.clone()),
            cells: Cells::Here((0..self.cells).map(|cell| self.own(cell)).collect()),
            passing_group: self.passing_group,
            now: Timestamp(BEGIN.plus_ms(elapsed_ms).0.saturating_add_signed(self.clock_off_ms)),
            speed: self.speed,
            checkpoint_every: self.checkpoint_every,
            await_max: self.await_max,
            bounds: self.bounds,
            suspects: self.suspects.clone(),
            spin_max: None,
        };
        let tasks = LocalSet::new();
        let running = tasks.run_until(start(parts)).await?;
        let tasks = Rc::new(RefCell::new(Some(tasks)));
        let polled = tasks.clone();
        actix::spawn(poll_fn(move |cx| match polled.borrow_mut().as_mut() {
            Some(tasks) => Pin::new(tasks).poll(cx),
            None => Poll::Ready(()),
        }));
        self.life = Some(Life { running, tasks });
        Ok(())
    }

    fn own(&self, cell: usize) -> Own<A> {
        let seed = self.seed.wrapping_add(self.epoch) ^ (cell as u64).rotate_right(8);
        Own {
            rules: (self.rules)(),
            outside: Box::new(Shared(self.outside.clone())),
            tree: (self.tree)(),
            hooks: self.hooks.clone(),
            random: StdRng::seed_from_u64(seed),
            probes: self.probes.clone(),
        }
    }

    /// Begins a life on what the last one left.
    ///
    /// # Panics
    /// Where that does not start.
    pub async fn start(&mut self) {
        self.try_start().await.unwrap_or_else(|error| panic!("the cell does not start: {error}"));
    }

    /// The process dies: what was not durable is gone.
    pub fn crash(&mut self) {
        self.die();
        self.journal.crash();
        self.trees.crash();
    }

    /// The process dies; what becomes of what was not durable is for the caller to say.
    pub fn die(&mut self) {
        self.life = None;
    }

    /// The process dies, and the next begins on what was durable.
    pub async fn restart(&mut self) {
        self.crash();
        self.start().await;
    }

    /// The life of now.
    ///
    /// # Panics
    /// Where there is none.
    pub fn running(&self) -> &Running<A> {
        &self.life.as_ref().expect("the kit has been started").running
    }

    /// As [`Running::add_service`]: it ends with this life.
    pub fn add_service(
        &self,
        group: &'static str,
        name: &'static str,
        run: impl Fn() -> ServiceRun + 'static,
    ) {
        let life = self.life.as_ref().expect("the kit has been started");
        let tasks = life.tasks.borrow();
        let _among_its_tasks = tasks.as_ref().map(LocalSet::enter);
        life.running.add_service(group, name, run);
    }

    /// Asks an actor of which there is one.
    ///
    /// # Errors
    /// As [`Handle::ask`](crate::runtime::Handle::ask).
    pub async fn ask<Q: Question>(&self, question: Q) -> Result<Q::Reply, Refused>
    where
        Q::Actor: Actor<Key = ()> + Member<A>,
    {
        self.ask_of((), question).await
    }

    /// Asks the actor with this key.
    ///
    /// # Errors
    /// As [`Handle::ask`](crate::runtime::Handle::ask).
    pub async fn ask_of<Q: Question>(
        &self,
        key: <Q::Actor as Actor>::Key,
        question: Q,
    ) -> Result<Q::Reply, Refused>
    where
        Q::Actor: Member<A>,
    {
        self.running().handle().ask_of(key, question, PATIENCE).await
    }

    /// An ask that nobody waits for. It reaches its actor before any that is sent later.
    pub fn tell_of<Q: Question>(
        &self,
        key: <Q::Actor as Actor>::Key,
        question: Q,
    ) -> tokio::task::JoinHandle<Result<Q::Reply, Refused>>
    where
        Q::Actor: Member<A>,
    {
        self.tell_within(key, question, PATIENCE)
    }

    /// The same, with the patience of whoever asks.
    pub fn tell_within<Q: Question>(
        &self,
        key: <Q::Actor as Actor>::Key,
        question: Q,
        within: Duration,
    ) -> tokio::task::JoinHandle<Result<Q::Reply, Refused>>
    where
        Q::Actor: Member<A>,
    {
        let message = <Q::Actor as Member<A>>::message(question.into());
        let told = self.told(<Q::Actor as Member<A>>::address(key), message, within);
        actix::spawn(
            async move { Ok(*told.await?.downcast().expect("a question is answered with its reply")) },
        )
    }

    /// The same of any message, whether it is a question or not: such as one that comes a second time.
    pub fn tell_any(
        &self,
        to: A::Address,
        message: A::Message,
        within: Duration,
    ) -> tokio::task::JoinHandle<Result<AnyReply, Refused>> {
        actix::spawn(self.told(to, message, within))
    }

    /// It is sent before this returns, so that what is told later comes later.
    fn told(
        &self,
        to: A::Address,
        message: A::Message,
        within: Duration,
    ) -> impl Future<Output = Result<AnyReply, Refused>> + use<A> {
        let handle = self.running().handle();
        let mut ask = Box::pin(async move { handle.ask_any(to, message, within).await });
        let first = ask.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        async move {
            match first {
                Poll::Ready(answer) => answer,
                Poll::Pending => ask.await,
            }
        }
    }

    /// What each actor is doing.
    pub async fn inspect(&self) -> Report {
        self.running().handle().inspect().await.expect("the cell lives")
    }

    /// Waits until nothing is on its way inside, and everything is durable. Timers and calls may be left.
    pub async fn settle(&self) -> Report {
        let until = Instant::now() + PATIENCE;
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
            let report = self.inspect().await;
            let queued: usize = report.actors.iter().map(|actor| actor.queue).sum();
            let probed = !self.probes.is_empty();
            let settled = queued == 0 && (probed || report.messages_pending == 0);
            if settled && report.durable_position == report.journal_position {
                return report;
            }
            assert!(Instant::now() < until, "it does not settle: {report:?}");
        }
    }

    /// Waits until the root of the tree gives up; says why.
    pub async fn fatal(&self) -> String {
        let why = tokio::time::timeout(PATIENCE, self.running().fatal()).await;
        why.expect("the root gives up while the test has patience")
    }

    /// Stops in order, with the usual deadlines. The kit is to be crashed or dropped then.
    pub async fn drain(&self) -> DrainReport {
        self.running().drain(DrainDeadlines::default()).await
    }

    /// Looks at the states in the first cell.
    pub fn look<T>(&self, at: impl FnOnce(&Tables) -> T) -> T {
        self.running().look(at)
    }
}

/// Receives what is sent to an address in the place of an actor.
pub struct Probe<A: Application> {
    messages: mpsc::UnboundedReceiver<Arc<A::Message>>,
}

impl<A: Application> Probe<A> {
    /// The next message that was sent there.
    pub async fn next(&mut self) -> Arc<A::Message> {
        let next = tokio::time::timeout(PATIENCE, self.messages.recv()).await;
        next.ok().flatten().expect("a message comes while the test has patience")
    }

    /// Whether none has come that was not taken.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }
}

/// The outside world by a script, and what it was asked for.
pub struct Scripted<A: Application> {
    script: Script<A>,
    made: RefCell<Vec<A::Call>>,
}

type Script<A> = Box<dyn Fn(&<A as Environment>::Call) -> Answer<<A as Application>::Message>>;

/// What the outside world does with a call.
pub enum Answer<M> {
    /// The message, after so long.
    After(Duration, M),
    /// It is silent.
    Never,
    /// The port panics with this text.
    Panics(&'static str),
}

impl<A: Application> Scripted<A> {
    /// `script`: what it does with each call.
    pub fn new(script: impl Fn(&A::Call) -> Answer<A::Message> + 'static) -> Rc<Scripted<A>> {
        Rc::new(Scripted { script: Box::new(script), made: RefCell::default() })
    }

    /// Every call that was made, over all lives.
    pub fn made(&self) -> Vec<A::Call> {
        self.made.borrow().clone()
    }
}

impl<A: Application> Outside<A> for Scripted<A> {
    fn make(&self, call: A::Call) -> Pin<Box<dyn Future<Output = A::Message>>> {
        let answer = (self.script)(&call);
        self.made.borrow_mut().push(call);
        Box::pin(async move {
            match answer {
                Answer::Never => std::future::pending().await,
                Answer::Panics(text) => panic!("{text}"),
                Answer::After(delay, message) => {
                    tokio::time::sleep(delay).await;
                    message
                }
            }
        })
    }
}

struct Shared<A: Application>(Rc<dyn Outside<A>>);

impl<A: Application> Outside<A> for Shared<A> {
    fn make(&self, call: A::Call) -> Pin<Box<dyn Future<Output = A::Message>>> {
        self.0.make(call)
    }
}

/// Ten restarts in ten seconds; 10 ms to one second apart.
pub const PATIENT: Intensity = Intensity {
    restarts_max: 10,
    within: Duration::from_secs(10),
    first_delay: Duration::from_millis(10),
    delay_max: Duration::from_secs(1),
};

/// The tree of a kit: the actors given, and those that come and go.
pub fn tree<Address: Copy>(actors: &[Address]) -> Group<Address> {
    let actors = actors.iter().map(|address| Below::Child(*address));
    let below = vec![
        Below::Group(group("actors", Strategy::OneForOne, actors)),
        Below::Group(group(PASSING, Strategy::OneForOne, [])),
    ];
    group("root", Strategy::OneForOne, below)
}

/// A group with the kit's intensity.
pub fn group<Address>(
    name: &'static str,
    strategy: Strategy,
    children: impl IntoIterator<Item = Below<Address>>,
) -> Group<Address> {
    Group { name, strategy, intensity: PATIENT, children: children.into_iter().collect() }
}
