//! A visitor's session: her cart, and the way of her orders to the order manager and of the answers back.
//!
//! - Owns the trees `sessions` and `programs`. Programs share [`SessionId::PROGRAMS`](crate::domain::SessionId), which
//!   keeps no cart, but who they are and what is kept of their API keys.
//! - Supervision: child of `sessions`; passivated when idle, revived from its tree.
//! - Prices are those that the gateway gave with each line, or for it since, and a session remembers which have changed. What they come to is the gateway's
//!   quote: a session buys what that is the price of, while it holds, and nothing else.
//! - What was bought leaves the cart with the answer, and nothing else does; it comes back where the payment is declined later. Whether a checkout was sent before
//!   is for the order manager to say, which remembers each key.
//! - A cart ends a fixed time after it was begun, which its id tells: from then on there is none. No timer is set for it:
//!   a flood may have begun 14 million in that time, and timers are all in memory. The [`sweeper`](crate::sweeper)
//!   has its row removed.
//! - A cart is in one checkout at a time: until that is answered another, under another key, buys nothing.
//! - Each `ask` is replied to once: at once, or when `OrderAnswered` comes.
mod cart;
mod checkout;
mod decide;
mod give_back;
mod keys;
mod messages;
mod nonce;
mod programs;
mod reprice;
mod seen;
mod session;
mod state;
#[cfg(test)]
mod tests;

pub use messages::*;
pub use nonce::Nonce;
pub use programs::{AllPrograms, NoKey, PROGRAMS_MAX, Program, Programs};
pub use seen::Seen;
pub use session::{CHECKOUTS_MAX, CheckoutForm, ORDERING_MAX_MS, Ordering, PriceChange, Session};
pub use state::Event;
