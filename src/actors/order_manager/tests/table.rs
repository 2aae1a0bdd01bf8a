use std::collections::BTreeSet;

use strum::{VariantArray as _, VariantNames as _};

use super::desk::*;
use crate::actors::order_manager::transitions::{TABLE, next};
use crate::actors::stock_keeper::CreditKey;
use crate::actors::{Address, Event as Any, Turn, order_manager::*};
use crate::domain::{
    CancelReason, Date, DeclineReason, OrderId, OrderKey, OrderNumber, OrderState, PaymentId, RefundId,
    Timestamp,
};

/// One of each message about an order that is not looking at it.
pub fn every_message(order: OrderId, payment: PaymentId, key: &str) -> Vec<Message> {
    let (ships_on, amount) = (Date(20_784), place_order().quote.totals.total);
    vec![
        Message::Reserved { order },
        Message::Promised { order, ships_on },
        Message::OutOfStock { order, earliest: None },
        Message::SuppliesArrived { order },
        Message::PromiseChanged { order, ships_on },
        Message::NoSupplies { order },
        Message::Allocated { order },
        Message::PaymentAuthorised { order, payment },
        Message::PaymentHeld { order, payment, card: "tok_visa".into() },
        Message::CardVerified { order, payment, card: "tok_visa".into() },
        Message::CreditGranted { order },
        Message::CreditRefused { order },
        Message::PaymentDeclined { order, payment, reason: DeclineReason::DoNotHonour },
        Message::PaymentUnknown { order, payment },
        Message::PaymentVoided { order, payment },
        Message::PaymentCaptured { order, payment, amount },
        Message::PaymentSettled { order, payment },
        Message::PaymentRefunded { order, refund: RefundId { payment, no: 1 }, amount, in_all: amount },
        Message::HandedOver { order, tracking: "DSD6B5JMFRYP6P".into() },
        Message::Delivered { order },
        Message::Stopped { order },
        Message::TooLateToStop { order },
        Message::Cancel(Cancel { order, claim: key.to_owned().into() }),
        Message::PaymentLapsing { order, payment },
        Message::PaymentExpired { order, payment },
    ]
}

#[test]
fn every_state_and_trigger_either_moves_or_is_refused_by_name() {
    let pairs: BTreeSet<_> = TABLE.iter().map(|(from, by, _)| (*from, *by)).collect();
    assert_eq!(pairs.len(), TABLE.len(), "two rows for one pair");
    for state in OrderState::ALL {
        for &trigger in Trigger::VARIANTS {
            match next(state, trigger) {
                Ok(to) => assert!(TABLE.contains(&(state, trigger, to))),
                Err(refusal) => {
                    assert!(!pairs.contains(&(state, trigger)));
                    let said = refusal.to_string();
                    assert!(said.contains(state.name()) && said.contains(&format!("{trigger:?}")));
                }
            }
        }
    }
}

/// One of each fact, with each reason and each state of an attempt that leads an order elsewhere.
fn every_fact(order: OrderId, payment: PaymentId) -> Vec<Event> {
    let (date, key, bound_by) = (Date(20_784), OrderKey::new(1), KeyHash::of(&place_order().idempotency));
    let (place, at) = (place_order(), Timestamp(0));
    let number = OrderNumber::nth_of(order.slot(), 0);
    let amount = place.quote.totals.total;
    let mut all = vec![
        Event::Placed(Box::new(Placed { key, number, bound_by, place, at })),
        Event::KeyFreed { key: bound_by },
        Event::InStock { order },
        Event::Promised { order, date },
        Event::PromiseChanged { order, date },
        Event::SuppliesArrived { order },
        Event::SuppliesOrdered { order },
        Event::PaymentAsked { order, payment, amount, verification: false },
        Event::Confirmed { order, promised: date },
        Event::DispatchAsked { order },
        Event::HandedOver { order, tracking: "DSD6B5JMFRYP6P".into() },
        Event::Delivered { order },
        Event::Closed { order },
        Event::Declined { order, reason: DeclineReason::DoNotHonour },
        Event::CancelAsked { order, owed: None },
        Event::Stopped { order },
        Event::TooLateToCancel { order },
        Event::Answered { order, kind: AnswerKind::Pending },
        Event::RenewalAsked { order, payment, amount },
        Event::PaymentLapsing { order, payment },
        Event::CardVerified { order, payment, card: CreditKey::card("tok_visa") },
        Event::AllocationAsked { order },
        Event::GoodsAllocated { order },
        Event::CaptureAsked { order, payment },
        Event::CreditAsked { order },
        Event::CreditGranted { order },
        Event::CreditRefused { order },
        Event::CreditEnded { order },
        Event::StopAsked { order },
        Event::StoppedUnpaid { order },
        Event::Forgotten { order, key: bound_by },
        Event::CardNamed { order, card: CreditKey::card("tok_visa") },
        Event::PaymentCaptured { order, payment, amount },
        Event::PaymentRefunded { order, payment, in_all: amount },
        Event::CardDeclined { order, payment, reason: DeclineReason::DoNotHonour, until: at },
        Event::CardTyped { order, token: "tok_visa".into() },
        Event::RenewalDeclined { order, payment, reason: DeclineReason::DoNotHonour },
    ];
    let reasons = [
        CancelReason::ByCustomer,
        CancelReason::OutOfStock { earliest: None },
        CancelReason::NoSupplies,
        CancelReason::PaymentLapsed,
        CancelReason::BackorderLimit,
    ];
    all.extend(reasons.map(|reason| Event::Cancelled { order, reason }));
    use AttemptState::*;
    let states = [Unknown, Authorised, Captured, Settled, Declined, Voided, Expired];
    all.extend(states.map(|state| Event::PaymentBecame { order, payment, state }));
    all
}

