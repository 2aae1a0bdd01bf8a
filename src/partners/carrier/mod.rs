//! The firm whose truck takes parcels from our door to the customer's.
//!
//! - A shipment's key names its booking: booking again with the same request books nothing twice.
//! - A parcel is delivered after it was collected, and a collected parcel cannot be cancelled.

use serde::{Deserialize, Serialize};

use super::PendingAnswer;
use crate::domain::{OrderId, Timestamp};

mod embedded;
mod tracking;

pub use embedded::{EmbeddedCarrier, STOP_HOURS, embedded_zones};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingRequest {
    /// The shipment's key, and the idempotency key.
    pub key: String,
    pub order: OrderId,
    /// `None` where nobody has said what its goods weigh.
    pub weight_grams: Option<u32>,
    pub postcode: String,
    /// ISO 3166-1, two letters: `GB`.
    pub country: String,
    pub booked_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    pub tracking: String,
    /// The truck's next stop at our door.
    pub collection_at: Timestamp,
}

/// Where is the parcel?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackRequest {
    pub tracking: String,
    pub booking: BookingRequest,
    pub asked_at: Timestamp,
}

/// The scans until now: none of them is later than the question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracking {
    pub collected_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    /// When asking again makes sense; `None` once delivered.
    pub next_expected_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelRequest {
    pub tracking: String,
    pub booking: BookingRequest,
    pub asked_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CancelAnswer {
    Cancelled,
    AlreadyCollected,
}

pub trait Carrier: Send + Sync {
    fn name(&self) -> &str;
    fn book(&self, request: BookingRequest) -> PendingAnswer<Booking>;
    fn track(&self, request: TrackRequest) -> PendingAnswer<Tracking>;
    fn cancel(&self, request: CancelRequest) -> PendingAnswer<CancelAnswer>;
}
