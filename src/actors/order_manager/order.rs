use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::actors::stock_keeper::CreditKey;
use crate::domain::quote::Quote;
use crate::domain::{
    Buyer, CancelReason, Customer, Date, DeclineReason, Money, OrderId, OrderKey, OrderLine, OrderNumber,
    OrderState, PaymentId, ShippingAddress, Timestamp, Units,
};
use crate::planted::{self, Bug};
use crate::runtime::{Aggregate, Owed, Partition, RequestId};
use crate::storage::TreeName;

use super::{AnswerKind, CancelReply, Claim, KeyHash, OrderView, PaymentView};

/// So many attempts to pay one order at the most: a hold that lapses again and again is not renewed for ever.
pub const PAYMENT_ATTEMPTS_MAX: usize = 8;

/// Tree `orders`: one order, from the click to the doorstep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub key: OrderKey,
    pub state: OrderState,
    /// Shared: every turn of an order makes a copy of it, and this never changes.
    pub terms: Arc<Terms>,
    pub stock: StockState,
    pub credit: Credit,
    /// At the doorstep.
    pub promised_date: Option<Date>,
    /// Attempts to pay it, the newest last: one, two where the card was only verified at first, and one more for each
    /// hold that lapsed or was renewed. At most one of them is held.
    pub payments: SmallVec<[PaymentAttempt; 1]>,
    /// What banks declined of it while it went on, the newest last.
    pub declines: Vec<Decline>,
    /// What has left the house, in that order. One for now.
    pub shipments: Vec<Shipment>,
    pub answer: AnswerState,
    pub stop: StopState,
    pub end: Option<End>,
}

/// What was ordered and on what terms, as it was placed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// For people.
    pub number: OrderNumber,
    pub placed_at: Timestamp,
    /// Whose it is, and whom the answer goes to.
    pub buyer: Buyer,
    /// The idempotency key that it was placed under: freed if the token turns out to be unknown, or with the order.
    pub bound_by: KeyHash,
    pub lines: Arc<[OrderLine]>,
    /// As she was shown it: it is charged, and never reckoned again.
    pub quote: Arc<Quote>,
    pub customer: Arc<Customer>,
    pub shipping_address: Arc<ShippingAddress>,
    /// Names the card at the processor, for a hold that is asked for when the supplies are in: the last that she has typed.
    pub token: String,
}

impl Aggregate for Order {
    const TREE: TreeName = TreeName("orders");
    const VERSION: u8 = 3;
    type Key = OrderId;

    fn partition(order: &OrderId) -> Partition {
        order.slot().into()
    }
}

/// Where the goods of an order are, as far as the order manager knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StockState {
    /// The stock keeper has not answered. Nor has it where the order was out of stock, which has ended with that.
    Asked,
    /// Some wait for supplies.
    Pegged,
    /// Every line is reserved in full.
    Reserved,
    /// The stock keeper was asked for them, and has not answered.
    Allocating,
    /// They are the order's own.
    Allocated,
}

/// Whether supplies may be ordered: on the word of a card that was only verified, or on money that is held and can be had back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Credit {
    /// Nothing is ordered in for it, or it has left the house, or ended.
    None,
    /// This card is good, or holds the money, and nobody was asked yet.
    Possible(CreditKey),
    Asked,
    Granted,
    Refused,
}

/// One attempt to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentAttempt {
    pub id: PaymentId,
    /// It asks only whether the card is good, and holds nothing.
    pub verification: bool,
    pub state: AttemptState,
    /// The last day of its window has begun, or the last fifth of a short one: it may lapse before the goods leave.
    pub lapsing: bool,
    /// The goods have left, and its money is asked for.
    pub capture_asked: bool,
    /// What was taken of it, and what of that given back, as the merchant system told; in minor units.
    pub captured: i64,
    pub refunded: i64,
}

