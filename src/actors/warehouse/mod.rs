//! The warehouse: picks, packs, books the truck, follows the parcel to the doorstep, and stops it while it can.
//!
//! Trees: `shipments` ([`Shipment`] by order). Supervised alone: one-for-one among the actors at the edge.
//!
//! - Every call to the carrier has the order's id as its key, and a repeated booking is the same to the letter.
//! - A parcel ends as delivered or as stopped, never as both: between the request to give a booking
//!   back and the carrier's answer no scan counts.
//! - Each `Stop` has one answer, `Stopped` or `TooLateToStop`; the units go back to the shelf in the same turn as `Stopped`.
//! - A parcel has one timer: it waits for one thing at a time.

mod booking;
mod calls;
mod decide;
mod messages;
mod process;
mod road;
mod shipment;
mod state;
mod stop;
#[cfg(test)]
mod tests;
mod waiting;

pub use calls::{BookTruck, CancelBooking, TrackParcel};
pub use messages::{Fulfilment, Message, WarehouseActor};
pub use shipment::{Shipment, Stage};
pub use state::Event;
