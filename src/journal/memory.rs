use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::batch::{Batch, frames};
use super::file::{check_follows, ready};
use super::image::{Image, Tail};
use super::segment::BATCH_BYTES_MAX;
use super::{Error, Journal, Pending, Position, Visit};

/// A journal in memory, for tests and the simulator.
///
/// - Clones share the content; each clone is a new handle that has claimed nothing and may outlive a crash.
/// - An append becomes durable after the latency, on tokio's clock; with none, when the task next runs.
/// - After [`crash`](MemoryJournal::crash) the handles used before it are dead, as the process would be:
///   give the next life a fresh clone.
/// - It starts no thread and draws no random number, so a run repeats exactly.
pub struct MemoryJournal {
    shared: Arc<Mutex<Shared>>,
    /// The life that this handle belongs to; it joins one at its first use.
    life: Option<u64>,
    /// The claim that this handle made, 0 before any.
    claim: u64,
    epoch: u64,
    refused: bool,
}

#[derive(Default)]
struct Shared {
    durable: VecDeque<Arc<Batch>>,
    last: Position,
    /// Records up to here have been trimmed.
    trimmed: Position,
    epoch: u64,
    /// Counts crashes.
    life: u64,
    /// The claim that owns the journal, 0 while nobody has claimed it in this life.
    owner: u64,
    claims: u64,
    in_flight: Option<(u64, Batch)>,
    tickets: u64,
    latency: Duration,
    fails_next: bool,
}

impl MemoryJournal {
    /// An empty one, whose appends are durable when the task next runs.
    pub fn new() -> MemoryJournal {
        MemoryJournal::with_latency(Duration::ZERO)
    }

    /// An empty one, whose appends are durable after so long.
    pub fn with_latency(latency: Duration) -> MemoryJournal {
        let shared = Shared { latency, ..Shared::default() };
        MemoryJournal::handle(Arc::new(Mutex::new(shared)))
    }

    /// Applies to appends that begin from now on.
    pub fn set_latency(&self, latency: Duration) {
        self.lock().latency = latency;
    }

    /// The process dies and the write in flight never reached the disk: it is dropped.
    pub fn crash(&self) {
        let mut shared = self.lock();
        shared.in_flight = None;
        shared.life += 1;
        shared.owner = 0;
        shared.fails_next = false;
    }

    /// The process dies after the write in flight reached the disk and before anyone was told.
    pub fn crash_after_write(&self) {
        self.lock().land_in_flight();
        self.crash();
    }

    /// The process dies in the middle of a write, of which `tail` is on the disk. Whether the next life finds it.
    /// `salt` is that of the segment.
    ///
    /// # Errors
    /// `Error::Damaged`: the recovery refuses what it finds, which it must not do of a torn tail.
    pub fn crash_leaving(&self, tail: Tail, salt: u64) -> Result<bool, Error> {
        let found = self.lock().survives(tail, salt);
        if let Ok(true) = found {
            self.lock().land_in_flight();
        }
        self.crash();
        found
    }

    /// Whether a recovery refuses the journal once a bit of its last batch but one has flipped. `None`: there are no
    /// two batches. What is kept stays whole.
    pub fn refuses_rot(&self, bit: u64, salt: u64) -> Option<bool> {
        let shared = self.lock();
        let [.., rotten, last] = &shared.durable.iter().map(Arc::as_ref).collect::<Vec<_>>()[..] else {
            return None;
        };
        let mut image = Image::of(&[rotten, last], salt);
        image.rot(bit);
        Some(matches!(image.recover(), Err(Error::Damaged { .. })))
    }

    /// The next append fails in its sync, and its handle accepts nothing more.
    pub fn fail_next_append(&self) {
        self.lock().fails_next = true;
    }

    fn handle(shared: Arc<Mutex<Shared>>) -> MemoryJournal {
        MemoryJournal { shared, life: None, claim: 0, epoch: 0, refused: false }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        lock(&self.shared)
    }

    fn check_alive(&mut self) -> Result<(), Error> {
        let current = self.lock().life;
        let alive = *self.life.get_or_insert(current) == current;
        if alive && !self.refused { Ok(()) } else { Err(Error::Broken) }
    }

    /// Takes the batch into flight and returns its ticket.
    fn begin(&mut self, batch: Batch, expected: Position) -> Result<u64, Error> {
        self.check_alive()?;
        let mut shared = lock(&self.shared);
        if shared.owner != self.claim {
            return Err(Error::StaleEpoch { epoch: self.epoch, current: shared.epoch });
        }
        if shared.in_flight.is_some() {
            return Err(Error::Busy);
        }
        check_follows(&batch, expected, shared.last)?;
        let bytes = batch.len_bytes() as u64;
        if bytes > BATCH_BYTES_MAX {
            return Err(Error::TooLarge { bytes, bytes_max: BATCH_BYTES_MAX });
        }
        shared.tickets += 1;
        let ticket = shared.tickets;
        shared.in_flight = Some((ticket, batch));
        Ok(ticket)
    }
}

