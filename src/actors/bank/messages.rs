use serde::{Deserialize, Serialize};

use crate::domain::{CaptureId, Date, DeclineReason, Money, OrderId, PaymentId, RefundId};
use crate::questions;
use crate::runtime::{Addressed, Versioned};

/// The customer's bank, and the processor's network.
pub struct BankActor;

/// What the bank is told, and by whom. It stands for the processor's network and the customer's issuer in one,
/// inside the daemon's boundary; every call may come twice under its key and has one effect. It answers in the words of the
/// processor's [port](crate::partners::processor::port).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(strum::VariantNames))]
pub enum Message {
    RegisterCard(RegisterCard),
    /// MerchantProxy: step 7. Answers `AuthoriseAnswered`.
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
    /// MerchantProxy: what became of this payment? Answers `AuthoriseAnswered`, or `VerifyAnswered`.
    QueryHold {
        order: OrderId,
        payment: PaymentId,
        verification: bool,
    },
    /// MerchantProxy: take so much of what is held; what is left stays held. Answers `CaptureAnswered`.
    CaptureHold {
        order: OrderId,
        capture: CaptureId,
        amount: Money,
    },
    /// MerchantProxy: let go of what is held and not taken; if the request for the hold is still to come, refuse it then. Answers
    /// `VoidAnswered`.
    ReleaseHold {
        order: OrderId,
        payment: PaymentId,
    },
    /// Timer: pay out the batch of this day's captures. Sends a `Settlement` for each slot of its payments.
    SettlementDue {
        batch: BatchId,
    },
    /// MerchantProxy: hold `amount` in the place of what is held under `replaces`, in one step: the one is let go
    /// only where the other is held. Answers `AuthoriseAnswered`.
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
    /// MerchantProxy: give back so much of what was taken. Answers `RefundAnswered`.
    RefundCaptured {
        order: OrderId,
        refund: RefundId,
        amount: Money,
    },
}

impl Versioned for Message {
    const VERSION: u8 = 2;
}

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
    /// It holds a part of what is asked for, and says so.
    ApprovesPart,
    /// A capture takes the money, and its answer is lost: the merchant system must ask again.
    CaptureLost,
    /// A refund gives the money back, and its answer is lost.
    RefundLost,
    /// The account behind it takes no refund.
    RefundRejected,
    /// What is captured stands in no settlement.
    NeverSettled,
}

/// One day's captures and refunds, or a part of them, as they are paid out together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BatchId {
    pub captured_on: Date,
    pub part: u32,
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
            | Message::Forget { order, .. }
            | Message::RefundCaptured { order, .. } => Some(*order),
            Message::RegisterCard(_) | Message::SettlementDue { .. } | Message::CardDue { .. } => None,
        }
    }
}
