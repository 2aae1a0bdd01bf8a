//! BankActor: the card network, the customer's issuer and the acquirer in one, embedded. Step 8, and the
//! settlement behind step 9.
//!
//! Owns the trees `cards`, `bank_accounts`, `holds`, `settlement_batches` and `settlement_lines`. Supervised under `edge`.
//!
//! - One hold for each payment id: the same request again gets the same answer and has no second effect.
//! - A declined, released or unknown payment never becomes a hold under the same id.
//! - The bank's own books balance: what cardholders were drawn is what the merchant is owed, was paid,
//!   and paid in fees. See [`audit`].
//! - A test card that everybody uses is one row of totals, however often it is used.
//! - A hold ends when all of it is captured, when the rest is released, or when it is replaced, and at the latest with its window:
//!   nothing is taken of a hold that has lapsed, and what was not taken is the cardholder's again.
//! - No more is given back than was taken.
mod account;
mod approve;
mod audit;
mod batch;
mod capture;
mod card;
mod decide;
mod hold;
mod lapse;
mod messages;
mod payout;
mod refund;
mod settlement;
mod state;
pub mod test_cards;
#[cfg(test)]
mod tests;
mod typed_card;

pub use account::{Account, AccountId, Cardholder, Merchant, OpenBatch, Takings};
pub use audit::audit;
pub use card::CardToken;
pub use hold::{Hold, HoldState, Moved};
pub use messages::*;
pub use settlement::{ChunkId, SettlementBatch, SettlementLines};
pub use state::Event;
