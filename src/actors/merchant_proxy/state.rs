use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use crate::domain::{DeclineReason, Happening, Money, OrderId, PaymentId, Step, Timestamp};
use crate::runtime::{Fold, Versioned};

use super::ledger::{Ledger, LedgerPart, Posting};
use super::payment::{Kind, Payment};
use super::transitions::PaymentState;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum Event {
    /// The attempt is on record.
    Intended {
        payment: PaymentId,
        order: OrderId,
        kind: Kind,
        token: String,
        amount: Money,
        /// The hold in whose place it is to come.
        replaces: Option<PaymentId>,
    },
    /// The bank was asked to hold `amount`: zero for a verification.
    AuthSent {
        payment: PaymentId,
        order: OrderId,
        amount: Money,
    },
    /// No answer in time.
    Unknown {
        payment: PaymentId,
        order: OrderId,
    },
    /// The bank was asked again: to answer, to let go, or to capture.
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
    Capturing {
        payment: PaymentId,
    },
    Captured {
        payment: PaymentId,
        order: OrderId,
        amount: Money,
        posting: Posting,
    },
    /// The bank holds nothing to capture.
    CaptureUnknown {
        payment: PaymentId,
        order: OrderId,
        why: String,
    },
    Settled {
        payment: PaymentId,
        order: OrderId,
        amount: Money,
        posting: Posting,
    },
    /// The acquirer paid for what the shop has not captured so.
    InSuspense {
        payment: PaymentId,
        order: Option<OrderId>,
        why: String,
        posting: Posting,
    },
    /// Most of the hold's window has passed, and it is not captured.
    Lapsing {
        payment: PaymentId,
        order: OrderId,
        capture_before: Timestamp,
    },
    /// Nothing is held any more: the window is over, or the hold of another payment took its place.
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
}

impl Versioned for Event {}

impl Event {
    /// What was paid for nothing that the shop knows of may have no row.
    fn changes_its_payment(&self) -> bool {
        !matches!(self, Event::InSuspense { .. })
    }

    /// The payment that it is about.
    fn payment(&self) -> PaymentId {
        match self {
            Event::Intended { payment, .. }
            | Event::AuthSent { payment, .. }
            | Event::Unknown { payment, .. }
            | Event::AskedAgain { payment, .. }
            | Event::Authorised { payment, .. }
            | Event::Verified { payment, .. }
            | Event::Declined { payment, .. }
            | Event::Reversing { payment, .. }
            | Event::VoidWanted { payment }
            | Event::Voiding { payment }
            | Event::Voided { payment, .. }
            | Event::Capturing { payment }
            | Event::Captured { payment, .. }
            | Event::CaptureUnknown { payment, .. }
            | Event::Settled { payment, .. }
            | Event::Lapsing { payment, .. }
            | Event::InSuspense { payment, .. }
            | Event::Expired { payment, .. }
            | Event::Forgotten { payment } => *payment,
        }
    }

    /// What it books, and in which part of the ledger: that of its payment's slot.
    fn booked(&self) -> Option<(LedgerPart, &Posting)> {
        let posting = self.posting()?;
        Some((LedgerPart { currency: posting.currency(), slot: self.payment().slot() }, posting))
    }

    pub fn posting(&self) -> Option<&Posting> {
        match self {
            Event::Authorised { posting, .. }
            | Event::Captured { posting, .. }
            | Event::Settled { posting, .. }
            | Event::InSuspense { posting, .. }
            | Event::Expired { posting, .. } => Some(posting),
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
            Event::AuthSent { order, amount, .. } => {
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
            Event::CaptureUnknown { order, why, .. } | Event::InSuspense { order: Some(order), why, .. } => {
                case(order, why)
            }
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
            | Event::Capturing { .. }
            | Event::InSuspense { order: None, .. }
            | Event::Forgotten { .. } => smallvec![],
        }
    }
}

pub fn fold(event: &Event, fold: &mut Fold<'_>) {
    if let Some((part, posting)) = event.booked() {
        fold.change::<Ledger>(&part, |ledger| ledger.get_or_insert_default().post(posting));
    }
    if !event.changes_its_payment() {
        return;
    }
    fold.change::<Payment>(&event.payment(), |row| match (event, row) {
        (Event::Intended { order, kind, token, amount, replaces, .. }, row) => {
            let attempt = Payment::intended(*order, *kind, token.clone(), *amount);
            *row = Some(Payment { replaces: *replaces, ..attempt });
        }
        (Event::Forgotten { .. }, row) => *row = None,
        (event, Some(payment)) => payment.fold(event),
        (_, None) => {}
    });
}

impl Payment {
    fn fold(&mut self, event: &Event) {
        match event {
            Event::AuthSent { .. } => self.enter(PaymentState::AuthSent),
            Event::Unknown { .. } => {
                self.enter(PaymentState::Unknown);
                self.asks = 1;
            }
            Event::AskedAgain { asks, .. } => self.asks = *asks,
            Event::Authorised { amount, approval, capture_before, .. } => {
                self.enter(PaymentState::Authorised);
                self.authorised = *amount;
                self.approval = Some(approval.clone());
                self.capture_before = Some(*capture_before);
            }
            Event::Verified { .. } => self.enter(PaymentState::Authorised),
            Event::Declined { .. } => self.enter(PaymentState::Declined),
            Event::Reversing { reverse_as, .. } => {
                self.enter(PaymentState::Reversing);
                self.reverse_as = *reverse_as;
            }
            Event::VoidWanted { .. } => self.reverse_as = None,
            Event::Voiding { .. } => self.enter(PaymentState::Voiding),
            Event::Voided { .. } => self.enter(PaymentState::Voided),
            Event::Capturing { .. } => self.enter(PaymentState::Capturing),
            Event::Captured { amount, .. } => {
                self.enter(PaymentState::Captured);
                self.captured = *amount;
            }
            Event::CaptureUnknown { .. } => self.enter(PaymentState::CaptureUnknown),
            Event::Settled { amount, .. } => {
                self.enter(PaymentState::Settled);
                self.settled = *amount;
            }
            Event::Expired { .. } => self.enter(PaymentState::Expired),
            Event::Intended { .. }
            | Event::InSuspense { .. }
            | Event::Lapsing { .. }
            | Event::Forgotten { .. } => {}
        }
    }

    fn enter(&mut self, state: PaymentState) {
        self.state = state;
        self.asks = 0;
    }
}
