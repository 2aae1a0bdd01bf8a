//! The gateway before a shop that is played: what was asked of it is kept, and what it answers is scripted.

mod carts;
mod hosts;
pub(super) mod kit;
mod openapi;
mod orders;
mod products;
mod rates;
mod refusals;
mod screen;
mod transport;
