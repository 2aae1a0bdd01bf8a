use std::collections::BTreeMap;
use std::future::Future;
use std::ops::Bound;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Checkpoint, Error, Stored, TreeName, Trees, Write};
use crate::journal::Position;

type TreeKey = (TreeName, Vec<u8>);
type Map = BTreeMap<TreeKey, Stored>;

/// Trees in memory for tests and the simulator. Clones share one store, which outlives the daemon that
/// uses it, as a disk does. As in sled, writes can be read at once and are safe when the checkpoint
/// completes: at the next yield, or after a latency on tokio's clock.
#[derive(Clone)]
pub struct MemoryTrees {
    names: Arc<[TreeName]>,
    latency: Option<Duration>,
    store: Arc<Mutex<Store>>,
}

#[derive(Default)]
struct Store {
    /// What a read sees.
    visible: Map,
    /// What a crash leaves.
    durable: Map,
    watermark: Position,
    /// Writes since the last crash that no completed checkpoint covers, in order.
    unsynced: Vec<(u64, Write)>,
    /// Tombstones that completed checkpoints wrote and no sweep has removed.
    tombstones: Vec<(TreeKey, Position)>,
    checkpoints: u64,
    crashes: u64,
    hurries: bool,
}

impl MemoryTrees {
    pub fn new(trees: &[TreeName]) -> MemoryTrees {
        MemoryTrees { names: trees.into(), latency: None, store: Arc::default() }
    }

    /// Each checkpoint takes this long on tokio's clock.
    pub fn with_latency(mut self, latency: Duration) -> MemoryTrees {
        self.latency = Some(latency);
        self
    }

    /// Loses what no completed checkpoint covers; checkpoints under way end in `Error::Stopped`.
    pub fn crash(&self) {
        self.crash_keeping(0);
    }

    /// As `crash`, but the first `writes_kept` unsynced writes happened to reach the disk: the trees are
    /// then ahead of the watermark, as sled can be.
    pub fn crash_keeping(&self, writes_kept: usize) {
        let store = &mut *self.store();
        for (_, write) in store.unsynced.drain(..).take(writes_kept) {
            store.durable.insert((write.tree, write.key), write.stored);
        }
        store.visible = store.durable.clone();
        store.crashes += 1;
    }

    /// Loses everything, as when damaged trees are set aside: the watermark is 0 again.
    pub fn wipe(&self) {
        let store = &mut *self.store();
        *store = Store { crashes: store.crashes + 1, checkpoints: store.checkpoints, ..Store::default() };
    }

    /// What `Trees::hurry` was last told.
    pub fn hurries(&self) -> bool {
        self.store().hurries
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self, range: (Bound<TreeKey>, Bound<TreeKey>)) -> Option<(TreeKey, Stored)> {
        let store = self.store();
        let (place, stored) = store.visible.range(range).next()?;
        Some((place.clone(), stored.clone()))
    }

    fn known(&self, tree: TreeName) -> Result<(), Error> {
        self.names.contains(&tree).then_some(()).ok_or(Error::UnknownTree(tree))
    }

    fn begin(&self, writes: Vec<Write>) -> Result<(u64, u64), Error> {
        for write in &writes {
            self.known(write.tree)?;
        }
        let store = &mut *self.store();
        store.sweep_tombstones();
        store.checkpoints += 1;
        for write in writes {
            store.visible.insert((write.tree, write.key.clone()), write.stored.clone());
            store.unsynced.push((store.checkpoints, write));
        }
        Ok((store.checkpoints, store.crashes))
    }

    fn complete(&self, checkpoint: u64, crashes: u64, watermark: Position) -> Result<(), Error> {
        let store = &mut *self.store();
        if store.crashes != crashes {
            return Err(Error::Stopped { why: "the machine has crashed".into() });
        }
        let later = store.unsynced.partition_point(|(number, _)| *number <= checkpoint);
        for (_, write) in store.unsynced.drain(..later) {
            let place = (write.tree, write.key);
            if write.stored.is_tombstone() {
                store.tombstones.push((place.clone(), write.stored.position));
            }
            store.durable.insert(place, write.stored);
        }
        store.watermark = store.watermark.max(watermark);
        Ok(())
    }
}

impl Store {
    fn sweep_tombstones(&mut self) {
        let watermark = self.watermark;
        let passed = |stored: &Stored| stored.is_tombstone() && stored.position <= watermark;
        for (place, _) in self.tombstones.extract_if(.., |(_, position)| *position <= watermark) {
            for map in [&mut self.visible, &mut self.durable] {
                if map.get(&place).is_some_and(passed) {
                    map.remove(&place);
                }
            }
        }
    }
}

