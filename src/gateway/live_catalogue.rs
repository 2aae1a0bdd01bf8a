//! The catalogue as it is now: what is listed or taken off sale beside open doors is seen from the next request on.

use std::sync::{Arc, PoisonError, RwLock};

use crate::domain::Sku;
use crate::domain::catalogue::{Catalogue, Product};

use super::{Code, Problem};

/// Holds the present catalogue. A request takes it once and goes by it throughout, so that it sees one state.
pub struct LiveCatalogue(RwLock<Arc<Catalogue>>);

impl LiveCatalogue {
    pub fn new(catalogue: Catalogue) -> LiveCatalogue {
        LiveCatalogue(RwLock::new(Arc::new(catalogue)))
    }

    /// A panic leaves it whole, so a poisoned lock is good.
    pub fn now(&self) -> Arc<Catalogue> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn replace(&self, catalogue: Catalogue) {
        let catalogue = Arc::new(catalogue);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = catalogue;
    }
}

/// The product whose page or view is asked for.
pub fn product<'a>(catalogue: &'a Catalogue, sku: &str) -> Result<&'a Product, Problem> {
    let sku = Sku::parse(sku).ok();
    if let Some(product) = sku.as_ref().and_then(|sku| catalogue.get(sku)) {
        return Ok(product);
    }
    if sku.is_some_and(|sku| catalogue.is_delisted(&sku)) {
        return Err(Problem::new(Code::ProductGone, "this product was sold once, and is sold no more"));
    }
    Err(Problem::new(Code::NoSuchProduct, "the catalogue has no product of this SKU"))
}
