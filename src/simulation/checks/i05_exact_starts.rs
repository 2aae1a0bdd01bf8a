//! I5: start-up yields exactly what was acknowledged, or refuses with a named reason; never silently less.
//!
//! Every start of the process found all that the process before had called durable, nothing that a start has found is gone
//! since, and what it makes of its trees and of the replay of what they lack is what the whole journal says. A damaged
//! journal is refused by name.

use crate::simulation::observation::{Observation, Start};

use super::Found;

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    for start in observation.starts {
        match &start.refused {
            Some(reason) => is_refused_for_damage(start, reason, found),
            None => finds_all(observation, start, found),
        }
    }
    for difference in observation.differences {
        found.wrong(format!("a start from what is stored yields something else: {difference}"));
    }
}

fn is_refused_for_damage(start: &Start, reason: &str, found: &mut Found) {
    found.expect(start.rotten, || {
        format!("the start at {} ms was refused after a mere crash: {reason}", start.at)
    });
    found.expect(!reason.trim().is_empty(), || {
        format!("the start at {} ms was refused without a reason", start.at)
    });
}

fn finds_all(observation: &Observation<'_>, start: &Start, found: &mut Found) {
    let Start { at, acknowledged, found: last, rotten, .. } = start;
    found.expect(!rotten, || format!("the journal was damaged, and the start at {at} ms took it"));
    found.expect(last >= acknowledged, || {
        format!("the start at {at} ms found {last} turns of {acknowledged} that were durable")
    });
    found.expect(*last <= observation.derived.last, || {
        format!("the start at {at} ms found {last} turns, now there are {}", observation.derived.last)
    });
}
