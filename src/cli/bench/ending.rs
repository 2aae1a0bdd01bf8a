//! Waits until nothing is under way, and looks at what is there then.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::actors::order_manager::Order;
use crate::cli::Failure;
use crate::cli::verify::{Examined, examine};
use crate::domain::{OrderId, OrderState};
use crate::runtime::Report;
use crate::settings::Settings;

use super::load_generator::{LoadOutcome, Taken};
use super::progress;

const LOOKS_EVERY: Duration = Duration::from_millis(20);
/// Without a turn in so much trade time, nothing more will come: no order waits longer for anything.
const STILL_TRADE: Duration = Duration::from_secs(14 * 86_400);
/// And never less real time than this.
const STILL_MIN: Duration = Duration::from_secs(20);
/// Differences kept; the rest is counted.
const KEPT_MAX: usize = 20;

/// Waits for a shop to have nothing to do.
pub struct Quiet {
    still_max: Duration,
}

impl Quiet {
    /// Of a shop whose trade runs at this speed.
    pub fn at(speed: u32) -> Quiet {
        Quiet { still_max: (STILL_TRADE / speed.max(1)).max(STILL_MIN) }
    }

    /// Asks for reports until nothing is under way; how long after `begun` that was. Ends too where nothing happens any
    /// more although something is under way: what is there then will show it.
    pub async fn waits(
        &self,
        report: impl AsyncFn() -> Result<Report, Failure>,
        begun: Instant,
    ) -> Result<Duration, Failure> {
        let bar = progress::waiting();
        let (mut position, mut moved) = (0, Instant::now());
        loop {
            let now = report().await?;
            if now.journal_position != position {
                (position, moved) = (now.journal_position, Instant::now());
            }
            let is_quiet = [now.messages_pending, now.calls, now.asks, now.timers].iter().all(|&n| n == 0);
            if is_quiet || moved.elapsed() > self.still_max {
                bar.finish_and_clear();
                return Ok(moved.duration_since(begun));
            }
            let Report { timers, messages_pending, calls, .. } = now;
            bar.set_message(format!("{timers} timers, {messages_pending} messages, {calls} calls to come"));
            tokio::time::sleep(LOOKS_EVERY).await;
        }
    }
}

/// What a directory holds after the run.
pub struct Ending {
    pub records: u64,
    /// Of the orders that were taken.
    pub closed: usize,
    pub wrong: Vec<String>,
}

/// Verifies the directory of a shop that has been stopped, and looks for every order that was taken, and for none besides.
/// `stored`: those that were taken before the run. `all_closed`: each must have come to its end.
pub fn look(
    settings: &Settings,
    stored: &[Taken],
    outcome: &LoadOutcome,
    all_closed: bool,
) -> Result<Ending, Failure> {
    let Examined { records, derived, found, .. } = examine(settings)?;
    let kept = derived.tables.of::<Order>().resident();
    let kept: BTreeMap<OrderId, OrderState> = kept.map(|(id, order)| (*id, order.state)).collect();
    let mut wrong = Wrong::default();
    found.into_iter().for_each(|difference| wrong.add(difference));
    let taken = outcome.confirmed.iter().chain(&outcome.later);
    let taken: BTreeSet<OrderId> = taken.map(|taken| taken.order).collect();
    let closed = taken.iter().filter(|order| kept.get(order) == Some(&OrderState::Closed)).count();
    for order in &taken {
        match kept.get(order) {
            None => wrong.add(format!("{order} was taken, and is not there")),
            Some(OrderState::Closed) => {}
            Some(state) if all_closed => {
                wrong.add(format!("{order} has come no further than {}", state.name()))
            }
            Some(_) => {}
        }
    }
    // of an order that failed nobody knows
    if outcome.failed.is_empty() {
        let stored: BTreeSet<OrderId> = stored.iter().map(|taken| taken.order).collect();
        let is_known = |order: &OrderId| taken.contains(order) || stored.contains(order);
        kept.keys().filter(|order| !is_known(order)).for_each(|order| {
            wrong.add(format!("{order} is there, and nobody was told"));
        });
    }
    Ok(Ending { records, closed, wrong: wrong.lines() })
}

#[derive(Default)]
struct Wrong {
    kept: Vec<String>,
    more: usize,
}

impl Wrong {
    fn add(&mut self, what: String) {
        if self.kept.len() < KEPT_MAX { self.kept.push(what) } else { self.more += 1 }
    }

    fn lines(mut self) -> Vec<String> {
        if self.more > 0 {
            self.kept.push(format!("… and {} more", self.more));
        }
        self.kept
    }
}
