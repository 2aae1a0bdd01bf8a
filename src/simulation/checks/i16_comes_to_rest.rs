//! I16: once faults stop, queues drain within a simulated hour, and every order reaches an end or an open case within 30
//! simulated days.
//!
//! Held against the run's end: no message is on its way, and each that was on its way when faults stopped, or came
//! later, was taken within the hour. Every order has ended, or has a case that tells the operator. Every case that a timeline tells
//! of is kept by the back office, and every one that is kept of an order is told of. Of a parcel that the carrier has refused there
//! is one, whatever else was lost.

use std::collections::{BTreeMap, BTreeSet};

use crate::actors::back_office::CaseRecord;
use crate::actors::order_manager::Order;
use crate::actors::{Event, warehouse};
use crate::domain::{CaseKind, OrderId, Timestamp};
use crate::runtime::{Cause, Statement};

use super::super::observation::Observation;
use super::{Found, given_up_by_the_back_office};

const DRAINED_WITHIN_MS: u64 = Timestamp::HOUR_MS;
const ENDED_WITHIN_MS: u64 = 30 * Timestamp::DAY_MS;

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    if !observation.is_end() {
        return;
    }
    nothing_is_on_its_way(observation, found);
    messages_are_taken_within_the_hour(observation, found);
    orders_have_ended(observation, found);
    cases_are_kept_and_told(observation, found);
    refused_parcels_have_a_case(observation, found);
}

fn nothing_is_on_its_way(observation: &Observation<'_>, found: &mut Found) {
    for (id, (to, message)) in observation.derived.pending.messages.iter() {
        found.wrong(format!("{} of {} is still on its way to {to}", message.name(), id.turn));
    }
}

fn messages_are_taken_within_the_hour(observation: &Observation<'_>, found: &mut Found) {
    let Some(calm) = calm_since_real(observation) else { return };
    let mut sent: BTreeMap<Statement, Timestamp> = BTreeMap::new();
    for (position, record) in observation.records {
        if let Cause::Message(id) = record.cause
            && let Some(at) = sent.remove(&id)
        {
            let waited_ms = record.moment.real.ms_since(at.max(calm));
            found.expect(waited_ms <= DRAINED_WITHIN_MS, || {
                format!("what {} takes at {position} has waited for {waited_ms} ms", record.by)
            });
        }
        for index in 0..record.stated.sends.len() {
            sent.insert(Statement { turn: *position, index: index as u32 }, record.moment.real);
        }
    }
}

/// The same moment by the real clock. It is that of the last start: in the one before, the clock may have jumped.
fn calm_since_real(observation: &Observation<'_>) -> Option<Timestamp> {
    let start = observation.starts.last()?;
    observation
        .records
        .iter()
        .find(|(position, _)| *position > start.found)
        .map(|(_, record)| record.moment.real)
}

fn orders_have_ended(observation: &Observation<'_>, found: &mut Found) {
    let mut ended: BTreeMap<OrderId, (Timestamp, Timestamp)> = BTreeMap::new();
    for (_, record, event) in observation.events() {
        if let Event::OrderManager(event) = event
            && let Some(order) = event.order()
        {
            // the last that is stated of an order is its end, or comes after it
            ended.insert(order, (record.moment.at, record.moment.real));
        }
    }
    let calm = observation.calm_since.unwrap_or(observation.derived.last_at);
    let calm_real = calm_since_real(observation).unwrap_or(observation.derived.last_real);
    for (id, order) in observation.tables().of::<Order>().resident() {
        if observation.has_case(*id) {
            continue;
        }
        found.expect_of(*id, order.state.is_end(), || format!("it is still {}, without a case", order.state));
        let Some((at, real)) = ended.get(id) else { continue };
        let took_ms = at.ms_since(calm.max(order.terms.placed_at));
        // trade can be so fast that a minute of back-off, which is real, is many days of it
        let in_time = took_ms <= ENDED_WITHIN_MS || real.ms_since(calm_real) <= DRAINED_WITHIN_MS;
        found.expect_of(*id, in_time, || {
            format!("it took {} days to end after faults had stopped", took_ms / Timestamp::DAY_MS)
        });
    }
}

fn cases_are_kept_and_told(observation: &Observation<'_>, found: &mut Found) {
    let cases = observation.tables().of::<CaseRecord>().resident();
    let kept: BTreeSet<OrderId> = cases.filter_map(|(_, case)| case.order).collect();
    let lost = given_up_by_the_back_office(observation);
    for (id, _) in observation.tables().of::<Order>().resident().filter(|(id, _)| !lost.contains(id)) {
        let is_told = observation.has_case(*id);
        found.expect_of(*id, is_told == kept.contains(id), || {
            if is_told { "its case is not kept".to_owned() } else { "its case is not told of".to_owned() }
        });
    }
}

fn refused_parcels_have_a_case(observation: &Observation<'_>, found: &mut Found) {
    let cases = observation.tables().of::<CaseRecord>().resident();
    let of_carrier = cases.filter(|(_, case)| case.kind == CaseKind::Carrier);
    let told: BTreeSet<OrderId> = of_carrier.filter_map(|(_, case)| case.order).collect();
    let lost = given_up_by_the_back_office(observation);
    for (_, _, event) in observation.events() {
        if let Event::WarehouseActor(warehouse::Event::Refused { order, .. }) = event
            && !lost.contains(order)
        {
            found.expect_of(*order, told.contains(order), || {
                "the carrier has refused its parcel, and no case says so".to_owned()
            });
        }
    }
}
