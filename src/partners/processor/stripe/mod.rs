//! Stripe, the processor outside: a thin client of its API, and the check of what it reports by itself.
//!
//! - A request that changes something has the caller's key, so it is only ever sent again under the same one. Stripe keeps a key for
//!   [`KEY_KEPT_HOURS`]; past that, ask what became of it and do not send it again.
//! - Each answer is *known*, *refused* (with why, and whether the same card may be tried again) or *unknown*. Silence, a broken answer,
//!   and a fault of Stripe's own are unknown: they say nothing of whether it was done.
//! - The version of the API is pinned. Fields and words that are not known here are passed over, so that what Stripe adds breaks nothing.
//! - A secret is printed nowhere: neither the key nor what events are signed with.
//! - No request lasts longer than its deadline, body and repetitions included, and no answer is larger than [`ANSWER_BYTES_MAX`].

mod account;
mod amount;
mod checkout;
mod client;
mod disputes;
mod event;
mod form;
mod list;
mod payments;
mod payouts;
mod refunds;
mod refusal;
mod secret;
mod tolerant;
mod webhook;

pub use account::Account;
pub use amount::{BadAmount, of_stripe, to_stripe};
pub use checkout::{CheckoutSession, NewSession, SessionMode, SessionStatus};
pub use client::{
    ANSWER_BYTES_MAX, API_URL, API_VERSION, ATTEMPTS_MAX, Answer, KEY_KEPT_HOURS, Stripe, StripeSettings,
};
pub use disputes::{Dispute, DisputeStatus, Evidence};
pub use event::{Event, EventSubject};
pub use list::Page;
pub use payments::{Capture, Charge, IntentStatus, NewPayment, PaymentIntent};
pub use payouts::{BalanceTransaction, Payout, PayoutStatus};
pub use refunds::{Refund, RefundStatus};
pub use refusal::{Hardness, Refusal, RefusalKind};
pub use secret::{BadSecret, KeyMode, SecretKey, WebhookSecret};
pub use webhook::{BODY_BYTES_MAX, BadSignature, TOLERANCE_S, verify};
