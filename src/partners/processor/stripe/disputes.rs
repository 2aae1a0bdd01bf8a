//! Disputes: a customer's bank takes the money back, and the shop may answer until a date.

use serde::Deserialize;

use super::client::{Answer, Stripe, in_path};
use super::form::Form;
use super::tolerant::words;

words! {
    DisputeStatus {
        /// A question alone: no money has moved.
        WarningNeedsResponse = "warning_needs_response",
        WarningUnderReview = "warning_under_review",
        WarningClosed = "warning_closed",
        NeedsResponse = "needs_response",
        UnderReview = "under_review",
        Won = "won",
        Lost = "lost",
        Prevented = "prevented",
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Dispute {
    pub id: String,
    pub status: DisputeStatus,
    pub reason: String,
    pub amount: i64,
    pub currency: String,
    pub charge: String,
    pub payment_intent: Option<String>,
    pub evidence_details: EvidenceDetails,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct EvidenceDetails {
    /// Unix time in seconds.
    pub due_by: Option<i64>,
    #[serde(default)]
    pub has_evidence: bool,
    #[serde(default)]
    pub past_due: bool,
}

/// What the shop can say of a parcel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    pub customer_name: Option<String>,
    pub customer_email: Option<String>,
    pub shipping_address: Option<String>,
    pub shipping_carrier: Option<String>,
    pub shipping_date: Option<String>,
    pub tracking_number: Option<String>,
    pub product_description: Option<String>,
    pub text: Option<String>,
}

impl Stripe {
    pub async fn dispute(&self, dispute: &str) -> Answer<Dispute> {
        self.get(&format!("/v1/disputes/{}", in_path(dispute)), Form::new()).await
    }

    /// `submit`: it goes to the bank at once, and nothing can be added any more.
    pub async fn answer_dispute(
        &self,
        dispute: &str,
        evidence: Evidence,
        submit: bool,
        key: &str,
    ) -> Answer<Dispute> {
        let said = [
            ("customer_name", evidence.customer_name),
            ("customer_email_address", evidence.customer_email),
            ("shipping_address", evidence.shipping_address),
            ("shipping_carrier", evidence.shipping_carrier),
            ("shipping_date", evidence.shipping_date),
            ("shipping_tracking_number", evidence.tracking_number),
            ("product_description", evidence.product_description),
            ("uncategorized_text", evidence.text),
        ];
        let form = said.into_iter().fold(Form::new().with("submit", submit), |form, (name, text)| {
            form.with_some(&format!("evidence[{name}]"), text)
        });
        self.post(&format!("/v1/disputes/{}", in_path(dispute)), form, key).await
    }
}
