//! How the trees of the shop are kept: each aggregate names its own, and this says which lie together.

use crate::runtime::{self, Aggregate};
use crate::storage::{SledOptions, TreeName};

use super::bank::Hold;
use super::merchant_proxy::Payment;
use super::order_manager::{KeyBinding, Order};
use super::warehouse::Shipment;
use super::{CommonTimeline, OwnTimeline, Shop};

/// What is read and written together: an order with both parts of its story, its parcel, its first attempt to pay and the
/// bank's hold for that. Where there are more attempts each has a row of its own among those of the orders.
const TOGETHER: &[&[TreeName]] =
    &[&[Order::TREE, OwnTimeline::TREE, CommonTimeline::TREE, Shipment::TREE, Payment::TREE, Hold::TREE]];

/// Whose keys are hashes: a new order asks whether there is one under its own, and hardly ever there is.
const UNORDERED: &[TreeName] = &[KeyBinding::TREE];

/// How sled keeps them.
pub fn options(cache_bytes: u64) -> SledOptions {
    SledOptions { cache_bytes, together: TOGETHER, unordered: UNORDERED }
}

/// As storage opens them: those of the actors, those of all, and the runtime's own.
pub fn names() -> Vec<TreeName> {
    runtime::tree_names::<Shop>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{OrderId, PaymentId};
    use crate::runtime::TableKey;

    #[test]
    fn what_is_kept_together_has_the_same_keys() {
        fn key<V: Aggregate>(key: V::Key) -> (TreeName, Vec<u8>) {
            (V::TREE, TableKey::to_bytes(&key))
        }
        let order = OrderId::new(7, 0xabcdef);
        let payment = PaymentId::first_of(order);
        let keys = [
            key::<Order>(order),
            key::<OwnTimeline>(order),
            key::<CommonTimeline>(order),
            key::<Shipment>(order),
            key::<Payment>(payment),
            key::<Hold>(payment),
        ];
        let together: Vec<TreeName> = TOGETHER.concat();
        assert_eq!(keys.each_ref().map(|(tree, _)| *tree).as_slice(), together, "each that is kept so");
        assert!(keys.iter().all(|(_, key)| *key == keys[0].1), "{keys:?}");
    }
}
