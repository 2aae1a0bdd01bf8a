//! A checkout that is asked for, again and again until it is answered, and what is made of its answer.

use std::time::Duration;

use rand::RngExt;

use crate::domain::OrderId;
use crate::gateway::{Request, Response};

use super::super::history::{
    CheckoutAnswer, CheckoutAttempt, CheckoutKey, CheckoutOutcome, ShownOrder, Wish,
};
use super::Shopper;

/// Between two tries, real time; doubled each time up to the maximum.
const RETRY_MS: u64 = 500;
const RETRY_MS_MAX: u64 = 60_000;
/// Then she waits for better times.
const TRIES_MAX: u32 = 12;
/// In better times nobody has to ask so often.
const CALM_TRIES_MAX: u32 = 60;

/// So often she looks at new prices before she has had enough.
pub const LOOKS_MAX: u32 = 8;

/// Refusals that have done nothing and bind nothing: the same request is sent again.
const TRY_AGAIN: [&str; 6] =
    ["overloaded", "closing", "not_ready", "in_progress", "outcome_unknown", "no_answer"];

/// A checkout as it is sent.
#[derive(Clone)]
pub struct Checkout {
    pub key: CheckoutKey,
    /// Tells bodies apart.
    pub body: u64,
    pub wish: Wish,
    pub request: Request,
}

impl Shopper {
    /// Sends a checkout once and notes what came of it.
    pub async fn asks(&self, checkout: &Checkout) -> Option<CheckoutOutcome> {
        self.asks_and_reads(checkout).await.map(|(outcome, _)| outcome)
    }

    /// The same, with all that came.
    pub async fn asks_and_reads(&self, checkout: &Checkout) -> Option<(CheckoutOutcome, Response)> {
        let place = {
            let mut history = self.network.history.borrow_mut();
            history.checkouts.push(CheckoutAttempt {
                shopper: self.number,
                key: checkout.key.clone(),
                body: checkout.body,
                wish: checkout.wish.clone(),
                at: self.network.moment(),
                told: None,
                hung_up: false,
            });
            history.checkouts.len() - 1
        };
        let response = self.send(checkout.request.clone()).await?;
        let outcome = outcome_of(&response);
        let replayed = response.header("idempotent-replayed").is_some();
        let told = CheckoutAnswer { at: self.network.moment(), outcome: outcome.clone(), replayed };
        self.network.history.borrow_mut().checkouts[place].told = Some(told);
        if let CheckoutOutcome::Taken(shown) | CheckoutOutcome::Pending(shown) = &outcome {
            self.keeps_secret("the key of an order", &shown.key, Some(self.number));
        }
        Some((outcome, response))
    }

    /// Sends it until it is answered for good, be it after faults have stopped. `None`: she gave up.
    pub async fn insists(&mut self, checkout: &Checkout) -> Option<CheckoutOutcome> {
        for attempt in 0..TRIES_MAX + CALM_TRIES_MAX {
            match self.asks(checkout).await {
                Some(CheckoutOutcome::Other { code, .. }) if TRY_AGAIN.contains(&code.as_str()) => {}
                Some(outcome) => return Some(outcome),
                None => {}
            }
            if attempt == TRIES_MAX && !self.network.is_calm() {
                self.network.until_calm().await;
            }
            let wait = (RETRY_MS << attempt.min(10)).min(RETRY_MS_MAX);
            let jitter = self.rng.random_range(0..RETRY_MS);
            tokio::time::sleep(Duration::from_millis(wait + jitter)).await;
        }
        None
    }
}

/// What an answer says of a checkout.
pub fn outcome_of(response: &Response) -> CheckoutOutcome {
    let json = response.json();
    let code = json["code"].as_str().unwrap_or_default().to_owned();
    let order = || json["order"].as_str().and_then(|id| OrderId::parse(id).ok());
    let other = CheckoutOutcome::Other { status: response.status, code: code.clone() };
    // whose order was taken is given its key
    let shown = || ShownOrder::read(&json).filter(|shown| !shown.key.is_empty()).map(Box::new);
    match (response.status, code.as_str()) {
        (201, _) => shown().map_or(other, CheckoutOutcome::Taken),
        (202, _) => shown().map_or(other, CheckoutOutcome::Pending),
        (402, _) => order().map_or(other, |order| {
            let reason = json["decline_code"].as_str().unwrap_or_default().to_owned();
            CheckoutOutcome::Declined { order, reason }
        }),
        (409, "out_of_stock") => order().map_or(other, |order| CheckoutOutcome::OutOfStock { order }),
        (409, "backorder_limit") => order().map_or(other, |order| CheckoutOutcome::BackorderLimit { order }),
        (422, "idempotency_mismatch") => CheckoutOutcome::Mismatch,
        (303, _) => response.header("location").and_then(sent_on).unwrap_or(other),
        _ => other,
    }
}

/// `/orders/ord_…?key=…`
fn sent_on(location: &str) -> Option<CheckoutOutcome> {
    let (id, order_key) = location.strip_prefix("/orders/")?.split_once("?key=")?;
    Some(CheckoutOutcome::SentOn { order: OrderId::parse(id).ok()?, order_key: order_key.to_owned() })
}
