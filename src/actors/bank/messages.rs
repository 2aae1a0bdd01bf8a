use serde::{Deserialize, Serialize};

use crate::domain::{Date, DeclineReason, Money, OrderId, PaymentId, Timestamp};
use crate::questions;
use crate::runtime::{Addressed, Versioned};

/// The customer's bank, and the processor's network.
pub struct BankActor;

/// What the bank is told, and by whom. It stands for the processor's network and the customer's issuer in one,
/// inside the daemon's boundary; every call may come twice under its key and has one effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(strum::VariantNames))]
pub enum Message {
    RegisterCard(RegisterCard),
    /// MerchantProxy: step 7. Answers `HoldAnswered`.
    ApproveHold {
        order: OrderId,
        payment: PaymentId,
        token: String,
        amount: Money,
    },
    /// MerchantProxy: is the card good for so much? It is authorised and let go at once, so nothing stays held. Answers
    /// `VerifyAnswered`.
    VerifyCard {
        order: OrderId,
        payment: PaymentId,
        token: String,
        amount: Money,
    },
    /// MerchantProxy: what became of this payment? Answers `HoldAnswered`, or `VerifyAnswered`.
    QueryHold {
        order: OrderId,
        payment: PaymentId,
        verification: bool,
    },
    /// MerchantProxy: take what is held. Answers `CaptureAnswered`.
    CaptureHold {
        order: OrderId,
        payment: PaymentId,
        amount: Money,
    },
    /// MerchantProxy: let go of the hold; if the request for it is still to come, refuse it then. Answers `Released`.
    ReleaseHold {
        order: OrderId,
        payment: PaymentId,
    },
    /// Timer: pay out the batch of this day's captures. Sends a `Settlement` for each slot of its payments.
    SettlementDue {
        batch: BatchId,
    },
    /// MerchantProxy: hold `amount` in the place of what is held under `replaces`, in one step: the one is let go
    /// only where the other is held. Answers `HoldAnswered`.
    RenewHold {
        order: OrderId,
        payment: PaymentId,
        replaces: PaymentId,
        token: String,
        amount: Money,
    },
    /// Timer: the hold's window is over; what was neither captured nor released is the cardholder's again.
    WindowOver {
        order: OrderId,
        payment: PaymentId,
    },
    /// MerchantProxy: the payment came to nothing, and is forgotten there.
    Forget {
        order: OrderId,
        payment: PaymentId,
    },
    /// Timer: the card was typed a while ago. Where no order has been held or verified by it, it is forgotten.
    CardDue {
        token: String,
    },
}

impl Versioned for Message {}

impl Addressed for Message {
    type Actor = BankActor;
}

questions! { BankActor: RegisterCard -> () }

/// The processor's card page: a card was typed; `token` names it from now on. The number itself stays on that page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegisterCard {
    pub token: String,
    pub card: Card,
}

/// A card as the bank knows it, without its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub brand: String,
    pub last4: String,
    pub behaviour: Behaviour,
}

/// How the embedded bank treats a card: the test cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Behaviour {
    Approves,
    Declines(DeclineReason),
    /// It holds the money, but the answer is lost: the merchant system must ask.
    AnswerLost,
    /// It declines, and the answer is lost.
    DeclineLost(DeclineReason),
    /// It holds the money and never answers but to a release.
    Unreachable,
    /// It holds the money once: a hold in the place of another it declines.
    NeverRenewed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HoldAnswer {
    Held {
        approval: String,
        amount: Money,
        capture_before: Timestamp,
    },
    Declined(DeclineReason),
    UnknownToken,
    /// To `QueryHold`: no request for this payment has come.
    NeverSeen,
    /// It was held, until its window was over.
    Lapsed,
    /// As `Held`, which an earlier build answered, with the card.
    HeldOn(Box<HeldOn>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldOn {
    pub approval: String,
    pub amount: Money,
    pub capture_before: Timestamp,
    /// What the bank knows the card by, whatever token names it.
    pub card: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VerifyAnswer {
    /// `card`: what the bank knows the card by, whatever token names it.
    Good {
        card: String,
    },
    Declined(DeclineReason),
    UnknownToken,
    NeverSeen,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CaptureAnswer {
    Captured {
        amount: Money,
    },
    /// Nothing is held under this key (any more).
    NoHold,
    /// What was held lapsed before it was captured: nothing was taken, nor will be.
    Lapsed,
}

/// One day's captures, or a part of them, as they are paid out together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BatchId {
    pub captured_on: Date,
    pub part: u32,
}

/// What the acquirer pays out for payments of one slot: every line less its fee; `payout` = Σ (amount − fee).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementFile {
    pub batch: BatchId,
    pub lines: Vec<SettlementLine>,
    pub payout: Money,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementLine {
    pub payment: PaymentId,
    pub amount: Money,
    pub fee: Money,
}

impl Message {
    /// The order that it is about, where it is about one alone.
    pub fn order(&self) -> Option<OrderId> {
        match self {
            Message::ApproveHold { order, .. }
            | Message::VerifyCard { order, .. }
            | Message::QueryHold { order, .. }
            | Message::CaptureHold { order, .. }
            | Message::ReleaseHold { order, .. }
            | Message::RenewHold { order, .. }
            | Message::WindowOver { order, .. }
            | Message::Forget { order, .. } => Some(*order),
            Message::RegisterCard(_) | Message::SettlementDue { .. } | Message::CardDue { .. } => None,
        }
    }
}
