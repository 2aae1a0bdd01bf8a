//! What the cells of one journal share: its tail, its clock and its bounds, and who waits for an answer.
//!
//! Each cell is a thread's, with actors, state and timers of its own; a turn of any of them gets the next position of the one
//! journal. So whatever a turn follows from stands before it, and is durable when it is: a message goes from one cell to
//! another as fast as inside of one, and a crash takes back no part of what another part has built on.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use crate::journal::{Batch, Position};
use crate::storage::Trees;

use super::clock::Clock;
use super::limits::{BATCH_BYTES_EAGER, Bounds, UNDURABLE_BYTES_MAX};
use super::pending_requests::PendingRequests;
use super::plan::Plan;
use super::record::Moment;

/// The end of the journal, where turns are packed for the next write.
struct Tail {
    batch: Batch,
    /// Of the last turn appended, durable or not.
    last: Position,
    moment: Moment,
    /// Something is to leave the daemon as soon as a turn in the batch is durable.
    awaited: bool,
}

pub struct Common {
    pub trees: Arc<dyn Trees>,
    pub clock: Clock,
    pub bounds: Bounds,
    pub plan: Plan,
    pub pending_requests: Arc<PendingRequests>,
    tail: Mutex<Tail>,
    undurable_bytes: AtomicUsize,
    durable: AtomicU64,
    /// Woken when more is durable: whoever waits, in the order in which they came, so that a run repeats exactly.
    more_durable: Notify,
    /// Woken when so much is not that a checkpoint should not wait for its time.
    pub to_checkpoint: Notify,
    /// Woken when a turn was appended, or an answer can leave.
    pub to_commit: Notify,
    pub fatal: watch::Sender<Option<String>>,
    draining: AtomicBool,
}

impl Common {
    pub fn new(
        trees: Arc<dyn Trees>,
        clock: Clock,
        bounds: Bounds,
        plan: Plan,
        pending_requests: Arc<PendingRequests>,
        last: Position,
    ) -> Common {
        let (at, real) = clock.now();
        let moment = Moment { at, real };
        let tail = Tail { batch: Batch::new(last.next()), last, moment, awaited: false };
        Common {
            trees,
            clock,
            bounds,
            plan,
            pending_requests,
            tail: Mutex::new(tail),
            undurable_bytes: AtomicUsize::new(0),
            to_checkpoint: Notify::new(),
            durable: AtomicU64::new(last.0),
            more_durable: Notify::new(),
            to_commit: Notify::new(),
            fatal: watch::channel(None).0,
            draining: AtomicBool::new(false),
        }
    }

    fn tail(&self) -> MutexGuard<'_, Tail> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a turn its place in the journal, and its moment: another cell's that was decided on later may stand before it.
    /// `awaited`: something leaves the daemon when it is durable.
    pub fn append(&self, record: &[u8], decided: Moment, awaited: bool) -> (Position, Moment) {
        let mut tail = self.tail();
        let before = tail.batch.len_bytes();
        let moment = decided.not_before(tail.moment);
        tail.last = tail.batch.push(|buffer| {
            buffer.extend_from_slice(record);
            moment.encode(buffer);
        });
        tail.moment = moment;
        tail.awaited |= awaited;
        self.undurable_bytes.fetch_add(tail.batch.len_bytes() - before, Ordering::Relaxed);
        let unwritten = self.unwritten_up_to(tail.last);
        if unwritten >= self.bounds.unwritten_turns_calm() {
            self.trees.hurry(true);
        }
        if unwritten >= self.bounds.unwritten_turns_eager() {
            self.to_checkpoint.notify_one();
        }
        (tail.last, moment)
    }

    /// Turns that no checkpoint has written.
    fn unwritten_turns(&self) -> u64 {
        self.unwritten_up_to(self.last())
    }

    fn unwritten_up_to(&self, last: Position) -> u64 {
        last.0.saturating_sub(self.trees.watermark().0)
    }

    /// So many that the next checkpoint should not wait for its time.
    pub fn is_much_unwritten(&self) -> bool {
        self.unwritten_turns() >= self.bounds.unwritten_turns_eager()
    }

    /// A checkpoint must not rest: the daemon stops, or so many turns are not in the trees that memory grows.
    pub fn is_in_a_hurry(&self) -> bool {
        self.is_draining() || self.unwritten_turns() >= self.bounds.unwritten_turns_calm()
    }

    /// The disk does not keep up: too much is not durable yet, or so many turns are not in the trees.
    pub fn is_ahead_of_the_disk(&self) -> bool {
        self.undurable_bytes() >= UNDURABLE_BYTES_MAX
            || self.unwritten_turns() >= self.bounds.unwritten_turns_max
    }

    /// Something leaves the daemon when the turn at `position` is durable.
    pub fn await_turn(&self, position: Position) {
        let mut tail = self.tail();
        tail.awaited |= position >= tail.batch.first();
    }

    /// Takes the turns that wait for a write: the position before them, and they themselves.
    pub fn take_batch(&self) -> Option<(Position, Batch)> {
        let mut tail = self.tail();
        if tail.batch.is_empty() {
            return None;
        }
        tail.awaited = false;
        let next = Batch::new(tail.last.next());
        let batch = std::mem::replace(&mut tail.batch, next);
        Some((Position(batch.first().0 - 1), batch))
    }

    pub fn durable_up_to(&self, position: Position) {
        let tail = self.tail();
        let left = if position == tail.last { 0 } else { tail.batch.len_bytes() };
        self.undurable_bytes.store(left, Ordering::Relaxed);
        drop(tail);
        self.durable.store(position.0, Ordering::Release);
        self.more_durable.notify_waiters();
    }

    /// Turns are packed, a few, and nothing is to leave the daemon as soon as they are durable.
    pub fn may_wait(&self) -> bool {
        let tail = self.tail();
        !tail.awaited && (1..BATCH_BYTES_EAGER).contains(&tail.batch.len_bytes())
    }

    pub fn batch_bytes(&self) -> usize {
        self.tail().batch.len_bytes()
    }

    fn undurable_bytes(&self) -> usize {
        self.undurable_bytes.load(Ordering::Relaxed)
    }

    /// Of the last turn of any cell.
    pub fn last(&self) -> Position {
        self.tail().last
    }

    pub fn durable(&self) -> Position {
        Position(self.durable.load(Ordering::Acquire))
    }

    /// From here on timers do not fire, outside calls do not begin, and nobody waits for a checkpoint's rests.
    pub fn begin_draining(&self) {
        self.draining.store(true, Ordering::Release);
        self.trees.hurry(true);
    }

    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// Waits until the journal is durable up to `position`.
    pub async fn durable_beyond(&self, position: Position) {
        self.to_commit.notify_one();
        if position > Position::START {
            self.durable_after(Position(position.0 - 1)).await;
        }
    }

    /// Waits until more is durable than up to `seen`: up to where.
    pub async fn durable_after(&self, seen: Position) -> Position {
        loop {
            // in this order: it is woken by what happens from here on
            let more = self.more_durable.notified();
            let durable = self.durable();
            if durable > seen {
                return durable;
            }
            more.await;
        }
    }
}

impl Drop for Common {
    /// No cell is left that could answer.
    fn drop(&mut self) {
        self.pending_requests.close();
    }
}
