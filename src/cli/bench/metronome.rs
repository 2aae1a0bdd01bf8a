//! The beat of an open loop.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

/// Says when an order of an open loop is to leave. A thread, for the runtime's own timers count whole milliseconds: that would
/// be most of a latency.
pub struct Metronome {
    begun: Instant,
    rate: f64,
    beats: Arc<Semaphore>,
}

impl Metronome {
    pub fn begin(begun: Instant, rate: f64, orders: u64) -> Metronome {
        let metronome = Metronome { begun, rate, beats: Arc::new(Semaphore::new(0)) };
        let (beats, due) = (metronome.beats.clone(), move |nth| due(begun, rate, nth));
        std::thread::spawn(move || {
            for nth in 0..orders {
                std::thread::sleep(due(nth).saturating_duration_since(Instant::now()));
                beats.add_permits(1);
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
        due(self.begun, self.rate, nth)
    }
}

fn due(begun: Instant, rate: f64, nth: u64) -> Instant {
    begun + Duration::from_secs_f64(nth as f64 / rate)
}
