//! The beat of an open loop.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

/// Says when an order of an open loop is to leave. A thread, for the runtime's own timers count whole milliseconds: that would
/// be most of a latency.
#[derive(Clone)]
pub struct Metronome {
    begun: Instant,
    rate: f64,
    beats: Arc<Semaphore>,
}

impl Metronome {
    pub fn begin(begun: Instant, rate: f64, orders: u64) -> Metronome {
        let metronome = Metronome { begun, rate, beats: Arc::new(Semaphore::new(0)) };
        let beating = metronome.clone();
        std::thread::spawn(move || {
            for nth in 0..orders {
                std::thread::sleep(beating.due(nth).saturating_duration_since(Instant::now()));
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

    pub fn due(&self, nth: u64) -> Instant {
        self.begun + Duration::from_secs_f64(nth as f64 / self.rate)
    }
}
