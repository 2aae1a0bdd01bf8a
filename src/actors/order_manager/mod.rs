//! The order manager leads each order from `Placed` to `Closed`, or to `Declined` or `Cancelled`.
//!
//! - Owns the trees `orders`, `idempotency_keys` and `order_numbers`, and is the only one that changes them.
//! - Supervision: child of `core`; restarted alone, with the committed state.
//! - An order's state changes only as [`transitions`] says; a message that does not fit is consumed
//!   and changes nothing.
//! - `Confirmed` is stated only when the stock is allocated and the payment authorised.
//! - Each checkout is answered once; the same idempotency key gets the same answer again for as long
//!   as the order is kept: for good, or for a day where it was refused.
//! - What is confirmed stays paid for: a hold that nears its end is renewed while the parcel is in the house, and where
//!   the bank does not renew it the warehouse is asked to stop. What was promised is paid for anew before it is confirmed.
//! - A message reports something, and its turn states that as a fact; then `process` looks at the order as it now is, and
//!   says what it does next.
//! - An order ends with nothing left behind: its stock is released or put away, its payment voided. Where the stock keeper
//!   has not answered yet, the stock is released when it has.
mod answer_kind;
mod answers;
mod cancel;
mod credit;
mod decide;
mod ending;
mod event;
mod key_binding;
mod letters;
mod messages;
mod order;
mod order_numbers;
mod parcel;
mod payments;
mod place;
mod process;
mod promise;
mod refusal;
mod state;
mod steps;
mod stock;
#[cfg(test)]
mod tests;
pub mod transitions;
mod v2;

pub use answer_kind::AnswerKind;
pub use event::{Event, Placed};
pub use key_binding::{KeyBinding, KeyHash};
pub use messages::*;
pub use order::{
    AnswerState, AttemptState, Cover, Credit, End, Order, PAYMENT_ATTEMPTS_MAX, PaymentAttempt, Shipment,
    StockState, StopState, Terms,
};
pub use order_numbers::OrderNumbers;
pub use refusal::REFUSAL_KEPT_MS;
pub use transitions::{Trigger, can_be_cancelled};
pub use v2::Answer as AnswerOfVersion2;
