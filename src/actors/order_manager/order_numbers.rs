use serde::{Deserialize, Serialize};

use crate::domain::Slot;
use crate::runtime::{Aggregate, Partition};
use crate::storage::TreeName;

/// Tree `order_numbers`: how many numbers for people a slot has given to its orders. None is given twice, also where an order was
/// forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderNumbers {
    pub given: u64,
}

impl Aggregate for OrderNumbers {
    const TREE: TreeName = TreeName("order_numbers");
    type Key = Slot;

    fn partition(slot: &Slot) -> Partition {
        (*slot).into()
    }
}
