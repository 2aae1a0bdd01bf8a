//! How the rest of the daemon reaches the cells: from any thread, bounded, with a deadline.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};
use tokio::time::Instant;

use crate::journal::Position;
use crate::runtime::actor::{Actor, AnyReply, Application, Member, Question, Refused, RequestId, Resolution};
use crate::runtime::cell::{Arrival, Cell, Door, Doors, Report};
use crate::runtime::state::{Bounds, BuriedLetter, PendingRequest, PendingRequests, Unresolved};

/// Nobody waits longer for an answer, whatever they say.
const ASK_WITHIN_MAX: Duration = Duration::from_secs(3_600);

/// A reference to the cells. Cheap to clone.
pub struct Handle<A: Application> {
    doors: Arc<Doors<A, Cell<A>>>,
    pending_requests: Arc<PendingRequests>,
    gate: Arc<Gate>,
}

impl<A: Application> Clone for Handle<A> {
    fn clone(&self) -> Handle<A> {
        Handle {
            doors: self.doors.clone(),
            pending_requests: self.pending_requests.clone(),
            gate: self.gate.clone(),
        }
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
struct Waiting<'a> {
    pending_requests: &'a PendingRequests,
    request: RequestId,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.pending_requests.leave(self.request);
    }
}

impl<A: Application> Handle<A> {
    /// `incarnation`: a number that no earlier process used, so that no old request is taken for a new one.
    pub(super) fn new(
        incarnation: u64,
        bounds: Bounds,
        doors: Arc<Doors<A, Cell<A>>>,
        pending_requests: Arc<PendingRequests>,
    ) -> Handle<A> {
        let gate = Gate {
            places: Arc::new(Semaphore::new(bounds.asks_in_flight_max)),
            places_max: bounds.asks_in_flight_max,
            open: AtomicBool::new(false),
            next_request: AtomicU64::new(incarnation << 40),
        };
        Handle { doors, pending_requests, gate: Arc::new(gate) }
    }

    /// Asks an actor of which there is one; the answer comes once everything that it speaks of is durable.
    ///
    /// # Errors
    /// [`Refused::Overloaded`], [`Refused::GivenUp`]: nothing was done. [`Refused::Deadline`], [`Refused::Closed`]: the outcome is
    /// unknown.
    pub async fn ask<Q: Question>(&self, question: Q, within: Duration) -> Result<Q::Reply, Refused>
    where
        Q::Actor: Actor<Key = ()> + Member<A>,
    {
        self.ask_of((), question, within).await
    }

    /// The same, of the actor with this key.
    ///
    /// # Errors
    /// As [`ask`](Handle::ask).
    pub async fn ask_of<Q: Question>(
        &self,
        key: <Q::Actor as Actor>::Key,
        question: Q,
        within: Duration,
    ) -> Result<Q::Reply, Refused>
    where
        Q::Actor: Member<A>,
    {
        let message = <Q::Actor as Member<A>>::message(question.into());
        let reply = self.ask_any(<Q::Actor as Member<A>>::address(key), message, within).await?;
        // an actor answers a question with its own reply: `Turn::answer` takes no other
        Ok(*reply.downcast().expect("a question is answered with its reply"))
    }

    /// Sends a message whose answer has whatever type.
    ///
    /// # Errors
    /// As [`ask`](Handle::ask).
    pub async fn ask_any(
        &self,
        to: A::Address,
        message: A::Message,
        within: Duration,
    ) -> Result<AnyReply, Refused> {
        if !self.is_open() {
            return Err(Refused::Closed);
        }
        let door = &self.doors.each[self.doors.plan.cell_for(|| A::partition(to, &message))];
        // what follows from it will meet in the first cell
        if door.is_behind() || self.doors.each[0].is_behind() {
            return Err(Refused::Overloaded);
        }
        let permit = self.gate.places.clone().try_acquire_owned().map_err(|_| Refused::Overloaded)?;
        let deadline = Instant::now() + within.min(ASK_WITHIN_MAX);
        let (reply, answer) = oneshot::channel();
        let (refused, refusal) = oneshot::channel();
        let request = RequestId(self.gate.next_request.fetch_add(1, Ordering::Relaxed));
        self.pending_requests.enter(request, PendingRequest { reply, _permit: permit });
        let waiting = Waiting { pending_requests: &self.pending_requests, request };
        let arrival = Arrival::Ask { to, message, deadline, refused, request };
        door.intake.send(arrival).map_err(|_| Refused::Closed)?;
        let answered = tokio::time::timeout_at(deadline, answer).await;
        if let Ok(Ok(reply)) = answered {
            std::mem::forget(waiting); // its place is free already
            return reply;
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
        self.doors.each[0].run_on_cell(work).await.ok()
    }

    /// Brings all that stands in the journal by now to the trees, for whoever reads those. `false` when the cells are gone, or the
    /// trees take no more.
    pub async fn checkpoint(&self) -> bool {
        self.work(|cell| async move { cell.checkpoint().await.is_ok() }).await.unwrap_or(false)
    }

    /// Whether questions are admitted.
    pub fn is_open(&self) -> bool {
        self.gate.open.load(Ordering::Acquire)
    }

    /// Whether there is so much work that no question is admitted, whichever cell it is for.
    pub fn is_behind(&self) -> bool {
        let (first, others) = self.doors.each.split_at(1);
        first[0].is_behind() || !others.is_empty() && others.iter().all(Door::is_behind)
    }

    pub(super) fn set_open(&self, open: bool) {
        self.gate.open.store(open, Ordering::Release);
    }

    /// Every dead letter, oldest first. `None` when the cell is gone.
    pub async fn dead_letters(&self) -> Option<Vec<BuriedLetter>> {
        let found = self.work(|cell| async move {
            cell.everywhere(|cell| ready(cell.0.core.borrow().pending.letters())).await
        });
        let mut letters = found.await??.concat();
        letters.sort_unstable_by_key(|letter| letter.id);
        Some(letters)
    }

    /// Resolves a dead letter, once; it is durable when this returns.
    ///
    /// # Errors
    /// [`Unresolved`]; but for `Failed` and [`Refused::Closed`], nothing was done.
    pub async fn resolve(&self, letter: Position, resolution: Resolution) -> Result<(), Unresolved> {
        let closed = Unresolved::Refused(Refused::Closed);
        if !self.is_open() {
            return Err(closed);
        }
        let resolve = move |cell: Cell<A>| async move {
            cell.everywhere(move |cell| async move { cell.resolve(letter, resolution).await }).await
        };
        let said = self.work(resolve).await.flatten().ok_or(closed)?;
        let no_such = Err(Unresolved::NoSuchLetter(letter.0));
        // it lies in one cell
        said.into_iter().find(|said| *said != no_such).unwrap_or(no_such)
    }
}
