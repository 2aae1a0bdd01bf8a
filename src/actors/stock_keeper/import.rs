use crate::actors::Turn;
use crate::domain::Sku;
use crate::domain::catalogue::Product;

use super::{Described, Event, Import, Imported, Listed, StockItem, count};

/// Of a SKU that comes twice the last counts.
pub fn import(turn: &mut Turn<'_>, question: &Import) {
    let Import { products, keep_stock, reason, who } = question;
    let mut done = Imported::default();
    for described in products {
        let sku = &described.product.sku;
        let listed = turn.get::<Listed>(sku);
        let product = whole(described, listed.as_deref().map(|listed| &listed.product));
        let is_off_sale = listed.as_ref().is_some_and(|listed| listed.delisted_at.is_some());
        let is_known = !is_off_sale && listed.as_ref().is_some_and(|listed| listed.product == product);
        if !is_known {
            turn.record(Event::Listed { product: Box::new(product) });
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
            turn.record(Event::Found { sku: sku.clone(), quantity: described.counted });
        } else if !keep_stock && count::bring_to(turn, sku, described.counted, reason, who) {
            done.count.adjusted += 1;
        }
        if is_short(turn, sku) {
            done.short.push(sku.clone());
        }
    }
    turn.answer(question, done);
}

/// With what is listed in the place of what the file does not say.
fn whole(described: &Described, listed: Option<&Product>) -> Product {
    let mut product = described.product.clone();
    if let Some(listed) = listed {
        described.unsaid.iter().for_each(|&detail| product.take(detail, listed));
    }
    product
}

fn is_short(turn: &mut Turn<'_>, sku: &Sku) -> bool {
    turn.get::<StockItem>(sku).is_some_and(|item| item.missing > 0)
}
