use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use crate::domain::{
    CaptureId, DeclineReason, Happening, Money, OrderId, PaymentId, RefundId, Step, Timestamp,
};
use crate::partners::processor::port::ProcessorKind;
use crate::runtime::Versioned;

use super::Kind;
use super::ledger::{LedgerPart, Posting};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum Event {
    /// The attempt is on record.
    Intended {
        payment: PaymentId,
        order: OrderId,
        via: ProcessorKind,
        kind: Kind,
        token: String,
        amount: Money,
        /// The hold in whose place it is to come.
        replaces: Option<PaymentId>,
    },
    /// The processor was asked to hold `amount`: zero for a verification.
    Sent {
        payment: PaymentId,
        order: OrderId,
        amount: Money,
    },
    /// No answer in time.
    Unknown {
        payment: PaymentId,
        order: OrderId,
    },
    /// The processor was asked again: to answer, or to let go.
    AskedAgain {
        payment: PaymentId,
        asks: u32,
    },
    Authorised {
        payment: PaymentId,
        order: OrderId,
        amount: Money,
        approval: String,
        capture_before: Timestamp,
        posting: Posting,
    },
    /// The card is good: authorised for nothing.
    Verified {
        payment: PaymentId,
        order: OrderId,
    },
    Declined {
        payment: PaymentId,
        order: OrderId,
        reason: DeclineReason,
    },
    /// Given up; with a reason, the order manager will be told that it was declined.
    Reversing {
        payment: PaymentId,
        reverse_as: Option<DeclineReason>,
    },
    /// The order manager wants to hear that it is voided.
    VoidWanted {
        payment: PaymentId,
    },
    /// Of all of it, or of what the last capture left.
    Voiding {
        payment: PaymentId,
    },
    /// Nothing is held any more. `posting` where something was.
    Voided {
        payment: PaymentId,
        order: OrderId,
        reversed_as: Option<DeclineReason>,
        posting: Option<Posting>,
    },
    /// The processor was asked to take so much for a shipment.
    CaptureSent {
        capture: CaptureId,
        amount: Money,
        is_last: bool,
    },
    /// No answer in time.
    CaptureUnknown {
        capture: CaptureId,
    },
    /// The processor says what cannot be: it is the operator's, and no longer asked for.
    CaptureUnclear {
        capture: CaptureId,
        order: OrderId,
        why: String,
    },
    CaptureAskedAgain {
        capture: CaptureId,
        asks: u32,
    },
    Captured {
        capture: CaptureId,
        order: OrderId,
        amount: Money,
        posting: Posting,
    },
    /// The hold was over before.
    CaptureFailed {
        capture: CaptureId,
    },
    Settled {
        capture: CaptureId,
        order: OrderId,
        amount: Money,
        posting: Posting,
    },
    /// The processor paid for what the shop has not captured so.
    InSuspense {
        payment: PaymentId,
        order: Option<OrderId>,
        why: String,
        posting: Posting,
    },
    /// The last day of the hold's window has begun, and it is not captured.
    Lapsing {
        payment: PaymentId,
        order: OrderId,
        capture_before: Timestamp,
    },
    /// What was still held is not any more: the window is over, or the hold of another payment took its place.
    Expired {
        payment: PaymentId,
        order: OrderId,
        amount: Money,
        replaced_by: Option<PaymentId>,
        posting: Posting,
    },
    /// It came to nothing, and nothing is left of its order.
    Forgotten {
        payment: PaymentId,
    },
    /// A refund is on record: who wants it, why, and under which key of theirs.
    RefundRequested {
        refund: RefundId,
        order: OrderId,
        amount: Money,
        key: String,
        reason: String,
        by: String,
    },
    RefundSent {
        refund: RefundId,
    },
    /// As of a capture.
    RefundUnknown {
        refund: RefundId,
    },
    RefundUnclear {
        refund: RefundId,
        order: OrderId,
        why: String,
    },
    RefundAskedAgain {
        refund: RefundId,
        asks: u32,
    },
    Refunded {
        refund: RefundId,
        order: OrderId,
        amount: Money,
        posting: Posting,
    },
    RefundFailed {
        refund: RefundId,
        order: OrderId,
        why: String,
    },
    RefundSettled {
        refund: RefundId,
        order: OrderId,
        amount: Money,
        posting: Posting,
    },
}

impl Versioned for Event {
    const VERSION: u8 = 2;
}

impl Event {
    /// What was paid for nothing that the shop knows of may have no row.
    pub fn changes_its_payment(&self) -> bool {
        !matches!(self, Event::InSuspense { .. })
    }

