//! Whether a shop is as fast in every second as in the middle one.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

/// Of the latencies of one window.
const WINDOW_S: u64 = 10;
const WINDOW_US_MAX: u64 = 600_000_000;
/// Shorter runs say nothing about it.
const SECONDS_MIN: usize = 10;
const WINDOWS_MIN: usize = 3;

/// Confirmed orders by the second, latencies by ten.
#[derive(Default)]
pub struct Steadiness {
    seconds: Vec<u64>,
    windows: Vec<Histogram<u64>>,
}

/// Of whole seconds, and of whole windows of ten.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Steady {
    /// Orders of the slowest second as a part of the median second's.
    pub slowest_second: f64,
    /// The highest p99 of ten seconds as a multiple of the median one; none of a run of less than half a minute.
    pub worst_p99: Option<f64>,
}

impl Steadiness {
    /// One was confirmed so long after the first one left.
    pub fn note(&mut self, at: Duration, took: Duration) {
        let second = at.as_secs() as usize;
        if self.seconds.len() <= second {
            self.seconds.resize(second + 1, 0);
        }
        self.seconds[second] += 1;
        let window = (at.as_secs() / WINDOW_S) as usize;
        while self.windows.len() <= window {
            self.windows
                .push(Histogram::new_with_max(WINDOW_US_MAX, 2).expect("two digits up to minutes fit"));
        }
        self.windows[window].saturating_record(took.as_micros() as u64);
    }

    /// `None` of a run that was too short.
    pub fn steady(&self) -> Option<Steady> {
        // the last second, and the last window, are not whole
        let mut seconds = self.seconds[..self.seconds.len().saturating_sub(1)].to_vec();
        if seconds.len() < SECONDS_MIN {
            return None;
        }
        seconds.sort_unstable();
        let whole = self.windows.len().saturating_sub(1);
        let mut p99: Vec<u64> = self.windows[..whole].iter().map(|w| w.value_at_quantile(0.99)).collect();
        p99.sort_unstable();
        let worst_p99 = (p99.len() >= WINDOWS_MIN).then(|| part(p99[p99.len() - 1], p99[p99.len() / 2]));
        Some(Steady { slowest_second: part(seconds[0], seconds[seconds.len() / 2]), worst_p99 })
    }
}

fn part(of: u64, whole: u64) -> f64 {
    of as f64 / whole.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_second_and_a_slow_window_are_told() {
        let mut run = Steadiness::default();
        for second in 0..=50_u64 {
            let (orders, took_ms) = match second {
                7 => (60, 10),
                20..30 => (100, 30),
                _ => (100, 10),
            };
            for _ in 0..orders {
                run.note(Duration::from_secs(second), Duration::from_millis(took_ms));
            }
        }
        let steady = run.steady().unwrap();
        assert_eq!(steady.slowest_second, 0.6);
        assert!((2.9..3.1).contains(&steady.worst_p99.unwrap()), "{steady:?}");
    }

    #[test]
    fn a_short_run_says_nothing() {
        let mut run = Steadiness::default();
        (0..10).for_each(|second| run.note(Duration::from_secs(second), Duration::ZERO));
        assert_eq!(run.steady(), None);
    }
}
