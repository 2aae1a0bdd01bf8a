use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use crate::actors::Stamp;
use crate::domain::{
    CancelReason, Date, DeclineReason, Happening, Money, OrderId, OrderKey, OrderState, PaymentId, Step,
};
use crate::journal::Position;
use crate::runtime::{AnyTable, Keys, RequestId, Table};

use super::transitions::{self, Trigger};
use super::{
    AnswerKind, AnswerState, End, KeyBinding, KeyHash, Order, Payment, PaymentState, PlaceOrder, Route,
    Shipment, StockState, StopState,
};

/// The facts about orders. Each is about one order, but for those about idempotency keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    Placed(Box<Placed>),
    KeyBound {
        key: KeyHash,
        order: OrderId,
        digest: u64,
    },
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
    /// Anything but `Asked` and `Declined`, which have events of their own.
    PaymentBecame {
        order: OrderId,
        payment: PaymentId,
        state: PaymentState,
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
    /// The warehouse has it: it is asked to stop.
    CancelAsked {
        order: OrderId,
        request: Option<RequestId>,
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
    /// What is held may lapse before the goods leave.
    PaymentLapsing {
        order: OrderId,
        payment: PaymentId,
    },
    /// The goods are the order's, and the hold lapsed meanwhile: it is confirmed once there is another.
    GoodsAllocated {
        order: OrderId,
    },
    /// The stock keeper is asked whether supplies may be ordered though nothing is held.
    CreditAsked {
        order: OrderId,
    },
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
}

/// A new order: all that was sent, and the key that opens it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Placed {
    pub key: OrderKey,
    pub bound_by: KeyHash,
    pub place: PlaceOrder,
}

#[derive(Default)]
pub struct State {
    pub orders: Table<Order>,
    pub idempotency_keys: Table<KeyBinding>,
}

impl Event {
    pub fn changes(&self, keys: &mut Keys) {
        match self {
            Event::KeyBound { key, .. } | Event::KeyFreed { key } => keys.add::<KeyBinding>(key),
            Event::Forgotten { order, key } => {
                keys.add::<KeyBinding>(key);
                keys.add::<Order>(order);
            }
            about_an_order => {
                if let Some(order) = about_an_order.order() {
                    keys.add::<Order>(&order);
                }
            }
        }
    }

    /// The order that it changes.
    pub fn order(&self) -> Option<OrderId> {
        match self {
            Event::KeyBound { .. } | Event::KeyFreed { .. } => None,
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
            | Event::GoodsAllocated { order }
            | Event::CreditAsked { order }
            | Event::CreditEnded { order }
            | Event::StopAsked { order }
            | Event::StoppedUnpaid { order }
            | Event::Forgotten { order, .. } => Some(*order),
        }
    }

