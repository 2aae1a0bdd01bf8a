//! The stock keeper: the one owner of every SKU. It reserves, promises, orders supplies, and moves units.
//!
//! Trees: `catalogue` ([`Listed`] by SKU), `stock` ([`StockItem`] by SKU), `purchase_orders` ([`PurchaseOrder`] by
//! id), `demands` ([`Demand`] by order or question), `credit` ([`Credit`] by order), `credit_sums`. Supervised with the order manager: both restart together.
//!
//! - No place of units goes below zero (S1), and what came is on hand or left (S2): every move is held
//!   against what is there before it is stated; all lines of an order move, or none.
//! - While an order waits for a SKU, none of it is for sale: whatever comes or comes back goes to the oldest peg.
//! - An order that is in stock touches its items alone. A demand is there only for who waits, and holds exactly
//!   what its pegs say.
//! - An unknown outcome of a purchase order is asked for by the same key, for ever: it is never taken for a refusal.
//! - What is ordered in for orders of which nothing is held stays within limits by card, by customer and in all (I24).
//! - Each order that was promised hears one end: `SuppliesArrived` or `NoSupplies`, after its `OrderSupplies`.
//! - Messages of other actors come once and in order. After `OutOfStock` an order holds nothing, and must not be released.

mod arrival;
mod credit;
mod decide;
mod demand;
mod event;
mod given_up;
mod listing;
mod messages;
mod moves;
mod purchase_order;
mod quotes;
mod quoting;
mod release;
mod reserve;
mod state;
mod stock_item;
mod supply;
#[cfg(test)]
mod tests;

pub use credit::{CANCELLED_KEPT_DAYS, Credit, CreditKey, CreditSum};
pub use decide::{decide, touches};
pub use demand::{Demand, DemandId, DemandLine, Waiting, Who};
pub use event::{Event, PromisedLine};
pub use given_up::{try_again, who_waits_for};
pub use messages::{Availability, Message, Reply};
pub use purchase_order::{PurchaseOrder, PurchaseOrderId, Supply};
pub use quotes::{Offer, Quotes, Round, Share};
pub use state::{Listed, State};
pub use stock_item::{Peg, Place, StockItem, audit};
