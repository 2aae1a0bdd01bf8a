//! What each fact makes of an order.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::domain::{CancelReason, DeclineReason, OrderState, PaymentId, Timestamp};
use crate::runtime::Fold;

use super::transitions;
use super::{
    AnswerKind, AnswerState, AttemptState, Credit, Decline, End, Event, KeyBinding, Order, OrderNumbers,
    PaymentAttempt, Placed, Shipment, StockState, StopState, Terms,
};

pub fn fold(event: &Event, fold: &mut Fold<'_>) {
    match event {
        Event::Placed(placed) => {
            let (order, digest) = (placed.place.order, placed.place.idempotency.digest);
            fold.change::<OrderNumbers>(&order.slot(), |slot| slot.get_or_insert_default().given += 1);
            fold.change::<Order>(&order, |slot| *slot = Some(Order::placed(placed)));
            fold.change::<KeyBinding>(&placed.bound_by, |slot| *slot = Some(KeyBinding { order, digest }));
        }
        Event::KeyFreed { key } => fold.change::<KeyBinding>(key, |slot| *slot = None),
        Event::Forgotten { order, key } => {
            fold.change::<Order>(order, |slot| *slot = None);
            fold.change::<KeyBinding>(key, |slot| {
                slot.take_if(|binding| binding.order == *order);
            });
        }
        about_an_order => note(about_an_order, fold),
    }
}

fn note(event: &Event, fold: &mut Fold<'_>) {
    let Some(id) = event.order() else { return };
    fold.change::<Order>(&id, |slot| {
        if let Some(order) = slot {
            order.note(event);
        }
    });
}

impl Order {
    fn placed(placed: &Placed) -> Order {
        let place = &placed.place;
        let terms = Terms {
            number: placed.number,
            placed_at: placed.at,
            buyer: place.idempotency.principal,
            bound_by: placed.bound_by,
            lines: place.lines.clone(),
            quote: place.quote.clone(),
            customer: place.customer.clone(),
            shipping_address: place.shipping_address.clone(),
            token: place.token.clone(),
        };
        Order {
            key: placed.key,
            state: OrderState::Placed,
            terms: Arc::new(terms),
            stock: StockState::Asked,
            credit: Credit::None,
            promised_date: None,
            payments: SmallVec::new(),
            declines: vec![],
            shipments: vec![],
            answer: AnswerState::Waiting(place.request),
            stop: StopState::No,
            end: None,
        }
    }

    /// Folds one event in. The state moves as the table of transitions says, and not otherwise: a fact that has no row there
    /// leaves it, which the tests' desk and I4 find.
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
            Event::AllocationAsked { .. } => self.stock = StockState::Allocating,
            Event::GoodsAllocated { .. } => self.stock = StockState::Allocated,

            Event::PaymentAsked { payment, verification, .. } => {
                self.payments.push(PaymentAttempt::asked(*payment, *verification));
            }
            Event::RenewalAsked { payment, .. } => {
                self.payments.push(PaymentAttempt::asked(*payment, false));
            }
            Event::PaymentLapsing { payment, .. } => self.change(*payment, |attempt| attempt.lapsing = true),
            Event::PaymentBecame { payment, state, .. } => self.payment_became(*payment, *state),
            Event::CardVerified { payment, card, .. } => {
                self.payment_became(*payment, AttemptState::Verified);
                self.credit = Credit::Possible(*card);
            }
            Event::CaptureAsked { payment, .. } => {
                self.change(*payment, |attempt| attempt.capture_asked = true);
            }
            Event::PaymentCaptured { payment, amount, .. } => {
                self.payment_became(*payment, AttemptState::Captured);
                self.change(*payment, |attempt| attempt.captured += amount.amount);
            }
            Event::PaymentRefunded { payment, in_all, .. } => {
                self.change(*payment, |attempt| attempt.refunded = in_all.amount);
            }
            Event::CardDeclined { payment, reason, until, .. } => {
                self.declined(*payment, *reason, Some(*until));
            }
            Event::RenewalDeclined { payment, reason, .. } => self.declined(*payment, *reason, None),
            Event::CardTyped { token, .. } => Arc::make_mut(&mut self.terms).token.clone_from(token),
            Event::CardNamed { card, .. } => self.credit = Credit::Possible(*card),
            Event::CreditAsked { .. } => self.credit = Credit::Asked,
            Event::CreditGranted { .. } => self.credit = Credit::Granted,
            Event::CreditRefused { .. } => self.credit = Credit::Refused,
            Event::CreditEnded { .. } => self.credit = Credit::None,

            Event::Confirmed { promised, .. } => self.promised_date = Some(*promised),
            Event::HandedOver { tracking, .. } => {
                self.shipments.push(Shipment { tracking: tracking.clone() });
            }
            Event::Answered { kind, .. } => self.answer = AnswerState::Given(*kind),
            Event::StopAsked { .. } => self.stop = StopState::Unpaid,
            Event::CancelAsked { owed, .. } => self.stop = StopState::ByCustomer(*owed),
            Event::TooLateToCancel { .. } => self.stop = StopState::TooLate,
            Event::Declined { reason, .. } => {
                self.end = Some(End::Declined(*reason));
                if let Some(newest) = self.payments.last_mut() {
                    newest.state = AttemptState::Declined;
                }
            }
            Event::Cancelled { reason, .. } => self.end = Some(End::Cancelled(*reason)),
            Event::Stopped { .. } => self.stopped(CancelReason::ByCustomer),
            Event::StoppedUnpaid { .. } => self.stopped(CancelReason::PaymentLapsed),

            Event::SuppliesOrdered { .. } => {
                if self.answer == AnswerState::Given(AnswerKind::Pending) {
                    self.answer = AnswerState::TakenSince;
                }
            }

            // these move the state and nothing else
            Event::DispatchAsked { .. } | Event::Delivered { .. } | Event::Closed { .. } => {}
            // these are folded in above: they make an order or forget it, or are about keys
            Event::Placed(_) | Event::KeyFreed { .. } | Event::Forgotten { .. } => {}
        }
    }

    /// What is asked of a hold that is over was asked in vain.
    fn payment_became(&mut self, id: PaymentId, state: AttemptState) {
        self.change(id, |attempt| {
            attempt.state = state;
            attempt.capture_asked &= state != AttemptState::Expired;
        });
    }

    /// And it goes on.
    fn declined(&mut self, id: PaymentId, reason: DeclineReason, card_until: Option<Timestamp>) {
        self.payment_became(id, AttemptState::Declined);
        self.declines.push(Decline { reason, token: self.terms.token.clone(), card_until });
    }

    fn change(&mut self, id: PaymentId, change: impl FnOnce(&mut PaymentAttempt)) {
        if let Some(attempt) = self.payments.iter_mut().find(|attempt| attempt.id == id) {
            change(attempt);
        }
    }

    fn stopped(&mut self, reason: CancelReason) {
        self.end = Some(End::Cancelled(reason));
        self.stop = StopState::No;
    }
}
