//! The pages as a browser sees them, before a played shop.
mod basket;
mod garbled;
mod kit;
mod looking;
mod orders;
mod paying;
mod refusals;
