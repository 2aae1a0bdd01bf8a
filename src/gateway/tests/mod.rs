//! The gateway before a scripted shop: what was asked of it is kept.

mod card_numbers;
mod carts;
mod cors;
pub mod delivery;
mod hosts;
pub mod one_cart;
mod openapi;
mod orders;
mod prices;
mod products;
mod rates;
mod refunds;
mod refusals;
pub(super) mod test_gateway;
mod transport;
