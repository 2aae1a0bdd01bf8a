use serde::{Deserialize, Serialize};

use crate::domain::{DeclineReason, Money, OrderId, PaymentId, Timestamp};
use crate::runtime::{Aggregate, Partition};
use crate::storage::TreeName;

use super::PaymentState;

/// Tree `payments`: one row for each attempt to pay an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    pub order: OrderId,
    pub kind: Kind,
    pub token: String,
    /// What the order costs.
    pub amount: Money,
    pub state: PaymentState,
    /// Zero for a verification.
    pub authorised: Money,
    pub captured: Money,
    pub settled: Money,
    pub approval: Option<String>,
    pub capture_before: Option<Timestamp>,
    /// How often the bank was asked again since the state was entered: of what became of a hold, to let go,
    /// to capture.
    pub asks: u32,
    /// What the order manager is told once it is reversed: declined for this reason, or, with none, voided.
    pub reverse_as: Option<DeclineReason>,
    /// The hold in whose place this one is to come.
    pub replaces: Option<PaymentId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Money is held, to be captured at hand-over.
    Hold,
    /// The card is only looked at.
    Verification,
}

impl Aggregate for Payment {
    const TREE: TreeName = TreeName("payments");
    type Key = PaymentId;

    fn partition(payment: &PaymentId) -> Partition {
        payment.slot().into()
    }
}

impl Payment {
    /// As it stands when the bank is first asked.
    pub fn intended(order: OrderId, kind: Kind, token: String, amount: Money) -> Payment {
        let zero = Money::zero(amount.currency);
        Payment {
            order,
            kind,
            token,
            amount,
            state: PaymentState::Intended,
            authorised: zero,
            captured: zero,
            settled: zero,
            approval: None,
            capture_before: None,
            asks: 0,
            reverse_as: None,
            replaces: None,
        }
    }

    /// Whether the bank holds money for it, as far as the shop knows. It never does for a verification.
    pub fn is_held(&self) -> bool {
        use PaymentState::*;
        self.kind == Kind::Hold && matches!(self.state, Authorised | Capturing | CaptureUnknown | Voiding)
    }

    /// It has ended and never moved money, or it only looked at a card.
    pub fn is_nothing(&self) -> bool {
        use PaymentState::*;
        match self.state {
            Declined | Voided | Expired | Abandoned => true,
            Authorised => self.kind == Kind::Verification,
            _ => false,
        }
    }
}
