use crate::actors::Turn;
use crate::domain::Sku;

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

/// It is neither reserved nor ordered in for anybody who comes from now on.
pub fn is_off_sale(turn: &mut Turn<'_>, sku: &Sku) -> bool {
    turn.get::<Listed>(sku).is_some_and(|listed| listed.delisted_at.is_some())
}
