use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::{Customer, OrderId, OrderKey, OrderLine, OrderNumber, ShippingAddress, Totals};
use crate::partners::Answered;
use crate::partners::carrier::{Booking, CancelAnswer, Tracking};
use crate::runtime::{Addressed, Versioned};

/// Picks, packs and hands over.
pub struct WarehouseActor;

/// What the warehouse is told, and by whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(strum::VariantNames))]
pub enum Message {
    /// OrderManager: step 12. Answers `HandedOver`, then `Delivered`.
    Fulfil(Box<Fulfilment>),
    /// OrderManager: the customer cancels, or no money is held for it any more. Answers `Stopped` or `TooLateToStop`.
    Stop {
        order: OrderId,
    },
    /// Timer: the shelves have been walked and the parcel is packed.
    PackingDone {
        order: OrderId,
    },
    /// The carrier took the booking, or refused it, or its outcome is unknown (then it is asked again with the same key).
    Booked {
        order: OrderId,
        result: Answered<Booking>,
    },
    /// Timer: book again, the last outcome was unknown.
    BookRetry {
        order: OrderId,
    },
    /// Timer: time to ask where the parcel is.
    TrackDue {
        order: OrderId,
    },
    Tracked {
        order: OrderId,
        result: Answered<Tracking>,
    },
    /// The carrier gave the booking back, or has the parcel already.
    CancelAnswered {
        order: OrderId,
        result: Answered<CancelAnswer>,
    },
    /// Timer: ask the carrier again to give the booking back.
    CancelRetry {
        order: OrderId,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fulfilment {
    pub order: OrderId,
    /// For people.
    pub number: OrderNumber,
    /// For the link in the e-mails.
    pub key: OrderKey,
    pub lines: Arc<[OrderLine]>,
    pub totals: Totals,
    pub customer: Arc<Customer>,
    pub shipping_address: Arc<ShippingAddress>,
}

impl Versioned for Message {
    const VERSION: u8 = 2;
}

impl Addressed for Message {
    type Actor = WarehouseActor;
}

impl Message {
    /// The order that it is about: each message here is about one.
    pub fn about(&self) -> OrderId {
        match self {
            Message::Fulfil(fulfilment) => fulfilment.order,
            Message::Stop { order }
            | Message::PackingDone { order }
            | Message::Booked { order, .. }
            | Message::BookRetry { order }
            | Message::TrackDue { order }
            | Message::Tracked { order, .. }
            | Message::CancelAnswered { order, .. }
            | Message::CancelRetry { order } => *order,
        }
    }

    /// The order that it is about, where it names one.
    pub fn order(&self) -> Option<OrderId> {
        Some(self.about())
    }
}
