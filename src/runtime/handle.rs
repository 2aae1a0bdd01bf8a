//! How the rest of the daemon reaches the cells: from any thread, bounded, with a deadline.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::Instant;

use super::cell::Cell;
use super::common::{Arrivals, Askers, Door, Routes};
use super::core::{Asked, Envelope};
use super::guard::panic_text;
use super::inspect::Report;
use super::limits::Bounds;
use super::record::Cause;
use super::{Application, Refused, RequestId};

/// Nobody waits longer for an answer, whatever they say.
const ASK_WITHIN_MAX: Duration = Duration::from_secs(3_600);

/// A reference to the cells. Cheap to clone.
pub struct Handle<A: Application> {
    routes: Arc<Routes<A>>,
    askers: Arc<Askers<A>>,
    gate: Arc<Gate>,
}

impl<A: Application> Clone for Handle<A> {
    fn clone(&self) -> Handle<A> {
        Handle { routes: self.routes.clone(), askers: self.askers.clone(), gate: self.gate.clone() }
    }
}

/// What bounds the work admitted.
pub struct Gate {
    places: Arc<Semaphore>,
    places_max: usize,
    open: AtomicBool,
    next_request: AtomicU64,
}

/// Gives the place of an `ask` back when whoever asked stops waiting, be it by dropping the future.
struct Waiting<'a, A: Application> {
    askers: &'a Askers<A>,
    request: RequestId,
}

impl<A: Application> Drop for Waiting<'_, A> {
    fn drop(&mut self) {
        self.askers.leave(self.request);
    }
}

pub enum Arrival<A: Application> {
    Ask {
        to: A::Address,
        message: A::Message,
        deadline: Instant,
        refused: oneshot::Sender<Refused>,
        request: RequestId,
    },
    /// A turn of another cell has sent it.
    Message {
        to: A::Address,
        envelope: Envelope<A>,
    },
    Work(Work<A>),
}

/// Something to be done in a cell.
pub type Work<A> = Box<dyn FnOnce(Cell<A>) -> LocalBoxFuture<'static, ()> + Send>;

impl<A: Application> Handle<A> {
    /// `incarnation`: a number that no earlier process used, so that no old request is taken for a new one.
    pub(super) fn new(
        incarnation: u64,
        bounds: Bounds,
        routes: Arc<Routes<A>>,
        askers: Arc<Askers<A>>,
    ) -> Handle<A> {
        let gate = Gate {
            places: Arc::new(Semaphore::new(bounds.asks_in_flight_max)),
            places_max: bounds.asks_in_flight_max,
            open: AtomicBool::new(false),
            next_request: AtomicU64::new(incarnation << 40),
        };
        Handle { routes, askers, gate: Arc::new(gate) }
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
        let door = &self.routes.doors[self.routes.cell_of(|| A::home(to, &message))];
        // what follows from it will meet in the first cell
        if door.is_behind() || self.routes.doors[0].is_behind() {
            return Err(Refused::Overloaded);
        }
        let permit = self.gate.places.clone().try_acquire_owned().map_err(|_| Refused::Overloaded)?;
        let deadline = Instant::now() + within.min(ASK_WITHIN_MAX);
        let (reply, answer) = oneshot::channel();
        let (refused, refusal) = oneshot::channel();
        let request = RequestId(self.gate.next_request.fetch_add(1, Ordering::Relaxed));
        self.askers.enter(request, Asked { reply, _permit: permit });
        let waiting = Waiting { askers: &self.askers, request };
        let arrival = Arrival::Ask { to, message, deadline, refused, request };
        door.intake.send(arrival).map_err(|_| Refused::Closed)?;
        let answered = tokio::time::timeout_at(deadline, answer).await;
        if let Ok(Ok(reply)) = answered {
            std::mem::forget(waiting); // its place is free already
            return Ok(reply);
        }
        match answered {
            Err(_) => Err(Refused::Deadline),
            // dropped unanswered: refused at the door, or the cells are gone
            Ok(_) => Err(refusal.await.unwrap_or(Refused::Closed)),
        }
    }

    /// `ask`s that are on their way, admitted or not.
    pub(super) fn asks(&self) -> usize {
        self.gate.places_max - self.gate.places.available_permits()
    }

    /// What each actor is doing. `None` when the cells are gone.
    pub async fn inspect(&self) -> Option<Report> {
        self.work(|cell| async move { cell.inspect().await }).await.flatten()
    }

    /// Has something done in the first cell. `None` when it is gone.
    pub(super) async fn work<T: Send + 'static, F: Future<Output = T> + 'static>(
        &self,
        work: impl FnOnce(Cell<A>) -> F + Send + 'static,
    ) -> Option<T> {
        self.routes.doors[0].have_done(work).await.ok()
    }

    /// Whether questions are admitted.
    pub fn is_open(&self) -> bool {
        self.gate.open.load(Ordering::Acquire)
    }

    /// Whether there is so much work that no question is admitted, wherever it is at home.
    pub fn is_behind(&self) -> bool {
        let (first, others) = self.routes.doors.split_at(1);
        first[0].is_behind() || !others.is_empty() && others.iter().all(Door::is_behind)
    }

    pub(super) fn set_open(&self, open: bool) {
        self.gate.open.store(open, Ordering::Release);
    }
}

impl<A: Application> Cell<A> {
    pub(super) async fn guard_intake(self, arrivals: Arrivals<A>) {
        let intake = AssertUnwindSafe(self.clone().run_intake(arrivals)).catch_unwind();
        if let Err(panic) = intake.await {
            self.fatal(format!("the intake panicked: {}", panic_text(panic.as_ref())));
        }
    }

    /// Takes in what arrives; runs for as long as the cell does.
    pub(super) async fn run_intake(self, mut arrivals: Arrivals<A>) {
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
                        self.0.common.askers.leave(request);
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
