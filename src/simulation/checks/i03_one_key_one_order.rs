//! I3: one idempotency key, at most one order; same key and body, the same answer; another body never executes.
//!
//! From the journal: of the orders that were placed under one key, at most one at a time is bound to it (a token that nobody
//! knows frees its key, and so does a refusal when its day is over). From what customers were told: a key names one order,
//! one body and one answer, but that after "the outcome is not known yet" the same key shows how the order stands now. A
//! cart is in one checkout at a time. Two programs use the same keys, and neither is ever told of the other's orders.

use std::collections::BTreeMap;

use crate::actors::Event;
use crate::actors::order_manager::{self, AnswerKind, AnswerState, Idempotency, Placed};
use crate::actors::web_session::ORDERING_MAX_MS;
use crate::domain::{Buyer, OrderId, SessionId, Timestamp};
use crate::simulation::history::{CheckoutAnswer, CheckoutAttempt, CheckoutKey, CheckoutOutcome, Route};
use crate::simulation::observation::Observation;

use super::Found;
use super::journal::{placed, principal_of};

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    makes_one_order(observation, found);
    programs_never_meet(observation, found);
    carts_are_sold_once(observation, found);
    let mut by_key: BTreeMap<&CheckoutKey, Vec<&CheckoutAttempt>> = BTreeMap::new();
    for asked in &observation.history.checkouts {
        by_key.entry(&asked.key).or_default().push(asked);
    }
    for (key, asked) in by_key {
        for asked in by_order(observation, asked) {
            names_one_order(key, &asked, found);
            is_told_first_once(key, &asked, found);
            if key.route != Route::Payment {
                // a nonce has no other body: the gateway takes what the page showed
                executes_one_body(key, &asked, found);
            }
            same_again(observation, &asked, found);
        }
    }
}

/// What was asked under one key, for each time that it was bound: an order that is forgotten frees it.
fn by_order<'a>(
    observation: &Observation<'_>,
    asked: Vec<&'a CheckoutAttempt>,
) -> Vec<Vec<&'a CheckoutAttempt>> {
    let named = |asked: &CheckoutAttempt| asked.told.as_ref().and_then(|told| told.outcome.order());
    let is_over = |asked: &&CheckoutAttempt| {
        named(asked).is_some_and(|order| observation.forgotten.contains_key(&order))
    };
    let (over, last): (Vec<_>, Vec<_>) = asked.into_iter().partition(is_over);
    if over.is_empty() {
        return vec![last];
    }
    let mut groups: BTreeMap<OrderId, Vec<&CheckoutAttempt>> = BTreeMap::new();
    for asked in over {
        let Some(order) = named(asked) else { continue };
        groups.entry(order).or_default().push(asked);
    }
    // what names no order was asked in any of them
    let last = last.into_iter().filter(|asked| named(asked).is_some()).collect();
    groups.into_values().chain([last]).collect()
}

fn makes_one_order(observation: &Observation<'_>, found: &mut Found) {
    let mut bound: BTreeMap<(String, u8, &str), OrderId> = BTreeMap::new();
    for (at, _, event) in observation.events() {
        let Event::OrderManager(order_manager::Event::Placed(placed)) = event else { continue };
        if !is_bound(observation, placed) {
            continue;
        }
        let Idempotency { principal, route, key, .. } = &placed.place.idempotency;
        let before = bound.insert((principal_of(principal), *route as u8, key), placed.place.order);
        let was_free = |order| observation.forgotten.get(&order).is_some_and(|forgotten| forgotten.by < at);
        if let Some(before) = before.filter(|before| !was_free(*before)) {
            found.wrong_of(placed.place.order, format!("{before} was placed under the same key {key}"));
        }
    }
}

/// While one order of a cart has not been answered there is no other: what is in it is not bought twice.
fn carts_are_sold_once(observation: &Observation<'_>, found: &mut Found) {
    use order_manager::Event as E;
    let mut open: BTreeMap<SessionId, (OrderId, Timestamp)> = BTreeMap::new();
    for (_, record, event) in observation.events() {
        match event {
            Event::OrderManager(E::Placed(placed)) => {
                let Buyer::Visitor(cart) = placed.place.idempotency.principal else { continue };
                let before = open.insert(cart, (placed.place.order, record.moment.real));
                let is_on_its_way = |at: Timestamp| record.moment.real.ms_since(at) < ORDERING_MAX_MS;
                if let Some((before, _)) = before.filter(|(_, at)| is_on_its_way(*at)) {
                    let what = format!("its cart was being ordered by {before}, which was not answered yet");
                    found.wrong_of(placed.place.order, what);
                }
            }
            Event::OrderManager(E::Answered { order, .. }) => open.retain(|_, (one, _)| one != order),
            _ => {}
        }
    }
}

/// An order is told to the program that placed it, and to no other.
fn programs_never_meet(observation: &Observation<'_>, found: &mut Found) {
    let placed: BTreeMap<OrderId, String> = placed(observation)
        .map(|placed| (placed.place.order, principal_of(&placed.place.idempotency.principal)))
        .collect();
    for asked in observation.history.checkouts.iter().filter(|asked| asked.key.route == Route::Orders) {
        let Some(order) = asked.told.as_ref().and_then(|told| told.outcome.order()) else { continue };
        let Some(owner) = placed.get(&order) else { continue };
        let asker = &asked.key.principal;
        found.expect_of(order, owner == asker, || format!("it is {owner}'s, and {asker} was told of it"));
    }
}

