//! Simulated customers who place orders: each again as soon as she is answered (closed loop), or at their times, answered or
//! not (open loop).
//!
//! In an open loop an order's latency counts from the moment at which it was to leave, also where everybody who
//! could have sent it was still waiting: what a slow answer holds up is not left out.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use indicatif::ProgressBar;

use crate::domain::OrderId;

use super::checkpoint_latency::CheckpointLatency;
use super::latencies::latencies;
use super::load::{Basket, Load};
use super::pacer::Pacer;
use super::steadiness::Steadiness;

/// An order that is refused because the shop has more work than it takes is sent again after this, in a closed loop.
const AGAIN_AFTER: Duration = Duration::from_millis(10);
/// And no longer than this.
const AGAIN_WITHIN: Duration = Duration::from_secs(30);
/// A checkpoint takes a hundred times as long.
const BETWEEN_CHECKPOINT_POLLS: Duration = Duration::from_millis(20);

/// Where orders are placed.
pub trait Target {
    /// Places one order under an idempotency key of its own, and waits for the answer.
    async fn place(&self, key: &str, basket: &Basket) -> Placed;
}

/// What an order was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placed {
    Confirmed(Taken),
    /// Taken, and not yet confirmed: promised for a day, or the bank has not answered.
    Later(Taken),
    /// The shop has more work than it takes: nothing was done.
    Refused,
    /// Anything else, in a few words that are the same for the same reason.
    Failed(String),
}

/// An order that was taken, and the key that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub order: OrderId,
    pub key: String,
}

/// How orders come.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    pub orders: u64,
    /// In a closed loop how many customers there are, in an open one how many orders are under way at most.
    pub clients: usize,
    /// Orders a second of an open loop.
    pub rate: Option<f64>,
}

/// What came of them.
pub struct LoadOutcome {
    pub confirmed: Vec<Taken>,
    pub later: Vec<Taken>,
    /// How often the shop said that it has too much work.
    pub refused: u64,
    /// How many for each reason.
    pub failed: BTreeMap<String, u64>,
    /// Microseconds to the confirmed answer.
    pub latency: Histogram<u64>,
    /// Of an open loop: microseconds by which its own clock was late.
    pub late: Option<Histogram<u64>>,
    pub steadiness: Steadiness,
    pub checkpoint_latency: CheckpointLatency,
    pub took: Duration,
}

/// Places all orders, and counts. `checkpointing`: asks the shop, of an open loop, whether it writes a checkpoint; none where it
/// cannot be asked.
pub async fn generate(
    target: &impl Target,
    load: Load,
    pace: Pace,
    name: &str,
    bar: &ProgressBar,
    checkpointing: impl AsyncFn() -> Option<bool>,
) -> LoadOutcome {
    let outcome = LoadOutcome {
        confirmed: vec![],
        later: vec![],
        refused: 0,
        failed: BTreeMap::new(),
        latency: latencies(),
        late: None,
        steadiness: Steadiness::default(),
        checkpoint_latency: CheckpointLatency::default(),
        took: Duration::ZERO,
    };
    let begun = Instant::now();
    let generator = LoadGenerator {
        target,
        pace,
        name,
        bar,
        begun,
        pacer: pace.rate.map(|rate| Pacer::start(begun, rate, pace.orders)),
        unsent: RefCell::new(Unsent { load, next: 0 }),
        outcome: RefCell::new(outcome),
    };
    let customers = futures_util::future::join_all((0..pace.clients).map(|_| generator.customer()));
    tokio::select! {
        _ = customers => {}
        never = generator.watch_checkpoints(checkpointing) => match never {},
    }
    let took = generator.begun.elapsed();
    let late = generator.pacer.as_ref().map(Pacer::lateness);
    LoadOutcome { took, late, ..generator.outcome.into_inner() }
}

struct LoadGenerator<'a, T> {
    target: &'a T,
    pace: Pace,
    name: &'a str,
    bar: &'a ProgressBar,
    begun: Instant,
    pacer: Option<Pacer>,
    unsent: RefCell<Unsent>,
    outcome: RefCell<LoadOutcome>,
}

/// Orders that have not left.
struct Unsent {
    load: Load,
    next: u64,
}

