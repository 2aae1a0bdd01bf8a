//! A run: days of trade in which faults come, then calm, in which every order must come to its end.

use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use xxhash_rust::xxh3::Xxh3;

use crate::actors::Shop;
use crate::actors::order_manager::Order;
use crate::domain::Timestamp;
use crate::journal::{Journal, Position};
use crate::runtime::{Record, Recovered, compare, kit, recover, tree_names};
use crate::storage::MemoryTrees;

use super::checks::{self, Checker, Violation};
use super::fault::Fault;
use super::finished_run::{Figures, FinishedRun};
use super::history::History;
use super::logs::Logs;
use super::observation::{Observation, Phase, forgotten};
use super::plan::{Options, Plan, random_for};
use super::shoppers;
use super::simulated_world::SimulatedWorld;
use super::timers;
use super::trace;

const DAY_MS: u64 = 86_400_000;
/// How often the driver acts, in real time.
const TICK: Duration = Duration::from_millis(250);
/// In trade time: where the trade goes slowly there is less to do, and a month of real time to get through.
const TICK_OF_TRADE: Duration = Duration::from_secs(15);
/// More crashes than these in a run show nothing new and cost time.
const CRASHES_MAX: u32 = 24;
/// A slow shop with short intervals would otherwise write a million.
const CHECKPOINTS_MAX: u32 = 4_000;
/// Days of trade, after faults have stopped, within which every order must come to an end.
pub const CALM_DAYS: u64 = 30;
/// Retries on real time, however fast the trade goes, have ended by then.
const CALM: Duration = Duration::from_secs(3_600);
/// For requests that are sent at the very end.
const LAST_ANSWERS: Duration = Duration::from_secs(300);

/// Does a whole run on virtual time; blocks until it is over.
pub fn run(options: &Options, checkers: &[&Checker]) -> FinishedRun {
    let logs = Logs::begin();
    kit::run(drive(options, checkers, logs))
}

async fn drive(options: &Options, checkers: &[&Checker], logs: Logs) -> FinishedRun {
    let mut plan = Plan::draw(options);
    let real_ms = u64::from(options.days) * DAY_MS / u64::from(plan.speed);
    let checkpoint_every_min = Duration::from_millis(real_ms / u64::from(CHECKPOINTS_MAX));
    plan.checkpoint_every = plan.checkpoint_every.max(checkpoint_every_min);
    let world = SimulatedWorld::new(options, &plan);
    let rng = random_for(options.seed, "driver");
    let (crashes, violations, calm_since) = (0, vec![], None);
    let mut driver = Driver { options, checkers, logs, plan, world, rng, crashes, violations, calm_since };
    driver.world.open().await;
    let customers = shoppers::arrive(options, &driver.plan, &driver.world.network);
    let (network, catalogue) = (driver.world.network.clone(), driver.world.catalogue());
    actix::spawn(shoppers::reprices(network, catalogue, random_for(options.seed, "prices"), options.days));
    driver.safety(&customers).await;
    driver.liveness().await;
    tokio::time::sleep(LAST_ANSWERS).await;
    driver.check(Phase::End);
    driver.end(&customers)
}

struct Driver<'a> {
    options: &'a Options,
    checkers: &'a [&'a Checker],
    logs: Logs,
    plan: Plan,
    world: SimulatedWorld,
    rng: StdRng,
    crashes: u32,
    violations: Vec<Violation>,
    calm_since: Option<Timestamp>,
}

