//! The merchant system's embedded default: cards, the tokens that stand for them, and
//! the page where a card is typed.
//!
//! - A card number is shown by nothing here, neither for people nor for debugging: brand and last four only.
//! - A token carries its own proof, so an invented one is refused without a look-up, and before anything
//!   has changed.
mod brand;
mod cards;
mod expiry;
mod page;
mod page_guard;
mod payment;
mod tokens;

pub use brand::Brand;
pub use cards::{BadCard, CardNumber, check_cvv, test_behaviour};
pub use expiry::Expiry;
pub use page::{CONNECTIONS_MAX, CardPage, Registered, RegistersCards, serve};
pub use tokens::TokenMint;
