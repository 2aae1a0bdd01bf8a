use std::collections::BTreeSet;

use crate::actors::{Context, Turn};
use crate::domain::Sku;
use crate::domain::catalogue::Product;

use super::{Availability, Event, Reply, State, StockItem};

pub fn list(state: &State, products: &[(Product, u32)], context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    let (mut new, mut changed) = (0, 0);
    let mut named = BTreeSet::new();
    for (product, found) in products {
        let named_before = !named.insert(&product.sku);
        let listed = state.catalogue.get(&product.sku);
        if listed.is_some_and(|listed| listed.0 == *product) && !named_before {
            continue;
        }
        let is_new = listed.is_none() && !named_before;
        turn.event(Event::Listed { product: Box::new(product.clone()) });
        if is_new {
            turn.event(Event::Found { sku: product.sku.clone(), quantity: *found });
            new += 1;
        } else {
            changed += 1;
        }
    }
    if let Some(request) = context.request() {
        turn.reply(request, Reply::Listed { new, changed });
    }
    turn
}

pub fn check(state: &State, skus: &[Sku], context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    // it says nothing to anybody but who asked
    if let Some(request) = context.request() {
        let seen = skus.iter().filter_map(|sku| {
            let available = for_sale(state.stock.get(sku)?);
            Some(Availability { sku: sku.clone(), available, earliest: None })
        });
        turn.reply(request, Reply::Availability(seen.collect()));
    }
    turn
}

pub fn for_sale(item: &StockItem) -> u32 {
    u32::try_from(item.available).unwrap_or(u32::MAX)
}
