use serde::{Deserialize, Serialize};

use crate::domain::{CaptureId, Money, OrderId, PaymentId, RefundId};
use crate::partners::processor::port::{
    AuthoriseAnswer, CaptureAnswer, RefundAnswer, SettlementFile, VerifyAnswer, VoidAnswer,
};
use crate::runtime::{Addressed, Owed, Versioned};

/// The shop's side of every payment.
pub struct MerchantProxy;

/// What the merchant system's proxy is told, and by whom. Answers are the processor's, in the words of its
/// [port](crate::partners::processor::port), and may come twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(strum::VariantNames))]
pub enum Message {
    /// OrderManager: step 6. Hold `amount` on the card. Answers `PaymentHeld`, `PaymentDeclined`,
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
    /// OrderManager, at hand-over of a shipment: take so much of what is held. After the last one the rest is let go of. Answers
    /// `PaymentCaptured`.
    Capture {
        order: OrderId,
        capture: CaptureId,
        amount: Money,
        is_last: bool,
    },
    /// OrderManager: let go of whatever is or will be held. Answers `PaymentVoided`, also when nothing was.
    Void {
        order: OrderId,
        payment: PaymentId,
    },

    /// To `Authorise` and `Renew`, and to the question what became of one.
    AuthoriseAnswered {
        order: OrderId,
        payment: PaymentId,
        answer: AuthoriseAnswer,
    },
    VerifyAnswered {
        order: OrderId,
        payment: PaymentId,
        answer: VerifyAnswer,
    },
    CaptureAnswered {
        order: OrderId,
        capture: CaptureId,
        answer: CaptureAnswer,
    },
    VoidAnswered {
        order: OrderId,
        payment: PaymentId,
        answer: VoidAnswer,
    },
    /// These captures and refunds, all of one slot, have been paid out.
    Settlement(SettlementFile),
    /// Timer: the processor has not answered in time; what is unknown is asked again by the same key.
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
    /// Timer: as `Deadline`, of a capture.
    CaptureDeadline {
        order: OrderId,
        capture: CaptureId,
    },
    /// Timer: by now what was captured should stand in a settlement.
    SettlementOverdue {
        order: OrderId,
        capture: CaptureId,
    },
    /// OrderManager: a clerk wants money given back. Answers `PaymentRefunded` once it is.
    Refund(Box<RefundRequest>),
    RefundAnswered {
        order: OrderId,
        refund: RefundId,
        answer: RefundAnswer,
    },
    /// Timer: as `Deadline`, of a refund.
    RefundDeadline {
        order: OrderId,
        refund: RefundId,
    },
}

impl Versioned for Message {
    const VERSION: u8 = 2;
}

impl Addressed for Message {
    type Actor = MerchantProxy;
}

/// What is to be given back of a payment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefundRequest {
    pub order: OrderId,
    pub payment: PaymentId,
    /// `None`: all that is left.
    pub amount: Option<Money>,
    /// The same again is the same refund.
    pub key: String,
    pub reason: String,
    pub by: String,
    /// Whoever asked waits for it.
    pub owed: Option<Owed<RefundReply>>,
}

/// What whoever wants a refund is told.
pub type RefundReply = Result<RefundView, NoRefund>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundView {
    pub id: RefundId,
    pub amount: Money,
    pub state: super::RefundState,
    /// It was asked for before, under the same key.
    pub is_repeated: bool,
}

/// Why nothing is given back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRefund {
    #[error("there is no such order")]
    NoSuchOrder,
    #[error("nothing was taken for this order yet: what is held is let go of when the order is cancelled")]
    NothingTaken,
    #[error("all that was taken for this order is given back")]
    NothingLeft,
    #[error("only {0} is left of what was taken for this order: give back so much at the most")]
    MoreThanLeft(Money),
    #[error("an amount in {0} is expected, and more than nothing")]
    NotAnAmount(crate::domain::Currency),
    #[error("this key was used for another refund of the order: use another key")]
    KeyUsed,
    #[error("an order takes {max} refunds at the most", max = super::REFUNDS_MAX)]
    TooMany,
}

impl Message {
    /// The order that it is about, where it is about one alone.
    pub fn order(&self) -> Option<OrderId> {
        match self {
            Message::Authorise { order, .. }
            | Message::Verify { order, .. }
            | Message::Capture { order, .. }
            | Message::Void { order, .. }
            | Message::AuthoriseAnswered { order, .. }
            | Message::VerifyAnswered { order, .. }
            | Message::CaptureAnswered { order, .. }
            | Message::VoidAnswered { order, .. }
            | Message::Deadline { order, .. }
            | Message::Renew { order, .. }
            | Message::WindowDue { order, .. }
            | Message::Forget { order, .. }
            | Message::CaptureDeadline { order, .. }
            | Message::SettlementOverdue { order, .. }
            | Message::RefundAnswered { order, .. }
            | Message::RefundDeadline { order, .. } => Some(*order),
            Message::Refund(request) => Some(request.order),
            Message::Settlement(_) => None,
        }
    }

    /// The payment that it is about; of a settlement file the first, whose slot the others share.
    pub fn payment(&self) -> Option<PaymentId> {
        match self {
            Message::Authorise { payment, .. }
            | Message::Verify { payment, .. }
            | Message::Void { payment, .. }
            | Message::AuthoriseAnswered { payment, .. }
            | Message::VerifyAnswered { payment, .. }
            | Message::VoidAnswered { payment, .. }
            | Message::Deadline { payment, .. }
            | Message::Renew { payment, .. }
            | Message::WindowDue { payment, .. }
            | Message::Forget { payment, .. } => Some(*payment),
            Message::Capture { capture, .. }
            | Message::CaptureAnswered { capture, .. }
            | Message::CaptureDeadline { capture, .. }
            | Message::SettlementOverdue { capture, .. } => Some(capture.payment),
            Message::RefundAnswered { refund, .. } | Message::RefundDeadline { refund, .. } => {
                Some(refund.payment)
            }
            Message::Refund(request) => Some(request.payment),
            Message::Settlement(file) => file.lines.first().map(|line| line.payment()),
        }
    }
}
