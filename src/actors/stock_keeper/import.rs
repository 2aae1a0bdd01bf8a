use crate::actors::Turn;
use crate::domain::Sku;

use super::{Event, Import, Imported, Listed, StockItem, count};

/// Of a SKU that comes twice the last counts.
pub fn import(turn: &mut Turn<'_>, question: &Import) {
    let Import { products, reason, who } = question;
    let mut done = Imported::default();
    for (product, counted) in products {
        let sku = &product.sku;
        let listed = turn.get::<Listed>(sku);
        let is_off_sale = listed.as_ref().is_some_and(|listed| listed.delisted_at.is_some());
        let is_known = !is_off_sale && listed.as_ref().is_some_and(|listed| listed.product == *product);
        if !is_known {
            turn.record(Event::Listed { product: Box::new(product.clone()) });
        }
        match listed {
            None => done.count.new += 1,
            Some(_) if !is_known => done.count.changed += 1,
            Some(_) => {}
        }
        if is_off_sale {
            done.put_back.push(sku.clone());
        }
        // units that were never counted are found, not adjusted
        if turn.get::<StockItem>(sku).is_none() {
            turn.record(Event::Found { sku: sku.clone(), quantity: *counted });
        } else if count::bring_to(turn, sku, *counted, reason, who) {
            done.count.adjusted += 1;
        }
        if is_short(turn, sku) {
            done.short.push(sku.clone());
        }
    }
    turn.answer(question, done);
}

fn is_short(turn: &mut Turn<'_>, sku: &Sku) -> bool {
    turn.get::<StockItem>(sku).is_some_and(|item| item.missing > 0)
}
