//! What comes in at the door of a cell: questions as far as there is room, messages of other cells, and work.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use tokio::time::Instant;

use crate::runtime::actor::{Application, Refused, RequestId};
use crate::runtime::state::{Cause, Envelope};

use super::arrival::Arrival;
use super::cell::Cell;
use super::doors::Arrivals;
use super::guard::panic_text;

impl<A: Application> Cell<A> {
    pub async fn guard_intake(self, arrivals: Arrivals<A, Cell<A>>) {
        let intake = AssertUnwindSafe(self.clone().run_intake(arrivals)).catch_unwind();
        if let Err(panic) = intake.await {
            self.fatal(format!("the intake panicked: {}", panic_text(panic.as_ref())));
        }
    }

    /// Takes in what arrives; runs for as long as the cell does.
    async fn run_intake(self, mut arrivals: Arrivals<A, Cell<A>>) {
        while let Some(arrival) = arrivals.recv().await {
            match arrival {
                Arrival::Work(work) => drop(actix::spawn(work(self.clone()))),
                Arrival::Message { to, envelope } => {
                    self.0.core.borrow_mut().take_over(to, &envelope);
                    self.deliver(to, envelope);
                }
                Arrival::Ask { to, message, deadline, refused, request } => {
                    if self.has_room(to) && !self.0.common.is_ahead_of_the_disk() {
                        self.admit(to, message, deadline, request);
                    } else {
                        // in this order: whoever asked looks for the reason when the question is dropped
                        let _ = refused.send(Refused::Overloaded);
                        self.0.common.pending_requests.leave(request);
                    }
                }
            }
        }
    }

    fn admit(&self, to: A::Address, message: A::Message, deadline: Instant, request: RequestId) {
        let (cause, message, deadline) = (Cause::Outside, Arc::new(message), Some(deadline));
        self.deliver(to, Envelope { cause, message, request: Some(request), deadline, decided: false });
    }
}
