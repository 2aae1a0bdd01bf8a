//! I20: nothing is reachable but by its owner, the holder of its signed link, or an allowed role.
//!
//! Strangers try other people's orders and carts, with no key and with wrong ones: they are refused, and nothing of
//! what is the owner's stands in the refusal. Nor has anything come of it: no order was cancelled but by its owner.

use std::collections::BTreeSet;

use crate::actors::{Event, order_manager};
use crate::domain::{CancelReason, OrderId};

use super::super::history::{Trial, TrialKind};
use super::super::observation::Observation;
use super::super::simulated_world::links;
use super::{Found, is_expected_server_error};

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    if !observation.is_end() {
        return;
    }
    for trial in observation.history.trials.iter().filter(|trial| trial.what == TrialKind::Unauthorised) {
        is_refused(observation, trial, found);
        shows_nothing(observation, trial, found);
    }
    only_owners_cancel(observation, found);
}

fn is_refused(observation: &Observation<'_>, trial: &Trial, found: &mut Found) {
    let Some(status) = trial.status else { return };
    let refused = matches!(status, 403 | 404) || is_expected_server_error(observation, status);
    found.expect(refused, || format!("a stranger is answered {status}: {}", trial.sent));
}

fn shows_nothing(observation: &Observation<'_>, trial: &Trial, found: &mut Found) {
    let history = observation.history;
    let emails = history.checkouts.iter().map(|asked| ("an e-mail address", asked.wish.email.as_str()));
    let secrets = history.secrets.iter().map(|secret| (secret.what, secret.text.as_str()));
    for (what, text) in emails.chain(secrets) {
        // what the stranger has sent himself may be named in the answer
        let shown = !text.is_empty() && trial.text.contains(text) && !trial.sent.contains(text);
        found.expect(!shown, || format!("a stranger is shown {what}: {}", trial.sent));
    }
}

fn only_owners_cancel(observation: &Observation<'_>, found: &mut Found) {
    // also those that were never answered
    let asked: BTreeSet<&str> = observation.history.requests.iter().map(|sent| sent.uri.as_str()).collect();
    for (position, _, event) in observation.events() {
        let Some(id) = cancelled(event) else { continue };
        let Some(order) = observation.order(id) else { continue };
        // a program has the key, a browser the link
        let of_order = format!("/api/v1/orders/{id}/cancel?key=");
        let (by_key, by_link) = (order.key.to_string(), links().keys.pass(id, (links().today)()));
        let by_its_owner =
            [by_key, by_link].iter().any(|key| asked.contains(format!("{of_order}{key}").as_str()));
        found.expect_of(id, by_its_owner, || {
            format!("it is cancelled at {position}, and its owner has not asked for it")
        });
    }
}

fn cancelled(event: &Event) -> Option<OrderId> {
    match event {
        Event::OrderManager(order_manager::Event::Cancelled { order, reason: CancelReason::ByCustomer })
        | Event::OrderManager(order_manager::Event::CancelAsked { order, .. }) => Some(*order),
        _ => None,
    }
}
