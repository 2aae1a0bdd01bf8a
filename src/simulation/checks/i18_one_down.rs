//! I18: one counterparty down blocks nothing else: mail down is not checkout down.
//!
//! Two looks. From outside: a checkout that was asked for while the post, the carrier or the orders for supplies could
//! not be reached is answered as ever. From the journal: a call that found its own counterparty's lane free has its
//! result by its own deadline, however many calls of other counterparties hang.
//!
//! Only worlds in which nothing else holds the shop up (hangs; for checkouts also panics, small queues, slow disks) and only
//! calls and checkouts of one run of the process say anything about this.

use std::collections::BTreeMap;

use crate::actors::Call;
use crate::domain::Timestamp;
use crate::gateway::HttpLimits;
use crate::journal::Position;
use crate::runtime::{Cause, OutsideCall, Statement};

use super::super::fault::Fault;
use super::super::history::{CheckoutAttempt, CheckoutOutcome, Moment};
use super::super::observation::{Observation, Outage};
use super::Found;

/// A turn needs so long to become durable, and a result to be taken, where the disk is slow.
const SLACK_MS: u64 = 2_000;
/// Actors that panic are back so soon, as often as they do in one run of the process.
const SLACK_FOR_PANICS_MS: u64 = 2_000;
const PANICS: [Fault; 3] = [Fault::PanicBefore, Fault::PanicAfter, Fault::Poison];
/// A stop and a start around a checkout are no nearer than this, or it is not looked at.
const QUIET_AROUND_MS: Moment = 60_000;

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    if !observation.is_end() || any(observation, &[Fault::Hang]) {
        return;
    }
    calls_wait_for_their_own_lane_alone(observation, found);
    if !any(observation, &PANICS) && !any(observation, &[Fault::FullMailbox, Fault::SlowDisk]) {
        checkouts_are_answered_in_an_outage(observation, found);
    }
}

fn any(observation: &Observation<'_>, faults: &[Fault]) -> bool {
    faults.iter().any(|fault| observation.plan.faults.contains(*fault))
}

/// Whom a call is made to. Not [`OutsideCall::lane`]: that is what is checked.
///
/// [`OutsideCall::lane`]: crate::runtime::OutsideCall::lane
fn counterparty(call: &Call) -> &'static str {
    match call {
        Call::RequestQuote(_) => "quotes",
        Call::PlacePurchaseOrder(_) | Call::RequestShipNotice(_) => "supplies",
        Call::BookTruck(_) | Call::TrackParcel(_) | Call::CancelBooking(_) => "carrier",
        Call::SendLetter(_) => "mail",
    }
}

/// A call under way.
struct UnderWay<'a> {
    call: &'a Call,
    intended: Timestamp,
    /// Its counterparty was busy with others, so that it had to wait.
    behind_others: bool,
}

fn calls_wait_for_their_own_lane_alone(observation: &Observation<'_>, found: &mut Found) {
    let rules = observation.plan.rules();
    let slack_ms = SLACK_MS + if any(observation, &PANICS) { SLACK_FOR_PANICS_MS } else { 0 };
    let mut under_way: BTreeMap<Statement, UnderWay<'_>> = BTreeMap::new();
    for (position, record) in observation.records {
        if let Cause::Call(id) = record.cause
            && let Some(made) = under_way.remove(&id)
            && !made.behind_others
            && !restarted(observation, id.turn, *position)
        {
            let took_ms = record.moment.real.ms_since(made.intended);
            let deadline_ms = made.call.deadline_ms(&rules);
            found.expect(took_ms <= deadline_ms + slack_ms, || {
                let name = made.call.name();
                format!(
                    "a call ({name}) of {} had {took_ms} ms until its result, its deadline is {deadline_ms} ms: \
                     it has waited for calls of others",
                    id.turn
                )
            });
        }
        for (index, call) in record.stated.calls.iter().enumerate() {
            let to = counterparty(call);
            let before = under_way.values().filter(|other| counterparty(other.call) == to).count();
            let behind_others = before >= observation.plan.bounds.calls_in_lane_max;
            let id = Statement { turn: *position, index: index as u32 };
            under_way.insert(id, UnderWay { call, intended: record.moment.real, behind_others });
        }
    }
}

/// The process was another one by then: it has made the call anew.
fn restarted(observation: &Observation<'_>, from: Position, to: Position) -> bool {
    observation.starts.iter().any(|start| (from..to).contains(&start.found))
}

fn checkouts_are_answered_in_an_outage(observation: &Observation<'_>, found: &mut Found) {
    let within_ms = HttpLimits::default().ask_ms_max;
    for asked in &observation.history.checkouts {
        let covers = |outage: &&Outage| outage.from <= asked.at && asked.at + within_ms <= outage.until;
        let others = observation.outages.iter().filter(|outage| outage.lane != "quotes");
        let Some(outage) = others.clone().find(covers) else { continue };
        if is_disturbed(observation, asked.at, asked.at + within_ms) {
            continue;
        }
        if let Some(wrong) = not_answered(asked, within_ms) {
            found.wrong(format!(
                "a checkout asked for at {} ms, while `{}` is down, {wrong}",
                asked.at, outage.lane
            ));
        }
    }
}

fn not_answered(asked: &CheckoutAttempt, within_ms: u64) -> Option<String> {
    match &asked.told {
        None => (!asked.hung_up).then(|| "was never answered".to_owned()),
        Some(told) if told.at > asked.at + within_ms => {
            Some(format!("was answered after {} ms", told.at - asked.at))
        }
        Some(told) => match &told.outcome {
            CheckoutOutcome::Other { status: status @ (503 | 504), code } => {
                Some(format!("was answered {status} {code}"))
            }
            _ => None,
        },
    }
}

fn is_disturbed(observation: &Observation<'_>, from: Moment, to: Moment) -> bool {
    let near = from.saturating_sub(QUIET_AROUND_MS)..=to + QUIET_AROUND_MS;
    let mut stops = observation.history.crashes.iter().copied();
    let mut starts = observation.starts.iter().map(|start| start.at);
    stops.any(|at| near.contains(&at)) || starts.any(|at| near.contains(&at))
}