    /// What it is to the table of transitions.
    pub fn trigger(&self) -> Option<Trigger> {
        match self {
            Event::Placed(_)
            | Event::KeyBound { .. }
            | Event::KeyFreed { .. }
            | Event::Answered { .. }
            | Event::CreditAsked { .. }
            | Event::CreditEnded { .. }
            | Event::GoodsAllocated { .. }
            | Event::Forgotten { .. } => None,
            Event::InStock { .. } => Some(Trigger::Reserved),
            Event::Promised { .. } => Some(Trigger::Promised),
            Event::PromiseChanged { .. } => Some(Trigger::PromiseChanged),
            Event::SuppliesArrived { .. } => Some(Trigger::SuppliesArrived),
            Event::SuppliesOrdered { .. } => Some(Trigger::SuppliesOrdered),
            Event::PaymentAsked { .. } => Some(Trigger::PaymentAsked),
            Event::PaymentBecame { state, .. } => payment_trigger(*state),
            Event::Confirmed { .. } => Some(Trigger::Allocated),
            Event::DispatchAsked { .. } => Some(Trigger::DispatchAsked),
            Event::HandedOver { .. } => Some(Trigger::HandedOver),
            Event::Delivered { .. } => Some(Trigger::Delivered),
            Event::Closed { .. } => Some(Trigger::Completed),
            Event::Declined { .. } => Some(Trigger::PaymentDeclined),
            Event::Cancelled { reason: CancelReason::ByCustomer, .. } => Some(Trigger::Cancel),
            Event::Cancelled { reason: CancelReason::OutOfStock { .. }, .. } => Some(Trigger::OutOfStock),
            Event::Cancelled { reason: CancelReason::NoSupplies, .. } => Some(Trigger::NoSupplies),
            Event::Cancelled { reason: CancelReason::PaymentLapsed, .. } => Some(Trigger::GivenUp),
            Event::Cancelled { reason: CancelReason::BackorderLimit, .. } => Some(Trigger::CreditRefused),
            Event::CancelAsked { .. } => Some(Trigger::Cancel),
            Event::Stopped { .. } | Event::StoppedUnpaid { .. } => Some(Trigger::Stopped),
            Event::TooLateToCancel { .. } => Some(Trigger::TooLateToStop),
            Event::RenewalAsked { .. } => Some(Trigger::RenewalAsked),
            Event::PaymentLapsing { .. } => Some(Trigger::PaymentLapsing),
            Event::StopAsked { .. } => Some(Trigger::StopAsked),
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
            _ => smallvec![],
        }
    }
}

impl Placed {
    fn steps(&self) -> Steps {
        let from_browser = self.place.idempotency.route == Route::Payment;
        let lines = u16::try_from(self.place.lines.len()).unwrap_or(u16::MAX);
        smallvec![
            (Step::TALKS, Happening::OrderReceived { from_browser }),
            (Step::SENT, Happening::OrderSent { lines, total: self.place.totals.total }),
            (Step::ASKS_STOCK, Happening::StockAsked),
        ]
    }

