use crate::actors::OwnTimeline;
use crate::actors::{Context, Turn};
use crate::domain::OrderId;
use crate::runtime::{Keys, Table};

use super::transitions::{self, Trigger};
use super::{
    Claim, KeyBinding, KeyHash, Message, Order, Reply, State, cancel, credit, fulfilment, payments, place,
    refusal, renewal, stock,
};

pub fn touches(state: &State, message: &Message, keys: &mut Keys) {
    match message {
        Message::Place(place) => {
            let key = KeyHash::of(&place.idempotency);
            keys.add::<KeyBinding>(&key);
            if let Some(binding) = state.idempotency_keys.peek(&key) {
                keys.add::<Order>(&binding.order);
            }
        }
        Message::ShowTimeline { order, .. } | Message::NothingKept { order } => {
            keys.add::<Order>(order);
            keys.add::<OwnTimeline>(order);
        }
        about_an_order => {
            if let Some(order) = about_an_order.order() {
                keys.add::<Order>(&order);
            }
        }
    }
}

pub fn decide(
    state: &State,
    timelines: &Table<OwnTimeline>,
    message: &Message,
    context: &mut Context<'_>,
) -> Turn {
    match message {
        Message::Place(order) => place::place(state, order, context),
        Message::Show { order, claim } => show(state, *order, claim, context),
        Message::ShowTimeline { order, claim } => show_timeline(state, timelines, *order, claim, context),
        Message::Cancel { order, claim } => cancel::cancel(state, *order, claim, context),
        told => {
            let about = told.order().and_then(|id| Some((id, state.orders.get(&id)?)));
            // nobody tells of an order that was never placed, or was forgotten
            let Some((id, order)) = about else { return Turn::nothing() };
            match told {
                Message::RefusalOver { .. } => refusal::over(id, order, context),
                Message::NothingKept { .. } => refusal::forget(id, order, timelines),
                of_its_way => on_told(id, order, of_its_way, context),
            }
        }
    }
}

/// What another actor tells of an order. What does not fit its state is consumed: it crossed what ended the
/// order, or came twice; `Refusal` says which.
fn on_told(id: OrderId, order: &Order, message: &Message, context: &mut Context<'_>) -> Turn {
    let fits = Trigger::of(message).is_some_and(|trigger| transitions::next(order.state, trigger).is_ok());
    if !fits {
        return Turn::nothing();
    }
    match message {
        Message::Reserved { .. } => stock::reserved(id, order, context),
        Message::Promised { ships_on, .. } => stock::promised(id, order, *ships_on, context),
        Message::OutOfStock { earliest, .. } => stock::out_of_stock(id, order, *earliest, context),
        Message::SuppliesArrived { .. } => stock::supplies_arrived(id, order, context),
        Message::PromiseChanged { ships_on, .. } => stock::promise_changed(id, order, *ships_on, context),
        Message::NoSupplies { .. } => stock::no_supplies(id, order, context),
        Message::Allocated { .. } => stock::allocated(id, order, context),
        Message::PaymentAuthorised { payment, .. } => payments::authorised(id, order, *payment, context),
        Message::CardVerified { payment, card, .. } => payments::verified(id, order, *payment, card, context),
        Message::CreditGranted { .. } => credit::granted(id, order, context),
        Message::CreditRefused { .. } => credit::refused(id, order, context),
        Message::PaymentDeclined { payment, reason, .. } => {
            payments::declined(id, order, *payment, *reason, context)
        }
        Message::PaymentUnknown { payment, .. } => payments::unknown(id, order, *payment, context),
        Message::PaymentLapsing { payment, .. } => renewal::lapsing(id, order, *payment, context),
        Message::PaymentExpired { payment, .. } => renewal::expired(id, order, *payment, context),
        Message::PaymentVoided { payment, .. } => payments::voided(id, order, *payment),
        Message::PaymentCaptured { payment, .. } => payments::captured(id, order, *payment),
        Message::PaymentSettled { payment, .. } => payments::settled(id, order, *payment),
        Message::HandedOver { tracking, .. } => fulfilment::handed_over(id, order, tracking, context),
        Message::Delivered { .. } => fulfilment::delivered(id, order, context),
        Message::Stopped { .. } => cancel::stopped(id, order, context),
        Message::TooLateToStop { .. } => cancel::too_late(id, order),
        // not told of an order: decided on above
        Message::Place(_)
        | Message::Show { .. }
        | Message::ShowTimeline { .. }
        | Message::Cancel { .. }
        | Message::RefusalOver { .. }
        | Message::NothingKept { .. } => Turn::nothing(),
    }
}

fn show(state: &State, id: OrderId, claim: &Claim, context: &Context<'_>) -> Turn {
    let order = state.orders.get(&id).filter(|order| order.is_owned_by(claim));
    let reply = order.map_or(Reply::NoSuchOrder, |order| Reply::Order(Box::new(order.view(id))));
    replied(context, reply)
}

fn show_timeline(
    state: &State,
    timelines: &Table<OwnTimeline>,
    id: OrderId,
    claim: &Claim,
    context: &Context<'_>,
) -> Turn {
    let known = state.orders.get(&id).is_some_and(|order| order.is_owned_by(claim));
    let timeline = timelines.get(&id).filter(|_| known);
    replied(context, timeline.map_or(Reply::NoSuchOrder, |OwnTimeline(part)| Reply::Timeline(part.read())))
}

fn replied(context: &Context<'_>, reply: Reply) -> Turn {
    let mut turn = Turn::nothing();
    if let Some(request) = context.request() {
        turn.reply(request, reply);
    }
    turn
}
