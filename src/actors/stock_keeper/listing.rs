use std::collections::BTreeSet;

use crate::actors::Turn;

use super::{Availability, Check, Event, List, Listed, ListedCount, StockItem};

pub fn list(turn: &mut Turn<'_>, question: &List) {
    let mut count = ListedCount { new: 0, changed: 0 };
    let mut named = BTreeSet::new();
    for (product, found) in &question.products {
        let named_before = !named.insert(&product.sku);
        let listed = turn.get::<Listed>(&product.sku);
        if listed.as_ref().is_some_and(|listed| listed.product == *product && listed.delisted_at.is_none())
            && !named_before
        {
            continue;
        }
        turn.record(Event::Listed { product: Box::new(product.clone()) });
        if listed.is_none() {
            turn.record(Event::Found { sku: product.sku.clone(), quantity: *found });
            count.new += 1;
        } else {
            count.changed += 1;
        }
    }
    turn.answer(question, count);
}

pub fn check(turn: &mut Turn<'_>, question: &Check) {
    let seen = question.skus.iter().filter_map(|sku| {
        let available = for_sale(&*turn.get::<StockItem>(sku)?);
        Some(Availability { sku: sku.clone(), available, earliest: None })
    });
    let seen = seen.collect();
    turn.answer(question, seen);
}

pub fn for_sale(item: &StockItem) -> u32 {
    u32::try_from(item.available).unwrap_or(u32::MAX)
}
