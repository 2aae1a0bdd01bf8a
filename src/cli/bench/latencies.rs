//! How long customers waited.

use hdrhistogram::Histogram;

/// Three digits that count up to ten minutes.
const LATENCY_US_MAX: u64 = 600_000_000;
const DIGITS: u8 = 3;

/// None yet, in microseconds.
pub fn latencies() -> Histogram<u64> {
    Histogram::new_with_max(LATENCY_US_MAX, DIGITS).expect("three digits up to minutes fit")
}
