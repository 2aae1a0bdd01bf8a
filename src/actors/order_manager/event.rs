use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use crate::actors::stock_keeper::CreditKey;
use crate::domain::{
    CancelReason, Date, DeclineReason, Happening, Money, OrderId, OrderKey, OrderNumber, PaymentId, Step,
    Timestamp,
};
use crate::runtime::{Owed, Versioned};

use super::transitions::Trigger;
use super::{AnswerKind, AttemptState, CancelReply, KeyHash, PlaceOrder, Route};

/// The facts about orders. Each is about one order, but for those about idempotency keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum Event {
    Placed(Box<Placed>),
    KeyFreed {
        key: KeyHash,
    },
    InStock {
        order: OrderId,
    },
    Promised {
        order: OrderId,
        date: Date,
    },
    PromiseChanged {
        order: OrderId,
        date: Date,
    },
    SuppliesArrived {
        order: OrderId,
    },
    SuppliesOrdered {
        order: OrderId,
    },
    PaymentAsked {
        order: OrderId,
        payment: PaymentId,
        amount: Money,
        verification: bool,
    },
    /// Anything but `Asked`, `Verified` and `Captured`, and the decline that ends the order, which have events of their own.
    PaymentBecame {
        order: OrderId,
        payment: PaymentId,
        state: AttemptState,
    },
    Confirmed {
        order: OrderId,
        promised: Date,
    },
    DispatchAsked {
        order: OrderId,
    },
    HandedOver {
        order: OrderId,
        tracking: String,
    },
    Delivered {
        order: OrderId,
    },
    Closed {
        order: OrderId,
    },
    Declined {
        order: OrderId,
        reason: DeclineReason,
    },
    /// Before the warehouse had it.
    Cancelled {
        order: OrderId,
        reason: CancelReason,
    },
    /// The warehouse has it: it is asked to stop. `owed`: what the customer is to be told then.
    CancelAsked {
        order: OrderId,
        owed: Option<Owed<CancelReply>>,
    },
    /// It did not leave the warehouse.
    Stopped {
        order: OrderId,
    },
    TooLateToCancel {
        order: OrderId,
    },
    Answered {
        order: OrderId,
        kind: AnswerKind,
    },
    /// Another attempt, because the hold has lapsed or is about to. The order stays where it is.
    RenewalAsked {
        order: OrderId,
        payment: PaymentId,
        amount: Money,
    },
    /// See [`PaymentAttempt::lapsing`](super::PaymentAttempt::lapsing).
    PaymentLapsing {
        order: OrderId,
        payment: PaymentId,
    },
    /// The card is good, and nothing is held. `card`: what limits on its word count it by.
    CardVerified {
        order: OrderId,
        payment: PaymentId,
        card: CreditKey,
    },
    /// The stock keeper is asked to make what is reserved the order's own.
    AllocationAsked {
        order: OrderId,
    },
    /// The goods are the order's own.
    GoodsAllocated {
        order: OrderId,
    },
    /// The goods have left: the money is asked for.
    CaptureAsked {
        order: OrderId,
        payment: PaymentId,
    },
    /// The stock keeper is asked whether supplies may be ordered though nothing is held.
    CreditAsked {
        order: OrderId,
    },
    CreditGranted {
        order: OrderId,
    },
    CreditRefused {
        order: OrderId,
    },
    /// Its money is held, or it has ended: nothing of it stands on a word any more.
    CreditEnded {
        order: OrderId,
    },
    /// No money is held for what the warehouse has: it is asked to stop.
    StopAsked {
        order: OrderId,
    },
    /// It did not leave the warehouse, because no money is held for it.
    StoppedUnpaid {
        order: OrderId,
    },
    /// It was refused a day ago: nothing is left of it. The key is free, unless another order was placed under it since.
    Forgotten {
        order: OrderId,
        key: KeyHash,
    },
    /// Its money is held and its supplies are not ordered yet. `card`: what limits on what is ordered in count it by.
    CardNamed {
        order: OrderId,
        card: CreditKey,
    },
    /// So much was taken.
    PaymentCaptured {
        order: OrderId,
        payment: PaymentId,
        amount: Money,
    },
    /// So much of it is with the customer again, in all.
    PaymentRefunded {
        order: OrderId,
        payment: PaymentId,
        in_all: Money,
    },
    /// She may try another card so long, by the real clock. A decline that ends the order is `Declined`.
    CardDeclined {
        order: OrderId,
        payment: PaymentId,
        reason: DeclineReason,
        until: Timestamp,
    },
    /// She has typed another card, which is asked for from now on.
    CardTyped {
        order: OrderId,
        token: String,
    },
    /// The hold that stands goes on, until its end.
    RenewalDeclined {
        order: OrderId,
        payment: PaymentId,
        reason: DeclineReason,
    },
}

/// A new order: all that was sent, the key that opens it, and the idempotency key that is bound to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Placed {
    pub key: OrderKey,
    pub number: OrderNumber,
    pub bound_by: KeyHash,
    pub place: PlaceOrder,
    /// When, by the trade's time.
    pub at: Timestamp,
}