#[test]
fn every_fact_that_moves_an_order_has_a_row_and_moves_it_there() {
    let facts = every_fact(place_order().order, PaymentId::new(1, 1));
    let named: BTreeSet<&str> = facts.iter().map(|fact| fact.into()).collect();
    assert_eq!(named, Event::VARIANTS.iter().copied().collect(), "one of each");
    for fact in &facts {
        let Some(trigger) = fact.trigger() else { continue };
        let rows: Vec<_> = TABLE.iter().filter(|(_, by, _)| *by == trigger).collect();
        assert!(!rows.is_empty(), "{fact:?} has no row");
        for (from, _, to) in rows {
            let mut desk = in_state(*from, &[], StockState::Asked, StopState::No);
            let id = desk.id;
            let turn = |turn: &mut Turn<'_>| turn.record(fact.clone());
            desk.alone.does(Address::OrderManager, id.slot().into(), None, turn);
            assert_eq!(desk.state(), *to, "{fact:?} of an order that is {from}");
        }
    }
    // and no row is there for what no fact is
    let stated: BTreeSet<Trigger> = facts.iter().filter_map(Event::trigger).collect();
    let by: BTreeSet<Trigger> = TABLE.iter().map(|(_, by, _)| *by).collect();
    assert_eq!(by.difference(&stated).collect::<Vec<_>>(), Vec::<&Trigger>::new());
    // what an order is told is taken somewhere: without a row it would be consumed wherever the order stands
    let unheard: Vec<_> = Trigger::VARIANTS.iter().filter(|trigger| !by.contains(trigger)).collect();
    assert_eq!(unheard, Vec::<&Trigger>::new());
}

#[test]
fn an_end_is_an_end() {
    for (from, by, to) in TABLE {
        assert!(!from.is_end() || from == to, "{from} is left by {by:?}");
    }
}

#[test]
fn every_state_but_those_kept_for_later_is_reached_from_placed() {
    let mut reached = BTreeSet::from([OrderState::Placed]);
    for _ in OrderState::ALL {
        let next: Vec<_> = TABLE.iter().filter(|row| reached.contains(&row.0)).map(|row| row.2).collect();
        reached.extend(next);
    }
    let later = [OrderState::PartlyDispatched, OrderState::Returned];
    assert!(OrderState::ALL.iter().all(|state| reached.contains(state) != later.contains(state)));
}

pub const EVERY_STOCK: [StockState; 5] = [
    StockState::Asked,
    StockState::Pegged,
    StockState::Reserved,
    StockState::Allocating,
    StockState::Allocated,
];

pub const EVERY_STOP: [StopState; 4] =
    [StopState::No, StopState::ByCustomer(None), StopState::Unpaid, StopState::TooLate];

#[test]
fn a_message_moves_an_order_as_the_table_says_or_changes_nothing() {
    for state in OrderState::ALL {
        let payment = PaymentId::new(1, 1);
        for message in every_message(place_order().order, payment, "") {
            for payments in every_cover(payment) {
                for stock in EVERY_STOCK {
                    for stop in EVERY_STOP {
                        on_an_order_in(state, &payments, stock, stop, &message);
                    }
                }
            }
        }
    }
}

