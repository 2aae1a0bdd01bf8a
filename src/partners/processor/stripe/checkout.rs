//! Checkout sessions: Stripe's own page, where a customer types her card. No number reaches the shop.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::amount::{BadAmount, to_stripe};
use super::client::{Answer, Stripe, in_path};
use super::form::Form;
use super::payments::PaymentIntent;
use super::tolerant::{Expandable, words};
use crate::domain::{Currency, Money};

words! {
    SessionStatus {
        Open = "open",
        Complete = "complete",
        Expired = "expired",
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CheckoutSession {
    pub id: String,
    /// There until it is complete or has expired.
    pub url: Option<String>,
    pub status: SessionStatus,
    /// Of a session that takes money: there from the customer's first try on.
    pub payment_intent: Option<Expandable<PaymentIntent>>,
    /// Of a session that saves a card.
    pub setup_intent: Option<Expandable<SetupIntent>>,
    pub customer: Option<String>,
    #[serde(default)]
    pub expires_at: i64,
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SetupIntent {
    pub id: String,
    pub status: String,
    pub payment_method: Option<String>,
    pub customer: Option<String>,
}

pub enum SessionMode {
    /// The amount is held on the card, which is kept for this order.
    Hold { amount: Money, what: String },
    /// The card is verified and kept.
    Verify { currency: Currency },
}

pub struct NewSession<'a> {
    pub mode: SessionMode,
    pub email: &'a str,
    pub success_url: &'a str,
    pub cancel_url: &'a str,
    /// Unix time in seconds, 30 minutes to 24 hours ahead.
    pub expires_at: i64,
    /// By which payment or verification is found again.
    pub metadata: &'a [(&'a str, String)],
}

impl Stripe {
    /// # Errors
    /// Where Stripe does not charge such an amount.
    pub async fn open_session(
        &self,
        session: NewSession<'_>,
        key: &str,
    ) -> Result<Answer<CheckoutSession>, BadAmount> {
        let form = Form::new()
            .with("customer_email", session.email)
            .with("customer_creation", "always")
            .with("success_url", session.success_url)
            .with("cancel_url", session.cancel_url)
            .with("expires_at", session.expires_at)
            .with("allowed_payment_method_types[0]", "card")
            .with_metadata("", session.metadata);
        let form = match session.mode {
            SessionMode::Hold { amount, what } => {
                holding(form, amount, &what)?.with_metadata("payment_intent_data", session.metadata)
            }
            SessionMode::Verify { currency } => form
                .with("mode", "setup")
                .with("currency", currency.code().to_lowercase())
                .with_metadata("setup_intent_data", session.metadata),
        };
        Ok(self.post("/v1/checkout/sessions", form, key).await)
    }

    /// With the intent behind it and its charge.
    pub async fn session(&self, session: &str) -> Answer<CheckoutSession> {
        let form =
            Form::new().with("expand[0]", "payment_intent.latest_charge").with("expand[1]", "setup_intent");
        self.get(&format!("/v1/checkout/sessions/{}", in_path(session)), form).await
    }

    /// Its page takes no card any more. Refused where the customer was faster.
    pub async fn expire_session(&self, session: &str, key: &str) -> Answer<CheckoutSession> {
        self.post(&format!("/v1/checkout/sessions/{}/expire", in_path(session)), Form::new(), key).await
    }
}

fn holding(form: Form, amount: Money, what: &str) -> Result<Form, BadAmount> {
    let price = "line_items[0][price_data]";
    Ok(form
        .with("mode", "payment")
        .with("line_items[0][quantity]", 1)
        .with(format!("{price}[currency]"), amount.currency.code().to_lowercase())
        .with(format!("{price}[unit_amount]"), to_stripe(amount)?)
        .with(format!("{price}[product_data][name]"), what)
        .with("payment_method_options[card][request_multicapture]", "if_available")
        .with("payment_intent_data[capture_method]", "manual")
        .with("payment_intent_data[setup_future_usage]", "off_session"))
}
