use crate::actors::{Address, Context, Turn, stock_keeper};
use crate::domain::OrderKey;
use crate::domain::limits::TOTAL_MINOR_MAX;
use crate::planted::{self, Bug};

use super::order::units;
use super::{Answer, Event, KeyBinding, KeyHash, Outcome, PlaceOrder, Placed, State, answers};

/// Step 2: takes an order in, unless its idempotency key is bound; then the first answer counts.
pub fn place(state: &State, place: &PlaceOrder, context: &mut Context<'_>) -> Turn {
    let key = KeyHash::of(&place.idempotency);
    match state.idempotency_keys.get(&key) {
        Some(binding) => again(state, place, key, binding),
        None if place.lines.is_empty() => refuse(place, key, Outcome::NothingToBuy),
        None if place.totals.total.amount > TOTAL_MINOR_MAX => refuse(place, key, Outcome::TotalTooLarge),
        None => first_time(place, key, context),
    }
}

fn first_time(place: &PlaceOrder, key: KeyHash, context: &mut Context<'_>) -> Turn {
    let order = place.order;
    let mut turn = Turn::nothing();
    turn.event(Event::Placed(Box::new(Placed {
        key: OrderKey::new(context.random()),
        bound_by: key,
        place: place.clone(),
    })));
    turn.event(Event::KeyBound { key, order, digest: place.idempotency.digest });
    let lines = units(&place.lines);
    turn.send(
        Address::StockKeeper,
        stock_keeper::Message::Reserve { order, lines, backorder: place.backorder },
    );
    turn
}

fn again(state: &State, place: &PlaceOrder, key: KeyHash, binding: &KeyBinding) -> Turn {
    if binding.digest != place.idempotency.digest && !planted::is(Bug::DigestNotCompared) {
        return refuse(place, key, Outcome::KeyMismatch);
    }
    // a binding stands in the turn that places its order, so there always is one
    let Some(order) = state.orders.get(&binding.order) else {
        return refuse(place, key, Outcome::InProgress);
    };
    let mut turn = Turn::nothing();
    let answer = answers::again(binding.order, order);
    answers::tell(&mut turn, place.idempotency.principal, key, place.request, binding.order, answer);
    turn
}

/// Nothing is bound and nothing kept.
fn refuse(place: &PlaceOrder, key: KeyHash, outcome: Outcome) -> Turn {
    let mut turn = Turn::nothing();
    let answer = Answer { outcome, replayed: false };
    answers::tell(&mut turn, place.idempotency.principal, key, place.request, place.order, answer);
    turn
}
