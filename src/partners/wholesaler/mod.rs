//! Where supplies come from: quotes, purchase orders, ship notices.
//!
//! - A purchase order's key names it: ordering again with the same request orders nothing twice.
//! - What counts is the acknowledgement; a quote alone binds nobody.

use serde::{Deserialize, Serialize};

use super::PendingAnswer;
use crate::domain::{Date, Money, Sku, Timestamp};

mod embedded;

pub use embedded::embedded;

/// One wholesaler, for as long as the shop keeps records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WholesalerId(pub u8);

/// What would `quantity` units cost, and when would they be here?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteRequest {
    pub sku: Sku,
    pub quantity: u32,
    pub asked_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub wholesaler: WholesalerId,
    pub sku: Sku,
    /// How many it can send: at most what was asked for, at least one.
    pub quantity: u32,
    pub unit_cost: Money,
    /// The day the goods are at our dock.
    pub ships_on: Date,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum QuoteAnswer {
    Offer(Quote),
    /// It has no such title, or none of it.
    Nothing,
}

/// A purchase order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplyOrder {
    /// The purchase order's id, and the idempotency key.
    pub key: String,
    pub sku: Sku,
    pub quantity: u32,
    pub ordered_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// How many will come: at most what was ordered.
    pub accepted: u32,
    pub arrives_on: Date,
}

/// Are the goods of this order here yet?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipNoticeRequest {
    pub order: SupplyOrder,
    pub asked_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShipNotice {
    /// Asking before `ask_again_at`, which is later than the question, brings nothing new.
    NotYet {
        ask_again_at: Timestamp,
    },
    Arrived {
        quantity: u32,
    },
}

pub trait Wholesaler: Send + Sync {
    fn id(&self) -> WholesalerId;
    fn name(&self) -> &str;
    fn quote(&self, request: QuoteRequest) -> PendingAnswer<QuoteAnswer>;
    fn order(&self, order: SupplyOrder) -> PendingAnswer<Acknowledgement>;
    fn ship_notice(&self, request: ShipNoticeRequest) -> PendingAnswer<ShipNotice>;
}
