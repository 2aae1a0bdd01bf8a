//! The demo world's shelves.

use std::time::Duration;

use crate::actors::Shop;
use crate::actors::stock_keeper::{Check, List};
use crate::domain::catalogue::{Product, Row, demo};
use crate::runtime::Handle;

use super::Failure;

/// Products listed in one turn.
const LISTED_AT_ONCE_MAX: usize = 250;
const WITHIN: Duration = Duration::from_secs(30);

/// Lists the books that ship with the program, unless they are listed already.
pub async fn stock_the_shelves(shop: &Handle<Shop>) -> Result<(), Failure> {
    let rows = demo().rows;
    // the last one: a listing that was cut short is made up for, and what is listed twice keeps its stock
    let last = rows.last().map(|row| vec![row.product.sku.clone()]).unwrap_or_default();
    let known = shop.ask(Check { skus: last }, WITHIN).await?;
    if known.is_empty() { list(shop, rows).await.map(drop) } else { Ok(()) }
}

/// Lists products, in as many turns as it takes; how many were new, and how many changed.
pub async fn list(shop: &Handle<Shop>, rows: Vec<Row>) -> Result<(usize, usize), Failure> {
    list_products(shop, rows.into_iter().map(|row| (row.product, row.opening_stock)).collect()).await
}

/// The same for products, each with its opening stock.
pub async fn list_products(
    shop: &Handle<Shop>,
    products: Vec<(Product, u32)>,
) -> Result<(usize, usize), Failure> {
    let (mut all_new, mut all_changed) = (0, 0);
    for some in products.chunks(LISTED_AT_ONCE_MAX) {
        let listed = shop.ask(List { products: some.to_vec() }, WITHIN).await?;
        all_new += listed.new;
        all_changed += listed.changed;
    }
    Ok((all_new, all_changed))
}
