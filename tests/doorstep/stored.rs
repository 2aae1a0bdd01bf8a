//! What a closed shop's trees hold, read and changed through the library.

use std::collections::BTreeMap;

use doorstep::actors::trees;
use doorstep::domain::{OrderId, OrderState};
use doorstep::journal::identity;
use doorstep::runtime::{Aggregate, TableKey, decode};
use doorstep::storage::{Checkpoint, DirectoryLock, OpenState, SledTrees, Stored, Trees, Write};

use super::shop::TestShop;

/// The version and the bytes of each value, by tree and key.
pub type Values = BTreeMap<(&'static str, Vec<u8>), (u8, Vec<u8>)>;

/// The trees of a shop that no daemon has open.
pub struct StoredTrees {
    trees: SledTrees,
    _lock: DirectoryLock,
}

impl StoredTrees {
    /// # Panics
    /// Where the trees are missing or damaged.
    #[track_caller]
    pub fn of(shop: &TestShop) -> StoredTrees {
        let lock = DirectoryLock::take(&shop.data()).expect("no daemon has the directory");
        let journal =
            identity(&shop.data().join("journal")).expect("read the journal's head").expect("there is one");
        let opened = SledTrees::open(&shop.data(), journal, &trees::names(), trees::options(8 << 20))
            .expect("open the trees");
        assert_eq!(opened.state, OpenState::Exact);
        StoredTrees { trees: opened.trees, _lock: lock }
    }

    /// Every aggregate as the bytes of its value, by tree and key. Positions and tombstones are left out: they tell
    /// how it came about, not what it is.
    pub fn dump(&self) -> Values {
        let mut all = BTreeMap::new();
        for tree in self.trees.names() {
            let visited = self.trees.scan(tree, &[], &mut |key, stored| {
                if let Some(value) = stored.value {
                    all.insert((tree.0, key.to_vec()), (stored.version, value));
                }
                true
            });
            visited.expect("read a tree");
        }
        all
    }

    /// Every aggregate of one kind.
    pub fn every<V: Aggregate>(&self) -> Vec<(V::Key, V, Stored)> {
        let mut found = vec![];
        let visited = self.trees.scan(V::TREE, &[], &mut |key, stored| {
            let key = V::Key::from_bytes(key).expect("a key of this tree");
            if let Some(value) = decode::<V>(&stored).expect("a value of this tree") {
                found.push((key, value, stored));
            }
            true
        });
        visited.expect("read a tree");
        found
    }

    /// Every order with its state.
    pub fn orders(&self) -> BTreeMap<OrderId, OrderState> {
        let orders = self.every::<doorstep::actors::order_manager::Order>();
        orders.into_iter().map(|(id, order, _)| (id, order.state)).collect()
    }

    /// Puts another value in the place of one, as if it had been written so at the same position.
    pub fn falsify<V: Aggregate>(&self, key: &V::Key, value: &V, stored: &Stored) {
        let value = postcard::to_stdvec(value).expect("plain data serialises");
        let stored = Stored { value: Some(value), ..stored.clone() };
        let write = Write { tree: V::TREE, key: key.to_bytes(), stored };
        let checkpoint = Checkpoint { writes: vec![write], watermark: self.trees.watermark() };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(self.trees.checkpoint(checkpoint)).expect("write the trees");
    }
}
