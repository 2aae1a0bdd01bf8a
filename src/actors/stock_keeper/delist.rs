use crate::actors::Turn;
use crate::domain::Sku;

use super::{Delist, Delisted, Event, Listed, Relist};

/// Takes products off sale. Orders of them go on, and their units stay where they are.
pub fn delist(turn: &mut Turn<'_>, question: &Delist) {
    let at = turn.now();
    let mut told = Delisted::default();
    for sku in &question.skus {
        let listed = turn.get::<Listed>(sku);
        let list = match listed.as_deref() {
            None => &mut told.not_listed,
            Some(Listed { delisted_at: Some(_), .. }) => &mut told.no_change,
            Some(_) => {
                turn.record(Event::Delisted { sku: sku.clone(), at });
                &mut told.done
            }
        };
        list.push(sku.clone());
    }
    turn.answer(question, told);
}

/// The other way round.
pub fn relist(turn: &mut Turn<'_>, question: &Relist) {
    let mut told = Delisted::default();
    for sku in &question.skus {
        let listed = turn.get::<Listed>(sku);
        let list = match listed.as_deref() {
            None => &mut told.not_listed,
            Some(Listed { delisted_at: None, .. }) => &mut told.no_change,
            Some(Listed { product, .. }) => {
                turn.record(Event::Listed { product: Box::new(product.clone()) });
                &mut told.done
            }
        };
        list.push(sku.clone());
    }
    turn.answer(question, told);
}

/// It is neither reserved nor ordered in for anybody who comes from now on.
pub fn is_off_sale(turn: &mut Turn<'_>, sku: &Sku) -> bool {
    turn.get::<Listed>(sku).is_some_and(|listed| listed.delisted_at.is_some())
}
