//! How far a cell is behind: what bounds the time that an admitted question takes, whatever the machine.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::runtime::state::limits::BACKLOG_MESSAGES_ALWAYS;

/// Of the mean, how much is the newest message's: a part in so many.
const REMEMBERED: u32 = 64;

/// What handling a message takes here and now, as the mean of those before.
pub struct Backlog {
    mean: Cell<Duration>,
    /// [`Bounds::backlog_max`](crate::runtime::Bounds).
    max: Duration,
    /// Whoever asks from another thread sees it, and need not come to be refused.
    behind: Arc<AtomicBool>,
}

impl Backlog {
    pub fn new(max: Duration, behind: Arc<AtomicBool>) -> Backlog {
        Backlog { mean: Cell::default(), max, behind }
    }

    pub fn handled(&self, took: Duration) {
        let mean = self.mean.get();
        self.mean.set(mean - mean / REMEMBERED + took / REMEMBERED);
    }

    /// So many wait now.
    pub fn waits(&self, messages: usize) {
        self.behind.store(self.is_too_long(messages), Ordering::Relaxed);
    }

    /// Whether so many messages are more than a question from outside may be put behind. Work that is under way sends
    /// messages on, each of which stands behind all others: this bounds how long each of its hops takes.
    pub fn is_too_long(&self, messages: usize) -> bool {
        let messages = u32::try_from(messages).unwrap_or(u32::MAX);
        messages > BACKLOG_MESSAGES_ALWAYS && self.mean.get().saturating_mul(messages) > self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: Duration = Duration::from_millis(4);

    fn after(took: Duration) -> Backlog {
        let backlog = Backlog::new(MAX, Arc::default());
        (0..1_000).for_each(|_| backlog.handled(took));
        backlog
    }

    #[test]
    fn the_slower_the_messages_the_fewer_may_wait() {
        let fast = after(MAX / 1_000);
        assert!(!fast.is_too_long(900) && fast.is_too_long(1_200));
        let slow = after(MAX / 200);
        assert!(!slow.is_too_long(180) && slow.is_too_long(240));
    }

    #[test]
    fn a_few_messages_never_are_too_many() {
        let stuck = after(Duration::from_secs(5));
        assert!(!stuck.is_too_long(BACKLOG_MESSAGES_ALWAYS as usize));
        assert!(stuck.is_too_long(BACKLOG_MESSAGES_ALWAYS as usize + 1));
        assert!(stuck.is_too_long(usize::MAX));
    }

    #[test]
    fn where_no_time_passes_nothing_is_too_long() {
        assert!(!after(Duration::ZERO).is_too_long(usize::MAX));
    }
}
