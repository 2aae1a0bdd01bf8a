use crate::actors::{Turn, stock_keeper};
use crate::domain::{Backorder, CancelReason, OrderKey, OrderNumber};
use crate::planted::{self, Bug};

use super::order::units;
use super::{
    Answer, Event, KeyBinding, KeyHash, Order, OrderNumbers, Outcome, PlaceOrder, Placed, answers, ending,
    promise,
};

/// Step 2: takes an order in, unless its idempotency key is bound; then the first answer counts.
pub fn place(turn: &mut Turn<'_>, place: &PlaceOrder) {
    let key = KeyHash::of(&place.idempotency);
    match turn.get::<KeyBinding>(&key) {
        Some(binding) => again(turn, place, key, &binding),
        None if !turn.rules().takes_payment => refuse(turn, place, key, Outcome::NotOpen),
        None if place.lines.is_empty() => refuse(turn, place, key, Outcome::NothingToBuy),
        None if !place.quote.totals.can_be_paid() => refuse(turn, place, key, Outcome::TotalTooLarge),
        None => first_time(turn, place, key),
    }
}

fn first_time(turn: &mut Turn<'_>, place: &PlaceOrder, bound_by: KeyHash) {
    let (key, at) = (OrderKey::new(turn.random()), turn.now());
    let slot = place.order.slot();
    let given = turn.get::<OrderNumbers>(&slot).map_or(0, |numbers| numbers.given);
    let number = OrderNumber::nth_of(slot, given);
    turn.record(Event::Placed(Box::new(Placed { key, number, bound_by, place: place.clone(), at })));
    let soonest = promise::of_goods_in_the_house(turn, &place.quote);
    if matches!(place.backorder, Backorder::AcceptUntil(day) if day < soonest)
        && let Some(order) = turn.get::<Order>(&place.order)
    {
        // not even what is here comes so soon
        return ending::cancel(
            turn,
            place.order,
            &order,
            CancelReason::OutOfStock { earliest: Some(soonest) },
        );
    }
    let lines = units(&place.lines);
    let backorder = to_leave_the_house(place);
    turn.send(stock_keeper::Message::Reserve { order: place.order, lines, backorder });
}

/// She accepted a day at her doorstep; the stock keeper reckons in days of leaving the house.
fn to_leave_the_house(place: &PlaceOrder) -> Backorder {
    match place.backorder {
        Backorder::AcceptUntil(day) => Backorder::AcceptUntil(promise::leaves_on(&place.quote, day)),
        backorder @ (Backorder::Accept | Backorder::Refuse) => backorder,
    }
}

fn again(turn: &mut Turn<'_>, place: &PlaceOrder, key: KeyHash, binding: &KeyBinding) {
    // a binding stands in the turn that places its order, so there always is one
    let Some(order) = turn.get::<Order>(&binding.order) else {
        return refuse(turn, place, key, Outcome::InProgress);
    };
    let answer = answers::again(binding.order, &order);
    let is_another = binding.digest != place.idempotency.digest && !planted::is(Bug::DigestNotCompared);
    // while the first is on its way its cart is not free, so it must not hear of an end under this key
    if is_another && (answer.outcome != Outcome::InProgress || planted::is(Bug::MismatchFreesCart)) {
        return refuse(turn, place, key, Outcome::KeyMismatch);
    }
    answers::tell(turn, place.idempotency.principal, key, place.request, binding.order, answer);
}

/// Nothing is bound and nothing kept.
fn refuse(turn: &mut Turn<'_>, place: &PlaceOrder, key: KeyHash, outcome: Outcome) {
    let answer = Answer { outcome, replayed: false };
    answers::tell(turn, place.idempotency.principal, key, place.request, place.order, answer);
}
