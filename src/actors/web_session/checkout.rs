//! Steps 2 and 11: an order goes to the order manager, and its answer to the customer.

use std::sync::Arc;

use crate::actors::Turn;
use crate::actors::order_manager::{self, Answer, Idempotency, KeyHash, Outcome, PlaceOrder, Route};
use crate::domain::quote::Quote;
use crate::domain::{Buyer, OrderId, OrderLine, OrderState, SessionId, Units};
use crate::partners::processor::TypedCard;
use crate::planted::{self, Bug};
use crate::runtime::{Owed, Question, RequestId};

use super::cart::view_of;
use super::{
    BeginCheckout, CheckoutBegun, CheckoutCart, CheckoutDetails, CheckoutForm, CheckoutReply, Event,
    NoCheckout, Nonce, Ordering, PayWith, Session, Submit,
};

pub fn submit(turn: &mut Turn<'_>, question: &Submit) {
    let order = &question.0;
    place(
        turn,
        order.idempotency(),
        order.lines.clone(),
        order.quote.clone(),
        order.details.clone(),
        question,
    );
}

/// What is in the cart, at the total that she has seen; where that is nothing, the order manager says whether the key has bought it
/// before.
pub fn checkout(turn: &mut Turn<'_>, id: SessionId, session: &Session, question: &CheckoutCart) {
    let CheckoutCart { idempotency_key, digest, details, seen } = question;
    let (route, key) = (Route::CartCheckout, idempotency_key.clone());
    let idempotency = Idempotency { principal: Buyer::Visitor(id), route, key, digest: *digest };
    let seen = seen.as_ref().filter(|seen| seen.is_of(&session.lines) && holds(&seen.quote, turn));
    let lines = match seen {
        Some(_) if planted::is(Bug::OldPriceCharged) => session.lines_as_put_in(),
        Some(_) => session.lines.clone(),
        None => vec![],
    };
    let quote = seen.map(|seen| seen.quote.clone());
    place_cart(turn, id, session, idempotency, (&lines, quote), (**details).clone(), question);
}

/// By the clock on the wall, as taxes do.
fn holds(quote: &Quote, turn: &Turn<'_>) -> bool {
    turn.rules().day_of(turn.real_now()) <= quote.until
}

pub fn begin(turn: &mut Turn<'_>, id: SessionId, session: &Session, question: &BeginCheckout) {
    if session.lines.is_empty() {
        return turn.answer(question, Err(NoCheckout::CartEmpty));
    }
    let BeginCheckout { customer, shipping_address, backorder, seen } = question.clone();
    if !seen.is_of(&session.lines) || !holds(&seen.quote, turn) {
        return turn.answer(question, Err(NoCheckout::NotAsSeen));
    }
    let nonce = Nonce::new(turn.random());
    let form = Box::new(CheckoutForm { customer, shipping_address, backorder });
    turn.record(Event::CheckoutBegun { session: id, checkout: nonce, form, quote: Some(seen.quote) });
    let cart = view_of(turn, id);
    turn.answer(question, Ok(CheckoutBegun { checkout: nonce.to_string(), cart }));
}

/// The nonce is the key, so that the same return twice is the same order. Only the newest checkout buys,
/// and it buys what it showed, by a card that was typed for this amount; an older one is good for the answer that it had.
pub fn pay_with(turn: &mut Turn<'_>, id: SessionId, session: &Session, question: &PayWith) {
    let PayWith { checkout, card } = question;
    let form = session.form.as_ref().filter(|_| session.has_begun(checkout));
    let Some(form) = form else {
        return turn.answer(question, Err(NoCheckout::NoSuchCheckout));
    };
    let shown = if planted::is(Bug::CartPaidInsteadOfPage) { &session.lines } else { &session.shown };
    // what her card was typed for is charged, or nothing
    let quote = session.quote.as_ref().filter(|quote| session.is_open(checkout) && holds(quote, turn));
    let is_for_this = |card: &&TypedCard| quote.is_some_and(|quote| quote.totals.total == card.amount);
    let card = card.as_ref().filter(is_for_this);
    let lines = if card.is_some() { shown.as_slice() } else { &[] };
    let details = CheckoutDetails {
        customer: form.customer.clone(),
        shipping_address: form.shipping_address.clone(),
        token: card.map(|card| card.token.clone()).unwrap_or_default(),
        backorder: form.backorder,
    };
    // the nonce says all that a digest could: this return has no other body
    let (route, key) = (Route::Payment, checkout.clone());
    let idempotency = Idempotency { principal: Buyer::Visitor(id), route, key, digest: 0 };
    place_cart(turn, id, session, idempotency, (lines, quote.cloned()), details, question);
}