/// What the attempts to pay can have come to; the message is about the newest.
fn every_cover(newest: PaymentId) -> Vec<Vec<PaymentAttempt>> {
    use AttemptState::*;
    let older = PaymentId::new(1, 2);
    let one = |id, state| PaymentAttempt { state, ..PaymentAttempt::asked(id, state == Verified) };
    let lapsing = PaymentAttempt { lapsing: true, ..one(newest, Authorised) };
    let unknown = one(newest, Unknown);
    let too_often: Vec<PaymentAttempt> =
        (3..2 + PAYMENT_ATTEMPTS_MAX as u128).map(|n| one(PaymentId::new(1, n), Expired)).collect();
    let mut all: Vec<Vec<PaymentAttempt>> =
        [Asked, Verified, Authorised, Declined, Expired].map(|state| vec![one(newest, state)]).into();
    all.push(vec![lapsing]);
    all.push([too_often.clone(), vec![lapsing]].concat());
    all.push([too_often, vec![one(newest, Expired)]].concat());
    all.push(vec![unknown]);
    all.extend([Asked, Unknown, Declined].map(|state| vec![one(older, Authorised), one(newest, state)]));
    all.extend([Asked, Unknown, Declined].map(|state| vec![one(older, Expired), one(newest, state)]));
    all
}

/// A parcel in the house is paid for, or the bank is about to answer, or it was asked to stop: in no other way may it
/// stand where a driver can take it. (What lapsed too often, and was refused by the warehouse, stands as `TooLate`.)
fn may_stand_in_the_house(order: &Order) -> bool {
    let held_or_asked =
        |payment: &PaymentAttempt| matches!(payment.state, AttemptState::Authorised | AttemptState::Asked);
    order.payments.iter().any(held_or_asked) || order.stop != StopState::No
}

/// Every message, in any order of three, about a parcel in the house, however its payments and its stop stand.
#[test]
fn no_parcel_stands_in_the_house_unpaid_for_without_being_stopped() {
    let (newest, older) = (PaymentId::new(1, 1), PaymentId::new(1, 2));
    for payments in every_cover(newest) {
        for stop in EVERY_STOP {
            for first in [newest, older] {
                in_the_house(&payments, stop, &[], first);
            }
        }
    }
}

/// Tells what came before and then each message; where the parcel is still in the house, each after it.
fn in_the_house(payments: &[PaymentAttempt], stop: StopState, before: &[Message], about: PaymentId) {
    const MESSAGES_MAX: usize = 3;
    for message in every_message(place_order().order, about, "") {
        let mut desk = in_state(OrderState::Fulfilling, payments, StockState::Allocated, stop);
        if !may_stand_in_the_house(desk.order()) {
            return;
        }
        let told: Vec<Message> = before.iter().chain([&message]).cloned().collect();
        let changed = told.iter().map(|message| !is_nothing(&desk.tell(message.clone()))).last();
        if desk.state() != OrderState::Fulfilling || changed == Some(false) {
            continue;
        }
        assert!(may_stand_in_the_house(desk.order()), "{payments:?} {stop:?} {told:?}: {:?}", desk.order());
        if told.len() < MESSAGES_MAX {
            in_the_house(payments, stop, &told, about);
        }
    }
}

fn in_state(state: OrderState, payments: &[PaymentAttempt], stock: StockState, stop: StopState) -> Desk {
    let mut desk = Desk::placed();
    let order = Order { state, stock, stop, payments: payments.into(), ..desk.order().clone() };
    desk.alone.given(desk.id, order);
    desk
}

fn on_an_order_in(
    state: OrderState,
    payments: &[PaymentAttempt],
    stock: StockState,
    stop: StopState,
    message: &Message,
) {
    let mut desk = in_state(state, payments, stock, stop);
    let key = desk.order().key.to_string();
    let message = match message {
        Message::Cancel(Cancel { order, .. }) => Cancel { order: *order, claim: key.into() }.into(),
        other => other.clone(),
    };
    let turn = desk.tell(message.clone());
    let trigger = Trigger::of(&message).expect("it is about an order");
    if next(state, trigger).is_err() {
        assert!(is_nothing(&turn), "{state} {message:?}");
    }
    let mut at = state;
    for event in turn.events() {
        let Any::OrderManager(event) = event else { panic!("not ours: {event:?}") };
        if let Some(trigger) = event.trigger() {
            at = next(at, trigger).expect("an event is stated only where the table has a row for it");
        }
    }
    assert_eq!(desk.state(), at, "{state} {message:?}");
}