/// A card that a bank declined, of an order that did not end with that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decline {
    pub reason: DeclineReason,
    /// Names the card at the processor.
    pub token: String,
    /// So long, by the real clock, she may try another card; `None` where an older hold stood, which goes on until its end.
    pub card_until: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttemptState {
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

impl PaymentAttempt {
    /// As it stands when the merchant system is asked.
    pub fn asked(id: PaymentId, verification: bool) -> PaymentAttempt {
        let (state, lapsing, capture_asked) = (AttemptState::Asked, false, false);
        PaymentAttempt { id, verification, state, lapsing, capture_asked, captured: 0, refunded: 0 }
    }
}

impl AttemptState {
    /// The money is the shop's, or on its way.
    pub fn is_taken(self) -> bool {
        matches!(self, AttemptState::Captured | AttemptState::Settled)
    }

    /// What is told about a payment is merged forward only: a doubled or late report changes nothing.
    pub fn may_become(self, to: AttemptState) -> bool {
        use AttemptState::*;
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
    /// "Pending" at first. Its supplies are ordered since, so it is taken, also while a hold is asked for when they are here.
    TakenSince,
}

impl AnswerState {
    /// She has been told that it is taken, or a letter has told her since.
    pub fn is_taken(self) -> bool {
        let taken = |kind| matches!(kind, AnswerKind::Confirmed { .. } | AnswerKind::OnPromise { .. });
        match self {
            AnswerState::Waiting(_) => false,
            AnswerState::Given(kind) => taken(kind),
            AnswerState::TakenSince => true,
        }
    }

    /// What the same key is answered may differ from what it was answered first.
    pub fn began_pending(self) -> bool {
        matches!(self, AnswerState::Given(AnswerKind::Pending) | AnswerState::TakenSince)
    }
}

/// Whether the warehouse is being asked to stop it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopState {
    No,
    /// She asks. The answer, if somebody waits for one, is owed until the warehouse has said.
    ByCustomer(Option<Owed<CancelReply>>),
    /// The shop asks, because no money is held for it any more.
    Unpaid,
    /// The warehouse has said that it cannot be stopped.
    TooLate,
}

/// What stands behind an order now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// The bank is being asked, or has not answered. An older hold stands, or it does not: `older_hold` knows.
    Asked,
    /// By this attempt, the newest or one before: a renewal that was declined leaves the older hold as it was.
    Held(PaymentId),
    /// The newest attempt was held, and lapsed.
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
    pub fn payment(&self) -> Option<&PaymentAttempt> {
        self.payments.last()
    }

    pub fn newest_state(&self) -> Option<AttemptState> {
        self.payment().map(|newest| newest.state)
    }

    /// The attempt `payment`, if it can still become `to`.
    pub fn payment_that_may_become(&self, payment: PaymentId, to: AttemptState) -> Option<&PaymentAttempt> {
        self.payments.iter().find(|attempt| attempt.id == payment && attempt.state.may_become(to))
    }

    /// The newest attempt that is in such a state.
    fn newest_in(&self, is_it: impl Fn(AttemptState) -> bool) -> Option<&PaymentAttempt> {
        self.payments.iter().rev().find(|attempt| is_it(attempt.state))
    }

    pub fn cover(&self) -> Cover {
        use AttemptState::*;
        let is_held = |state| state == Authorised || state == Verified && planted::is(Bug::VerifiedIsPaid);
        match (self.newest_state(), self.newest_in(is_held)) {
            (Some(Asked | Unknown), _) => Cover::Asked,
            (_, Some(held)) => Cover::Held(held.id),
            (Some(Expired), None) => Cover::Lapsed,
            (_, None) => Cover::Nothing,
        }
    }

    /// What is held may lapse before the goods leave.
    pub fn is_lapsing(&self) -> bool {
        self.payment().is_some_and(|newest| newest.state == AttemptState::Authorised && newest.lapsing)
    }

    pub fn may_ask_again(&self) -> bool {
        self.payments.len() < PAYMENT_ATTEMPTS_MAX
    }

    pub fn is_settled(&self) -> bool {
        self.newest_in(|state| state == AttemptState::Settled).is_some()
    }

    /// What stands besides the newest attempt.
    pub fn older_hold(&self) -> Option<PaymentId> {
        let held = self.payments.iter().rev().skip(1).find(|older| older.state == AttemptState::Authorised);
        held.map(|older| older.id)
    }

    /// What the bank is to let go of when it grants a new hold: also one that has lapsed, in case the bank has yet to
    /// find that out.
    pub fn last_hold(&self) -> Option<PaymentId> {
        let was_held = |state| matches!(state, AttemptState::Authorised | AttemptState::Expired);
        self.newest_in(was_held).map(|hold| hold.id)
    }

    /// The money is the shop's, or on its way.
    pub fn is_captured(&self) -> bool {
        self.newest_in(AttemptState::is_taken).is_some()
    }

    pub fn is_capture_asked(&self, payment: PaymentId) -> bool {
        self.payments.iter().any(|attempt| attempt.id == payment && attempt.capture_asked)
    }

    /// The attempt of which something was taken: a refund is of that.
    pub fn taken(&self) -> Option<PaymentId> {
        self.payments.iter().rev().find(|attempt| attempt.captured > 0).map(|attempt| attempt.id)
    }

    /// The number of the shipment that left last; of the first before it has.
    pub fn shipment_no(&self) -> u8 {
        u8::try_from(self.shipments.len().max(1)).unwrap_or(u8::MAX)
    }

    /// It counts against what the shop orders in.
    pub fn is_on_credit(&self) -> bool {
        matches!(self.credit, Credit::Asked | Credit::Granted | Credit::Refused)
    }

    /// Its money is held, and nobody has been asked yet whether its supplies may be ordered.
    pub fn is_to_be_ordered_in(&self) -> bool {
        (self.state, self.stock, self.credit)
            == (OrderState::AwaitingPayment, StockState::Pegged, Credit::None)
    }

    /// Its supplies are ordered in the turn that takes it.
    pub fn nothing_is_ordered_in(&self) -> bool {
        self.state == OrderState::AwaitingPayment && !self.answer.is_taken()
    }

    /// Its card was declined last, and she may try another one.
    pub fn waits_for_card(&self) -> Option<&Decline> {
        let is_declined = self.newest_state() == Some(AttemptState::Declined);
        let waits = is_declined && self.state == OrderState::AwaitingPayment;
        self.declines.last().filter(|decline| waits && decline.card_until.is_some())
    }

    /// A bank will never approve this card.
    pub fn is_refused_for_good(&self, token: &str) -> bool {
        let is_refused = |decline: &Decline| decline.token == token && decline.reason.is_hard();
        self.declines.iter().any(is_refused) && !planted::is(Bug::RefusedCardAskedAgain)
    }

    pub fn is_owned_by(&self, claim: &Claim) -> bool {
        match claim {
            Claim::Key(key) => self.key.opens(key),
            Claim::Program(program) => self.terms.buyer == Buyer::Program(*program),
            Claim::Link => true,
        }
    }

    pub fn is_answered(&self) -> bool {
        !matches!(self.answer, AnswerState::Waiting(_))
    }

    pub fn units(&self) -> Vec<Units> {
        units(&self.terms.lines)
    }

    /// As its owner may see it now.
    pub fn view(&self, id: OrderId) -> OrderView {
        let (decline_reason, cancel_reason) = match self.end {
            Some(End::Declined(reason)) => (Some(reason.as_told()), None),
            Some(End::Cancelled(reason)) => (None, Some(reason)),
            None => (self.waits_for_card().map(|decline| decline.reason.as_told()), None),
        };
        OrderView {
            id,
            number: self.terms.number,
            key: self.key,
            state: self.state,
            placed_at: self.terms.placed_at,
            lines: self.terms.lines.clone(),
            quote: self.terms.quote.clone(),
            customer: self.terms.customer.clone(),
            shipping_address: self.terms.shipping_address.clone(),
            promised_date: self.promised_date,
            tracking: self.shipments.last().map(|shipment| shipment.tracking.clone()),
            payment: self.payment_view(),
            decline_reason,
            cancel_reason,
        }
    }

    fn payment_view(&self) -> PaymentView {
        let minor = |amount| Money::new(amount, self.terms.quote.totals.total.currency);
        let is_live = |state: AttemptState| state == AttemptState::Authorised || state.is_taken();
        // while a hold is renewed the one before it still stands, and one that is to be let go of stands until the bank has
        let standing = self.newest_in(is_live);
        let shown = standing.or(self.payment());
        let amount = minor(shown.map_or(0, |payment| payment.captured));
        if let Some(payment) = shown.filter(|payment| payment.refunded > 0) {
            return PaymentView::Refunded { captured: amount, refunded: minor(payment.refunded) };
        }
        match shown.map(|payment| payment.state) {
            None => PaymentView::None,
            Some(AttemptState::Asked) => PaymentView::Pending,
            Some(AttemptState::Unknown) => PaymentView::Unknown,
            // nothing was held, and nothing will be
            Some(AttemptState::Verified) if self.end.is_some() => PaymentView::Voided,
            Some(AttemptState::Verified) => PaymentView::Verified,
            Some(AttemptState::Authorised) => PaymentView::Authorised,
            Some(AttemptState::Captured) => PaymentView::Captured { amount },
            Some(AttemptState::Settled) => PaymentView::Settled { amount },
            Some(AttemptState::Declined) => self.declined_view(),
            Some(AttemptState::Voided) => PaymentView::Voided,
            Some(AttemptState::Expired) => PaymentView::Expired,
        }
    }

    fn declined_view(&self) -> PaymentView {
        let until = self.waits_for_card().and_then(|decline| decline.card_until);
        until.map_or(PaymentView::Declined, |until| PaymentView::AnotherCard {
            attempt: u8::try_from(self.payments.len() + 1).unwrap_or(u8::MAX),
            until,
        })
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
