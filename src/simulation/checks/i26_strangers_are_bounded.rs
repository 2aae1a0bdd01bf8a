//! I26: whatever a stranger sends, memory and processor stay within stated bounds, and others are answered. (What he never reads,
//! and that every connection ends, is below HTTP: the tests of the real binary look at it.)
//!
//! A flooder gets no more from one address than the rates allow; he is told when to come again, and then he is let in; he gets
//! no 5xx of his own. Nobody else is refused for his sake. A cart that is over is there for nobody, and its row is gone within a
//! round of the sweeper.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::access::{Quota, Rate};
use crate::actors::web_session::Session;
use crate::domain::Timestamp;
use crate::simulation::fault::Fault;
use crate::simulation::history::{HttpAnswer, Moment, SentRequest};
use crate::simulation::observation::Observation;
use crate::simulation::{addresses, rates};
use crate::sweeper;

use super::{Found, is_expected_server_error};

/// Of a row that is over, beyond a round: its passes, and those of a shop that was down or had no room.
const ROW_MS_SLACK: u64 = 10 * 60_000;

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    if !observation.is_end() {
        return;
    }
    for (sent, answer) in answered(observation) {
        if addresses::is_of_flooder(sent.from) {
            let expected = answer.status < 500 || is_expected_server_error(observation, answer.status);
            found.expect(expected, || format!("a flooder is answered {}: {}", answer.status, shown(sent)));
        } else {
            found.expect(answer.status != 429, || format!("a customer is refused as one: {}", shown(sent)));
        }
    }
    nobody_gets_more_than_the_rates_allow(observation, found);
    who_waits_as_told_is_let_in(observation, found);
    no_cart_is_shown_after_its_end(observation, found);
    no_row_outlives_its_cart(observation, found);
}

fn answered<'e>(observation: &'e Observation<'_>) -> impl Iterator<Item = (&'e SentRequest, &'e HttpAnswer)> {
    observation.history.requests.iter().filter_map(|sent| Some((sent, sent.answer.as_ref()?)))
}

fn shown(sent: &SentRequest) -> String {
    format!("{} {} from {} at {}", sent.method, sent.uri, sent.from, sent.at)
}

/// What an answer shows to have been let in, by the rate that it counts against.
fn got(sent: &SentRequest, answer: &HttpAnswer) -> Option<Rate> {
    let path = sent.uri.split('?').next().unwrap_or_default();
    let gives_cookie = || answer.status == 303 && answer.text.contains("set-cookie: doorstep_session=");
    match (sent.method, path) {
        ("POST", "/api/v1/carts") if answer.status == 201 => Some(Rate::Carts),
        ("POST", "/cart/lines" | "/checkout") if gives_cookie() => Some(Rate::Carts),
        ("POST", path) if path.ends_with("/checkout") && answer.status == 402 => Some(Rate::Refusals),
        ("GET", "/checkout/return") if answer.status == 402 => Some(Rate::Refusals),
        ("GET", path) if path.starts_with("/api/v1/orders/") && answer.status == 404 => Some(Rate::Keys),
        _ => None,
    }
}

/// What one address got of one rate until the process restarts: then it is counted anew.
struct Taken {
    quota: Quota,
    /// Each was let in between the two.
    moments: Vec<(Moment, Moment)>,
}

fn nobody_gets_more_than_the_rates_allow(observation: &Observation<'_>, found: &mut Found) {
    let mut taken: BTreeMap<(IpAddr, &str, u32), Taken> = BTreeMap::new();
    for (sent, answer) in answered(observation) {
        let Some(rate) = got(sent, answer) else { continue };
        let key = (sent.from, rate.name(), sent.incarnation);
        let quota = rates::shipped().of(rate);
        let taken = taken.entry(key).or_insert_with(|| Taken { quota, moments: vec![] });
        taken.moments.push((sent.at, answer.at));
    }
    for ((address, rate, _), Taken { quota, moments }) in taken {
        let most = moments.iter().enumerate().find_map(|(nth, (from, _))| {
            let mut until = moments[nth..].iter().enumerate();
            until.find_map(|(more, (_, to))| {
                let (count, ms) = (more as u64 + 1, to - from);
                (count > allowed(quota, ms)).then(|| format!("{count} {rate} in {ms} ms"))
            })
        });
        found.expect(most.is_none(), || format!("{address} gets {}", most.unwrap_or_default()));
    }
}

/// All of a quota at once, and what comes back meanwhile; one for what falls between two milliseconds.
fn allowed(quota: Quota, ms: u64) -> u64 {
    let (each, window_ms) = (u64::from(quota.each), u64::from(quota.window_s) * 1_000);
    each + ms * each / window_ms + 1
}

fn who_waits_as_told_is_let_in(observation: &Observation<'_>, found: &mut Found) {
    let mut told: BTreeMap<(IpAddr, &str, &str), Moment> = BTreeMap::new();
    for (sent, answer) in answered(observation) {
        let key = (sent.from, sent.method, sent.uri.as_str());
        let waited = told.remove(&key).is_some_and(|until| sent.at >= until);
        if answer.status != 429 {
            continue;
        }
        found.expect(!waited, || format!("he has waited as he was told to, and is refused: {}", shown(sent)));
        match retry_after_ms(&answer.text) {
            Some(ms) => drop(told.insert(key, answer.at + ms)),
            None => found.wrong(format!("a refusal does not say when to come again: {}", shown(sent))),
        }
    }
}

fn retry_after_ms(text: &str) -> Option<Moment> {
    let line = text.lines().find_map(|line| line.strip_prefix("retry-after: "))?;
    let seconds: u64 = line.parse().ok()?;
    (seconds > 0).then_some(seconds * 1_000)
}

fn no_cart_is_shown_after_its_end(observation: &Observation<'_>, found: &mut Found) {
    // a clock that goes back lets a cart live longer, and one that is ahead shorter
    if [Fault::ClockBack, Fault::ClockAhead].iter().any(|fault| observation.plan.faults.contains(*fault)) {
        return;
    }
    let kept_ms = observation.plan.rules().cart_kept_ms;
    let mut begun: BTreeMap<&str, Moment> = BTreeMap::new();
    for (sent, answer) in answered(observation) {
        if let Some(path) = answer.text.lines().find_map(|line| line.strip_prefix("location: /api/v1/carts/"))
        {
            begun.insert(path, answer.at);
        }
        let cart = sent.uri.strip_prefix("/api/v1/carts/").and_then(|rest| rest.split('/').next());
        let Some(since) = cart.and_then(|cart| begun.get(cart)) else { continue };
        let over = sent.at >= since + kept_ms;
        found.expect(!over || !(200..300).contains(&answer.status), || {
            format!("a cart is there {} ms after it was begun: {}", sent.at - since, shown(sent))
        });
    }
}

fn no_row_outlives_its_cart(observation: &Observation<'_>, found: &mut Found) {
    // by a clock that is ahead a cart is over before its row is in the trees, where the sweeper looks
    if observation.plan.faults.contains(Fault::ClockAhead) {
        return;
    }
    let Some(now) = observation.real_now else { return };
    let kept_ms = observation.plan.rules().cart_kept_ms;
    let stays_ms = kept_ms + sweeper::ROUND_EVERY.as_millis() as u64 + ROW_MS_SLACK;
    for (cart, _) in observation.tables().of::<Session>().resident() {
        let begun: Timestamp = cart.begun_at();
        let age_ms = now.ms_since(begun);
        found.expect(age_ms <= stays_ms, || {
            format!("the row of the cart …{} is kept {age_ms} ms after it was begun", cart.fingerprint())
        });
    }
}
