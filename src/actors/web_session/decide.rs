use std::borrow::Cow;

use crate::actors::{self, Address, Context, Turn};
use crate::domain::SessionId;
use crate::runtime::Keys;

use super::{AllPrograms, Message, Programs, Reply, Session, State, cart, checkout, programs};

pub fn touches(_state: &State, to: Address, message: &Message, keys: &mut Keys) {
    match message {
        Message::AddKey { .. } | Message::RevokeKey { .. } | Message::ListKeys => {
            keys.add::<Programs>(&AllPrograms);
        }
        _ => cart_of(to).iter().for_each(|session| keys.add::<Session>(session)),
    }
}

pub fn decide(state: &State, message: &Message, context: &mut Context<'_>) -> Turn {
    match message {
        Message::AddKey { name, key } => programs::add(&known(state), name, *key, context),
        Message::RevokeKey { name } => programs::revoke(&known(state), name, context),
        Message::ListKeys => programs::list(&known(state), context),
        of_a_session => on_session(state, of_a_session, context),
    }
}

fn known(state: &State) -> Cow<'_, Programs> {
    state.programs.get(&AllPrograms).map_or(Cow::Owned(Programs::default()), Cow::Borrowed)
}

fn on_session(state: &State, message: &Message, context: &mut Context<'_>) -> Turn {
    let cart = cart_of(context.address()).map(|id| (id, state.sessions.get(&id)));
    match message {
        Message::Submit(order) => checkout::submit(order, context),
        Message::OrderAnswered { request, order, key, answer } => {
            let session = cart.and_then(|(_, session)| session);
            checkout::answered(*request, *order, *key, answer, session, context)
        }
        about_a_cart => match cart {
            Some((id, known)) => on_any_cart(id, known, about_a_cart, context),
            // the programs' session has none
            None => no_such_cart(context),
        },
    }
}

/// Known or not, over or not.
fn on_any_cart(id: SessionId, known: Option<&Session>, message: &Message, context: &mut Context<'_>) -> Turn {
    match message {
        Message::Forget => cart::forget(id, known, context),
        Message::End => cart::end(id, known, context),
        _ if cart::is_over(id, context) => no_such_cart(context),
        Message::Create => cart::create(id, known, context),
        Message::Adopt { lines } => cart::adopt(id, known, lines, context),
        about_what_is_in_it => match known {
            Some(session) => on_cart(id, session, about_what_is_in_it, context),
            None => no_such_cart(context),
        },
    }
}

fn on_cart(id: SessionId, session: &Session, message: &Message, context: &mut Context<'_>) -> Turn {
    match message {
        Message::View => cart::view(id, session, context),
        Message::SetLine { line } => cart::set_line(id, session, line, context),
        Message::RemoveLine { sku } => cart::remove_line(id, session, sku, context),
        Message::BeginCheckout { customer, shipping_address, backorder } => {
            let form = super::CheckoutForm {
                customer: customer.clone(),
                shipping_address: shipping_address.clone(),
                backorder: *backorder,
            };
            checkout::begin(id, session, form, context)
        }
        Message::PayWith { checkout, card } => {
            checkout::pay_with(id, session, checkout, card.as_ref(), context)
        }
        Message::Checkout { idempotency_key, digest, details } => {
            checkout::checkout(id, session, idempotency_key, *digest, details, context)
        }
        // decided on above, for any session
        Message::Submit(_)
        | Message::Create
        | Message::Adopt { .. }
        | Message::Forget
        | Message::End
        | Message::OrderAnswered { .. }
        | Message::AddKey { .. }
        | Message::RevokeKey { .. }
        | Message::ListKeys => Turn::nothing(),
    }
}

/// The session whose cart an actor keeps.
fn cart_of(address: Address) -> Option<SessionId> {
    match address {
        Address::WebSession(session) if session != SessionId::PROGRAMS => Some(session),
        _ => None,
    }
}

fn no_such_cart(context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    reply(&mut turn, context, Reply::NoSuchCart);
    turn
}

pub fn reply(turn: &mut Turn, context: &Context<'_>, with: impl Into<actors::Reply>) {
    if let Some(request) = context.request() {
        turn.reply(request, with);
    }
}
