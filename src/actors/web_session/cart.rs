//! Step 1: what she puts into her cart and takes out.

use crate::actors::Turn;
use crate::domain::{Money, OrderLine, SessionId};

use super::session::with_line;
use super::{Adopt, CartView, Create, End, Ended, Event, Forget, NoCart, RemoveLine, Session, SetLine, View};

/// A cart that is there already is shown as it is: a doubled request makes no second one.
pub fn create(turn: &mut Turn<'_>, id: SessionId, known: Option<&Session>, question: &Create) {
    if known.is_none() {
        turn.record(Event::Created { session: id });
    }
    let cart = view_of(turn, id);
    turn.answer(question, Ok(cart));
}

/// What lay in another session's cart, at the prices that she saw there. A doubled request finds it done.
pub fn adopt(turn: &mut Turn<'_>, id: SessionId, known: Option<&Session>, question: &Adopt) {
    if known.is_none() {
        turn.record(Event::Created { session: id });
        for line in &question.lines {
            turn.record(Event::LineSet { session: id, line: line.clone() });
        }
    }
    let cart = view_of(turn, id);
    turn.answer(question, Ok(cart));
}

/// Her cart and what she has typed; an order that she has placed is its own.
pub fn forget(turn: &mut Turn<'_>, id: SessionId, known: Option<&Session>, question: &Forget) {
    remove(turn, id, known);
    turn.answer(question, ());
}

/// Her time is over, and what she has left is removed.
pub fn end(turn: &mut Turn<'_>, id: SessionId, known: Option<&Session>, question: &End) {
    if !is_over(turn, id) {
        return turn.answer(question, Ended::NotOver);
    }
    remove(turn, id, known);
    turn.answer(question, Ended::Forgotten);
}

fn remove(turn: &mut Turn<'_>, id: SessionId, known: Option<&Session>) {
    if known.is_some() {
        turn.record(Event::Forgotten { session: id });
    }
}

/// By the clock that its id was made by: the system's may go back, this one does not.
pub fn is_over(turn: &Turn<'_>, id: SessionId) -> bool {
    turn.rules().is_over(id, turn.real_now())
}

pub fn view(turn: &mut Turn<'_>, id: SessionId, question: &View) {
    let cart = view_of(turn, id);
    turn.answer(question, Ok(cart));
}

pub fn set_line(turn: &mut Turn<'_>, id: SessionId, session: &Session, question: &SetLine) {
    // a cart that cannot be added up is full too
    let fits = with_line(&session.lines, &question.line).is_some_and(|lines| adds_up(&lines));
    if !fits {
        return turn.answer(question, Err(NoCart::Full));
    }
    turn.record(Event::LineSet { session: id, line: question.line.clone() });
    let cart = view_of(turn, id);
    turn.answer(question, Ok(cart));
}

pub fn remove_line(turn: &mut Turn<'_>, id: SessionId, session: &Session, question: &RemoveLine) {
    let RemoveLine { sku } = question;
    if session.lines.iter().any(|line| line.sku == *sku) {
        turn.record(Event::LineRemoved { session: id, sku: sku.clone() });
    }
    let cart = view_of(turn, id);
    turn.answer(question, Ok(cart));
}

/// The cart as the facts of this turn have made it.
pub fn view_of(turn: &mut Turn<'_>, id: SessionId) -> Box<CartView> {
    let session = turn.get::<Session>(&id).unwrap_or_default();
    let details = session.form.as_ref();
    Box::new(CartView {
        id,
        lines: session.lines.clone(),
        price_changes: session.price_changes.clone(),
        details: details.map(|form| (form.customer.clone(), form.shipping_address.clone(), form.backorder)),
        delivery_method: session.quote.as_ref().map(|quote| quote.delivery.method.clone()),
        last_order: session.last_order,
    })
}

/// Whether what they cost fits 64 bits, in one currency.
pub fn adds_up(lines: &[OrderLine]) -> bool {
    let Some(first) = lines.first() else { return true };
    let add =
        |sum: Money, line: &OrderLine| sum.checked_add(line.unit_price.checked_times(line.quantity.units())?);
    lines.iter().try_fold(Money::zero(first.unit_price.currency), add).is_some()
}
