//! A decline that comes after its checkout was answered: what had left the cart for the order comes back.

use crate::actors::Turn;
use crate::domain::{OrderId, OrderLine, SessionId};

use super::cart::adds_up;
use super::session::with_line;
use super::{Event, Session};

/// Of a book that she has put in again meanwhile the larger quantity stays, at the price that she saw last. What finds no room stays
/// out.
pub fn give_back(turn: &mut Turn<'_>, id: SessionId, session: &Session, order: OrderId, given: &[OrderLine]) {
    let (mut cart, mut lines) = (session.lines.clone(), vec![]);
    for line in given {
        let Some(line) = missing(&cart, line) else { continue };
        let with = with_line(&cart, &line).filter(|lines| adds_up(lines));
        if let Some(with) = with {
            cart = with;
            lines.push(line);
        }
    }
    if !lines.is_empty() {
        turn.record(Event::GivenBack { session: id, order, lines });
    }
}

/// The line as it is to be; `None` where the cart holds as much already.
fn missing(cart: &[OrderLine], given: &OrderLine) -> Option<OrderLine> {
    match cart.iter().find(|line| line.sku == given.sku) {
        Some(there) if there.quantity.units() >= given.quantity.units() => None,
        Some(there) => Some(OrderLine { quantity: given.quantity, ..there.clone() }),
        None => Some(given.clone()),
    }
}