    /// The payment that it is about.
    pub fn payment(&self) -> PaymentId {
        match self {
            Event::Intended { payment, .. }
            | Event::Sent { payment, .. }
            | Event::Unknown { payment, .. }
            | Event::AskedAgain { payment, .. }
            | Event::Authorised { payment, .. }
            | Event::Verified { payment, .. }
            | Event::Declined { payment, .. }
            | Event::Reversing { payment, .. }
            | Event::VoidWanted { payment }
            | Event::Voiding { payment }
            | Event::Voided { payment, .. }
            | Event::Lapsing { payment, .. }
            | Event::InSuspense { payment, .. }
            | Event::Expired { payment, .. }
            | Event::Forgotten { payment } => *payment,
            Event::CaptureSent { capture, .. }
            | Event::CaptureUnknown { capture }
            | Event::CaptureUnclear { capture, .. }
            | Event::CaptureAskedAgain { capture, .. }
            | Event::Captured { capture, .. }
            | Event::CaptureFailed { capture }
            | Event::Settled { capture, .. } => capture.payment,
            Event::RefundRequested { refund, .. }
            | Event::RefundSent { refund }
            | Event::RefundUnknown { refund }
            | Event::RefundUnclear { refund, .. }
            | Event::RefundAskedAgain { refund, .. }
            | Event::Refunded { refund, .. }
            | Event::RefundFailed { refund, .. }
            | Event::RefundSettled { refund, .. } => refund.payment,
        }
    }

    /// What it books, and in which part of the ledger: that of its payment's slot.
    pub fn booked(&self) -> Option<(LedgerPart, &Posting)> {
        let posting = self.posting()?;
        Some((LedgerPart { currency: posting.currency(), slot: self.payment().slot() }, posting))
    }

    pub fn posting(&self) -> Option<&Posting> {
        match self {
            Event::Authorised { posting, .. }
            | Event::Captured { posting, .. }
            | Event::Settled { posting, .. }
            | Event::InSuspense { posting, .. }
            | Event::Expired { posting, .. }
            | Event::Refunded { posting, .. }
            | Event::RefundSettled { posting, .. } => Some(posting),
            Event::Voided { posting, .. } => posting.as_ref(),
            _ => None,
        }
    }

    pub fn happenings(&self) -> crate::actors::Happenings {
        let money = |order: &OrderId, what| smallvec![(*order, Step::MONEY, what)];
        let case = |order: &OrderId, why: &String| {
            smallvec![(*order, Step::CASE, Happening::CaseOpened { why: why.clone() })]
        };
        match self {
            Event::Sent { order, amount, .. } => {
                smallvec![(*order, Step::ASKS_BANK, Happening::BankAsked { amount: *amount })]
            }
            Event::Unknown { order, .. } => money(order, Happening::PaymentUnknown),
            Event::Authorised { order, amount, .. } => {
                money(order, Happening::Authorised { amount: *amount })
            }
            Event::Verified { order, .. } => money(order, Happening::CardVerified),
            Event::Declined { order, reason, .. } => {
                money(order, Happening::PaymentDeclined { reason: *reason })
            }
            Event::Voided { order, reversed_as: Some(reason), .. } => smallvec![
                (*order, Step::MONEY, Happening::PaymentReversed),
                (*order, Step::MONEY, Happening::PaymentDeclined { reason: *reason }),
            ],
            Event::Voided { order, reversed_as: None, .. } => money(order, Happening::PaymentVoided),
            Event::Captured { order, amount, .. } => money(order, Happening::Captured { amount: *amount }),
            Event::Settled { order, amount, .. } => money(order, Happening::Settled { amount: *amount }),
            Event::RefundRequested { order, amount, by, reason, .. } => {
                money(order, Happening::RefundAsked { amount: *amount, by: by.clone(), why: reason.clone() })
            }
            Event::Refunded { order, amount, .. } => money(order, Happening::Refunded { amount: *amount }),
            Event::CaptureUnclear { order, why, .. }
            | Event::RefundUnclear { order, why, .. }
            | Event::RefundFailed { order, why, .. }
            | Event::InSuspense { order: Some(order), why, .. } => case(order, why),
            Event::Lapsing { order, capture_before, .. } => {
                money(order, Happening::HoldLapsing { capture_before: *capture_before })
            }
            Event::Expired { order, amount, replaced_by: None, .. } => {
                money(order, Happening::HoldLapsed { amount: *amount })
            }
            Event::Expired { order, replaced_by: Some(_), .. } => money(order, Happening::HoldReplaced),
            Event::Intended { .. }
            | Event::AskedAgain { .. }
            | Event::Reversing { .. }
            | Event::VoidWanted { .. }
            | Event::Voiding { .. }
            | Event::CaptureSent { .. }
            | Event::CaptureUnknown { .. }
            | Event::CaptureAskedAgain { .. }
            | Event::CaptureFailed { .. }
            | Event::InSuspense { order: None, .. }
            | Event::Forgotten { .. }
            | Event::RefundSent { .. }
            | Event::RefundUnknown { .. }
            | Event::RefundAskedAgain { .. }
            | Event::RefundSettled { .. } => smallvec![],
        }
    }
}
