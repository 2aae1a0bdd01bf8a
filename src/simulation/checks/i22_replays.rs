//! I22: same seed, same trace; the journal replays to the same state.
//!
//! The first half takes two runs: the driver compares them. Here the second: what the trees hold, with a replay of what
//! they lack, is what the journal alone gives.

use super::super::observation::Observation;
use super::Found;

/// So many are told; the rest is counted.
const SHOWN_MAX: usize = 5;

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    for difference in observation.differences.iter().take(SHOWN_MAX) {
        found.wrong(difference.to_string());
    }
    let more = observation.differences.len().saturating_sub(SHOWN_MAX);
    found.expect(more == 0, || format!("{more} more differences between the trees and the journal"));
}
