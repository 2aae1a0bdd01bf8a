use crate::actors::Turn;

use super::{Event, Import, ImportedCount, Listed, StockItem, count};

/// Of a SKU that comes twice the last counts.
pub fn import(turn: &mut Turn<'_>, question: &Import) {
    let Import { products, reason, who } = question;
    let mut done = ImportedCount::default();
    for (product, counted) in products {
        let sku = &product.sku;
        let listed = turn.get::<Listed>(sku);
        let is_known =
            listed.as_ref().is_some_and(|listed| listed.product == *product && listed.delisted_at.is_none());
        if !is_known {
            turn.record(Event::Listed { product: Box::new(product.clone()) });
        }
        match listed {
            None => done.new += 1,
            Some(_) if !is_known => done.changed += 1,
            Some(_) => {}
        }
        // units that were never counted are found, not adjusted
        if turn.get::<StockItem>(sku).is_none() {
            turn.record(Event::Found { sku: sku.clone(), quantity: *counted });
        } else if count::bring_to(turn, sku, *counted, reason, who) {
            done.adjusted += 1;
        }
    }
    turn.answer(question, done);
}
