//! Outside calls: begun when their intent is durable, bounded for each counterparty, ended by their deadline.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;

use super::cell::Cell;
use super::core::Envelope;
use super::guard::panic_text;
use super::record::{Cause, Statement};
use super::{Application, CallResult, OutsideCall, Redrive};

/// Calls under way and waiting, by counterparty.
#[derive(Default)]
pub struct Lanes {
    lanes: HashMap<&'static str, Lane>,
}

#[derive(Default)]
struct Lane {
    under_way: usize,
    waiting: VecDeque<Statement>,
}

impl Lanes {
    /// `true` if the call may begin now; else it waits its turn.
    fn enter(&mut self, lane: &'static str, id: Statement, calls_max: usize) -> bool {
        let lane = self.lanes.entry(lane).or_default();
        if lane.under_way >= calls_max {
            lane.waiting.push_back(id);
            return false;
        }
        lane.under_way += 1;
        true
    }

    /// One call is over; the next that may begin.
    fn leave(&mut self, lane: &'static str) -> Option<Statement> {
        let lane = self.lanes.entry(lane).or_default();
        lane.under_way = lane.under_way.saturating_sub(1);
        lane.waiting.pop_front()
    }
}

impl<A: Application> Cell<A> {
    /// Begins a call whose intent is durable, or lets it wait its turn.
    pub(super) fn begin_call(&self, id: Statement) {
        if self.0.common.is_draining() {
            return; // the intent is driven again at the next start
        }
        let core = self.0.core.borrow();
        let Some((by, call)) = core.pending.calls.get(&id) else { return };
        let lane = call.lane();
        if self.0.lanes.borrow_mut().enter(lane, id, self.0.common.bounds.calls_in_lane_max) {
            actix::spawn(self.clone().make(id, *by, call.clone(), lane));
        }
    }

    async fn make(self, id: Statement, by: A::Address, call: Rc<A::Call>, lane: &'static str) {
        let within = Duration::from_millis(call.deadline_ms());
        let made =
            AssertUnwindSafe(async { self.0.outside.make(A::Call::clone(&call)).await }).catch_unwind();
        let result = match tokio::time::timeout(within, made).await {
            Ok(Ok(outcome)) => CallResult::Answered(outcome),
            Ok(Err(panic)) => {
                let why = panic_text(panic.as_ref());
                tracing::error!(lane, panic = %why, "a port panicked: the outcome of its call is unknown");
                CallResult::Unknown(format!("the port panicked: {why}"))
            }
            Err(_) => CallResult::Unknown(format!("no answer within {} ms", within.as_millis())),
        };
        if self.0.common.is_draining() {
            return; // what came too late for the last checkpoint is asked for again at the next start
        }
        self.bring_back(id, by, &call, result);
        let next = self.0.lanes.borrow_mut().leave(lane);
        if let Some(next) = next {
            self.begin_call(next);
        }
    }

    fn bring_back(&self, id: Statement, by: A::Address, call: &A::Call, result: CallResult<A::Outcome>) {
        let message = catch_unwind(AssertUnwindSafe(|| A::answer(call, result))).or_else(|panic| {
            let why = format!("its answer made the daemon panic: {}", panic_text(panic.as_ref()));
            tracing::error!(lane = call.lane(), %why, "the outcome of a call is unknown");
            catch_unwind(AssertUnwindSafe(|| A::answer(call, CallResult::Unknown(why))))
        });
        match message {
            Ok(message) => self.deliver(by, Envelope::inside(Cause::Call(id), Arc::new(message))),
            Err(_) => tracing::error!(lane = call.lane(), "the intent is driven again at the next start"),
        }
    }

    /// Drives the intents again that a crash left without a result, as each port declares.
    pub(super) fn redrive_calls(&self) {
        let left: Vec<_> = {
            let core = self.0.core.borrow();
            core.pending.calls.iter().map(|(id, (by, call))| (*id, *by, call.clone())).collect()
        };
        for (id, by, call) in left {
            match call.redrive() {
                Redrive::SameKey | Redrive::AtLeastOnce => self.begin_call(id),
                Redrive::AskFirst => {
                    let why = "the daemon stopped before the answer came".to_owned();
                    self.bring_back(id, by, &call, CallResult::Unknown(why));
                }
            }
        }
    }
}
