//! How the rest of the daemon reaches a cell: from any thread, bounded, with a deadline.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::Instant;

use crate::journal::Position;

use super::cell::Cell;
use super::core::{Asked, Envelope};
use super::dead_letters::{BuriedLetter, Resolution, Unresolved};
use super::guard::panic_text;
use super::inspect::Report;
use super::limits::{Bounds, UNDURABLE_BYTES_MAX};
use super::record::Cause;
use super::{Application, Refused, RequestId};

/// Nobody waits longer for an answer, whatever they say.
const ASK_WITHIN_MAX: Duration = Duration::from_secs(3_600);

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
    places_max: usize,
    open: AtomicBool,
    /// The cell has more work than it takes: nothing more need come to be refused.
    behind: Arc<AtomicBool>,
    next_request: AtomicU64,
}

/// Gives the place of an `ask` back when whoever asked stops waiting, be it by dropping the future.
struct Waiting<'a, A: Application> {
    intake: &'a mpsc::UnboundedSender<Arrival<A>>,
    request: RequestId,
}

impl<A: Application> Drop for Waiting<'_, A> {
    fn drop(&mut self) {
        // a cell that is gone has no places
        let _ = self.intake.send(Arrival::Over(self.request));
    }
}

pub(super) enum Arrival<A: Application> {
    Ask {
        to: A::Address,
        message: A::Message,
        asked: Asked<A>,
        refused: oneshot::Sender<Refused>,
        request: RequestId,
    },
    /// Whoever asked waits no longer.
    Over(RequestId),
    Inspect(oneshot::Sender<Report>),
    DeadLetters(oneshot::Sender<Vec<BuriedLetter>>),
    Resolve {
        letter: Position,
        resolution: Resolution,
        reply: oneshot::Sender<Result<(), Unresolved>>,
    },
}

impl<A: Application> Handle<A> {
    /// `incarnation`: a number that no earlier process used, so that no old request is taken for a new one.
    /// `behind`: the cell's backlog keeps it.
    pub(super) fn new(
        incarnation: u64,
        bounds: Bounds,
        behind: Arc<AtomicBool>,
    ) -> (Handle<A>, mpsc::UnboundedReceiver<Arrival<A>>) {
        let (intake, arrivals) = mpsc::unbounded_channel();
        let gate = Gate {
            places: Arc::new(Semaphore::new(bounds.asks_in_flight_max)),
            places_max: bounds.asks_in_flight_max,
            open: AtomicBool::new(false),
            behind,
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
        if self.is_behind() {
            return Err(Refused::Overloaded);
        }
        let permit = self.gate.places.clone().try_acquire_owned().map_err(|_| Refused::Overloaded)?;
        let deadline = Instant::now() + within.min(ASK_WITHIN_MAX);
        let (reply, answer) = oneshot::channel();
        let (refused, refusal) = oneshot::channel();
        let request = RequestId(self.gate.next_request.fetch_add(1, Ordering::Relaxed));
        let asked = Asked { reply, deadline, _permit: permit };
        let arrival = Arrival::Ask { to, message, asked, refused, request };
        self.intake.send(arrival).map_err(|_| Refused::Closed)?;
        let waiting = Waiting { intake: &self.intake, request };
        let answered = tokio::time::timeout_at(deadline, answer).await;
        if let Ok(Ok(reply)) = answered {
            std::mem::forget(waiting); // its place is free already
            return Ok(reply);
        }
        match answered {
            Err(_) => Err(Refused::Deadline),
            // dropped unanswered: refused at the door, or the cell is gone
            Ok(_) => Err(refusal.await.unwrap_or(Refused::Closed)),
        }
    }

    /// `ask`s that are on their way, admitted or not.
    pub(super) fn asks(&self) -> usize {
        self.gate.places_max - self.gate.places.available_permits()
    }

    /// What each actor is doing. `None` when the cell is gone.
    pub async fn inspect(&self) -> Option<Report> {
        let (reply, answer) = oneshot::channel();
        self.send(Arrival::Inspect(reply))?;
        answer.await.ok()
    }

    /// `None` when the cell is gone.
    pub(super) fn send(&self, arrival: Arrival<A>) -> Option<()> {
        self.intake.send(arrival).ok()
    }

    /// Whether questions are admitted.
    pub fn is_open(&self) -> bool {
        self.gate.open.load(Ordering::Acquire)
    }

    /// Whether the cell has so much work that it refuses questions.
    pub fn is_behind(&self) -> bool {
        self.gate.behind.load(Ordering::Relaxed)
    }

    pub(super) fn set_open(&self, open: bool) {
        self.gate.open.store(open, Ordering::Release);
    }
}

impl<A: Application> Cell<A> {
    pub(super) async fn guard_intake(self, arrivals: mpsc::UnboundedReceiver<Arrival<A>>) {
        let intake = AssertUnwindSafe(self.clone().run_intake(arrivals)).catch_unwind();
        if let Err(panic) = intake.await {
            self.fatal(format!("the intake panicked: {}", panic_text(panic.as_ref())));
        }
    }

    /// Admits what arrives; runs for as long as the cell does.
    pub(super) async fn run_intake(self, mut arrivals: mpsc::UnboundedReceiver<Arrival<A>>) {
        while let Some(arrival) = arrivals.recv().await {
            match arrival {
                Arrival::Inspect(reply) => drop(reply.send(self.inspect())),
                Arrival::DeadLetters(reply) => drop(reply.send(self.dead_letters())),
                Arrival::Resolve { letter, resolution, reply } => self.resolve(letter, resolution, reply),
                Arrival::Over(request) => self.0.core.borrow_mut().forget_ask(request),
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
        let cause = Cause::Outside;
        self.deliver(to, Envelope { cause, message, request: Some(request), deadline, decided: false });
    }
}
