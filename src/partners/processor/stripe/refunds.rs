//! Refunds.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::amount::{BadAmount, to_stripe};
use super::client::{Answer, Stripe, in_path};
use super::form::Form;
use super::list::Page;
use super::tolerant::words;
use crate::domain::Money;

words! {
    RefundStatus {
        Pending = "pending",
        RequiresAction = "requires_action",
        Succeeded = "succeeded",
        /// The card's bank did not take it: the money is back with Stripe, and the customer has yet to get hers.
        Failed = "failed",
        Canceled = "canceled",
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Refund {
    pub id: String,
    pub status: Option<RefundStatus>,
    pub amount: i64,
    pub currency: String,
    pub payment_intent: Option<String>,
    /// None where no money moved: what a capture left of its hold stands among the refunds too.
    pub balance_transaction: Option<String>,
    pub failure_reason: Option<String>,
    pub metadata: Option<BTreeMap<String, String>>,
}

impl Stripe {
    /// # Errors
    /// Where Stripe gives back no such amount.
    pub async fn refund(
        &self,
        intent: &str,
        amount: Money,
        metadata: &[(&str, String)],
        key: &str,
    ) -> Result<Answer<Refund>, BadAmount> {
        let form = Form::new().with("payment_intent", intent).with("amount", to_stripe(amount)?);
        Ok(self.post("/v1/refunds", form.with_metadata("", metadata), key).await)
    }

    pub async fn refund_of_id(&self, refund: &str) -> Answer<Refund> {
        self.get(&format!("/v1/refunds/{}", in_path(refund)), Form::new()).await
    }

    pub async fn refunds_of(&self, intent: &str, after: Option<&str>) -> Answer<Page<Refund>> {
        self.page("/v1/refunds", Form::new().with("payment_intent", intent), after).await
    }
}
