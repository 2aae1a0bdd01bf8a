//! The stock keeper: the one owner of every SKU. It reserves, promises, orders supplies, and moves units.
//!
//! Trees: `catalogue` ([`Listed`] by SKU), `stock` ([`StockItem`] by SKU), `purchase_orders` ([`PurchaseOrder`] by
//! id), `demands` ([`Demand`] by order or question), `credit` ([`Credit`] by order), `credit_sums`, `adjustments`
//! ([`Adjustments`] by SKU). Supervision: child of `core`;
//! restarted alone, with the committed state.
//!
//! - No bucket of units goes below zero (S1), and what came is on hand or left (S2): every move is held
//!   against what is there before it is stated; all lines of an order move, or none.
//! - Where fewer are counted than are promised, that is what stands in the books: nothing is for sale until it is made up for, and one
//!   case for each SKU says what is short.
//! - While an order waits for a SKU, none of it is for sale: whatever comes or comes back goes to the oldest peg.
//! - An order that is in stock touches its items alone. A demand is there only for who waits, and holds exactly
//!   what its pegs say.
//! - An unknown outcome of a purchase order is asked for by the same key, for ever: it is never taken for a refusal.
//! - What is ordered in for orders of which nothing is held stays within limits by card, by customer and in all (I24).
//! - Each order that was promised hears one end: `SuppliesArrived` or `NoSupplies`, after its `OrderSupplies`.
//! - A move that was given up is made later, once, also where the operator sends it again; the next ones of its order wait.
//! - Messages of other actors come once and in order. An order is released only once it has been told what it has: before
//!   it may be out of stock, and then it holds nothing.

mod adjustments;
mod arrival;
mod calls;
mod count;
mod credit;
mod credit_check;
mod credit_key;
mod decide;
mod delist;
mod demand;
mod event;
mod given_up;
mod import;
mod listing;
mod messages;
mod moves;
mod ordering;
mod overdue;
mod peg;
mod process;
mod purchase_order;
mod purchase_order_id;
mod quotes;
mod quoting;
mod release;
mod reserve;
mod shift;
mod shortage;
mod state;
mod steps;
mod stock_item;
mod supply;
#[cfg(test)]
mod tests;
mod timers;
mod v1;
mod v2;

pub use adjustments::{Adjustment, Adjustments};
pub use calls::{PlacePurchaseOrder, RequestQuote, RequestShipNotice};
pub use credit::{Credit, CreditSum};
pub use credit_check::CANCELLED_KEPT_DAYS;
pub use credit_key::CreditKey;
pub use demand::{Demand, DemandId, DemandLine, Waiting, Who};
pub use event::{Event, PromisedLine};
pub use given_up::who_waits_for;
pub use import::Change;
pub use messages::{
    Adjusted, Availability, Check, Count, Counted, Delist, Delisted, Described, Earliest, Import, Imported,
    ImportedCount, List, ListedCount, Message, Move, NotCounted, Relist, ShowTimeline, StockKeeper,
};
pub use peg::{Overdue, Peg};
pub use purchase_order::{PurchaseOrder, Supply};
pub use purchase_order_id::PurchaseOrderId;
pub use quotes::{Offer, Quotes, Round, Share};
pub use state::Listed;
pub use stock_item::{Bucket, StockItem, audit};
