//! The pages as a browser sees them, before a scripted shop.

mod another_card;
mod basket;
mod endings;
mod garbled;
mod identity;
mod looking;
mod orders;
pub mod paying;
mod prices;
mod refusals;
mod story;
mod test_pages;
mod whole_orders;