/// Step 2, for a cart. While another checkout of it is on its way this one has nothing to buy; whether it has bought before,
/// and is only repeated, the order manager says.
fn place_cart(
    turn: &mut Turn<'_>,
    id: SessionId,
    session: &Session,
    idempotency: Idempotency,
    (lines, quote): (&[OrderLine], Option<Arc<Quote>>),
    details: CheckoutDetails,
    question: &impl Question<Reply = CheckoutReply>,
) {
    let (key, since) = (KeyHash::of(&idempotency), turn.real_now());
    let is_busy = session.is_being_ordered(key, since) && !planted::is(Bug::CartSoldTwice);
    let lines = if is_busy { &[] } else { lines };
    let quote = quote.unwrap_or_else(|| Arc::new(Quote::of_nothing(turn.rules().currency)));
    place(turn, idempotency, lines.into(), quote, details, question);
    if !lines.is_empty() && session.ordering.is_none_or(|on_its_way| on_its_way.key != key) {
        turn.record(Event::CheckoutSent { session: id, ordering: Ordering { key, since } });
    }
}

/// Step 2.
fn place(
    turn: &mut Turn<'_>,
    idempotency: Idempotency,
    lines: Arc<[OrderLine]>,
    quote: Arc<Quote>,
    details: CheckoutDetails,
    question: &impl Question<Reply = CheckoutReply>,
) {
    let place = PlaceOrder {
        // in one partition with its key, which is asked for first
        order: OrderId::in_slot(idempotency.slot(), turn.real_now().0, turn.random()),
        request: turn.answer_later(question).map(Owed::request),
        idempotency,
        lines,
        quote,
        customer: details.customer,
        shipping_address: details.shipping_address,
        token: details.token,
        backorder: details.backorder,
    };
    turn.send(order_manager::Message::Place(Box::new(place)));
}

/// Step 11. What was said before is only said again: it has left the cart then, and she may have filled it anew.
pub fn answered(
    turn: &mut Turn<'_>,
    id: SessionId,
    known: Option<&Session>,
    request: Option<RequestId>,
    order: OrderId,
    key: KeyHash,
    answer: &Answer,
) {
    let ordering = known.and_then(|session| session.ordering);
    let is_of_this = ordering.is_some_and(|ordering| ordering.key == key);
    if is_of_this && answer.outcome != Outcome::InProgress {
        turn.record(Event::CheckoutOver { session: id });
    }
    if let Some(state) = first_told(answer) {
        let bought = if id == SessionId::PROGRAMS { vec![] } else { bought(&answer.outcome) };
        turn.record(Event::Answered { session: id, order, state, bought });
    }
    // after a restart nobody waits any more
    let Some(request) = request else { return };
    let reply = match answer.outcome {
        Outcome::NothingToBuy if ordering.is_some() && !is_of_this => Err(NoCheckout::BeingOrdered),
        Outcome::NothingToBuy => Err(NoCheckout::CartEmpty),
        _ => Ok(answer.clone()),
    };
    turn.answer_owed(Owed::<CheckoutReply>::new(request), reply);
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
        Outcome::KeyMismatch
        | Outcome::InProgress
        | Outcome::NothingToBuy
        | Outcome::TotalTooLarge
        | Outcome::NotOpen => None,
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
