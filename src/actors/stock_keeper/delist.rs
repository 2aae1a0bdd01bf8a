use crate::actors::Turn;

use super::{Delist, Event, Listed};

/// Takes products off sale. Orders of them go on, and their units stay where they are.
pub fn delist(turn: &mut Turn<'_>, question: &Delist) {
    let at = turn.now();
    let mut delisted = 0;
    for sku in &question.skus {
        if turn.get::<Listed>(sku).is_some_and(|listed| listed.delisted_at.is_none()) {
            turn.record(Event::Delisted { sku: sku.clone(), at });
            delisted += 1;
        }
    }
    turn.answer(question, delisted);
}
