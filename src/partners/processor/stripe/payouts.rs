//! Payouts, and what each is made of: the settlement, line by line.

use serde::Deserialize;

use super::client::{Answer, Stripe, in_path};
use super::form::Form;
use super::list::Page;
use super::tolerant::words;

words! {
    PayoutStatus {
        Pending = "pending",
        InTransit = "in_transit",
        Paid = "paid",
        Failed = "failed",
        Canceled = "canceled",
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Payout {
    pub id: String,
    pub status: PayoutStatus,
    pub amount: i64,
    pub currency: String,
    /// Made by Stripe itself. Only of such its lines can be had.
    pub automatic: bool,
    /// Unix time in seconds.
    pub arrival_date: i64,
    pub failure_message: Option<String>,
}

/// A movement of money: `net` = `amount` less `fee`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct BalanceTransaction {
    pub id: String,
    /// `charge`, `refund`, `payout` (the payout's own), `adjustment` (of a dispute), and more.
    #[serde(rename = "type")]
    pub kind: String,
    pub reporting_category: String,
    pub amount: i64,
    pub fee: i64,
    pub net: i64,
    pub currency: String,
    /// The charge, refund, dispute or payout.
    pub source: Option<String>,
    pub created: i64,
}

impl Stripe {
    pub async fn payouts(&self, after: Option<&str>) -> Answer<Page<Payout>> {
        self.page("/v1/payouts", Form::new(), after).await
    }

    pub async fn payout(&self, payout: &str) -> Answer<Payout> {
        self.get(&format!("/v1/payouts/{}", in_path(payout)), Form::new()).await
    }

    pub async fn lines_of(&self, payout: &str, after: Option<&str>) -> Answer<Page<BalanceTransaction>> {
        self.page("/v1/balance_transactions", Form::new().with("payout", payout), after).await
    }
}
