//! The order manager leads each order from `Placed` to `Closed`, or to `Declined` or `Cancelled`.
//!
//! - Owns the trees `orders` and `idempotency_keys`, and is the only one that changes them.
//! - Supervision: child of `core`; restarted alone, with the committed state.
//! - An order's state changes only as [`transitions`] says; a message that does not fit is consumed
//!   and changes nothing.
//! - `Confirmed` is stated only when the stock is allocated and the payment authorised.
//! - Each checkout is answered once; the same idempotency key gets the same answer again for as long
//!   as the order is kept: for good, or for a day where it was refused.
//! - What is confirmed stays paid for: a hold that nears its end is renewed while the parcel is in the house, and where
//!   the bank does not renew it the warehouse is asked to stop. What was promised is paid for anew before it is confirmed.
//! - An order ends with nothing left behind: its stock is released or put away, its payment voided.
mod answers;
mod cancel;
mod credit;
mod decide;
mod fulfilment;
mod key_binding;
mod letters;
mod messages;
mod order;
mod payments;
mod place;
mod refusal;
mod renewal;
mod state;
mod stock;
#[cfg(test)]
mod tests;
pub mod transitions;

pub use answers::AnswerKind;
pub use decide::{decide, touches};
pub use key_binding::{KeyBinding, KeyHash};
pub use messages::*;
pub use order::{
    AnswerState, Cover, End, Order, PAYMENT_ATTEMPTS_MAX, Payment, PaymentState, Shipment, StockState,
    StopState,
};
pub use refusal::REFUSAL_KEPT_MS;
pub use state::{Event, Placed, State};
pub use transitions::Trigger;