impl Versioned for Event {
    const VERSION: u8 = 3;
}

impl Event {
    /// The order that it changes.
    pub fn order(&self) -> Option<OrderId> {
        match self {
            Event::KeyFreed { .. } => None,
            Event::Placed(placed) => Some(placed.place.order),
            Event::InStock { order }
            | Event::Promised { order, .. }
            | Event::PromiseChanged { order, .. }
            | Event::SuppliesArrived { order }
            | Event::SuppliesOrdered { order }
            | Event::PaymentAsked { order, .. }
            | Event::PaymentBecame { order, .. }
            | Event::Confirmed { order, .. }
            | Event::DispatchAsked { order }
            | Event::HandedOver { order, .. }
            | Event::Delivered { order }
            | Event::Closed { order }
            | Event::Declined { order, .. }
            | Event::Cancelled { order, .. }
            | Event::CancelAsked { order, .. }
            | Event::Stopped { order }
            | Event::TooLateToCancel { order }
            | Event::Answered { order, .. }
            | Event::RenewalAsked { order, .. }
            | Event::PaymentLapsing { order, .. }
            | Event::CardVerified { order, .. }
            | Event::AllocationAsked { order }
            | Event::GoodsAllocated { order }
            | Event::CaptureAsked { order, .. }
            | Event::CreditAsked { order }
            | Event::CreditGranted { order }
            | Event::CreditRefused { order }
            | Event::CreditEnded { order }
            | Event::StopAsked { order }
            | Event::StoppedUnpaid { order }
            | Event::Forgotten { order, .. }
            | Event::CardNamed { order, .. }
            | Event::PaymentCaptured { order, .. }
            | Event::PaymentRefunded { order, .. }
            | Event::CardDeclined { order, .. }
            | Event::CardTyped { order, .. }
            | Event::RenewalDeclined { order, .. } => Some(*order),
        }
    }

    /// What it is to the table of transitions.
    pub fn trigger(&self) -> Option<Trigger> {
        match self {
            Event::Placed(_)
            | Event::KeyFreed { .. }
            | Event::Answered { .. }
            | Event::CreditAsked { .. }
            | Event::CreditEnded { .. }
            | Event::AllocationAsked { .. }
            | Event::CaptureAsked { .. }
            | Event::Forgotten { .. }
            | Event::CardNamed { .. }
            | Event::CardTyped { .. } => None,
            Event::InStock { .. } => Some(Trigger::Reserved),
            Event::Promised { .. } => Some(Trigger::Promised),
            Event::PromiseChanged { .. } => Some(Trigger::PromiseChanged),
            Event::SuppliesArrived { .. } => Some(Trigger::SuppliesArrived),
            Event::SuppliesOrdered { .. } => Some(Trigger::SuppliesOrdered),
            Event::PaymentAsked { .. } => Some(Trigger::PaymentAsked),
            Event::PaymentBecame { state, .. } => payment_trigger(*state),
            Event::PaymentCaptured { .. } => Some(Trigger::PaymentCaptured),
            Event::PaymentRefunded { .. } => Some(Trigger::PaymentRefunded),
            Event::CardVerified { .. } => Some(Trigger::CardVerified),
            Event::CreditGranted { .. } => Some(Trigger::CreditGranted),
            Event::CreditRefused { .. } => Some(Trigger::CreditRefused),
            Event::GoodsAllocated { .. } => Some(Trigger::Allocated),
            Event::Confirmed { .. } => Some(Trigger::Confirmed),
            Event::DispatchAsked { .. } => Some(Trigger::DispatchAsked),
            Event::HandedOver { .. } => Some(Trigger::HandedOver),
            Event::Delivered { .. } => Some(Trigger::Delivered),
            Event::Closed { .. } => Some(Trigger::Completed),
            Event::Declined { .. } => Some(Trigger::PaymentDeclined),
            Event::Cancelled { reason: CancelReason::ByCustomer, .. } => Some(Trigger::Cancel),
            Event::Cancelled { reason: CancelReason::OutOfStock { .. }, .. } => Some(Trigger::OutOfStock),
            Event::Cancelled { reason: CancelReason::NoSupplies, .. } => Some(Trigger::NoSupplies),
            Event::Cancelled {
                reason: CancelReason::PaymentLapsed | CancelReason::BackorderLimit, ..
            } => Some(Trigger::GivenUp),
            Event::CancelAsked { .. } => Some(Trigger::Cancel),
            Event::Stopped { .. } | Event::StoppedUnpaid { .. } => Some(Trigger::Stopped),
            Event::TooLateToCancel { .. } => Some(Trigger::TooLateToStop),
            Event::RenewalAsked { .. } => Some(Trigger::RenewalAsked),
            Event::PaymentLapsing { .. } => Some(Trigger::PaymentLapsing),
            Event::StopAsked { .. } => Some(Trigger::StopAsked),
            Event::CardDeclined { .. } => Some(Trigger::CardDeclined),
            Event::RenewalDeclined { .. } => Some(Trigger::RenewalDeclined),
        }
    }

