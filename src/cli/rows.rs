//! The rows that a shop keeps, read as they lie in its trees: for lists that no actor has in memory.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::actors::Shop;
use crate::runtime::{Aggregate, Handle, Recovered, TableKey as _, decode};
use crate::storage::{Stored, Trees};

use super::Failure;

/// A list is looked for no longer than this: whoever waits wants an answer.
pub const LOOKED_FOR_MAX: Duration = Duration::from_secs(60);
/// The clock is read once in so many rows.
const ROWS_BETWEEN_LOOKS: usize = 1_024;

type Newer = BTreeMap<Vec<u8>, Stored>;

/// Of a running shop: what is read is all that stood in its journal when it was asked.
pub async fn read<T: Send + 'static>(
    shop: &Handle<Shop>,
    trees: &Arc<dyn Trees>,
    read: impl FnOnce(&Rows) -> Result<T, Failure> + Send + 'static,
) -> Result<T, String> {
    if !shop.checkpoint().await {
        return Err("the daemon is stopping, or its disk takes no more".to_owned());
    }
    let rows = Rows::of(trees.clone());
    let read = tokio::task::spawn_blocking(move || read(&rows)).await;
    read.map_err(|error| error.to_string())?.map_err(|Failure(why)| why)
}

pub struct Rows {
    trees: Arc<dyn Trees>,
    /// What the trees do not reflect yet, by their names.
    newer: BTreeMap<&'static str, Newer>,
    until: Instant,
}

/// Why a scan has ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All were visited, or as many as were wanted.
    Whole,
    OutOfTime,
}

impl Rows {
    pub fn of(trees: Arc<dyn Trees>) -> Rows {
        Rows { trees, newer: BTreeMap::new(), until: Instant::now() + LOOKED_FOR_MAX }
    }

    /// Of this kind as the journal's end left them.
    pub fn brought_up_to<V: Aggregate>(mut self, recovered: &Recovered<Shop>) -> Rows {
        self.newer.insert(V::TREE.0, recovered.newer::<V>());
        self
    }

    fn newer<V: Aggregate>(&self) -> Option<&Newer> {
        self.newer.get(V::TREE.0)
    }

    pub fn get<V: Aggregate>(&self, key: &V::Key) -> Result<Option<V>, Failure> {
        let bytes = key.to_bytes();
        if let Some(stored) = self.newer::<V>().and_then(|newer| newer.get(&bytes)) {
            return Ok(decode(stored)?);
        }
        let stored = self.trees.get(V::TREE, &bytes)?;
        Ok(stored.map(|stored| decode(&stored)).transpose()?.flatten())
    }

    /// Visits those whose keys' bytes are at least `from` and below `below`, in no order.
    pub fn each<V: Aggregate>(
        &self,
        from: &[u8],
        below: Option<&[u8]>,
        visit: &mut dyn FnMut(V::Key, V),
    ) -> Result<Ended, Failure> {
        let no_newer = Newer::new();
        let newer = self.newer::<V>().unwrap_or(&no_newer);
        let is_below = |key: &[u8]| below.is_none_or(|below| key < below);
        let (mut ended, mut failed, mut rows) = (Ended::Whole, None, 0_usize);
        self.trees.scan(V::TREE, from, &mut |key, stored| {
            rows += 1;
            if rows.is_multiple_of(ROWS_BETWEEN_LOOKS) && Instant::now() > self.until {
                ended = Ended::OutOfTime;
            }
            if !is_below(key) || ended == Ended::OutOfTime {
                return false;
            }
            if !newer.contains_key(key) {
                failed = visited::<V>(key, &stored, visit).err();
            }
            failed.is_none()
        })?;
        failed.map_or(Ok(()), Err)?;
        for (key, stored) in newer.range(from.to_vec()..).take_while(|(key, _)| is_below(key)) {
            visited::<V>(key, stored, visit)?;
        }
        Ok(ended)
    }
}

/// What is gone is not visited.
fn visited<V: Aggregate>(
    key: &[u8],
    stored: &Stored,
    visit: &mut dyn FnMut(V::Key, V),
) -> Result<(), Failure> {
    if let (Some(key), Some(value)) = (V::Key::from_bytes(key), decode::<V>(stored)?) {
        visit(key, value);
    }
    Ok(())
}
