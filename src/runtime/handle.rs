//! How the rest of the daemon reaches a cell: from any thread, bounded, with a deadline.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::Instant;

use super::cell::Cell;
use super::core::{Asked, Envelope};
use super::inspect::Report;
use super::limits::{ASKS_IN_FLIGHT_MAX, UNDURABLE_BYTES_MAX};
use super::record::Cause;
use super::{Application, Refused, RequestId};

/// A reference to a cell. Cheap to clone.
pub struct Handle<A: Application> {
    intake: mpsc::UnboundedSender<Arrival<A>>,
    gate: Arc<Gate>,
}

impl<A: Application> Clone for Handle<A> {
    fn clone(&self) -> Handle<A> {
        Handle { intake: self.intake.clone(), gate: self.gate.clone() }
    }
}

/// What bounds the work admitted.
pub struct Gate {
    places: Arc<Semaphore>,
    open: AtomicBool,
    next_request: AtomicU64,
}

pub(super) enum Arrival<A: Application> {
    Ask {
        to: A::Address,
        message: A::Message,
        asked: Asked<A>,
        refused: oneshot::Sender<Refused>,
        request: RequestId,
    },
    Inspect(oneshot::Sender<Report>),
}

impl<A: Application> Handle<A> {
    /// `incarnation`: a number that no earlier process used, so that no old request is taken for a new one.
    pub(super) fn new(incarnation: u64) -> (Handle<A>, mpsc::UnboundedReceiver<Arrival<A>>) {
        let (intake, arrivals) = mpsc::unbounded_channel();
        let gate = Gate {
            places: Arc::new(Semaphore::new(ASKS_IN_FLIGHT_MAX)),
            open: AtomicBool::new(false),
            next_request: AtomicU64::new(incarnation << 40),
        };
        (Handle { intake, gate: Arc::new(gate) }, arrivals)
    }

    /// Asks an actor; the answer comes once everything that it speaks of is durable.
    ///
    /// # Errors
    /// [`Refused::Overloaded`]: nothing was done. [`Refused::Deadline`], [`Refused::Closed`]: the outcome is unknown.
    pub async fn ask(
        &self,
        to: A::Address,
        message: A::Message,
        within: Duration,
    ) -> Result<A::Reply, Refused> {
        if !self.is_open() {
            return Err(Refused::Closed);
        }
        let permit = self.gate.places.clone().try_acquire_owned().map_err(|_| Refused::Overloaded)?;
        let deadline = Instant::now() + within;
        let (reply, answer) = oneshot::channel();
        let (refused, refusal) = oneshot::channel();
        let request = RequestId(self.gate.next_request.fetch_add(1, Ordering::Relaxed));
        let asked = Asked { reply, deadline, permit };
        let arrival = Arrival::Ask { to, message, asked, refused, request };
        self.intake.send(arrival).map_err(|_| Refused::Closed)?;
        match tokio::time::timeout_at(deadline, answer).await {
            Ok(Ok(reply)) => Ok(reply),
            // dropped unanswered: refused at the door, too late, or the cell is gone
            Ok(Err(_)) => Err(refusal.await.unwrap_or(Refused::Deadline)),
            Err(_) => Err(Refused::Deadline),
        }
    }

    /// What each actor is doing. `None` when the cell is gone.
    pub async fn inspect(&self) -> Option<Report> {
        let (reply, answer) = oneshot::channel();
        self.intake.send(Arrival::Inspect(reply)).ok()?;
        answer.await.ok()
    }

    /// Whether questions are admitted.
    pub fn is_open(&self) -> bool {
        self.gate.open.load(Ordering::Acquire)
    }

    pub(super) fn set_open(&self, open: bool) {
        self.gate.open.store(open, Ordering::Release);
    }
}

impl<A: Application> Cell<A> {
    /// Admits what arrives; runs for as long as the cell does.
    pub(super) async fn run_intake(self, mut arrivals: mpsc::UnboundedReceiver<Arrival<A>>) {
        while let Some(arrival) = arrivals.recv().await {
            match arrival {
                Arrival::Inspect(reply) => drop(reply.send(self.inspect())),
                Arrival::Ask { to, message, asked, refused, request } => {
                    if self.has_room(to) && self.0.core.borrow().undurable_bytes() < UNDURABLE_BYTES_MAX {
                        self.admit(to, message, asked, request);
                    } else {
                        // whoever asked may have gone
                        let _ = refused.send(Refused::Overloaded);
                    }
                }
            }
        }
    }

    fn admit(&self, to: A::Address, message: A::Message, asked: Asked<A>, request: RequestId) {
        let deadline = Some(asked.deadline);
        self.0.core.borrow_mut().admit(request, asked);
        let message = Arc::new(message);
        self.deliver(to, Envelope { cause: Cause::Outside, message, request: Some(request), deadline });
    }
}
