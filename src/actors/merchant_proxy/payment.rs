use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::domain::{CaptureId, DeclineReason, Money, OrderId, PaymentId, RefundId, Timestamp};
use crate::partners::processor::port::ProcessorKind;
use crate::runtime::{Aggregate, Partition};
use crate::storage::TreeName;

use super::{AuthorisationState, CaptureState, RefundState};

/// Captures of one payment, which are of as many shipments.
pub const CAPTURES_MAX: u8 = 31;
/// Refunds of one payment.
pub const REFUNDS_MAX: u8 = 63;

/// Tree `payments`: one row for each attempt to pay an order, which is one authorisation, with what was taken of it and given back.
/// Sums are not kept: they are those of its parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    pub order: OrderId,
    pub via: ProcessorKind,
    pub kind: Kind,
    pub token: String,
    /// What is to be paid.
    pub amount: Money,
    pub authorisation: Authorisation,
    /// In the order in which they were asked for.
    pub captures: SmallVec<[Capture; 1]>,
    pub refunds: Vec<Refund>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Money is held, to be captured at hand-over.
    Hold,
    /// The card is only looked at.
    Verification,
}

/// Its id and key are the payment's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Authorisation {
    pub state: AuthorisationState,
    /// What was granted; zero before, and for a verification.
    pub amount: Money,
    pub approval: Option<String>,
    pub capture_before: Option<Timestamp>,
    /// How often the processor was asked again since the state was entered: what became of it, or to let go.
    pub asks: u32,
    /// What the order manager is told once it is reversed: declined for this reason, or, with none, voided.
    pub reverse_as: Option<DeclineReason>,
    /// The hold in whose place this one is to come.
    pub replaces: Option<PaymentId>,
}

/// What is taken for one shipment; its number is the shipment's, and with the payment its id and key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Capture {
    pub no: u8,
    pub state: CaptureState,
    /// What was asked for; once it is captured, what was taken.
    pub amount: Money,
    /// No other follows: what is left of the hold is let go of.
    pub is_last: bool,
    /// How often the processor was asked again.
    pub asks: u32,
    /// The processor says what cannot be: it is no longer asked.
    pub is_the_operators: bool,
}

/// What is given back; its number is with the payment its id and key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refund {
    pub no: u8,
    pub state: RefundState,
    pub amount: Money,
    /// Of whoever wants it: the same again is the same refund.
    pub key: String,
    pub reason: String,
    pub by: String,
    pub asks: u32,
    pub is_the_operators: bool,
    /// Its line stood in a settlement.
    pub is_settled: bool,
}

impl Aggregate for Payment {
    const TREE: TreeName = TreeName("payments");
    const VERSION: u8 = 2;
    type Key = PaymentId;

    fn partition(payment: &PaymentId) -> Partition {
        payment.slot().into()
    }
}

impl Payment {
    /// As it stands when the processor is first asked.
    pub fn intended(order: OrderId, kind: Kind, token: String, amount: Money) -> Payment {
        let authorisation = Authorisation {
            state: AuthorisationState::Intended,
            amount: Money::zero(amount.currency),
            approval: None,
            capture_before: None,
            asks: 0,
            reverse_as: None,
            replaces: None,
        };
        let via = ProcessorKind::Embedded;
        let (captures, refunds) = (SmallVec::new(), vec![]);
        Payment { order, via, kind, token, amount, authorisation, captures, refunds }
    }

    /// In the place of another hold.
    pub fn replacing(mut self, replaces: PaymentId) -> Payment {
        self.authorisation.replaces = Some(replaces);
        self
    }

    pub fn state(&self) -> AuthorisationState {
        self.authorisation.state
    }

    pub fn capture(&self, id: CaptureId) -> Option<&Capture> {
        self.captures.iter().find(|capture| capture.no == id.no)
    }

