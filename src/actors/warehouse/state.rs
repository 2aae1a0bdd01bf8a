use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use crate::domain::{Happening, OrderId, Step, Timestamp};
use crate::runtime::{Fold, Versioned};

use super::{Fulfilment, Shipment, Stage};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum Event {
    Asked {
        fulfilment: Box<Fulfilment>,
    },
    /// Picked and packed.
    Packed {
        order: OrderId,
        at: Timestamp,
    },
    Booked {
        order: OrderId,
        tracking: String,
        collection_at: Timestamp,
    },
    HandedOver {
        order: OrderId,
        tracking: String,
    },
    Delivered {
        order: OrderId,
    },
    /// It is to be stopped while the carrier has yet to answer the booking.
    StopNoted {
        order: OrderId,
    },
    CancelSent {
        order: OrderId,
    },
    Stopped {
        order: OrderId,
    },
    /// The carrier keeps it.
    NotStopped {
        order: OrderId,
    },
    /// The carrier's answer is unknown. `case` is for the operator.
    Unanswered {
        order: OrderId,
        case: Option<String>,
    },
    /// The carrier does not take the parcel, or does not know it.
    Refused {
        order: OrderId,
        case: Option<String>,
    },
    /// After one of the two the carrier has said where it is.
    Answered {
        order: OrderId,
    },
}

impl Versioned for Event {
    const VERSION: u8 = 2;
}

impl Event {
    pub fn order(&self) -> OrderId {
        match self {
            Event::Asked { fulfilment } => fulfilment.order,
            Event::Packed { order, .. }
            | Event::Booked { order, .. }
            | Event::HandedOver { order, .. }
            | Event::Delivered { order }
            | Event::StopNoted { order }
            | Event::CancelSent { order }
            | Event::Stopped { order }
            | Event::NotStopped { order }
            | Event::Unanswered { order, .. }
            | Event::Refused { order, .. }
            | Event::Answered { order } => *order,
        }
    }

    /// Steps 12, 13 and 15.
    pub fn happenings(&self) -> crate::actors::Happenings {
        let (step, what) = match self {
            Event::Asked { .. } => (Step::DISPATCH_ASKED, Happening::DispatchAsked),
            Event::Packed { .. } => (Step::DISPATCH_ASKED, Happening::Packed),
            Event::Booked { tracking, collection_at, .. } => {
                let (tracking, collection) = (tracking.clone(), *collection_at);
                (Step::TRUCK_COLLECTS, Happening::TruckBooked { tracking, collection })
            }
            Event::HandedOver { tracking, .. } => {
                (Step::TRUCK_COLLECTS, Happening::HandedOver { tracking: tracking.clone() })
            }
            Event::Delivered { .. } => (Step::DELIVERED, Happening::Delivered),
            Event::Unanswered { case: Some(why), .. } | Event::Refused { case: Some(why), .. } => {
                (Step::CASE, Happening::CaseOpened { why: why.clone() })
            }
            _ => return smallvec![],
        };
        smallvec![(self.order(), step, what)]
    }
}

pub fn fold(event: &Event, fold: &mut Fold<'_>) {
    fold.change::<Shipment>(&event.order(), |slot| match (event, slot) {
        (Event::Asked { fulfilment }, slot) => *slot = Some(Shipment::new(fulfilment.as_ref().clone())),
        (event, Some(shipment)) => fold_into(shipment, event),
        (_, None) => {}
    });
}

fn fold_into(shipment: &mut Shipment, event: &Event) {
    if is_another_step(event) {
        (shipment.unanswered, shipment.refused) = (0, false);
    }
    match event {
        Event::Asked { .. } | Event::Answered { .. } => {}
        Event::Packed { at, .. } => {
            shipment.stage = Stage::Booking;
            shipment.packed_at = Some(*at);
        }
        Event::Booked { tracking, .. } => {
            shipment.stage = Stage::AwaitingTruck;
            shipment.tracking = Some(tracking.clone());
        }
        Event::HandedOver { .. } => shipment.stage = Stage::OnTheWay,
        Event::Delivered { .. } => shipment.stage = Stage::Delivered,
        Event::StopNoted { .. } => shipment.stop = true,
        Event::CancelSent { .. } => {
            shipment.stage = Stage::Cancelling;
            shipment.stop = true;
        }
        Event::Stopped { .. } => {
            shipment.stage = Stage::Stopped;
            shipment.stop = false;
        }
        Event::NotStopped { .. } => {
            shipment.stage = Stage::AwaitingTruck;
            shipment.stop = false;
        }
        Event::Unanswered { .. } => shipment.unanswered = shipment.unanswered.saturating_add(1),
        Event::Refused { .. } => (shipment.unanswered, shipment.refused) = (0, true),
    }
}

/// The carrier's answer was of use, or it is asked something else.
fn is_another_step(event: &Event) -> bool {
    !matches!(event, Event::Unanswered { .. } | Event::Refused { .. } | Event::StopNoted { .. })
}
