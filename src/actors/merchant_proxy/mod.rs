//! MerchantProxy: the shop's side of every payment. Steps 7 and 9, from the intent to the money in the
//! shop's account, and the shop's ledger.
//!
//! Owns the trees `payments` and `ledger`, which has a part for each slot. Supervised under `edge`.
//!
//! - Every attempt is on record, with its amount and its key, in the turn that asks the bank.
//! - No answer in time means unknown, never failed: the bank is asked again by the same key, and what
//!   stays unknown is reversed until the bank has said that nothing is held.
//! - A hold that nears the end of its window is told of, and at its end it is off the books: what the bank no longer
//!   holds is not counted on. A renewal takes the place of the old hold in one step: never two, never none between.
//! - A hold that comes late, for a payment that is given up, is let go again.
//! - captured ≤ authorised, settled ≤ captured; every posting balances where it is made, so the trial
//!   balance is zero after every turn. See [`audit`], [`audit_payment`] and [`audit_against`].
//! - A payment moves only along [`TRANSITIONS`].
mod audit;
mod authorise;
mod capture;
mod decide;
mod expiry;
mod ledger;
mod messages;
mod payment;
mod process;
mod reverse;
mod settlement;
mod state;
#[cfg(test)]
mod tests;
mod transitions;
mod waiting;

pub use audit::{audit, audit_against, audit_payment};
pub use ledger::{Account, Balance, Entry, Ledger, LedgerPart, Posting, Side, Unbalanced, ledgers};
pub use messages::*;
pub use payment::{Kind, Payment};
pub use settlement::who_waits_for;
pub use state::Event;
pub use transitions::{PaymentState, TRANSITIONS};
