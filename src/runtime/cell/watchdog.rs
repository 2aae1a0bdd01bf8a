//! A thread outside the cell: only it can see that a handler spins or blocks, and only an abort helps then.

use std::fmt::Display;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::output;
use crate::runtime::state::Cause;

use super::suspect::Suspects;

/// What the cell's thread is doing.
pub struct Busy<D> {
    actor: D,
    message: &'static str,
    cause: Cause,
    since: Instant,
}

impl<D> Busy<D> {
    pub fn new(actor: D, message: &'static str, cause: Cause) -> Busy<D> {
        Busy { actor, message, cause, since: Instant::now() }
    }
}

pub type Slot<D> = Arc<Mutex<Option<Busy<D>>>>;

/// The cell's thread is busy until this is dropped.
pub struct Watched<'a, D>(&'a Slot<D>);

impl<'a, D> Watched<'a, D> {
    pub fn begin(slot: &'a Slot<D>, busy: Busy<D>) -> Watched<'a, D> {
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(busy);
        Watched(slot)
    }
}

impl<D> Drop for Watched<'_, D> {
    fn drop(&mut self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Begins the thread. When one message has kept the cell busy for longer than `limit` it notes the message in
/// `suspects` and ends the process: what is durable resumes at the next start.
pub fn watch<D: Display + Send + 'static>(
    busy: Slot<D>,
    limit: Duration,
    suspects: Option<PathBuf>,
) -> std::io::Result<()> {
    let look_every = limit / 8;
    let watch = move || {
        loop {
            std::thread::sleep(look_every);
            let slot = busy.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(busy) = slot.as_ref().filter(|busy| busy.since.elapsed() > limit) {
                end_the_process(busy, limit, suspects.as_deref());
            }
        }
    };
    std::thread::Builder::new().name("watchdog".to_owned()).spawn(watch).map(drop)
}

fn end_the_process<D: Display>(busy: &Busy<D>, limit: Duration, suspects: Option<&std::path::Path>) -> ! {
    tracing::error!(actor = %busy.actor, message = busy.message, limit_ms = limit.as_millis() as u64, "a handler spins or blocks: ending the process; start it again, what is durable resumes");
    if let Some(file) = suspects {
        Suspects::blame(file, busy.cause);
    }
    output::abort();
}
