//! The seven actors of the shop, and how they hang together.
//!
//! Each actor's folder has the same shape: `mod.rs` (responsibility, trees, invariants), `messages.rs` (who sends each, what
//! comes back), `state.rs` (aggregates, events, `apply`), `decide.rs` (pure: a state, a message and a context in, a turn out;
//! one file a verb beside it), tests.
//!
//! - [`tree()`] is the supervision tree, on one screen; [`trees::TREES`] lists every tree of storage with its owner.
//! - `shop.rs` binds the seven together as one [`Shop`], which is all that the runtime sees of the trade.
//! - `calls.rs` lists every call to the outside, and which message brings its result back.
//! - `timelines.rs` folds what every actor states about an order into the two parts of its timeline, so that it cannot disagree
//!   with the states.
//! - `homes.rs` says where each message is decided on and each aggregate kept: the stock keeper and the bank in common, since
//!   all orders meet there; everything else in one of [`SLOTS`](crate::domain::SLOTS) slots, which an order shares with its
//!   key, its payments and whoever placed it. So the trade can be divided, and no decision needs to look elsewhere.
//! - [`audit`] says what must hold between the states of several actors.
//! - No actor waits for another: a reply is a message. No actor does I/O, reads a clock, or rolls dice but through its context.

mod address;
mod answered;
pub mod audit;
pub mod calls;
mod given_up;
mod homes;
mod rules;
mod shop;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;
mod timelines;
mod tree;
pub mod trees;

pub mod bank;
pub mod mailer;
pub mod merchant_proxy;
pub mod order_manager;
pub mod stock_keeper;
pub mod warehouse;
pub mod web_session;

pub use address::Address;
pub use answered::Answered;
pub use calls::{Call, Outcome, What};
pub use rules::{CART_KEPT_MS, Rules};
pub use shop::{Case, Event, Message, Reply, Resolved, Shop, State};
pub use timelines::{CommonTimeline, OwnTimeline, Timelines};
pub use tree::{GATEWAY, SESSIONS, tree};

/// What an event says, to which order, of which step: seldom more than one thing.
pub type Happenings =
    smallvec::SmallVec<[(crate::domain::OrderId, crate::domain::Step, crate::domain::Happening); 1]>;
/// A turn of the shop.
pub type Turn = crate::runtime::Turn<Shop>;
/// What a decision of the shop may know.
pub type Context<'a> = crate::runtime::Context<'a, Shop>;
/// Where an event of the shop stands in the journal.
pub type Stamp = crate::runtime::Stamp<Shop>;
