//! Outside calls: begun when their intent is durable, bounded for each counterparty, ended by their deadline.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;

use crate::runtime::actor::{Application, OutsideCall, Redrive};
use crate::runtime::state::{Cause, Envelope, Statement};

use super::cell::Cell;
use super::guard::panic_text;

impl<A: Application> Cell<A> {
    /// Begins a call whose intent is durable, or lets it wait its turn.
    pub fn begin_call(&self, id: Statement) {
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
        let within = Duration::from_millis(call.deadline_ms(&self.0.core.borrow().rules));
        let made =
            AssertUnwindSafe(async { self.0.outside.make(A::Call::clone(&call)).await }).catch_unwind();
        let message = match tokio::time::timeout(within, made).await {
            Ok(Ok(message)) => Some(message),
            Ok(Err(panic)) => {
                let why = panic_text(panic.as_ref());
                tracing::error!(lane, panic = %why, "a port panicked: the outcome of its call is unknown");
                unanswered::<A>(&call, format!("the port panicked: {why}"))
            }
            Err(_) => unanswered::<A>(&call, format!("no answer within {} ms", within.as_millis())),
        };
        if self.0.common.is_draining() {
            return; // what came too late for the last checkpoint is asked for again at the next start
        }
        self.bring_back(id, by, message);
        let next = self.0.lanes.borrow_mut().leave(lane);
        if let Some(next) = next {
            self.begin_call(next);
        }
    }

    fn bring_back(&self, id: Statement, by: A::Address, message: Option<A::Message>) {
        if let Some(message) = message {
            self.deliver(by, Envelope::inside(Cause::Call(id), Arc::new(message)));
        }
    }

    /// Drives the intents again that a crash left without a result, as each port declares.
    pub fn redrive_calls(&self) {
        let left: Vec<_> = {
            let core = self.0.core.borrow();
            core.pending.calls.iter().map(|(id, (by, call))| (*id, *by, call.clone())).collect()
        };
        for (id, by, call) in left {
            match call.redrive() {
                Redrive::SameKey | Redrive::AtLeastOnce => self.begin_call(id),
                Redrive::AskFirst => {
                    let why = "the daemon stopped before the answer came".to_owned();
                    self.bring_back(id, by, unanswered::<A>(&call, why));
                }
            }
        }
    }
}

/// What its actor is told of a call that nobody has answered; `None` where even that makes the daemon panic.
fn unanswered<A: Application>(call: &A::Call, why: String) -> Option<A::Message> {
    let told = catch_unwind(AssertUnwindSafe(|| A::unanswered(call, why)));
    let lost = |panic: Box<dyn Any + Send>| {
        let panic = panic_text(panic.as_ref());
        tracing::error!(lane = call.lane(), %panic, "the intent is driven again at the next start");
    };
    told.map_err(lost).ok()
}
