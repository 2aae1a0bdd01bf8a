//! The price of what lies in a cart has changed: she is shown the new one before she pays it.

use crate::actors::Turn;
use crate::domain::{Money, SessionId, Sku};

use super::cart::view_of;
use super::{Event, Reprice, Session};

/// Prices that are as they were change nothing.
pub fn reprice(turn: &mut Turn<'_>, id: SessionId, session: &Session, question: &Reprice) {
    let has_changed = |(sku, price): &&(Sku, Money)| {
        session.lines.iter().any(|line| line.sku == *sku && line.unit_price != *price)
    };
    let lines: Vec<_> = question.prices.iter().filter(has_changed).cloned().collect();
    if !lines.is_empty() {
        let at = turn.now();
        turn.record(Event::Repriced { session: id, lines, at });
    }
    let cart = view_of(turn, id);
    turn.answer(question, Ok(cart));
}