fn is_bound(observation: &Observation<'_>, placed: &Placed) -> bool {
    let order = observation.order(placed.place.order);
    order.is_some_and(|order| order.answer != AnswerState::Given(AnswerKind::UnknownToken))
}

/// The answers that bind the shop, with the body that each was given to; in the order in which they were told.
fn binding<'a>(asked: &[&'a CheckoutAttempt]) -> Vec<(&'a CheckoutAttempt, &'a CheckoutAnswer, OrderId)> {
    let told = asked.iter().filter_map(|asked| {
        let told = asked.told.as_ref()?;
        Some((*asked, told, told.outcome.order()?))
    });
    let mut told: Vec<_> = told.collect();
    told.sort_by_key(|(_, told, _)| told.at);
    told
}

fn names_one_order(key: &CheckoutKey, asked: &[&CheckoutAttempt], found: &mut Found) {
    let binding = binding(asked);
    let Some((_, _, first)) = binding.first() else { return };
    if let Some((_, _, other)) = binding.iter().find(|(_, _, order)| order != first) {
        found.wrong_of(*other, format!("the key {} named {first} before", key.key));
    }
}

/// Of all answers that a program had under one key, one is the first. A page does not say which it is.
fn is_told_first_once(key: &CheckoutKey, asked: &[&CheckoutAttempt], found: &mut Found) {
    let binding = binding(asked);
    let mut first = binding.iter().filter(|(_, told, _)| !told.replayed);
    if let (true, Some(_), Some((_, _, order))) = (key.route != Route::Payment, first.next(), first.next()) {
        found.wrong_of(*order, format!("the key {} was answered twice as if for the first time", key.key));
    }
}

fn executes_one_body(key: &CheckoutKey, asked: &[&CheckoutAttempt], found: &mut Found) {
    let binding = binding(asked);
    let mut bodies: Vec<u64> = asked.iter().map(|asked| asked.body).collect();
    bodies.sort_unstable();
    bodies.dedup();
    for (one, _, order) in &binding {
        let executed = &binding[0].0.body;
        found.expect_of(*order, one.body == *executed, || {
            format!("two bodies under the key {} were both answered with it", key.key)
        });
    }
    let mismatch = |asked: &&CheckoutAttempt| {
        matches!(asked.told, Some(CheckoutAnswer { outcome: CheckoutOutcome::Mismatch, .. }))
    };
    if bodies.len() == 1 && asked.iter().any(mismatch) {
        found.wrong(format!("the key {} only ever came with one body, and was refused for another", key.key));
    }
}

/// The same body is given the same answer, but after one that said that the outcome is not known yet.
fn same_again(observation: &Observation<'_>, asked: &[&CheckoutAttempt], found: &mut Found) {
    let binding = binding(asked);
    let Some((_, first, order)) = binding.first() else { return };
    let is_same = if was_pending(observation, *order) { is_as_it_stands } else { is_same };
    for (_, later, order) in &binding[1..] {
        found.expect_of(*order, is_same(&first.outcome, &later.outcome), || {
            format!("she was answered {:?}, and then {:?}", first.outcome, later.outcome)
        });
    }
}

/// She may not have heard it: her connection can break before the answer.
fn was_pending(observation: &Observation<'_>, order: OrderId) -> bool {
    let order = observation.order(order);
    order.is_some_and(|order| order.answer.began_pending())
}

fn is_same(first: &CheckoutOutcome, later: &CheckoutOutcome) -> bool {
    match (first, later) {
        (CheckoutOutcome::Taken(one), CheckoutOutcome::Taken(other)) => one.json == other.json,
        (CheckoutOutcome::Declined { reason: one, .. }, CheckoutOutcome::Declined { reason: other, .. }) => {
            one == other
        }
        (CheckoutOutcome::OutOfStock { .. }, CheckoutOutcome::OutOfStock { .. })
        | (CheckoutOutcome::BackorderLimit { .. }, CheckoutOutcome::BackorderLimit { .. }) => true,
        (
            CheckoutOutcome::SentOn { order_key: one, .. },
            CheckoutOutcome::SentOn { order_key: other, .. },
        ) => one == other,
        _ => false,
    }
}

/// The same order, however far it has come.
fn is_as_it_stands(first: &CheckoutOutcome, later: &CheckoutOutcome) -> bool {
    match (first, later) {
        (CheckoutOutcome::OutOfStock { .. }, _) | (_, CheckoutOutcome::OutOfStock { .. }) => false,
        (
            CheckoutOutcome::Taken(one) | CheckoutOutcome::Pending(one),
            CheckoutOutcome::Taken(other) | CheckoutOutcome::Pending(other),
        ) => one.same_content(other),
        // what was declined stays so
        (CheckoutOutcome::Declined { reason: one, .. }, CheckoutOutcome::Declined { reason: other, .. }) => {
            one == other
        }
        (CheckoutOutcome::Declined { .. }, _) => false,
        _ => first.order() == later.order(),
    }
}