impl<T: Target> LoadGenerator<'_, T> {
    async fn customer(&self) {
        while let Some((nth, basket)) = self.next() {
            let from = self.wait_until_due(nth).await;
            let key = format!("{}-{nth}", self.name);
            let placed = self.place(&key, &basket).await;
            self.note(placed, from.elapsed());
        }
    }

    fn next(&self) -> Option<(u64, Basket)> {
        let mut unsent = self.unsent.borrow_mut();
        let nth = unsent.next;
        unsent.next += 1;
        (nth < self.pace.orders).then(|| (nth, unsent.load.next()))
    }

    /// Asks the shop now and then, for as long as it answers.
    async fn watch_checkpoints(&self, checkpointing: impl AsyncFn() -> Option<bool>) -> Infallible {
        while self.pacer.is_some()
            && let Some(now) = checkpointing().await
        {
            self.outcome.borrow_mut().checkpoint_latency.observe(now);
            tokio::time::sleep(BETWEEN_CHECKPOINT_POLLS).await;
        }
        std::future::pending().await
    }

    /// Waits until the order is to leave; since when its latency counts.
    async fn wait_until_due(&self, nth: u64) -> Instant {
        let Some(pacer) = &self.pacer else { return Instant::now() };
        pacer.next().await;
        pacer.due(nth)
    }

    async fn place(&self, key: &str, basket: &Basket) -> Placed {
        let since = Instant::now();
        loop {
            let placed = self.target.place(key, basket).await;
            let again = self.pace.rate.is_none() && since.elapsed() < AGAIN_WITHIN;
            if placed != Placed::Refused || !again {
                return placed;
            }
            self.outcome.borrow_mut().refused += 1;
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    }

    fn note(&self, placed: Placed, took: Duration) {
        self.bar.inc(1);
        let mut outcome = self.outcome.borrow_mut();
        match placed {
            Placed::Confirmed(taken) => {
                let took_us = took.as_micros() as u64;
                outcome.latency.saturating_record(took_us);
                outcome.checkpoint_latency.note(took_us);
                outcome.steadiness.note(self.begun.elapsed(), took);
                outcome.confirmed.push(taken);
            }
            Placed::Later(taken) => outcome.later.push(taken),
            Placed::Refused => outcome.refused += 1,
            Placed::Failed(why) => *outcome.failed.entry(why).or_default() += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::cli::bench::load::Kind;

    /// Takes its time for each, and refuses every so many.
    struct Slow {
        takes: Duration,
        refuses_every: u64,
        asked: Cell<u64>,
    }

    impl Target for Slow {
        async fn place(&self, key: &str, _: &Basket) -> Placed {
            self.asked.set(self.asked.get() + 1);
            if self.asked.get().is_multiple_of(self.refuses_every) {
                return Placed::Refused;
            }
            tokio::time::sleep(self.takes).await;
            Placed::Confirmed(Taken { order: OrderId::new(0, 1), key: key.to_owned() })
        }
    }

    fn ordered(target: &Slow, pace: Pace) -> LoadOutcome {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let load = Load::drawn(Kind::Hot, 1, 1);
        runtime.block_on(generate(target, load, pace, "test", &ProgressBar::hidden(), async || None))
    }

    fn slow(takes_ms: u64, refuses_every: u64) -> Slow {
        Slow { takes: Duration::from_millis(takes_ms), refuses_every, asked: Cell::new(0) }
    }

    #[test]
    fn each_order_leaves_once_under_a_key_of_its_own() {
        let outcome = ordered(&slow(0, u64::MAX), Pace { orders: 50, clients: 7, rate: None });
        let keys: std::collections::BTreeSet<_> = outcome.confirmed.iter().map(|taken| &taken.key).collect();
        assert_eq!((keys.len(), outcome.latency.len()), (50, 50));
    }

    #[test]
    fn who_is_refused_in_a_closed_loop_comes_again() {
        let outcome = ordered(&slow(0, 5), Pace { orders: 20, clients: 2, rate: None });
        assert_eq!(outcome.confirmed.len(), 20);
        assert!(outcome.refused > 0);
    }

    #[test]
    fn who_is_refused_in_an_open_loop_goes() {
        let outcome = ordered(&slow(0, 5), Pace { orders: 20, clients: 2, rate: Some(1e6) });
        assert_eq!((outcome.confirmed.len(), outcome.refused), (16, 4));
    }

    #[test]
    fn in_an_open_loop_waiting_to_leave_counts() {
        // all are due at once, and only one is under way at a time: the last one waits for all others
        let outcome = ordered(&slow(2, u64::MAX), Pace { orders: 20, clients: 1, rate: Some(1e9) });
        assert!(outcome.latency.max() >= 20 * 2_000, "{} µs", outcome.latency.max());
        assert!(outcome.latency.value_at_quantile(0.5) >= 10 * 2_000);
    }
}
