//! An order that she was told of as taken has come to nothing: her basket is as it was.

use crate::actors::Turn;
use crate::domain::{OrderId, OrderLine, SessionId};

use super::{Event, Session};

/// Of a cart that is still there. What she has put in since stays; twice is once.
pub fn give_back(turn: &mut Turn<'_>, id: SessionId, session: &Session, order: OrderId, lines: &[OrderLine]) {
    let lacks = |line: &&OrderLine| {
        let known = session.lines.iter().find(|known| known.sku == line.sku);
        known.is_none_or(|known| known.quantity < line.quantity)
    };
    let lines: Vec<OrderLine> = lines.iter().filter(lacks).cloned().collect();
    if !lines.is_empty() {
        turn.record(Event::GivenBack { session: id, order, lines });
    }
}
