//! I21: bad input never panics, is never answered 5xx, and never changes state.
//!
//! Fuzzers send bad input: it is refused as the client's mistake, and no fact of the
//! journal bears the address that they gave. Whatever panics without being told to is a mistake of the shop's.

use memchr::memmem;

use crate::runtime::Journaled;

use super::super::fault::Fault;
use super::super::history::{Trial, TrialKind};
use super::super::observation::Observation;
use super::{Found, is_expected_server_error};

/// Panics that the simulator makes say so.
const ON_PURPOSE: &str = "on purpose";
/// What is said of an actor that was made to hang for longer than its supervisor has patience; by chance it is so for one
/// message until that is given up.
const HUNG: &str = "in an await for more than";

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    nothing_panics_by_itself(observation, found);
    if !observation.is_end() {
        return;
    }
    let facts = facts(observation);
    for trial in observation.history.trials.iter().filter(|trial| trial.what == TrialKind::BadInput) {
        is_refused(observation, trial, found);
        let kept = !trial.marker.is_empty() && memmem::find(&facts, trial.marker.as_bytes()).is_some();
        found.expect(!kept, || format!("bad input has changed state: {}", trial.sent));
    }
}

fn is_refused(observation: &Observation<'_>, trial: &Trial, found: &mut Found) {
    let Some(status) = trial.status else { return };
    let refused = (400..500).contains(&status) || is_expected_server_error(observation, status);
    found.expect(refused, || format!("bad input is answered {status}: {}", trial.sent));
}

/// The events of the journal. What was only asked, and refused, stands in messages.
fn facts(observation: &Observation<'_>) -> Vec<u8> {
    let mut bytes = vec![];
    for (_, _, event) in observation.events() {
        event.write(&mut bytes);
    }
    bytes
}

fn nothing_panics_by_itself(observation: &Observation<'_>, found: &mut Found) {
    for (position, record) in observation.records {
        let Some(dead) = &record.dead else { continue };
        let hung = observation.plan.faults.contains(Fault::Hang) && dead.panic.contains(HUNG);
        found.expect(hung || dead.panic.contains(ON_PURPOSE), || {
            format!("{} panicked on {} at {position}: {}", dead.to, dead.name, dead.panic)
        });
    }
    let panics = observation.log.iter().filter(|line| line.contains("panicked"));
    for line in panics.filter(|line| !line.contains(ON_PURPOSE)) {
        found.wrong(format!("something panicked: {line}"));
    }
}