impl Driver<'_> {
    /// Days of trade, with faults.
    async fn safety(&mut self, customers: &[JoinHandle<()>]) {
        self.world.fault_hooks.set_enabled(true);
        self.world.faulty_partners.set_enabled(true);
        let days_ms = u64::from(self.options.days) * DAY_MS;
        let until = Instant::now() + Duration::from_millis(days_ms / u64::from(self.plan.speed));
        let mut at_rest = false;
        while Instant::now() < until && !at_rest {
            self.schedule_crash();
            if self.tick(until).await {
                self.crash_and_check().await;
            }
            self.world.send_again();
            at_rest = customers.iter().all(JoinHandle::is_finished) && self.rng.random_bool(0.001);
        }
    }

    /// Lets the world go on for a moment; `true` if its process crashed.
    async fn tick(&self, until: Instant) -> bool {
        let tick = TICK.max(TICK_OF_TRADE / self.plan.speed);
        let next = (Instant::now() + tick).min(until);
        tokio::select! {
            biased;
            () = self.world.crash_switch.happened() => true,
            _ = self.world.kit.running().fatal() => {
                // it drains and exits with an error, and its service manager starts it again
                self.world.kit.drain().await;
                self.world.crash_switch.crash(Fault::CrashWritten);
                true
            }
            () = tokio::time::sleep_until(next) => false,
        }
    }

    fn schedule_crash(&mut self) {
        let every = self.plan.writes_between_crashes;
        if every == 0 || self.crashes >= CRASHES_MAX || self.world.crash_switch.is_scheduled() {
            return;
        }
        let faults: Vec<Fault> =
            CRASH_FAULTS.into_iter().filter(|fault| self.plan.faults.contains(*fault)).collect();
        let fault = faults[self.rng.random_range(0..faults.len())];
        self.world.crash_switch.schedule(self.rng.random_range(0..2 * every), fault);
    }

    async fn crash_and_check(&mut self) {
        self.crashes += 1;
        let why = self.world.crash_switch.take();
        self.world.crash_switch.cancel();
        let crashed = self.world.crash(why);
        self.check(Phase::Crashed);
        self.world.restart(crashed).await;
    }

    /// Faults stop, the shop is started once more, and everything gets time to come to its end.
    async fn liveness(&mut self) {
        self.world.fault_hooks.set_enabled(false);
        self.world.faulty_partners.set_enabled(false);
        self.world.crash_switch.cancel();
        let mut why = self.world.crash_switch.take();
        if why.is_none() && self.plan.drains {
            self.world.kit.drain().await;
            why = self.world.crash_switch.take();
        }
        let crashed = self.world.crash(why);
        self.check(Phase::Crashed);
        self.world.kit.checkpoint_every = CALM;
        self.world.kit.bounds = crate::runtime::Bounds::default();
        self.world.kit.journal.set_latency(Duration::ZERO);
        self.world.restart(crashed).await;
        self.world.send_again();
        self.calm_since = Some(self.last_at());
        self.world.network.calm();
        tokio::time::sleep(Duration::from_millis(CALM_DAYS * DAY_MS / u64::from(self.plan.speed)) + CALM)
            .await;
        self.world.kit.settle().await;
    }

    fn last_at(&self) -> Timestamp {
        self.derived().last_at
    }

    fn records(&self) -> Vec<(Position, Record<Shop>)> {
        let mut records = vec![];
        let visit = &mut |position: Position, bytes: &[u8]| {
            let record = Record::decode(position, bytes)
                .map_err(|error| crate::journal::Error::Visitor(error.to_string().into()))?;
            records.push((position, record));
            Ok(())
        };
        let replayed = self.world.kit.journal.replay(Position::START, visit);
        assert!(replayed.is_ok(), "the journal in memory is read back: {replayed:?}");
        records
    }

    fn derived(&self) -> Recovered<Shop> {
        let journal: &dyn Journal = &self.world.kit.journal;
        let derived = recover::<Shop>(journal, &MemoryTrees::new(&tree_names::<Shop>()));
        derived.unwrap_or_else(|error| panic!("the journal alone gives the states: {error}"))
    }

    fn check(&mut self, phase: Phase) {
        let (records, derived) = (self.records(), self.derived());
        let forgotten = forgotten(&records);
        let journal: &dyn Journal = &self.world.kit.journal;
        let differences = compare::<Shop>(&derived, &self.world.kit.trees, journal);
        let differences = match differences {
            Ok(differences) => differences,
            Err(error) => {
                let what = format!("what the trees hold cannot be read with the journal: {error}");
                self.violations.push(Violation { invariant: "I5", order: None, what });
                vec![]
            }
        };
        let history = self.world.network.history.borrow();
        let observation = Observation {
            phase,
            plan: &self.plan,
            records: &records,
            derived: &derived,
            forgotten: &forgotten,
            differences: &differences,
            history: &history,
            starts: &self.world.starts,
            letters: &self.world.letters(),
            books: &self.world.faulty_partners.books(),
            outages: &self.world.faulty_partners.outages(),
            log: &self.logs.lines(),
            real_now: (phase == Phase::End).then(|| self.world.kit.running().clock().real()),
            calm_since: self.calm_since,
        };
        let found = checks::run(self.checkers.iter().copied(), &observation);
        let new: Vec<Violation> = found.into_iter().filter(|one| !self.violations.contains(one)).collect();
        drop(history);
        self.violations.extend(new);
    }

    /// Every request that was answered `overloaded` met a full mailbox.
    fn count_refusals(&self) {
        let history = self.world.network.history.borrow();
        let answers = history.requests.iter().filter_map(|sent| sent.answer.as_ref());
        let refused = answers.filter(|answer| answer.code == "overloaded").count();
        let mut coverage = self.world.coverage.borrow_mut();
        (0..refused).for_each(|_| coverage.hit(Fault::FullMailbox, None));
    }

    fn end(self, customers: &[JoinHandle<()>]) -> FinishedRun {
        self.count_refusals();
        customers.iter().for_each(JoinHandle::abort);
        let records = self.records();
        let history = self.world.network.history.borrow().clone();
        let orders = self.derived().tables.of::<Order>().resident().count() as u64;
        let figures = Figures {
            runs: 1,
            days: u64::from(self.options.days) + CALM_DAYS,
            orders,
            turns: records.len() as u64,
            requests: history.requests.len() as u64,
            calls: self.world.faulty_partners.made(),
            crashes: history.crashes.len() as u64,
            lived_twice: 0,
        };
        let trace = self.trace(&history);
        FinishedRun {
            options: self.options.clone(),
            plan: self.plan,
            trace,
            violations: self.violations,
            coverage: self.world.coverage.borrow().clone(),
            figures,
            timers: timers::ran_out(&records),
            records,
            history,
        }
    }

    fn trace(&self, history: &History) -> u64 {
        let mut hash = Xxh3::new();
        let visit = &mut |position: Position, bytes: &[u8]| {
            hash.update(&position.0.to_le_bytes());
            hash.update(bytes);
            Ok(())
        };
        let replayed = self.world.kit.journal.replay(Position::START, visit);
        assert!(replayed.is_ok(), "the journal in memory is read back: {replayed:?}");
        for sent in &history.requests {
            hash.update(trace::request(sent).as_bytes());
        }
        hash.digest()
    }
}

const CRASH_FAULTS: [Fault; 10] = [
    Fault::CrashLost,
    Fault::CrashTorn,
    Fault::CrashFlipped,
    Fault::CrashWritten,
    Fault::SyncFails,
    Fault::TreesLost,
    Fault::TreesAhead,
    Fault::Rot,
    Fault::ClockAhead,
    Fault::ClockBack,
];
