//! Steps 2 and 11: an order goes to the order manager, and its answer to the customer.

use std::sync::Arc;

use crate::actors::order_manager::{self, Answer, Idempotency, KeyHash, Outcome, PlaceOrder, Route};
use crate::actors::{Address, Context, Turn};
use crate::domain::{Buyer, OrderId, OrderLine, OrderState, SessionId, Units};
use crate::partners::processor::TypedCard;
use crate::planted::{self, Bug};
use crate::runtime::RequestId;

use super::cart::{totals, view_of};
use super::decide::reply;
use super::{Checkout, CheckoutDetails, CheckoutForm, Event, Nonce, Ordering, Reply, Session};

pub fn submit(order: &Checkout, context: &mut Context<'_>) -> Turn {
    place(order.idempotency(), order.lines.clone(), order.details.clone(), context)
}

/// What is in the cart; where that is nothing, the order manager says whether the key has bought it before.
pub fn checkout(
    id: SessionId,
    session: &Session,
    idempotency_key: &str,
    digest: u64,
    details: &CheckoutDetails,
    context: &mut Context<'_>,
) -> Turn {
    let (route, key) = (Route::CartCheckout, idempotency_key.to_owned());
    let idempotency = Idempotency { principal: Buyer::Visitor(id), route, key, digest };
    place_cart(id, session, idempotency, &session.lines, details.clone(), context)
}

pub fn begin(id: SessionId, session: &Session, form: CheckoutForm, context: &mut Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    if session.lines.is_empty() {
        reply(&mut turn, context, Reply::CartEmpty);
        return turn;
    }
    let nonce = Nonce::new(context.random());
    let mut cart = view_of(id, session, context);
    cart.details = Some((form.customer.clone(), form.shipping_address.clone(), form.backorder));
    turn.event(Event::CheckoutBegun { session: id, checkout: nonce, form: Box::new(form) });
    reply(&mut turn, context, Reply::CheckoutBegun { checkout: nonce.to_string(), cart });
    turn
}

/// The nonce is the key, so that the same return twice is the same order. Only the newest checkout buys,
/// and it buys what it showed, by a card that was typed for this amount; an older one is good for the answer that it had.
pub fn pay_with(
    id: SessionId,
    session: &Session,
    checkout: &str,
    card: Option<&TypedCard>,
    context: &mut Context<'_>,
) -> Turn {
    let form = session.form.as_ref().filter(|_| session.has_begun(checkout));
    let Some(form) = form else {
        let mut turn = Turn::nothing();
        reply(&mut turn, context, Reply::NoSuchCheckout);
        return turn;
    };
    let shown = if planted::is(Bug::CartPaidInsteadOfPage) { &session.lines } else { &session.shown };
    // what her card was typed for is charged, or nothing
    let costs = |amount| totals(&session.shown, context).is_some_and(|totals| totals.total == amount);
    let card = card.filter(|card| session.is_open(checkout) && costs(card.amount));
    let lines = if card.is_some() { shown.as_slice() } else { &[] };
    let details = CheckoutDetails {
        customer: form.customer.clone(),
        shipping_address: form.shipping_address.clone(),
        token: card.map(|card| card.token.clone()).unwrap_or_default(),
        backorder: form.backorder,
    };
    // the nonce says all that a digest could: this return has no other body
    let (route, key) = (Route::Payment, checkout.to_owned());
    let idempotency = Idempotency { principal: Buyer::Visitor(id), route, key, digest: 0 };
    place_cart(id, session, idempotency, lines, details, context)
}

/// Step 2, for a cart. While another checkout of it is on its way this one has nothing to buy; whether it has bought before,
/// and is only repeated, the order manager says.
fn place_cart(
    id: SessionId,
    session: &Session,
    idempotency: Idempotency,
    lines: &[OrderLine],
    details: CheckoutDetails,
    context: &mut Context<'_>,
) -> Turn {
    let (key, since) = (KeyHash::of(&idempotency), context.real_now());
    let is_busy = session.is_being_ordered(key, since) && !planted::is(Bug::CartSoldTwice);
    let lines = if is_busy { &[] } else { lines };
    let mut turn = place(idempotency, lines.into(), details, context);
    if !lines.is_empty() && session.ordering.is_none_or(|on_its_way| on_its_way.key != key) {
        turn.event(Event::CheckoutSent { session: id, ordering: Ordering { key, since } });
    }
    turn
}

/// Step 2.
fn place(
    idempotency: Idempotency,
    lines: Arc<[OrderLine]>,
    details: CheckoutDetails,
    context: &mut Context<'_>,
) -> Turn {
    let mut turn = Turn::nothing();
    // the gateway and the cart have added it up before; what cannot be added up cannot be bought
    let Some(totals) = totals(&lines, context) else {
        reply(&mut turn, context, Reply::CartEmpty);
        return turn;
    };
    let place = PlaceOrder {
        // at home with its key, which is asked for first
        order: OrderId::in_slot(idempotency.slot(), context.real_now().0, context.random()),
        request: context.request(),
        idempotency,
        lines,
        totals,
        customer: details.customer,
        shipping_address: details.shipping_address,
        token: details.token,
        backorder: details.backorder,
    };
    turn.send(Address::OrderManager, order_manager::Message::Place(Box::new(place)));
    turn
}

/// Step 11. What was said before is only said again: it has left the cart then, and she may have filled it anew.
pub fn answered(
    request: Option<RequestId>,
    order: OrderId,
    key: KeyHash,
    answer: &Answer,
    known: Option<&Session>,
    context: &mut Context<'_>,
) -> Turn {
    let mut turn = Turn::nothing();
    let Address::WebSession(session) = context.address() else { return turn };
    let ordering = known.and_then(|session| session.ordering);
    let is_of_this = ordering.is_some_and(|ordering| ordering.key == key);
    if is_of_this && answer.outcome != Outcome::InProgress {
        turn.event(Event::CheckoutOver { session });
    }
    if let Some(state) = first_told(answer) {
        let bought = if session == SessionId::PROGRAMS { vec![] } else { bought(&answer.outcome) };
        turn.event(Event::Answered { session, order, state, bought });
    }
    // after a restart nobody waits any more
    let Some(request) = request else { return turn };
    match answer.outcome {
        Outcome::NothingToBuy if ordering.is_some() && !is_of_this => {
            turn.reply(request, Reply::BeingOrdered);
        }
        Outcome::NothingToBuy => turn.reply(request, Reply::CartEmpty),
        _ => turn.reply(request, answer.clone()),
    }
    turn
}

/// The order's state as the customer is told it, where it is told for the first time.
fn first_told(answer: &Answer) -> Option<OrderState> {
    if answer.replayed {
        return None;
    }
    match &answer.outcome {
        Outcome::Taken(view) | Outcome::Pending(view) => Some(view.state),
        Outcome::Declined { .. } | Outcome::UnknownToken => Some(OrderState::Declined),
        Outcome::OutOfStock { .. } | Outcome::BackorderLimit { .. } => Some(OrderState::Cancelled),
        // there is no order
        Outcome::KeyMismatch | Outcome::InProgress | Outcome::NothingToBuy | Outcome::TotalTooLarge => None,
    }
}

fn bought(outcome: &Outcome) -> Vec<Units> {
    match outcome {
        Outcome::Taken(view) | Outcome::Pending(view) => {
            let units = |line: &OrderLine| Units { sku: line.sku.clone(), quantity: line.quantity.units() };
            view.lines.iter().map(units).collect()
        }
        _ => vec![],
    }
}
