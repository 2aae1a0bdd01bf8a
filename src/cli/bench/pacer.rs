//! The schedule of an open loop.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::sync::Semaphore;

/// What is later counts as this.
const LATENESS_US_MAX: u64 = 60_000_000;

/// Says when orders leave: at a constant rate, answered or not. A thread, for the runtime's own timers count whole
/// milliseconds: that would be most of a latency.
#[derive(Clone)]
pub struct Pacer {
    begun: Instant,
    rate: f64,
    permits: Arc<Semaphore>,
    lateness: Arc<Mutex<Histogram<u64>>>,
}

impl Pacer {
    pub fn start(begun: Instant, rate: f64, orders: u64) -> Pacer {
        let lateness = Histogram::new_with_max(LATENESS_US_MAX, 3).expect("three digits up to a minute fit");
        let lateness = Arc::new(Mutex::new(lateness));
        let pacer = Pacer { begun, rate, permits: Arc::new(Semaphore::new(0)), lateness };
        let thread = pacer.clone();
        std::thread::spawn(move || {
            for nth in 0..orders {
                let due = thread.due(nth);
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                thread.note_lateness(due.elapsed());
                thread.permits.add_permits(1);
            }
        });
        pacer
    }

    /// Waits until the next order is due. Whoever comes first gets the first.
    pub async fn next(&self) {
        if let Ok(permit) = self.permits.acquire().await {
            permit.forget();
        }
    }

    fn note_lateness(&self, late: Duration) {
        let mut all = self.lateness.lock().unwrap_or_else(PoisonError::into_inner);
        all.saturating_record(late.as_micros() as u64);
    }

    /// By how many microseconds the thread woke late: one that only sleeps is woken no sooner here, so this much of a
    /// latency is the machine's.
    pub fn lateness(&self) -> Histogram<u64> {
        self.lateness.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// When an order is to leave by the schedule.
    pub fn due(&self, nth: u64) -> Instant {
        self.begun + Duration::from_secs_f64(nth as f64 / self.rate)
    }
}
