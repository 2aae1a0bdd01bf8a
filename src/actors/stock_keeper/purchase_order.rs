use serde::{Deserialize, Serialize};

/// A purchase order, shown as `po_…`: its text is the key that the wholesaler knows it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PurchaseOrderId(pub u128);
