//! MerchantProxy: the shop's side of every payment. Steps 7 and 9, from the intent to the money in the
//! shop's account, and back to the customer where it is refunded; and the shop's ledger.
//!
//! Owns the trees `payments` and `ledger`, which has a part for each slot. Supervised under `edge`.
//!
//! - A payment is one authorisation, with its captures (one for each shipment) and refunds. Each has its own id, key and state, and moves
//!   only along its table ([`AuthorisationState`], [`CaptureState`], [`RefundState`]). Sums are derived from them.
//! - It speaks to a processor in the words of the [port](crate::partners::processor::port) alone; which one it is stands on the payment,
//!   and only `processor` knows how it is reached.
//! - Every attempt, capture and refund is on record, with its amount and its key, in the turn that asks the processor.
//! - No answer in time means unknown, never failed: the processor is asked again by the same key, and an authorisation that
//!   stays unknown is reversed until the processor has said that nothing is held.
//! - A hold that nears the end of its window is told of, and at its end it is off the books: what the bank no longer
//!   holds is not counted on. A renewal takes the place of the old hold in one step: never two, never none between.
//! - A hold that comes late, for a payment that is given up, is let go again. So is one of another amount than was asked for, and what
//!   the last capture has left.
//! - captured ≤ authorised, refunded ≤ captured; every posting balances where it is made, so the trial
//!   balance is zero after every turn. See [`audit`], [`audit_payment`] and [`audit_against`].
//! - What was captured stands in a settlement in time, or it is a case; a line that is not what was captured or refunded is in suspense,
//!   and a case.
mod audit;
mod authorise;
mod capture;
mod capture_process;
mod decide;
mod event;
mod expiry;
mod ledger;
mod messages;
mod payment;
mod process;
mod processor;
mod refund;
mod refund_process;
mod reverse;
mod settlement;
mod state;
#[cfg(test)]
mod tests;
mod transitions;
mod waiting;

pub use audit::{audit, audit_against, audit_payment};
pub use event::Event;
pub use ledger::{Account, Balance, Entry, Ledger, LedgerPart, Posting, Side, Unbalanced, ledgers};
pub use messages::*;
pub use payment::{Authorisation, CAPTURES_MAX, Capture, Kind, Payment, REFUNDS_MAX, Refund};
pub use settlement::who_waits_for;
pub use transitions::{AuthorisationState, CaptureState, RefundState};
