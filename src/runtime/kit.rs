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

use crate::domain::Timestamp;
use crate::journal::{Journal, MemoryJournal};
use crate::storage::{MemoryTrees, TreeName};

pub use super::limits::ATTEMPTS_MAX;
use super::start::Probes;
use super::supervisor::{Below, Group, Intensity, Strategy};
use super::{
    Application, Bounds, CellParts, Cells, DrainDeadlines, DrainReport, Error, Hooks, Member, Outside, Own,
    Refused, Report, Running, ServiceRun, no_hooks, start,
};

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
            if !super::guard::panic_text(info.payload()).contains("on purpose") {
                loud(info);
            }
        }));
    });
}

/// A cell and what outlives it. The fields may be changed before a start.
pub struct Kit<A: Application> {
    pub rules: Box<dyn Fn() -> A::Rules>,
    pub tree: Box<dyn Fn() -> Group<Member<A>>>,
    pub outside: Rc<dyn Outside<A>>,
    pub hooks: Rc<dyn Hooks<A>>,
    pub journal: MemoryJournal,
    pub trees: MemoryTrees,
    pub seed: u64,
    /// How many cells there are from the next start on.
    pub cells: usize,
    pub speed: u32,
    pub checkpoint_every: Duration,
    pub await_max: Duration,
    pub bounds: Bounds,
    /// Stands between the cell and the journal, from the next start on.
    pub through: Box<dyn Fn(MemoryJournal) -> Box<dyn Journal>>,
    /// How far the system's clock is off at the next start, in milliseconds.
    pub clock_off_ms: i64,
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
    /// A cell with these actors; `trees` are the application's own.
    pub fn new(rules: impl Fn() -> A::Rules + 'static, trees: &[TreeName], actors: &[A::Address]) -> Kit<A> {
        let actors = actors.to_vec();
        let all: Vec<TreeName> = trees.iter().chain(&super::TREES).copied().collect();
        Kit {
            rules: Box::new(rules),
            tree: Box::new(move || tree(&actors)),
            outside: Rc::new(NoOutside),
            hooks: no_hooks(),
            journal: MemoryJournal::new(),
            trees: MemoryTrees::new(&all),
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

    pub async fn restart(&mut self) {
        self.crash();
        self.start().await;
    }

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

    pub async fn ask(&self, to: A::Address, message: A::Message) -> Result<A::Reply, Refused> {
        self.running().handle().ask(to, message, PATIENCE).await
    }

    /// An ask that nobody waits for. It reaches its actor before any that is sent later.
    pub fn tell(
        &self,
        to: A::Address,
        message: A::Message,
    ) -> tokio::task::JoinHandle<Result<A::Reply, Refused>> {
        self.tell_within(to, message, PATIENCE)
    }

    pub fn tell_within(
        &self,
        to: A::Address,
        message: A::Message,
        within: Duration,
    ) -> tokio::task::JoinHandle<Result<A::Reply, Refused>> {
        let handle = self.running().handle();
        let mut ask = Box::pin(async move { handle.ask(to, message, within).await });
        // sent before this returns, so that what is told later comes later
        let first = ask.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        actix::spawn(async move {
            match first {
                Poll::Ready(answer) => answer,
                Poll::Pending => ask.await,
            }
        })
    }

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

    pub async fn fatal(&self) -> String {
        let why = tokio::time::timeout(PATIENCE, self.running().fatal()).await;
        why.expect("the root gives up while the test has patience")
    }

    pub async fn drain(&self) -> DrainReport {
        self.running().drain(DrainDeadlines::default()).await
    }

    pub fn look<T>(&self, at: impl FnOnce(&A::State) -> T) -> T {
        self.running().look(at)
    }
}

/// Receives what is sent to an address in the place of an actor.
pub struct Probe<A: Application> {
    messages: mpsc::UnboundedReceiver<Arc<A::Message>>,
}

impl<A: Application> Probe<A> {
    pub async fn next(&mut self) -> Arc<A::Message> {
        let next = tokio::time::timeout(PATIENCE, self.messages.recv()).await;
        next.ok().flatten().expect("a message comes while the test has patience")
    }

    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }
}

/// The outside world by a script, and what it was asked for.
pub struct Scripted<A: Application> {
    script: Script<A>,
    made: RefCell<Vec<A::Call>>,
}

type Script<A> = Box<dyn Fn(&<A as Application>::Call) -> Answer<<A as Application>::Outcome>>;

/// What the outside world does with a call.
pub enum Answer<O> {
    After(Duration, O),
    Never,
    Panics(&'static str),
}

impl<A: Application> Scripted<A> {
    pub fn new(script: impl Fn(&A::Call) -> Answer<A::Outcome> + 'static) -> Rc<Scripted<A>> {
        Rc::new(Scripted { script: Box::new(script), made: RefCell::default() })
    }

    /// Every call that was made, over all lives.
    pub fn made(&self) -> Vec<A::Call> {
        self.made.borrow().clone()
    }
}

impl<A: Application> Outside<A> for Scripted<A> {
    fn make(&self, call: A::Call) -> Pin<Box<dyn Future<Output = A::Outcome>>> {
        let answer = (self.script)(&call);
        self.made.borrow_mut().push(call);
        Box::pin(async move {
            match answer {
                Answer::Never => std::future::pending().await,
                Answer::Panics(text) => panic!("{text}"),
                Answer::After(delay, outcome) => {
                    tokio::time::sleep(delay).await;
                    outcome
                }
            }
        })
    }
}

struct Shared<A: Application>(Rc<dyn Outside<A>>);

impl<A: Application> Outside<A> for Shared<A> {
    fn make(&self, call: A::Call) -> Pin<Box<dyn Future<Output = A::Outcome>>> {
        self.0.make(call)
    }
}

/// Nobody answers.
struct NoOutside;

impl<A: Application> Outside<A> for NoOutside {
    fn make(&self, _call: A::Call) -> Pin<Box<dyn Future<Output = A::Outcome>>> {
        Box::pin(std::future::pending())
    }
}

/// Ten restarts in ten seconds; 10 ms to one second apart.
pub const PATIENT: Intensity = Intensity {
    restarts_max: 10,
    within: Duration::from_secs(10),
    first_delay: Duration::from_millis(10),
    delay_max: Duration::from_secs(1),
};

/// The tree of a kit: the runtime's own services, the actors given, and those that come and go.
pub fn tree<A: Application>(actors: &[A::Address]) -> Group<Member<A>> {
    let own = ["committer", "checkpointer", "timers"].map(|name| Below::Child(Member::Own(name)));
    let actors = actors.iter().map(|address| Below::Child(Member::Actor(*address)));
    let below = vec![
        Below::Group(group("own", Strategy::OneForOne, own)),
        Below::Group(group("actors", Strategy::OneForOne, actors)),
        Below::Group(group(PASSING, Strategy::OneForOne, [])),
    ];
    group("root", Strategy::OneForOne, below)
}

/// A group with the kit's intensity.
pub fn group<A: Application>(
    name: &'static str,
    strategy: Strategy,
    children: impl IntoIterator<Item = Below<Member<A>>>,
) -> Group<Member<A>> {
    Group { name, strategy, intensity: PATIENT, children: children.into_iter().collect() }
}
