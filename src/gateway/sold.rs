//! What an address that names a product leads to.

use crate::domain::Sku;
use crate::domain::catalogue::{Catalogue, Product};

use super::{Code, Problem};

/// The product of this SKU; of one that was sold once it is said that it is gone.
pub fn product<'a>(catalogue: &'a Catalogue, sku: &str) -> Result<&'a Product, Problem> {
    let parsed = Sku::parse(sku).ok();
    if let Some(product) = parsed.as_ref().and_then(|sku| catalogue.get(sku)) {
        return Ok(product);
    }
    if parsed.is_some_and(|sku| catalogue.is_delisted(&sku)) {
        return Err(Problem::new(Code::ProductGone, "the product of this SKU is no longer sold"));
    }
    Err(Problem::new(Code::NoSuchProduct, "the catalogue has no product of this SKU"))
}
