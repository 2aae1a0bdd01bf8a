use serde::{Deserialize, Serialize};

use crate::actors::bank::{CaptureAnswer, HoldAnswer, SettlementFile, VerifyAnswer};
use crate::domain::{Money, OrderId, PaymentId};
use crate::runtime::{Addressed, Versioned};

/// The shop's side of every payment.
pub struct MerchantProxy;

/// What the merchant system's proxy is told, and by whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(strum::VariantNames))]
pub enum Message {
    /// OrderManager: step 6. Hold `amount` on the card. Answers `PaymentAuthorised`, `PaymentDeclined`,
    /// `PaymentUnknown` (and one of the others later).
    Authorise {
        order: OrderId,
        payment: PaymentId,
        token: String,
        amount: Money,
    },
    /// OrderManager: the ship date lies beyond what a hold lasts; see only whether the card is good for it. Answers
    /// `CardVerified`, `PaymentDeclined` or `PaymentUnknown`.
    Verify {
        order: OrderId,
        payment: PaymentId,
        token: String,
        amount: Money,
    },
    /// OrderManager, at hand-over: take what is held. Answers `PaymentCaptured`.
    Capture {
        order: OrderId,
        payment: PaymentId,
    },
    /// OrderManager: let go of whatever is or will be held. Answers `PaymentVoided`, also when nothing was.
    Void {
        order: OrderId,
        payment: PaymentId,
    },

    /// BankActor: to `ApproveHold`, and to `QueryHold` when the first answer was lost. The same answer may come twice.
    HoldAnswered {
        order: OrderId,
        payment: PaymentId,
        answer: HoldAnswer,
    },
    VerifyAnswered {
        order: OrderId,
        payment: PaymentId,
        answer: VerifyAnswer,
    },
    CaptureAnswered {
        order: OrderId,
        payment: PaymentId,
        answer: CaptureAnswer,
    },
    /// BankActor: the hold is gone, or never was, and never will be under this key.
    Released {
        order: OrderId,
        payment: PaymentId,
    },
    /// BankActor: these captures, all of one slot, have been paid out.
    Settlement(SettlementFile),
    /// Timer: the bank has not answered in time; what is unknown is asked again by the same key.
    Deadline {
        order: OrderId,
        payment: PaymentId,
    },
    /// OrderManager: the hold `replaces` is about to lapse; hold `amount` anew in its place, so that never two are
    /// held. Answers as `Authorise` does; where it is declined, the old hold stands until its end.
    Renew {
        order: OrderId,
        payment: PaymentId,
        replaces: PaymentId,
        token: String,
        amount: Money,
    },
    /// Timer: the hold's window is about to end (see `expiry`), or has. Tells `PaymentLapsing`, then `PaymentExpired`.
    WindowDue {
        order: OrderId,
        payment: PaymentId,
    },
    /// OrderManager: its order was refused a day ago, and nothing is left of that. Nor of the payment, if nothing is held.
    Forget {
        order: OrderId,
        payment: PaymentId,
    },
}

impl Versioned for Message {}

impl Addressed for Message {
    type Actor = MerchantProxy;
}

impl Message {
    /// The order that it is about, where it is about one alone.
    pub fn order(&self) -> Option<OrderId> {
        match self {
            Message::Authorise { order, .. }
            | Message::Verify { order, .. }
            | Message::Capture { order, .. }
            | Message::Void { order, .. }
            | Message::HoldAnswered { order, .. }
            | Message::VerifyAnswered { order, .. }
            | Message::CaptureAnswered { order, .. }
            | Message::Released { order, .. }
            | Message::Deadline { order, .. }
            | Message::Renew { order, .. }
            | Message::WindowDue { order, .. }
            | Message::Forget { order, .. } => Some(*order),
            Message::Settlement(_) => None,
        }
    }

    /// The payment that it is about; of a settlement file the first, whose slot the others share.
    pub fn payment(&self) -> Option<PaymentId> {
        match self {
            Message::Authorise { payment, .. }
            | Message::Verify { payment, .. }
            | Message::Capture { payment, .. }
            | Message::Void { payment, .. }
            | Message::HoldAnswered { payment, .. }
            | Message::VerifyAnswered { payment, .. }
            | Message::CaptureAnswered { payment, .. }
            | Message::Released { payment, .. }
            | Message::Deadline { payment, .. }
            | Message::Renew { payment, .. }
            | Message::WindowDue { payment, .. }
            | Message::Forget { payment, .. } => Some(*payment),
            Message::Settlement(file) => file.lines.first().map(|line| line.payment),
        }
    }
}
