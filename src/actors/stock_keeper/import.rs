use crate::actors::Turn;
use crate::domain::Sku;
use crate::domain::catalogue::Product;

use super::{Adjusted, Described, Event, Import, Imported, Listed, StockItem, count};

/// Of a SKU that comes twice the last counts.
pub fn import(turn: &mut Turn<'_>, question: &Import) {
    let Import { products, keep_stock, reason, who } = question;
    let mut done = Imported::default();
    for described in products {
        let sku = &described.product.sku;
        let (listed, item) = (turn.get::<Listed>(sku), turn.get::<StockItem>(sku));
        let change = Change::of(described, listed.as_deref(), item.as_deref(), *keep_stock);
        let is_counted = item.is_some();
        done.add(sku, &change);
        if let Some(product) = change.product {
            turn.record(Event::Listed { product });
        }
        // units that were never counted are found, not adjusted
        if !is_counted {
            turn.record(Event::Found { sku: sku.clone(), quantity: described.counted });
        } else if !keep_stock {
            count::bring_to(turn, sku, described.counted, reason, who);
        }
        if is_short(turn, sku) {
            done.short.push(sku.clone());
        }
    }
    turn.answer(question, done);
}

/// What a row of a file changes of a product.
pub struct Change {
    /// What is listed then; `None`: as it was.
    product: Option<Box<Product>>,
    is_new: bool,
    is_put_back: bool,
    /// Units in the house, before and then; `None`: as many as before, or none were known.
    adjusted: Option<(u64, u64)>,
}

impl Change {
    /// `listed`, `item`: what the shop has of it.
    pub fn of(
        described: &Described,
        listed: Option<&Listed>,
        item: Option<&StockItem>,
        keep_stock: bool,
    ) -> Change {
        let product = whole(described, listed.map(|listed| &listed.product));
        let is_put_back = listed.is_some_and(|listed| listed.delisted_at.is_some());
        let is_known = !is_put_back && listed.is_some_and(|listed| listed.product == product);
        let counted = u64::from(described.counted);
        let on_hand = item.filter(|_| !keep_stock).map(StockItem::on_hand);
        Change {
            product: (!is_known).then(|| Box::new(product)),
            is_new: listed.is_none(),
            is_put_back,
            adjusted: on_hand.filter(|&before| before != counted).map(|before| (before, counted)),
        }
    }
}

impl Imported {
    /// Counts what one row has changed.
    pub fn add(&mut self, sku: &Sku, change: &Change) {
        let Change { product, is_new, is_put_back, adjusted } = change;
        self.count.new += usize::from(*is_new);
        self.count.changed += usize::from(product.is_some() && !is_new);
        if *is_put_back {
            self.put_back.push(sku.clone());
        }
        if let Some((before, then)) = *adjusted {
            self.count.adjusted += 1;
            self.adjusted.push(Adjusted { sku: sku.clone(), before, then });
        }
    }
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
