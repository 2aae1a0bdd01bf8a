//! The eight actors of the shop, and how they hang together.
//!
//! Each actor's folder has the same shape: `mod.rs` (responsibility, trees, invariants), `messages.rs` (who sends each, what
//! comes back), `state.rs` or `event.rs` (events, and how a fact becomes state; a large aggregate has a file of its own), `decide.rs` (the actor itself: which aggregates
//! are its own, where each is kept, which verb decides on a message; one file a verb beside it), tests.
//!
//! - `shop.rs` declares the eight as one [`Shop`]: all that the runtime sees of the trade. A ninth is a folder, its `mod` line
//!   below and a line in `shop.rs`; it is restarted alone, unless [`tree()`], the supervision tree on one screen, puts it beside others.
//! - `calls.rs` lists every call to a partner, a line each. All else of a call stands in the folder of the actor that makes it: what
//!   is asked, of whom, how long an answer is waited for, and which message takes it back ([`PartnerCall`]).
//! - [`timelines`] folds what actors tell of an order (`Actor::notes`) into the two parts of its timeline, so that it cannot
//!   disagree with the states. An actor that tells something has a [`Teller`] as its role.
//! - Stock keeper, bank, programs and the timelines of what concerns no order are kept in common, since all orders meet there; everything else is in one of
//!   [`SLOTS`](crate::domain::SLOTS) slots, which an order shares with its key, its payments and whoever placed it: each
//!   aggregate and each actor says so (`partition`). So the trade can be divided, and no decision needs to look elsewhere.
//! - [`audit`] says what must hold between the states of several actors.
//! - No actor waits for another: a reply is a message. No actor does I/O, reads a clock, or rolls dice but through its turn.

pub mod audit;
mod calls;
mod case;
mod given_up;
mod keys;
mod partner_call;
mod rules;
mod shop;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
pub(crate) mod tests;
pub mod timelines;
mod tree;
pub mod trees;

pub mod back_office;
pub mod bank;
pub mod mailer;
pub mod merchant_proxy;
pub mod order_manager;
pub mod stock_keeper;
pub mod warehouse;
pub mod web_session;

pub use calls::Call;
pub use case::{Case, CaseText, Resolved};
pub use partner_call::PartnerCall;
pub use rules::{CART_KEPT_MS, Rules};
pub use shop::{Address, Event, Message, Shop};
pub use timelines::{CommonTimeline, Happenings, Notes, OwnTimeline, Teller};
pub use tree::{GATEWAY, SESSIONS, tree};

/// A turn of the shop.
pub type Turn<'a> = crate::runtime::Turn<'a, Shop>;
/// What a decision of the shop has said.
pub type Decided = crate::runtime::Decided<Shop>;
