//! The beat of an open loop.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::sync::Semaphore;

/// What is later counts as this.
const LATE_US_MAX: u64 = 60_000_000;

/// Says when an order of an open loop is to leave. A thread, for the runtime's own timers count whole milliseconds: that would
/// be most of a latency.
#[derive(Clone)]
pub struct Metronome {
    begun: Instant,
    rate: f64,
    beats: Arc<Semaphore>,
    late: Arc<Mutex<Histogram<u64>>>,
}

impl Metronome {
    pub fn begin(begun: Instant, rate: f64, orders: u64) -> Metronome {
        let late = Histogram::new_with_max(LATE_US_MAX, 3).expect("three digits up to a minute fit");
        let late = Arc::new(Mutex::new(late));
        let metronome = Metronome { begun, rate, beats: Arc::new(Semaphore::new(0)), late };
        let beating = metronome.clone();
        std::thread::spawn(move || {
            for nth in 0..orders {
                let due = beating.due(nth);
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                beating.note_late(due.elapsed());
                beating.beats.add_permits(1);
            }
        });
        metronome
    }

    /// Waits for the next beat. Whoever comes first gets the first.
    pub async fn beat(&self) {
        if let Ok(beat) = self.beats.acquire().await {
            beat.forget();
        }
    }

    fn note_late(&self, late: Duration) {
        let mut all = self.late.lock().unwrap_or_else(PoisonError::into_inner);
        all.saturating_record(late.as_micros() as u64);
    }

    /// By how many microseconds the beats came late: a thread that only sleeps is woken no sooner here, so this much of a
    /// latency is the machine's.
    pub fn late(&self) -> Histogram<u64> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn due(&self, nth: u64) -> Instant {
        self.begun + Duration::from_secs_f64(nth as f64 / self.rate)
    }
}
