//! Step 1: what she puts into her cart and takes out.

use std::sync::Arc;

use crate::actors::{Context, Turn};
use crate::domain::{Money, OrderLine, SessionId, Sku, Totals};

use super::decide::reply;
use super::session::with_line;
use super::{CartView, Event, Reply, Session};

/// A cart that is there already is shown as it is: a doubled request makes no second one.
pub fn create(id: SessionId, known: Option<&Session>, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    match known {
        Some(session) => reply(&mut turn, context, Reply::Cart(view_of(id, session, context))),
        None => {
            turn.event(Event::Created { session: id });
            reply(&mut turn, context, Reply::Cart(view_of(id, &Session::default(), context)));
        }
    }
    turn
}

/// What lay in another session's cart, at the prices that she saw there. A doubled request finds it done.
pub fn adopt(id: SessionId, known: Option<&Session>, lines: &[OrderLine], context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    let session = match known {
        Some(session) => session.clone(),
        None => {
            turn.event(Event::Created { session: id });
            for line in lines {
                turn.event(Event::LineSet { session: id, line: line.clone() });
            }
            Session { lines: lines.to_vec(), ..Session::default() }
        }
    };
    reply(&mut turn, context, Reply::Cart(view_of(id, &session, context)));
    turn
}

/// Her cart and what she has typed; an order that she has placed is its own.
pub fn forget(id: SessionId, known: Option<&Session>, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    if known.is_some() {
        turn.event(Event::Forgotten { session: id });
    }
    reply(&mut turn, context, Reply::Forgotten);
    turn
}

/// Her time is over, and what she has left is removed.
pub fn end(id: SessionId, known: Option<&Session>, context: &Context<'_>) -> Turn {
    if is_over(id, context) {
        return forget(id, known, context);
    }
    let mut turn = Turn::nothing();
    reply(&mut turn, context, Reply::NotOver);
    turn
}

/// By the clock that its id was made by: the system's may go back, this one does not.
pub fn is_over(id: SessionId, context: &Context<'_>) -> bool {
    context.rules().is_over(id, context.real_now())
}

pub fn view(id: SessionId, session: &Session, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    reply(&mut turn, context, Reply::Cart(view_of(id, session, context)));
    turn
}

pub fn set_line(id: SessionId, session: &Session, line: &OrderLine, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    let lines = with_line(&session.lines, line);
    // a cart that cannot be added up is full too
    match lines.and_then(|lines| Some((totals(&lines, context)?, lines))) {
        None => reply(&mut turn, context, Reply::CartFull),
        Some((totals, lines)) => {
            turn.event(Event::LineSet { session: id, line: line.clone() });
            let cart = CartView { id, lines, totals: Some(totals), details: details(session) };
            reply(&mut turn, context, Reply::Cart(Box::new(cart)));
        }
    }
    turn
}

pub fn remove_line(id: SessionId, session: &Session, sku: &Sku, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    let mut cart = view_of(id, session, context);
    cart.lines.retain(|line| line.sku != *sku);
    if cart.lines.len() != session.lines.len() {
        turn.event(Event::LineRemoved { session: id, sku: sku.clone() });
        cart.totals = totals_if_any(&cart.lines, context);
    }
    reply(&mut turn, context, Reply::Cart(cart));
    turn
}

pub fn view_of(id: SessionId, session: &Session, context: &Context<'_>) -> Box<CartView> {
    Box::new(CartView {
        id,
        lines: session.lines.clone(),
        totals: totals_if_any(&session.lines, context),
        details: details(session),
    })
}

/// Shipping is the shop's, and books bear no tax. `None` where it does not fit 64 bits or one currency.
pub fn totals(lines: &[OrderLine], context: &Context<'_>) -> Option<Totals> {
    let shipping = context.rules().shipping;
    Totals::of(lines, shipping, Money::zero(shipping.currency))
}

fn totals_if_any(lines: &[OrderLine], context: &Context<'_>) -> Option<Totals> {
    if lines.is_empty() { None } else { totals(lines, context) }
}

fn details(
    session: &Session,
) -> Option<(Arc<crate::domain::Customer>, Arc<crate::domain::ShippingAddress>, crate::domain::Backorder)> {
    let form = session.form.as_ref()?;
    Some((form.customer.clone(), form.shipping_address.clone(), form.backorder))
}
