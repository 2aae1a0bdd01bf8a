//! The port to a card processor: what the shop asks of one about a payment, and what it is told, whichever processor it is.
//!
//! - Each request has a key: the payment's own number, or that of one of its captures or refunds. Under one key there is one effect,
//!   however often it is asked.
//! - An answer is *known*, *refused* or *unknown*. Silence is unknown too: the shop asks again under the same key.
//! - An answer counts by what it says, not by when it comes: it may come twice, and after another.

use serde::{Deserialize, Serialize};

use crate::domain::{CaptureId, DeclineReason, Money, PaymentId, RefundId, Timestamp};

/// Which processor a payment goes through. It stands on the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProcessorKind {
    /// The demo's, in the shop's own process.
    Embedded,
}

/// What is asked about one payment.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Is the card good for so much? Nothing stays held, and the card is kept for later.
    Verify { token: String, amount: Money },
    /// Hold `amount`; in the place of another hold, where one is named: that is let go only where this is granted.
    Authorise { token: String, amount: Money, replaces: Option<PaymentId> },
    /// What became of the payment of this key?
    Find { verification: bool },
    /// Take so much of what is held. `is_last`: no other capture follows.
    Capture { capture: CaptureId, amount: Money, is_last: bool },
    /// Let go of what is held and not taken. If the request to hold it is still to come, refuse it then.
    Void,
    /// Give back so much of what was taken.
    Refund { refund: RefundId, amount: Money },
    /// The payment came to nothing, and is forgotten.
    Forget,
}

/// What is answered: `T` where it was done or found, `R` why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer<T, R> {
    Known(T),
    Refused(R),
    /// Whether it was done nobody can say yet.
    Unknown,
}

/// To `Authorise`, and to `Find` of one. In a box: few messages are so large.
pub type AuthoriseAnswer = Answer<Box<Hold>, NotHeld>;
/// To `Verify`, and to `Find` of one: what the processor knows the card by, whatever token names it.
pub type VerifyAnswer = Answer<String, NotHeld>;
/// To `Capture`: what was taken.
pub type CaptureAnswer = Answer<Money, NotCaptured>;
/// To `Void`: nothing is held any more, nor will be.
pub type VoidAnswer = Answer<(), NeverRefused>;
/// To `Refund`: what was given back.
pub type RefundAnswer = Answer<Money, NotRefunded>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// As granted: a card may be good for a part alone.
    pub amount: Money,
    pub approval: String,
    /// When the issuer lets go by itself.
    pub capture_before: Timestamp,
    /// What the processor knows the card by, whatever token names it.
    pub card: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotHeld {
    Declined(DeclineReason),
    /// No card stands behind the token.
    UnknownCard,
    /// It was held, until its window was over.
    Lapsed,
    /// To `Find`: no request of this key has come.
    NeverAsked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotCaptured {
    /// Nothing is held under this key (any more), or less than was to be taken.
    NothingHeld,
    /// What was held lapsed before it was captured: nothing was taken, nor will be.
    Lapsed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotRefunded {
    /// Less was taken than is to be given back.
    NotTaken,
    /// The cardholder's bank does not take it.
    Rejected,
}

/// There is no way to refuse it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NeverRefused {}

/// What is paid out for payments of one slot: every line less its fee; `payout` = Σ (amount − fee), and less than nothing where more was
/// refunded than taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementFile {
    /// By which the processor knows the payout.
    pub reference: String,
    pub lines: Vec<SettlementLine>,
    pub payout: Money,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementLine {
    pub of: Settled,
    /// Of a refund less than nothing.
    pub amount: Money,
    pub fee: Money,
}

/// What a line settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Settled {
    Capture(CaptureId),
    Refund(RefundId),
}

impl SettlementLine {
    pub fn payment(&self) -> PaymentId {
        match self.of {
            Settled::Capture(capture) => capture.payment,
            Settled::Refund(refund) => refund.payment,
        }
    }
}

impl std::fmt::Display for Settled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Settled::Capture(capture) => capture.fmt(f),
            Settled::Refund(refund) => refund.fmt(f),
        }
    }
}
