//! What the carrier is asked.

use serde::{Deserialize, Serialize};

use crate::actors::PartnerCall;
use crate::domain::OrderId;
use crate::partners::carrier::{
    Booking, BookingRequest, CancelAnswer, CancelRequest, TrackRequest, Tracking,
};
use crate::partners::{Answered, Partners, PendingAnswer};
use crate::runtime::{Redrive, Versioned};

use super::Message;

const CARRIER: &str = "carrier";

/// A truck for the parcel: again with the same key, where the outcome is unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookTruck {
    pub order: OrderId,
    pub request: BookingRequest,
}

impl Versioned for BookTruck {
    const VERSION: u8 = 2;
}

impl PartnerCall for BookTruck {
    type Answer = Booking;
    type Message = Message;
    const NAME: &'static str = "booking of the truck";
    const LANE: &'static str = CARRIER;
    const REDRIVE: Redrive = Redrive::SameKey;

    fn make(&self, partners: &Partners) -> PendingAnswer<Booking> {
        partners.carrier.book(self.request.clone())
    }

    fn answered(&self, result: Answered<Booking>) -> Message {
        Message::Booked { order: self.order, result }
    }

    fn order(&self) -> Option<OrderId> {
        Some(self.order)
    }
}

/// Where is the parcel?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackParcel {
    pub order: OrderId,
    pub request: TrackRequest,
}

impl Versioned for TrackParcel {
    const VERSION: u8 = 2;
}

impl PartnerCall for TrackParcel {
    type Answer = Tracking;
    type Message = Message;
    const NAME: &'static str = "tracking";
    const LANE: &'static str = CARRIER;
    const REDRIVE: Redrive = Redrive::SameKey;

    fn make(&self, partners: &Partners) -> PendingAnswer<Tracking> {
        partners.carrier.track(self.request.clone())
    }

    fn answered(&self, result: Answered<Tracking>) -> Message {
        Message::Tracked { order: self.order, result }
    }

    fn order(&self) -> Option<OrderId> {
        Some(self.order)
    }
}

/// The parcel stays here, if the carrier has not collected it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CancelBooking {
    pub order: OrderId,
    pub request: CancelRequest,
}

impl Versioned for CancelBooking {
    const VERSION: u8 = 2;
}

impl PartnerCall for CancelBooking {
    type Answer = CancelAnswer;
    type Message = Message;
    const NAME: &'static str = "cancelling of the truck";
    const LANE: &'static str = CARRIER;
    const REDRIVE: Redrive = Redrive::SameKey;

    fn make(&self, partners: &Partners) -> PendingAnswer<CancelAnswer> {
        partners.carrier.cancel(self.request.clone())
    }

    fn answered(&self, result: Answered<CancelAnswer>) -> Message {
        Message::CancelAnswered { order: self.order, result }
    }

    fn order(&self) -> Option<OrderId> {
        Some(self.order)
    }
}
