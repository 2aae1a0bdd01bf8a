//! The demo world's shelves.

use std::time::Duration;

use crate::actors::Shop;
use crate::actors::stock_keeper::List;
use crate::domain::catalogue::{Catalogue, Product, Row, demo};
use crate::runtime::Handle;

use super::Failure;

/// Products listed in one turn.
const LISTED_AT_ONCE_MAX: usize = 250;
const WITHIN: Duration = Duration::from_secs(30);

/// Lists the books that ship with the program where nothing is sold yet, or where their own listing was cut short: what is listed
/// twice keeps its stock. A demo that was filled otherwise stays as it is. Whether it did.
pub async fn stock_the_shelves(shop: &Handle<Shop>, sold: &Catalogue) -> Result<bool, Failure> {
    let rows = demo().rows;
    let is_sold = |row: Option<&Row>| row.is_some_and(|row| sold.get(&row.product.sku).is_some());
    let was_cut_short = is_sold(rows.first()) && !is_sold(rows.last());
    if !(sold.is_empty() || was_cut_short) {
        return Ok(false);
    }
    list(shop, rows.into_iter().map(|row| (row.product, row.opening_stock)).collect()).await?;
    Ok(true)
}

/// Lists products, each with its opening stock, in as many turns as it takes.
pub async fn list(shop: &Handle<Shop>, products: Vec<(Product, u32)>) -> Result<(), Failure> {
    for some in products.chunks(LISTED_AT_ONCE_MAX) {
        shop.ask(List { products: some.to_vec() }, WITHIN).await?;
    }
    Ok(())
}
