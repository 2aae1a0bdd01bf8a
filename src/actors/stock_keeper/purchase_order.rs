use serde::{Deserialize, Serialize};

use crate::domain::{Date, OrderId, Sku, Timestamp};
use crate::partners::wholesaler::{SupplyOrder, WholesalerId};
use crate::planted::{self, Bug};
use crate::runtime::Aggregate;
use crate::storage::TreeName;

use super::PurchaseOrderId;

/// Units of one SKU that one wholesaler was asked to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseOrder {
    /// The order whose shortage caused it; the goods serve whoever waits longest.
    pub order: OrderId,
    pub sku: Sku,
    pub wholesaler: WholesalerId,
    pub ordered: u32,
    pub ordered_at: Timestamp,
    /// Who has refused to send these units before: they are not asked again.
    pub refused_by: Vec<WholesalerId>,
    pub state: Supply,
    /// How many results in a row were unknown.
    pub unanswered: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Supply {
    /// It went out; a receipt alone is no acceptance.
    Asked,
    Acknowledged {
        accepted: u32,
        arrives_on: Date,
    },
    Refused,
    /// What came is on the shelf; what did not was ordered anew.
    Received {
        accepted: u32,
        received: u32,
    },
}

impl PurchaseOrder {
    /// The request as it went out the first time: asking again with it orders nothing twice.
    pub fn request(&self, id: PurchaseOrderId) -> SupplyOrder {
        let try_number = if planted::is(Bug::NewKeyForEachTry) { self.unanswered } else { 0 };
        let key = if try_number == 0 { id.to_string() } else { format!("{id}-{try_number}") };
        SupplyOrder { key, sku: self.sku.clone(), quantity: self.ordered, ordered_at: self.ordered_at }
    }

    /// How many units are still to come, as far as is known.
    pub fn outstanding(&self) -> u32 {
        match self.state {
            Supply::Asked => self.ordered,
            Supply::Acknowledged { accepted, .. } => accepted,
            Supply::Refused | Supply::Received { .. } => 0,
        }
    }
}

impl Aggregate for PurchaseOrder {
    const TREE: TreeName = TreeName("purchase_orders");
    type Key = PurchaseOrderId;
}
