//! Payment intents: what is held, captured, let go, and how one is found again.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::amount::{BadAmount, to_stripe};
use super::client::{Answer, Stripe, in_path};
use super::form::Form;
use super::list::{PAGE_LENGTH, Page};
use super::tolerant::{Expandable, words};
use crate::domain::Money;

words! {
    IntentStatus {
        RequiresPaymentMethod = "requires_payment_method",
        RequiresConfirmation = "requires_confirmation",
        /// The customer has something to do: her bank wants to be sure that it is she.
        RequiresAction = "requires_action",
        Processing = "processing",
        /// It is held, and may be captured.
        RequiresCapture = "requires_capture",
        Canceled = "canceled",
        Succeeded = "succeeded",
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct PaymentIntent {
    pub id: String,
    pub status: IntentStatus,
    /// In minor units as Stripe counts them, with the currency in small letters.
    pub amount: i64,
    pub currency: String,
    #[serde(default)]
    pub amount_capturable: i64,
    #[serde(default)]
    pub amount_received: i64,
    /// Unix time in seconds.
    pub created: i64,
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    pub latest_charge: Option<Expandable<Charge>>,
    pub next_action: Option<NextAction>,
    pub customer: Option<String>,
    pub payment_method: Option<Expandable<Named>>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Named {
    pub id: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct NextAction {
    redirect_to_url: Option<RedirectToUrl>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct RedirectToUrl {
    url: Option<String>,
}

/// One attempt to take money.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Charge {
    pub id: String,
    #[serde(default)]
    pub amount_captured: i64,
    #[serde(default)]
    pub disputed: bool,
    pub authorization_code: Option<String>,
    pub outcome: Option<ChargeOutcome>,
    payment_method_details: Option<MethodDetails>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ChargeOutcome {
    pub risk_level: Option<String>,
    pub risk_score: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct MethodDetails {
    card: Option<ChargedCard>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ChargedCard {
    pub brand: Option<String>,
    pub last4: Option<String>,
    pub fingerprint: Option<String>,
    /// Unix time in seconds: when the issuer lets go by itself.
    pub capture_before: Option<i64>,
    pub authorization_code: Option<String>,
    pub checks: Option<CardChecks>,
    multicapture: Option<Feature>,
}

/// `pass`, `fail`, `unavailable` or `unchecked`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CardChecks {
    pub address_line1_check: Option<String>,
    pub address_postal_code_check: Option<String>,
    pub cvc_check: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Feature {
    status: Option<String>,
}

impl PaymentIntent {
    /// Where it was asked for, and there is one.
    pub fn charge(&self) -> Option<&Charge> {
        self.latest_charge.as_ref()?.object()
    }

    /// Where her bank asks the customer.
    pub fn challenge_url(&self) -> Option<&str> {
        self.next_action.as_ref()?.redirect_to_url.as_ref()?.url.as_deref()
    }
}

impl Charge {
    pub fn card(&self) -> Option<&ChargedCard> {
        self.payment_method_details.as_ref()?.card.as_ref()
    }
}

impl ChargedCard {
    /// Whether a part may be captured and the rest stay held.
    pub fn takes_several_captures(&self) -> bool {
        let status = self.multicapture.as_ref().and_then(|feature| feature.status.as_deref());
        status == Some("available")
    }
}

/// A hold on a card that was saved, without its owner.
pub struct NewPayment<'a> {
    pub amount: Money,
    pub customer: &'a str,
    pub payment_method: &'a str,
    /// By which it is found again.
    pub metadata: &'a [(&'a str, String)],
}

/// Of what is held. `amount`: all of it where none is named.
pub struct Capture {
    pub amount: Option<Money>,
    /// The rest is let go.
    pub is_last: bool,
}

const WITH_CHARGE: (&str, &str) = ("expand[0]", "latest_charge");

impl Stripe {
    /// # Errors
    /// Where Stripe does not charge such an amount.
    pub async fn hold(&self, payment: NewPayment<'_>, key: &str) -> Result<Answer<PaymentIntent>, BadAmount> {
        let form = Form::new()
            .with("amount", to_stripe(payment.amount)?)
            .with("currency", payment.amount.currency.code().to_lowercase())
            .with("customer", payment.customer)
            .with("payment_method", payment.payment_method)
            .with("capture_method", "manual")
            .with("confirm", true)
            .with("off_session", true)
            .with("allowed_payment_method_types[0]", "card")
            .with("payment_method_options[card][request_multicapture]", "if_available")
            .with(WITH_CHARGE.0, WITH_CHARGE.1)
            .with_metadata("", payment.metadata);
        Ok(self.post("/v1/payment_intents", form, key).await)
    }

    pub async fn payment(&self, intent: &str) -> Answer<PaymentIntent> {
        let path = format!("/v1/payment_intents/{}", in_path(intent));
        self.get(&path, Form::new().with(WITH_CHARGE.0, WITH_CHARGE.1)).await
    }

    /// # Errors
    /// Where Stripe takes no such amount.
    pub async fn capture(
        &self,
        intent: &str,
        capture: Capture,
        key: &str,
    ) -> Result<Answer<PaymentIntent>, BadAmount> {
        let amount = capture.amount.map(to_stripe).transpose()?;
        let form = Form::new().with_some("amount_to_capture", amount).with(WITH_CHARGE.0, WITH_CHARGE.1);
        // left out, it is the last
        let form = if capture.is_last { form } else { form.with("final_capture", false) };
        Ok(self.post(&format!("/v1/payment_intents/{}/capture", in_path(intent)), form, key).await)
    }

    /// Lets go of what is held. What was captured of it before stays captured.
    pub async fn cancel(&self, intent: &str, key: &str) -> Answer<PaymentIntent> {
        let form = Form::new().with("cancellation_reason", "requested_by_customer");
        self.post(&format!("/v1/payment_intents/{}/cancel", in_path(intent)), form, key).await
    }

    /// Those made from `since` on (Unix time in seconds), the newest first. Unlike a search, it has what was made a moment ago.
    pub async fn payments_since(&self, since: i64, after: Option<&str>) -> Answer<Page<PaymentIntent>> {
        let form = Form::new().with("created[gte]", since).with("expand[0]", "data.latest_charge");
        self.page("/v1/payment_intents", form, after).await
    }

    /// Those whose metadata say so. What is younger than a minute may be missing: only a find says something.
    pub async fn search_payments(
        &self,
        name: &str,
        value: &str,
        page: Option<&str>,
    ) -> Answer<Page<PaymentIntent>> {
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('\'', "\\'");
        let query = format!("metadata['{}']:'{}'", quoted(name), quoted(value));
        let form = Form::new().with("query", query).with("limit", PAGE_LENGTH).with_some("page", page);
        self.get("/v1/payment_intents/search", form.with("expand[0]", "data.latest_charge")).await
    }
}