impl Default for MemoryJournal {
    fn default() -> MemoryJournal {
        MemoryJournal::new()
    }
}

impl Clone for MemoryJournal {
    fn clone(&self) -> MemoryJournal {
        MemoryJournal::handle(Arc::clone(&self.shared))
    }
}

impl Shared {
    /// Whether the write in flight is found by a recovery after a crash that left `tail` of it.
    fn survives(&self, tail: Tail, salt: u64) -> Result<bool, Error> {
        let Some((_, flying)) = self.in_flight.as_ref().filter(|(_, batch)| !batch.is_empty()) else {
            return Ok(false);
        };
        let mut batches: Vec<&Batch> = self.durable.back().map(Arc::as_ref).into_iter().collect();
        batches.push(flying);
        let mut image = Image::of(&batches, salt);
        image.leave(tail);
        Ok(image.recover()? == flying.last())
    }

    fn land_in_flight(&mut self) {
        if let Some((_, batch)) = self.in_flight.take().filter(|(_, batch)| !batch.is_empty()) {
            self.last = batch.last();
            self.durable.push_back(Arc::new(batch));
        }
    }

    /// Completes the append with this ticket, of a handle that belongs to `life` and has `epoch`.
    fn complete(&mut self, ticket: u64, life: u64, epoch: u64) -> Result<Position, Error> {
        if self.life != life {
            return Err(Error::Broken);
        }
        if self.in_flight.as_ref().is_none_or(|(flying, _)| *flying != ticket) {
            return Err(Error::StaleEpoch { epoch, current: self.epoch });
        }
        if std::mem::take(&mut self.fails_next) {
            // Nothing lands any more: the ticket stays in flight until the crash that must follow.
            let source = io::Error::other("the journal in memory was told to fail");
            return Err(Error::Io { action: "sync", path: PathBuf::from("memory"), source });
        }
        self.land_in_flight();
        Ok(self.last)
    }
}

impl Journal for MemoryJournal {
    fn claim(&mut self, epoch: u64) -> Pending<Position> {
        if let Err(error) = self.check_alive() {
            return ready(Err(error));
        }
        let mut shared = lock(&self.shared);
        if epoch < shared.epoch {
            return ready(Err(Error::StaleEpoch { epoch, current: shared.epoch }));
        }
        // What an earlier owner has in flight will not land behind the position that this one is told.
        shared.in_flight = None;
        shared.claims += 1;
        shared.owner = shared.claims;
        shared.epoch = epoch;
        (self.claim, self.epoch) = (shared.owner, epoch);
        ready(Ok(shared.last))
    }

    fn append(&mut self, batch: Batch, expected: Position) -> Pending<Position> {
        let ticket = match self.begin(batch, expected) {
            Ok(ticket) => ticket,
            Err(error) => {
                self.refused = true;
                return ready(Err(error));
            }
        };
        let shared = Arc::clone(&self.shared);
        let epoch = self.epoch;
        let (life, latency) = {
            let shared = self.lock();
            (shared.life, shared.latency)
        };
        Box::pin(async move {
            wait(latency).await;
            lock(&shared).complete(ticket, life, epoch)
        })
    }

    fn replay(&self, from: Position, visit: Visit<'_>) -> Result<(), Error> {
        let (trimmed, durable) = {
            let shared = self.lock();
            (shared.trimmed, shared.durable.clone())
        };
        if from < trimmed {
            let (expected, found) = (from.next(), trimmed.next());
            return Err(Error::MissingSegment { file: PathBuf::from("memory"), expected, found });
        }
        for batch in durable.iter().filter(|batch| batch.last() > from) {
            let positions = (batch.first().0..).map(Position);
            for (position, frame) in positions.zip(frames(batch.framed())) {
                let payload = frame.ok_or_else(|| {
                    Error::damaged(Path::new("memory"), 0, "a record does not fit its batch")
                })?;
                if position > from {
                    visit(position, payload)?;
                }
            }
        }
        Ok(())
    }

    fn trim(&mut self, to: Position) -> Result<(), Error> {
        let mut shared = self.lock();
        while let Some(last) = shared.durable.front().map(|batch| batch.last()).filter(|last| *last < to) {
            shared.durable.pop_front();
            shared.trimmed = last;
        }
        Ok(())
    }

    fn seal(&mut self) -> Pending<()> {
        if let Err(error) = self.check_alive() {
            return ready(Err(error));
        }
        let latency = self.lock().latency;
        Box::pin(async move {
            wait(latency).await;
            Ok(())
        })
    }

    fn last(&self) -> Position {
        self.lock().last
    }
}

async fn wait(latency: Duration) {
    if latency.is_zero() {
        tokio::task::yield_now().await;
    } else {
        tokio::time::sleep(latency).await;
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    // A panic elsewhere leaves whole batches: each change is a single assignment or move.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