    pub fn happenings(&self) -> crate::actors::Happenings {
        let Some(order) = self.order() else { return smallvec![] };
        let of_order = |(step, what)| (order, step, what);
        self.steps().into_iter().map(of_order).collect()
    }

    /// What others state of the same moment (the money, the truck, the doorstep) is left to them.
    fn steps(&self) -> Steps {
        match self {
            Event::Placed(placed) => placed.steps(),
            Event::InStock { .. } => smallvec![(Step::STOCK_OR_DATE, Happening::InStock)],
            Event::Promised { date, .. } | Event::PromiseChanged { date, .. } => {
                smallvec![(Step::STOCK_OR_DATE, Happening::Promised { date: *date })]
            }
            Event::PaymentAsked { amount, verification: true, .. } => {
                let nothing = Money::zero(amount.currency);
                smallvec![(Step::TAKES_PAYMENT, Happening::PaymentAsked { amount: nothing })]
            }
            Event::PaymentAsked { amount, .. } | Event::RenewalAsked { amount, .. } => {
                smallvec![(Step::TAKES_PAYMENT, Happening::PaymentAsked { amount: *amount })]
            }
            Event::Confirmed { .. } => smallvec![(Step::TELLS_SERVER, Happening::Confirmed)],
            Event::Declined { reason, .. } => {
                smallvec![(Step::TELLS_SERVER, Happening::Declined { reason: *reason })]
            }
            Event::Cancelled { reason, .. } => cancelled_steps(*reason),
            Event::Stopped { .. } => cancelled_steps(CancelReason::ByCustomer),
            Event::StoppedUnpaid { .. } => cancelled_steps(CancelReason::PaymentLapsed),
            Event::StopAsked { .. } => smallvec![(Step::DISPATCH_ASKED, Happening::StopAsked)],
            Event::CancelAsked { .. } => smallvec![(Step::TALKS, Happening::CancelAsked)],
            Event::TooLateToCancel { .. } => smallvec![(Step::TELLS_SERVER, Happening::TooLateToCancel)],
            Event::Closed { .. } => smallvec![(Step::DELIVERED, Happening::Closed)],
            Event::CardDeclined { .. } => smallvec![(Step::TELLS_SERVER, Happening::AnotherCardAwaited)],
            Event::CardTyped { .. } => smallvec![(Step::TALKS, Happening::AnotherCardTyped)],
            Event::KeyFreed { .. }
            | Event::SuppliesArrived { .. }
            | Event::SuppliesOrdered { .. }
            | Event::PaymentBecame { .. }
            | Event::DispatchAsked { .. }
            | Event::HandedOver { .. }
            | Event::Delivered { .. }
            | Event::Answered { .. }
            | Event::PaymentLapsing { .. }
            | Event::CardVerified { .. }
            | Event::AllocationAsked { .. }
            | Event::GoodsAllocated { .. }
            | Event::CaptureAsked { .. }
            | Event::CreditAsked { .. }
            | Event::CreditGranted { .. }
            | Event::CreditRefused { .. }
            | Event::CreditEnded { .. }
            | Event::Forgotten { .. }
            | Event::CardNamed { .. }
            | Event::PaymentCaptured { .. }
            | Event::PaymentRefunded { .. }
            | Event::RenewalDeclined { .. } => smallvec![],
        }
    }
}

impl Placed {
    fn steps(&self) -> Steps {
        let from_browser = self.place.idempotency.route == Route::Payment;
        let lines = u16::try_from(self.place.lines.len()).unwrap_or(u16::MAX);
        smallvec![
            (Step::TALKS, Happening::OrderReceived { from_browser }),
            (Step::SENT, Happening::OrderSent { lines, total: self.place.quote.totals.total }),
            (Step::ASKS_STOCK, Happening::StockAsked),
        ]
    }
}

/// As its happenings, of one order.
type Steps = smallvec::SmallVec<[(Step, Happening); 1]>;

fn cancelled_steps(reason: CancelReason) -> Steps {
    let cancelled = (Step::TELLS_SERVER, Happening::Cancelled { reason });
    match reason {
        CancelReason::OutOfStock { earliest } => {
            smallvec![(Step::STOCK_OR_DATE, Happening::OutOfStock { earliest }), cancelled]
        }
        CancelReason::ByCustomer
        | CancelReason::NoSupplies
        | CancelReason::PaymentLapsed
        | CancelReason::BackorderLimit => {
            smallvec![cancelled]
        }
    }
}

fn payment_trigger(state: AttemptState) -> Option<Trigger> {
    match state {
        AttemptState::Asked => None,
        AttemptState::Unknown => Some(Trigger::PaymentUnknown),
        AttemptState::Verified => Some(Trigger::CardVerified),
        AttemptState::Authorised => Some(Trigger::PaymentAuthorised),
        AttemptState::Captured => Some(Trigger::PaymentCaptured),
        AttemptState::Settled => Some(Trigger::PaymentSettled),
        AttemptState::Declined => Some(Trigger::PaymentDeclined),
        AttemptState::Voided => Some(Trigger::PaymentVoided),
        AttemptState::Expired => Some(Trigger::PaymentExpired),
    }
}
