use serde::{Deserialize, Serialize};

use crate::domain::{
    CancelReason, Customer, Date, DeclineReason, OrderId, OrderKey, OrderLine, OrderState, PaymentId,
    SessionId, ShippingAddress, Timestamp, Totals, Units,
};
use crate::planted::{self, Bug};
use crate::runtime::{Aggregate, RequestId};
use crate::storage::TreeName;

use super::{AnswerKind, KeyHash, OrderView, PaymentView};

/// Tree `orders`: one order, from the click to the doorstep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub key: OrderKey,
    pub state: OrderState,
    pub placed_at: Timestamp,
    /// Whom the answer goes to.
    pub session: SessionId,
    /// The idempotency key that it was placed under: freed if the token turns out to be unknown.
    pub bound_by: KeyHash,
    pub lines: Vec<OrderLine>,
    pub totals: Totals,
    pub customer: Customer,
    pub shipping_address: ShippingAddress,
    /// Names the card at the processor, for a hold that is asked for when the supplies are in.
    pub token: String,
    pub stock: StockState,
    /// At the doorstep.
    pub promised_date: Option<Date>,
    /// Attempts to pay it, the newest last. One, or two where the card was only verified at first.
    pub payments: Vec<Payment>,
    /// What has left the house, in that order. One for now.
    pub shipments: Vec<Shipment>,
    pub answer: AnswerState,
    pub stop: StopState,
    pub end: Option<End>,
}

impl Aggregate for Order {
    const TREE: TreeName = TreeName("orders");
    type Key = OrderId;
}

/// Where the goods of an order are, as far as the order manager knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StockState {
    Asked,
    /// Some wait for supplies.
    Pegged,
    /// Every line is reserved in full.
    Reserved,
    Allocated,
}

/// One attempt to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    pub id: PaymentId,
    /// It asks only whether the card is good, and holds nothing.
    pub verification: bool,
    pub state: PaymentState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaymentState {
    Asked,
    Unknown,
    Verified,
    Authorised,
    Captured,
    Settled,
    Declined,
    Voided,
}

impl PaymentState {
    /// What is told about a payment is merged forward only: a doubled or late report changes nothing.
    pub fn may_become(self, to: PaymentState) -> bool {
        use PaymentState::*;
        match to {
            Asked => false,
            Unknown => self == Asked,
            Verified | Authorised | Declined => matches!(self, Asked | Unknown),
            Captured => self == Authorised,
            Settled => matches!(self, Authorised | Captured),
            Voided => matches!(self, Asked | Unknown | Verified | Authorised),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipment {
    pub tracking: String,
}

/// What the checkout was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerState {
    /// Nothing yet; the `ask` waits, if whoever asked is still there.
    Waiting(Option<RequestId>),
    Given(AnswerKind),
}

/// Whether the warehouse is being asked to stop it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopState {
    No,
    /// The `ask` waits for what the warehouse says.
    Asked(Option<RequestId>),
}

/// Why an order ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    Declined(DeclineReason),
    Cancelled(CancelReason),
}

impl Order {
    /// The attempt that counts: the newest.
    pub fn payment(&self) -> Option<&Payment> {
        self.payments.last()
    }

    /// The newest attempt, if it is `payment` and can still become `to`.
    pub fn payment_that_may_become(&self, payment: PaymentId, to: PaymentState) -> Option<&Payment> {
        self.payment().filter(|newest| newest.id == payment && newest.state.may_become(to))
    }

    pub fn is_paid_for(&self) -> bool {
        let is_held = |state| {
            state == PaymentState::Authorised
                || planted::is(Bug::VerifiedIsPaid) && state == PaymentState::Verified
        };
        self.payment().is_some_and(|payment| is_held(payment.state))
    }

    /// The stock keeper was asked to allocate and has not answered, or the answer is on its way.
    pub fn is_allocating(&self) -> bool {
        self.stock == StockState::Reserved && self.is_paid_for()
    }

    pub fn is_answered(&self) -> bool {
        matches!(self.answer, AnswerState::Given(_))
    }

    pub fn units(&self) -> Vec<Units> {
        units(&self.lines)
    }

    /// As its owner may see it now.
    pub fn view(&self, id: OrderId) -> OrderView {
        let (decline_reason, cancel_reason) = match self.end {
            Some(End::Declined(reason)) => (Some(reason), None),
            Some(End::Cancelled(reason)) => (None, Some(reason)),
            None => (None, None),
        };
        OrderView {
            id,
            key: self.key,
            state: self.state,
            placed_at: self.placed_at,
            lines: self.lines.clone(),
            totals: self.totals,
            customer: self.customer.clone(),
            shipping_address: self.shipping_address.clone(),
            promised_date: self.promised_date,
            tracking: self.shipments.last().map(|shipment| shipment.tracking.clone()),
            payment: self.payment_view(),
            decline_reason,
            cancel_reason,
        }
    }

    fn payment_view(&self) -> PaymentView {
        let amount = self.totals.total;
        match self.payment().map(|payment| payment.state) {
            None => PaymentView::None,
            Some(PaymentState::Asked) => PaymentView::Pending,
            Some(PaymentState::Unknown) => PaymentView::Unknown,
            Some(PaymentState::Verified) => PaymentView::Verified,
            Some(PaymentState::Authorised) => PaymentView::Authorised,
            Some(PaymentState::Captured) => PaymentView::Captured { amount },
            Some(PaymentState::Settled) => PaymentView::Settled { amount },
            Some(PaymentState::Declined) => PaymentView::Declined,
            Some(PaymentState::Voided) => PaymentView::Voided,
        }
    }
}

/// For the stock keeper, who wants each SKU once.
pub fn units(lines: &[OrderLine]) -> Vec<Units> {
    let mut units: Vec<Units> = Vec::with_capacity(lines.len());
    for line in lines {
        let quantity = line.quantity.units();
        match units.iter_mut().find(|known| known.sku == line.sku) {
            Some(known) => known.quantity = known.quantity.saturating_add(quantity),
            None => units.push(Units { sku: line.sku.clone(), quantity }),
        }
    }
    units
}
