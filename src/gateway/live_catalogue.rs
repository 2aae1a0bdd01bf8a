use std::sync::{Arc, PoisonError, RwLock};

use crate::domain::catalogue::Catalogue;

/// What the shop sells now. A request takes one catalogue and uses it throughout, whatever is imported meanwhile.
#[derive(Debug)]
pub struct LiveCatalogue(RwLock<Arc<Catalogue>>);

impl LiveCatalogue {
    pub fn new(catalogue: Catalogue) -> LiveCatalogue {
        LiveCatalogue(RwLock::new(Arc::new(catalogue)))
    }

    pub fn now(&self) -> Arc<Catalogue> {
        // a whole value is put in the place of another: a panic elsewhere leaves no half of one
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on requests get this one; the old is freed by the last request that has it.
    pub fn replace(&self, catalogue: Catalogue) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(catalogue);
    }
}