    pub fn refund(&self, id: RefundId) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.no == id.no)
    }

    pub fn authorised(&self) -> Money {
        self.authorisation.amount
    }

    /// What was taken.
    pub fn captured(&self) -> Money {
        self.sum(self.captures.iter().filter(|capture| capture.is_taken()).map(|capture| capture.amount))
    }

    /// What of that is paid out.
    pub fn settled(&self) -> Money {
        let settled = self.captures.iter().filter(|capture| capture.state == CaptureState::Settled);
        self.sum(settled.map(|capture| capture.amount))
    }

    /// What was given back.
    pub fn refunded(&self) -> Money {
        let refunded = self.refunds.iter().filter(|refund| refund.state == RefundState::Refunded);
        self.sum(refunded.map(|refund| refund.amount))
    }

    /// What was given back, or may yet be.
    pub fn refunding(&self) -> Money {
        let standing = self.refunds.iter().filter(|refund| refund.state != RefundState::Failed);
        self.sum(standing.map(|refund| refund.amount))
    }

    /// What the processor has yet to pay out; less than nothing, where it gave back what it had paid.
    pub fn receivable(&self) -> i64 {
        let given_back = self.refunds.iter().filter(|refund| refund.state == RefundState::Refunded);
        let to_deduct = self.sum(given_back.filter(|refund| !refund.is_settled).map(|refund| refund.amount));
        self.captured().amount - self.settled().amount - to_deduct.amount
    }

    /// What is still held of it, as far as the shop knows, though it may be being taken.
    pub fn held(&self) -> Money {
        use AuthorisationState::*;
        let stands = self.kind == Kind::Hold && matches!(self.state(), Authorised | Voiding);
        let held = if stands { self.authorised().amount.saturating_sub(self.captured().amount) } else { 0 };
        Money::new(held, self.amount.currency)
    }

    /// What of what is held nobody is taking.
    pub fn left(&self) -> Money {
        let taking = self.sum(self.captures.iter().filter(|one| one.is_in_flight()).map(|one| one.amount));
        Money::new(self.held().amount.saturating_sub(taking.amount), self.amount.currency)
    }

    /// Whether money is held for it, as far as the shop knows. It never is for a verification.
    pub fn is_held(&self) -> bool {
        use AuthorisationState::*;
        let is_used_up = self.held().amount == 0 && !self.captures.is_empty();
        self.kind == Kind::Hold && matches!(self.state(), Authorised | Voiding) && !is_used_up
    }

    /// No other capture follows.
    pub fn is_last_capture_asked(&self) -> bool {
        self.captures.iter().any(|capture| capture.is_last && capture.state != CaptureState::Failed)
    }

    /// All that was to be taken is, and is paid out.
    pub fn is_settled(&self) -> bool {
        let is_done = |one: &Capture| matches!(one.state, CaptureState::Settled | CaptureState::Failed);
        self.is_last_capture_asked() && self.captures.iter().all(is_done)
    }

    /// It has ended and never moved money, or it only looked at a card.
    pub fn is_nothing(&self) -> bool {
        use AuthorisationState::*;
        let has_ended = match self.state() {
            Declined | Voided | Expired | Abandoned => true,
            Authorised => self.kind == Kind::Verification,
            Intended | Sent | ActionRequired | Unknown | Reversing | Voiding => false,
        };
        has_ended && self.captures.iter().all(|capture| capture.state == CaptureState::Failed)
    }

    /// In minor units they stay within what was authorised, which an order's greatest total bounds.
    fn sum(&self, amounts: impl Iterator<Item = Money>) -> Money {
        let sum = amounts.fold(0_i64, |sum, amount| sum.saturating_add(amount.amount));
        Money::new(sum, self.amount.currency)
    }
}

impl Capture {
    pub fn sent(no: u8, amount: Money, is_last: bool) -> Capture {
        Capture { no, state: CaptureState::Sent, amount, is_last, asks: 0, is_the_operators: false }
    }

    pub fn is_taken(&self) -> bool {
        matches!(self.state, CaptureState::Captured | CaptureState::Settled)
    }

    /// Whether it was taken nobody knows yet.
    pub fn is_in_flight(&self) -> bool {
        matches!(self.state, CaptureState::Sent | CaptureState::Unknown)
    }
}
