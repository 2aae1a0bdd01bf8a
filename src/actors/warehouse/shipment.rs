use serde::{Deserialize, Serialize};

use crate::domain::{OrderId, OrderLine, Timestamp, Units};
use crate::partners::carrier::BookingRequest;
use crate::runtime::{Aggregate, Partition};
use crate::storage::TreeName;

use super::Fulfilment;

/// One parcel, from the request to dispatch it to the doorstep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shipment {
    pub fulfilment: Fulfilment,
    pub stage: Stage,
    /// It is to be stopped, and the carrier has yet to say whether it can be stopped.
    pub stop: bool,
    /// When it was packed, and so when it was booked: the booking is the same however often it is sent.
    pub packed_at: Option<Timestamp>,
    /// The carrier's number, once booked.
    pub tracking: Option<String>,
    /// How many results in a row were unknown, of what the carrier is asked now.
    pub unanswered: u32,
    /// The carrier has refused it, or did not know it, and the operator was told; until an answer is of use.
    pub refused: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    Packing,
    /// Packed; the carrier has not confirmed the booking.
    Booking,
    AwaitingTruck,
    /// The carrier is asked to give the booking back.
    Cancelling,
    OnTheWay,
    Delivered,
    Stopped,
}

impl Aggregate for Shipment {
    const TREE: TreeName = TreeName("shipments");
    const VERSION: u8 = 3;
    type Key = OrderId;

    fn partition(order: &OrderId) -> Partition {
        order.slot().into()
    }
}

impl Shipment {
    pub fn new(fulfilment: Fulfilment) -> Shipment {
        Shipment {
            fulfilment,
            stage: Stage::Packing,
            stop: false,
            packed_at: None,
            tracking: None,
            unanswered: 0,
            refused: false,
        }
    }

    /// Its lines as the stock keeper counts them.
    pub fn units(&self) -> Vec<Units> {
        let lines = self.fulfilment.lines.iter();
        lines.map(|line| Units { sku: line.sku.clone(), quantity: line.quantity.units() }).collect()
    }

    /// The booking; its key is the order's id.
    pub fn booking(&self, packed_at: Timestamp) -> BookingRequest {
        let Fulfilment { order, lines, shipping_address, .. } = &self.fulfilment;
        BookingRequest {
            key: order.to_string(),
            order: *order,
            weight_grams: weight_grams(lines),
            postcode: shipping_address.postcode.clone(),
            country: shipping_address.country.clone(),
            booked_at: packed_at,
        }
    }
}

/// `None` where nobody has said it of one of them.
fn weight_grams(lines: &[OrderLine]) -> Option<u32> {
    let of_line = |line: &OrderLine| Some(u64::from(line.weight_grams?) * u64::from(line.quantity.units()));
    let grams = lines.iter().map(of_line).sum::<Option<u64>>()?;
    Some(u32::try_from(grams).unwrap_or(u32::MAX))
}
