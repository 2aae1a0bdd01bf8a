//! Fires timers: the only place that waits for a moment.

use tokio::time::Instant;

use crate::runtime::actor::Application;
use crate::runtime::state::{Cause, Envelope};

use super::cell::Cell;

impl<A: Application> Cell<A> {
    /// Runs for as long as the cell does.
    pub async fn run_timers(self) -> Result<(), String> {
        loop {
            self.fire_due();
            let changed = self.0.timers.notified();
            match self.next_timer() {
                Some(due) => {
                    tokio::select! {
                        biased;
                        () = changed => {}
                        () = tokio::time::sleep_until(due) => {}
                    }
                }
                None => changed.await,
            }
        }
    }

    fn fire_due(&self) {
        while !self.0.common.is_draining() {
            let mut core = self.0.core.borrow_mut();
            if core.timers_must_wait() {
                return;
            }
            let (trade, real) = self.0.common.clock.now();
            let Some(((to, id), timer)) = core.pending.fire(trade, real) else { return };
            core.timers_in_flight += 1;
            drop(core);
            let cause = Cause::Timer { id, set: timer.set };
            self.deliver(to, Envelope::inside(cause, timer.message));
        }
    }

    /// When the next one is due; `None` while there is none, or while enough are on their way or not yet durable.
    fn next_timer(&self) -> Option<Instant> {
        let core = self.0.core.borrow();
        if self.0.common.is_draining() || core.timers_must_wait() {
            return None;
        }
        let (trade, real) = core.pending.next_due();
        let trade = trade.map(|due| self.0.common.clock.instant_of_trade(due));
        let real = real.map(|due| self.0.common.clock.instant_of_real(due));
        match (trade, real) {
            (Some(trade), Some(real)) => Some(trade.min(real)),
            (one, other) => one.or(other),
        }
    }
}
