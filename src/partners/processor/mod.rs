//! The embedded payment processor: cards, the tokens that stand for them, and the page where a card is typed. Beside it [`stripe`], outside.
//!
//! - A card number is shown by nothing here, neither for people nor for debugging: brand and last four only.
//! - What a shop asks its customer to pay is signed, so nothing of it can be changed in the address of the page.
//! - A number is wiped with the request that brought it; only where another field of its form was wrong it is kept, until that is
//!   corrected and ten minutes at most. A security code is kept never.
//! - A token is in no address: the shop fetches it, server to server, for the checkout and the amount that it was made for.

mod brand;
mod card_page;
mod cards;
mod embedded;
mod expiry;
mod kept_numbers;
mod link_signer;
mod page;
mod page_form;
mod page_guard;
mod page_message;
mod page_view;
mod payable;
mod payment_request;
mod recent;
mod shown_orders;
pub mod stripe;
#[cfg(test)]
pub mod test_payable;
mod typed_cards;

pub use brand::Brand;
pub use card_page::{CardPage, Registered, RegistersCards};
pub use cards::{BadCard, CardNumber, check_cvv, test_behaviour};
pub use embedded::{EmbeddedProcessor, PaymentPage};
pub use expiry::Expiry;
pub use page::{CONNECTIONS_MAX, serve};
pub use payable::Payable;
pub use typed_cards::TypedCard;