    fn order(&self, stamp: &Stamp) -> Order {
        let place = &self.place;
        Order {
            key: self.key,
            state: OrderState::Placed,
            placed_at: stamp.at,
            buyer: place.idempotency.principal,
            bound_by: self.bound_by,
            lines: place.lines.clone(),
            totals: place.totals,
            customer: place.customer.clone(),
            shipping_address: place.shipping_address.clone(),
            token: place.token.clone(),
            stock: StockState::Asked,
            on_credit: false,
            promised_date: None,
            payments: Vec::with_capacity(1),
            shipments: vec![],
            answer: AnswerState::Waiting(place.request),
            stop: StopState::No,
            end: None,
        }
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

fn payment_trigger(state: PaymentState) -> Option<Trigger> {
    match state {
        PaymentState::Asked => None,
        PaymentState::Unknown => Some(Trigger::PaymentUnknown),
        PaymentState::Verified => Some(Trigger::CardVerified),
        PaymentState::Authorised => Some(Trigger::PaymentAuthorised),
        PaymentState::Captured => Some(Trigger::PaymentCaptured),
        PaymentState::Settled => Some(Trigger::PaymentSettled),
        PaymentState::Declined => Some(Trigger::PaymentDeclined),
        PaymentState::Voided => Some(Trigger::PaymentVoided),
        PaymentState::Expired => Some(Trigger::PaymentExpired),
    }
}

impl State {
    pub fn apply(&mut self, event: &Event, stamp: &Stamp) {
        match event {
            Event::Placed(placed) => {
                let order = placed.order(stamp);
                self.orders.change(&placed.place.order, stamp.position, |slot| *slot = Some(order));
            }
            Event::KeyBound { key, order, digest } => {
                let binding = KeyBinding { order: *order, digest: *digest };
                self.idempotency_keys.change(key, stamp.position, |slot| *slot = Some(binding));
            }
            Event::KeyFreed { key } => self.idempotency_keys.change(key, stamp.position, |slot| *slot = None),
            Event::Forgotten { order, key } => {
                self.orders.change(order, stamp.position, |slot| *slot = None);
                self.idempotency_keys.change(key, stamp.position, |slot| {
                    slot.take_if(|binding| binding.order == *order);
                });
            }
            about_an_order => self.note(about_an_order, stamp.position),
        }
    }

    fn note(&mut self, event: &Event, position: Position) {
        let Some(id) = event.order() else { return };
        self.orders.change(&id, position, |slot| {
            if let Some(order) = slot {
                order.note(event);
            }
        });
    }

    pub fn tables(&self) -> Vec<&dyn AnyTable> {
        vec![&self.orders, &self.idempotency_keys]
    }

    pub fn tables_mut(&mut self) -> Vec<&mut dyn AnyTable> {
        vec![&mut self.orders, &mut self.idempotency_keys]
    }
}

impl Order {
    /// Folds one event in; the state moves as the table of transitions says, and not otherwise.
    fn note(&mut self, event: &Event) {
        if let Some(trigger) = event.trigger() {
            self.state = transitions::next(self.state, trigger).unwrap_or(self.state);
        }
        match event {
            Event::InStock { .. } | Event::SuppliesArrived { .. } => self.stock = StockState::Reserved,
            Event::Promised { date, .. } => {
                self.stock = StockState::Pegged;
                self.promised_date = Some(*date);
            }
            Event::PromiseChanged { date, .. } => self.promised_date = Some(*date),
            Event::PaymentAsked { payment, verification, .. } => {
                self.payments.push(Payment::asked(*payment, *verification));
            }
            Event::RenewalAsked { payment, .. } => self.payments.push(Payment::asked(*payment, false)),
            Event::PaymentLapsing { payment, .. } => {
                let lapsing = self.payments.iter_mut().find(|attempt| attempt.id == *payment);
                lapsing.into_iter().for_each(|attempt| attempt.lapsing = true);
            }
            Event::GoodsAllocated { .. } => self.stock = StockState::Allocated,
            Event::PaymentBecame { payment, state, .. } => self.payment_became(*payment, *state),
            Event::Confirmed { promised, .. } => {
                self.stock = StockState::Allocated;
                self.promised_date = Some(*promised);
            }
            Event::HandedOver { tracking, .. } => {
                self.shipments.push(Shipment { tracking: tracking.clone() });
            }
            Event::Declined { reason, .. } => {
                self.end = Some(End::Declined(*reason));
                if let Some(payment) = self.payments.last_mut() {
                    payment.state = PaymentState::Declined;
                }
            }
            Event::Cancelled { reason, .. } => self.end = Some(End::Cancelled(*reason)),
            Event::Stopped { .. } => {
                self.end = Some(End::Cancelled(CancelReason::ByCustomer));
                self.stop = StopState::No;
            }
            Event::StoppedUnpaid { .. } => {
                self.end = Some(End::Cancelled(CancelReason::PaymentLapsed));
                self.stop = StopState::No;
            }
            Event::CreditAsked { .. } => self.on_credit = true,
            Event::CreditEnded { .. } => self.on_credit = false,
            Event::StopAsked { .. } => self.stop = StopState::ForPayment,
            Event::CancelAsked { request, .. } => self.stop = StopState::Asked(*request),
            Event::TooLateToCancel { .. } => self.stop = StopState::TooLate,
            Event::Answered { kind, .. } => self.answer = AnswerState::Given(*kind),
            // these move the state and nothing else, or are about keys
            Event::SuppliesOrdered { .. }
            | Event::DispatchAsked { .. }
            | Event::Delivered { .. }
            | Event::Closed { .. }
            | Event::Placed(_)
            | Event::KeyBound { .. }
            | Event::KeyFreed { .. }
            | Event::Forgotten { .. } => {}
        }
    }

    fn payment_became(&mut self, id: PaymentId, state: PaymentState) {
        if let Some(payment) = self.payments.iter_mut().find(|payment| payment.id == id) {
            payment.state = state;
        }
    }
}
