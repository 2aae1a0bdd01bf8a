use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::{
    Buyer, CancelReason, Customer, Date, DeclineReason, OrderId, OrderKey, OrderLine, OrderState, PaymentId,
    ShippingAddress, Timestamp, Totals, Units,
};
use crate::planted::{self, Bug};
use crate::runtime::{Aggregate, RequestId};
use crate::storage::TreeName;

use super::{AnswerKind, Claim, KeyHash, OrderView, PaymentView};

/// So often is a bank asked to pay for one order: a hold that lapses again and again is not renewed for ever.
pub const PAYMENT_ATTEMPTS_MAX: usize = 8;

/// Tree `orders`: one order, from the click to the doorstep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub key: OrderKey,
    pub state: OrderState,
    pub placed_at: Timestamp,
    /// Whose it is, and whom the answer goes to.
    pub buyer: Buyer,
    /// The idempotency key that it was placed under: freed if the token turns out to be unknown, or with the order.
    pub bound_by: KeyHash,
    pub lines: Arc<[OrderLine]>,
    pub totals: Totals,
    pub customer: Arc<Customer>,
    pub shipping_address: Arc<ShippingAddress>,
    /// Names the card at the processor, for a hold that is asked for when the supplies are in.
    pub token: String,
    pub stock: StockState,
    /// Its card was only verified, and counts against what the shop orders in on words.
    pub on_credit: bool,
    /// At the doorstep.
    pub promised_date: Option<Date>,
    /// Attempts to pay it, the newest last: one, two where the card was only verified at first, and one more for each
    /// hold that lapsed or was renewed. At most one of them is held.
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
    /// Most of its window has passed: it may lapse before the goods leave.
    pub lapsing: bool,
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
    /// The bank let go: its window was over, or a newer attempt took its place.
    Expired,
}

impl Payment {
    /// As it stands when the merchant system is asked.
    pub fn asked(id: PaymentId, verification: bool) -> Payment {
        Payment { id, verification, state: PaymentState::Asked, lapsing: false }
    }
}

impl PaymentState {
    /// What is told about a payment is merged forward only: a doubled or late report changes nothing.
    pub fn may_become(self, to: PaymentState) -> bool {
        use PaymentState::*;
        match to {
            Asked => false,
            Unknown => self == Asked,
            Verified | Authorised | Declined => matches!(self, Asked | Unknown),
            Captured | Expired => self == Authorised,
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
    /// No money is held for it any more.
    ForPayment,
    /// The warehouse has said that it cannot be stopped.
    TooLate,
}

/// What stands behind an order now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// The bank is being asked; what was held before may still be.
    Asked,
    Held(PaymentId),
    /// It was held, and lapsed.
    Lapsed,
    Nothing,
}

/// Why an order ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    Declined(DeclineReason),
    Cancelled(CancelReason),
}

impl Order {
    /// The newest attempt.
    pub fn payment(&self) -> Option<&Payment> {
        self.payments.last()
    }

    /// The attempt `payment`, if it can still become `to`.
    pub fn payment_that_may_become(&self, payment: PaymentId, to: PaymentState) -> Option<&Payment> {
        self.payments.iter().find(|attempt| attempt.id == payment && attempt.state.may_become(to))
    }

    /// The newest attempt that is in one of these states.
    fn newest_in(&self, states: &[PaymentState]) -> Option<&Payment> {
        self.payments.iter().rev().find(|attempt| states.contains(&attempt.state))
    }

    pub fn cover(&self) -> Cover {
        use PaymentState::*;
        let held: &[PaymentState] =
            if planted::is(Bug::VerifiedIsPaid) { &[Authorised, Verified] } else { &[Authorised] };
        match (self.payment().map(|newest| newest.state), self.newest_in(held)) {
            (Some(Asked | Unknown), _) => Cover::Asked,
            (_, Some(held)) => Cover::Held(held.id),
            (Some(Expired), None) => Cover::Lapsed,
            (_, None) => Cover::Nothing,
        }
    }

    /// What is held may lapse before the goods leave.
    pub fn is_lapsing(&self) -> bool {
        self.payment().is_some_and(|newest| newest.state == PaymentState::Authorised && newest.lapsing)
    }

    pub fn may_ask_again(&self) -> bool {
        self.payments.len() < PAYMENT_ATTEMPTS_MAX
    }

    pub fn is_settled(&self) -> bool {
        self.newest_in(&[PaymentState::Settled]).is_some()
    }

    /// The stock keeper was asked to allocate and has not answered, or the answer is on its way. It is asked in the
    /// turn in which the order has both, so a hold that lapsed since leaves it so.
    pub fn is_allocating(&self) -> bool {
        self.stock == StockState::Reserved && matches!(self.cover(), Cover::Held(_) | Cover::Lapsed)
    }

    pub fn is_owned_by(&self, claim: &Claim) -> bool {
        match claim {
            Claim::Key(key) => self.key.opens(key),
            Claim::Program(program) => self.buyer == Buyer::Program(*program),
            Claim::Link => true,
        }
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
            Some(End::Declined(reason)) => (Some(reason.as_told()), None),
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
        let live = [PaymentState::Authorised, PaymentState::Captured, PaymentState::Settled];
        // while a hold is renewed the one before it still stands
        let standing = self.newest_in(&live).filter(|_| self.end.is_none());
        match standing.or(self.payment()).map(|payment| payment.state) {
            None => PaymentView::None,
            Some(PaymentState::Asked) => PaymentView::Pending,
            Some(PaymentState::Unknown) => PaymentView::Unknown,
            // nothing was held, and nothing will be
            Some(PaymentState::Verified) if self.end.is_some() => PaymentView::Voided,
            Some(PaymentState::Verified) => PaymentView::Verified,
            Some(PaymentState::Authorised) => PaymentView::Authorised,
            Some(PaymentState::Captured) => PaymentView::Captured { amount },
            Some(PaymentState::Settled) => PaymentView::Settled { amount },
            Some(PaymentState::Declined) => PaymentView::Declined,
            Some(PaymentState::Voided) => PaymentView::Voided,
            Some(PaymentState::Expired) => PaymentView::Expired,
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
