//! A smaller run that still fails: fewer faults, fewer customers.

use super::checks::Checker;
use super::driver::run;
use super::fault::FaultSet;
use super::finished_run::FinishedRun;
use super::plan::{FaultChoice, Options};
use super::shoppers;

/// Runs that are tried at the most.
const TRIES_MAX: u32 = 300;

/// Leaves out what the failure does not need. `failed` must have a violation; what is returned has one of the same
/// invariant.
pub fn shrink(failed: FinishedRun, checkers: &[&Checker]) -> FinishedRun {
    let mut shrinking = Shrinking { checkers, best: failed, tries: 0 };
    shrinking.without_faults();
    shrinking.without_customers();
    // with fewer customers, some faults have nobody left to meet
    shrinking.without_faults();
    shrinking.best
}

struct Shrinking<'a> {
    checkers: &'a [&'a Checker],
    best: FinishedRun,
    tries: u32,
}

impl Shrinking<'_> {
    /// Keeps `smaller` where it still fails.
    fn take(&mut self, smaller: Options) -> bool {
        if self.tries >= TRIES_MAX {
            return false;
        }
        self.tries += 1;
        let invariant = self.best.violations[0].invariant;
        let mut tried = run(&smaller, self.checkers);
        tried.violations.sort_by_key(|violation| violation.invariant != invariant);
        let fails = tried.violations.first().is_some_and(|violation| violation.invariant == invariant);
        if fails {
            self.best = tried;
        }
        fails
    }

    fn without_faults(&mut self) {
        let faults: Vec<_> = self.best.plan.faults.iter().collect();
        for fault in faults {
            let fewer = self.best.plan.faults.without(fault);
            self.take(Options { faults: FaultChoice::Exactly(fewer), ..self.best.options.clone() });
        }
    }

    /// Halves, quarters, …, single ones are left out.
    fn without_customers(&mut self) {
        let mut size = self.customers().len().div_ceil(2);
        loop {
            let mut from = 0;
            while from < self.customers().len() {
                let customers = self.customers();
                let to = (from + size).min(customers.len());
                let fewer = [&customers[..from], &customers[to..]].concat();
                if fewer.is_empty() || !self.take(Options { only: Some(fewer), ..self.best.options.clone() })
                {
                    from = to;
                }
            }
            if size <= 1 {
                return;
            }
            size = size.div_ceil(2);
        }
    }

    fn customers(&self) -> Vec<u32> {
        shoppers::numbers(&self.best.options)
    }
}

/// The command that repeats this run.
pub fn command(run: &FinishedRun) -> String {
    let Options { seed, days, orders, only, .. } = &run.options;
    let faults: &FaultSet = &run.plan.faults;
    let mut command =
        format!("doorstep simulate --seed {seed} --days {days} --orders {orders} --faults {faults}");
    if let Some(only) = only {
        let numbers: Vec<String> = only.iter().map(ToString::to_string).collect();
        command.push_str(&format!(" --shoppers {}", numbers.join(",")));
    }
    command
}