impl Trees for MemoryTrees {
    fn get(&self, tree: TreeName, key: &[u8]) -> Result<Option<Stored>, Error> {
        self.known(tree)?;
        Ok(self.store().visible.get(&(tree, key.to_vec())).cloned())
    }

    fn scan(
        &self,
        tree: TreeName,
        from: &[u8],
        visit: &mut dyn FnMut(&[u8], Stored) -> bool,
    ) -> Result<(), Error> {
        self.known(tree)?;
        let mut from = Bound::Included((tree, from.to_vec()));
        // one step at a time, so that `visit` may read the trees too
        while let Some((place, stored)) = self.next((from, Bound::Unbounded)) {
            if place.0 != tree || !visit(&place.1, stored) {
                break;
            }
            from = Bound::Excluded(place);
        }
        Ok(())
    }

    fn names(&self) -> Vec<TreeName> {
        self.names.to_vec()
    }

    fn watermark(&self) -> Position {
        self.store().watermark
    }

    fn checkpoint(&self, checkpoint: Checkpoint) -> Pin<Box<dyn Future<Output = Result<(), Error>>>> {
        let begun = self.begin(checkpoint.writes);
        let trees = self.clone();
        Box::pin(async move {
            let (number, crashes) = begun?;
            match trees.latency {
                Some(latency) => tokio::time::sleep(latency).await,
                None => tokio::task::yield_now().await,
            }
            trees.complete(number, crashes, checkpoint.watermark)
        })
    }

    /// There is nothing to speed up; the last value is kept for tests.
    fn hurry(&self, so: bool) {
        self.store().hurries = so;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: TreeName = TreeName("orders");

    fn write(key: &str, position: u64, value: Option<&str>) -> Write {
        let value = value.map(|v| v.as_bytes().to_vec());
        let stored = Stored { version: 1, position: Position(position), value };
        Write { tree: TREE, key: key.into(), stored }
    }

    fn checkpoint(watermark: u64, writes: Vec<Write>) -> Checkpoint {
        Checkpoint { writes, watermark: Position(watermark) }
    }

    fn keys(trees: &MemoryTrees, from: &str) -> Vec<String> {
        let mut keys = Vec::new();
        trees
            .scan(TREE, from.as_bytes(), &mut |key, _| {
                keys.push(String::from_utf8_lossy(key).into_owned());
                true
            })
            .unwrap();
        keys
    }

    #[tokio::test]
    async fn a_crash_loses_what_no_completed_checkpoint_covers() {
        let trees = MemoryTrees::new(&[TREE]);
        trees.checkpoint(checkpoint(1, vec![write("a", 1, Some("x"))])).await.unwrap();
        let under_way = trees.checkpoint(checkpoint(3, vec![write("b", 2, Some("y")), write("c", 3, None)]));
        assert_eq!(keys(&trees, ""), ["a", "b", "c"]);
        trees.crash_keeping(1);
        assert!(matches!(under_way.await, Err(Error::Stopped { .. })));
        assert_eq!(keys(&trees, ""), ["a", "b"]);
        assert_eq!(trees.watermark(), Position(1));
        trees.wipe();
        assert_eq!((keys(&trees, ""), trees.watermark()), (vec![], Position::START));
    }

    #[tokio::test(start_paused = true)]
    async fn the_watermark_moves_after_the_latency() {
        let trees = MemoryTrees::new(&[TREE]).with_latency(Duration::from_millis(30));
        let started = tokio::time::Instant::now();
        trees.checkpoint(checkpoint(5, vec![])).await.unwrap();
        assert_eq!(started.elapsed().as_millis() / 10, 3);
        assert_eq!(trees.watermark(), Position(5));
    }

    #[tokio::test]
    async fn tombstones_stay_until_the_watermark_has_passed_them() {
        let trees = MemoryTrees::new(&[TREE, TreeName("stock")]);
        trees.checkpoint(checkpoint(1, vec![write("a", 2, None), write("b", 1, None)])).await.unwrap();
        assert_eq!(keys(&trees, ""), ["a", "b"]);
        trees.checkpoint(checkpoint(2, vec![])).await.unwrap();
        assert_eq!(keys(&trees, ""), ["a"]);
        trees.checkpoint(checkpoint(3, vec![write("a", 3, Some("again"))])).await.unwrap();
        assert_eq!(keys(&trees, "a"), ["a"]);
        assert_eq!(keys(&trees, "b"), Vec::<String>::new());
    }

    #[tokio::test]
    async fn an_unknown_tree_is_refused() {
        let trees = MemoryTrees::new(&[]);
        assert!(matches!(trees.get(TREE, b""), Err(Error::UnknownTree(TREE))));
        let refused = trees.checkpoint(checkpoint(1, vec![write("a", 1, None)])).await;
        assert!(matches!(refused, Err(Error::UnknownTree(TREE))));
    }
}
