//! The seven actors of the shop, and how they hang together.
mod address;
mod answered;
pub mod audit;
mod calls;
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
pub use rules::Rules;
pub use shop::{Case, Event, Message, Reply, Shop, State};
pub use tree::{GATEWAY, SESSIONS, tree};

/// A turn of the shop.
pub type Turn = crate::runtime::Turn<Shop>;
/// What a decision of the shop may know.
pub type Context<'a> = crate::runtime::Context<'a, Shop>;
/// Where an event of the shop stands in the journal.
pub type Stamp = crate::runtime::Stamp<Shop>;
