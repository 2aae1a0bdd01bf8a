//! One run against one shop: orders come, their end is awaited, and what the shop's process used meanwhile is read.

use std::time::{Duration, Instant};

use crate::cli::Failure;
use crate::runtime::Report;

use super::choices::Until;
use super::ending::Quiet;
use super::figures::Cost;
use super::load::Load;
use super::load_generator::{self, LoadOutcome, Pace, Target};
use super::process::{Process, Used};
use super::progress;

/// What a run is to do.
pub struct Trial {
    pub load: Load,
    pub pace: Pace,
    pub until: Until,
    /// Trade seconds in a real one.
    pub speed: u32,
    /// Begins the idempotency keys: no other run has used them.
    pub name: String,
}

/// What came of it.
pub struct Ran {
    pub outcome: LoadOutcome,
    pub cost: Cost,
    /// Until nothing was under way any more, where that was waited for.
    pub quiet_after: Option<Duration>,
}

impl Trial {
    /// `process`: the shop's; `report`: asks the shop what it is doing.
    pub async fn run(
        self,
        target: &impl Target,
        process: Process,
        report: impl AsyncFn() -> Result<Report, Failure>,
    ) -> Result<Ran, Failure> {
        let (used, syncs) = (process.used(), report().await?.batches);
        let (until, speed, begun) = (self.until, self.speed, Instant::now());
        let checkpointing = async || report().await.ok().map(|report| report.checkpointing);
        let outcome = self.place_all(target, checkpointing).await;
        let quiet_after = match until {
            Until::Confirmed => None,
            Until::Closed => Some(Quiet::at(speed).waits(&report, begun).await?),
        };
        let cost = Cost {
            used: used.zip(process.used()).map(|(before, now)| since(before, now)),
            syncs: Some(report().await?.batches - syncs),
            resident: process.resident(),
        };
        Ok(Ran { outcome, cost, quiet_after })
    }

    /// `checkpointing`: asks the shop whether it writes a checkpoint; none of one that tells nothing about itself.
    pub async fn place_all(
        self,
        target: &impl Target,
        checkpointing: impl AsyncFn() -> Option<bool>,
    ) -> LoadOutcome {
        let bar = progress::of(self.pace.orders);
        let outcome =
            load_generator::generate(target, self.load, self.pace, &self.name, &bar, checkpointing).await;
        bar.finish_and_clear();
        outcome
    }
}

fn since(before: Used, now: Used) -> Used {
    Used {
        cpu: now.cpu.saturating_sub(before.cpu),
        written_bytes: now.written_bytes.zip(before.written_bytes).map(|(now, before)| now - before),
    }
}
