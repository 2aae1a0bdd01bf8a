//! What many worlds came to, added up.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::domain::OrderState;
use crate::simulation::coverage::Step;
use crate::simulation::fault::Fault;
use crate::simulation::timers::Timer;
use crate::simulation::{CALM_DAYS, Figures, FinishedRun};

#[derive(Default)]
pub struct Tally {
    pub figures: Figures,
    /// Worlds with violations.
    pub failed: u64,
    pub violations: u64,
    /// For each invariant broken: in how many worlds, the first of them, and what was said there.
    broken: BTreeMap<&'static str, (u64, u64, String)>,
    /// How often each fault came.
    counts: BTreeMap<Fault, u64>,
    /// How often each fault met an order in a state.
    states: BTreeMap<(Fault, OrderState), u64>,
    /// How often each fault met an order after a step, and how many of these orders have a violation.
    pub steps: BTreeMap<(Fault, Step), Cell>,
    /// In how many worlds each timer ran out, and how often.
    timers: BTreeMap<Timer, (u64, u64)>,
    /// Worlds with violations: seed and the first of them.
    wrong: BTreeMap<u64, String>,
}

/// Of what is wrong with a world, where many are listed.
const SHOWN_CHARS_MAX: usize = 160;
/// The rarest, a capture that has to be repeated, comes up in one of a hundred.
const WORLDS_FOR_ALL_TIMERS: u64 = 2_000;

#[derive(Clone, Copy, Debug, Default)]
pub struct Cell {
    pub times: u64,
    pub violations: u64,
}

impl Tally {
    pub fn add(&mut self, run: &FinishedRun) {
        self.figures.add(&run.figures);
        self.failed += u64::from(!run.violations.is_empty());
        self.violations += run.violations.len() as u64;
        self.add_broken(run);
        for (timer, times) in &run.timers {
            let (worlds, all) = self.timers.entry(*timer).or_default();
            *worlds += 1;
            *all += times;
        }
        for (fault, times) in &run.coverage.counts {
            *self.counts.entry(*fault).or_default() += times;
        }
        let wrong: BTreeSet<_> = run.violations.iter().filter_map(|violation| violation.order).collect();
        for (fault, order, state, step, times) in run.coverage.meetings() {
            if let Some(state) = state {
                *self.states.entry((fault, state)).or_default() += times;
            }
            let cell = self.steps.entry((fault, step)).or_default();
            cell.times += times;
            cell.violations += u64::from(order.is_some_and(|order| wrong.contains(&order)));
        }
    }

    /// Among so many worlds each timer runs out in some, or nothing shows what becomes of it then.
    pub fn timers_that_never_ran_out(&self) -> bool {
        self.figures.runs >= WORLDS_FOR_ALL_TIMERS
            && Timer::ALL.iter().any(|timer| !self.timers.contains_key(timer))
    }

    fn add_broken(&mut self, run: &FinishedRun) {
        let seed = run.options.seed;
        if let Some(first) = run.violations.first() {
            let what: String = first.what.chars().take(SHOWN_CHARS_MAX).collect();
            self.wrong.insert(seed, format!("{} {what}", first.invariant));
        }
        let mut here = BTreeMap::new();
        run.violations.iter().for_each(|violation| {
            here.entry(violation.invariant).or_insert(&violation.what);
        });
        for (invariant, what) in here {
            let (worlds, first, said) =
                self.broken.entry(invariant).or_insert_with(|| (0, u64::MAX, String::new()));
            *worlds += 1;
            if seed < *first {
                (*first, *said) = (seed, what.clone());
            }
        }
    }

    /// How often a fault met an order in each of the states that one passes through, and where it never did. `None`: it
    /// never came.
    fn met(&self, fault: Fault) -> Option<String> {
        self.counts.get(&fault)?;
        let times = |state: &OrderState| self.states.get(&(fault, *state)).copied().unwrap_or_default();
        let (met, never): (Vec<_>, Vec<_>) = STATES.into_iter().partition(|state| times(state) > 0);
        let met = met.iter().map(|state| format!("{} {}", times(state), state.name()));
        let never = never.iter().map(|state| state.name());
        let met: Vec<String> = met.chain(never.map(|name| format!("never {name}"))).collect();
        Some(met.join(", "))
    }
}

/// The states that an order passes through; it stays in no other for longer than a turn.
const STATES: [OrderState; 6] = [
    OrderState::Placed,
    OrderState::AwaitingStock,
    OrderState::AwaitingPayment,
    OrderState::Fulfilling,
    OrderState::Dispatched,
    OrderState::Delivered,
];

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures { runs, days, orders, turns, requests, calls, crashes, lived_twice } = self.figures;
        writeln!(
            f,
            "{runs} worlds, {days} days of trade ({CALM_DAYS} of calm in each), {orders} orders, {turns} turns, \
             {requests} requests, {calls} calls, {crashes} crashes"
        )?;
        if lived_twice > 0 {
            writeln!(f, "{lived_twice} of them lived twice, to compare their traces")?;
        }
        for fault in Fault::ALL {
            let times = self.counts.get(fault).copied().unwrap_or_default();
            writeln!(f, "  {:15} {times:>8}  {}", fault.name(), fault.does())?;
            if let Some(met) = self.met(*fault) {
                writeln!(f, "  {:24}  met orders that were: {met}", "")?;
            }
        }
        writeln!(f, "timers that ran out, in how many worlds, and how often:")?;
        for timer in Timer::ALL {
            let (worlds, times) = self.timers.get(timer).copied().unwrap_or_default();
            writeln!(f, "  {worlds:>8} {times:>9}  {}", timer.waits())?;
        }
        for (seed, what) in &self.wrong {
            writeln!(f, "  seed {seed}: {what}")?;
        }
        for (invariant, (worlds, first, said)) in &self.broken {
            writeln!(f, "  {invariant} broken in {worlds} worlds, first in {first}: {said}")?;
        }
        match self.failed {
            0 => writeln!(f, "no violation in {runs} worlds"),
            failed => writeln!(f, "{} violations in {failed} of {runs} worlds", self.violations),
        }
    }
}
