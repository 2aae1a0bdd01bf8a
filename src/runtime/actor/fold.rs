//! How facts become state: on the turn's own copies while it is decided, on the aggregates themselves in a replay.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::storage::Trees;

use super::aggregate::{Aggregate, Partition};
use super::place::Place;
use super::snapshot::Snapshot;
use super::table::Unloadable;
use super::tables::Tables;

/// The aggregates, as far as a turn has come: what an actor's `fold` changes. What is read or changed is brought into memory from its
/// tree. All functions unwind where that cannot be read; a turn that is decided on comes to nothing then, as with a panic.
pub struct Fold<'a> {
    tables: &'a mut Tables,
    trees: &'a dyn Trees,
    whose: Whose,
}

enum Whose {
    /// A turn that is decided on here: what it reads and changes must be kept here too.
    Turn(Partition),
    /// One that stands in the journal.
    Replayed(Place),
}

impl<'a> Fold<'a> {
    pub(crate) fn of_turn(tables: &'a mut Tables, trees: &'a dyn Trees, partition: Partition) -> Fold<'a> {
        Fold { tables, trees, whose: Whose::Turn(partition) }
    }

    pub(crate) fn replayed(tables: &'a mut Tables, trees: &'a dyn Trees, place: Place) -> Fold<'a> {
        Fold { tables, trees, whose: Whose::Replayed(place) }
    }

    /// The aggregate as it is after all facts that were stated so far; `None` where there is none.
    ///
    /// # Panics
    /// Where it is kept in another partition than the one that decides, or no actor has named its table: the turn comes to nothing.
    pub fn get<V: Aggregate>(&mut self, key: &V::Key) -> Option<Snapshot<V>> {
        self.check_partition::<V>(key);
        Snapshot::of(loaded(self.tables.used::<V>().read(key, self.trees)))
    }

    /// Changes an aggregate, on the turn's own copy; setting it to `None` deletes it. `None` is also what there is before it is made.
    ///
    /// # Panics
    /// As [`get`](Fold::get), and where `change` does.
    pub fn change<V: Aggregate>(&mut self, key: &V::Key, change: impl FnOnce(&mut Option<V>)) {
        self.check_partition::<V>(key);
        let table = self.tables.used::<V>();
        match self.whose {
            Whose::Turn(_) => loaded(table.draft(key, self.trees, change)),
            Whose::Replayed(place) => {
                loaded(table.bring(key, self.trees));
                table.change(key, place.position, change);
            }
        }
    }

    /// Changes an aggregate by what keeps its place in the journal, as a timeline does: once the turn has one. No decision
    /// of the same turn sees it: it is done when the turn stands, after all its changes.
    ///
    /// # Panics
    /// As [`get`](Fold::get). `note` itself must not panic: the turn stands by then, so that ends the process.
    pub fn note<V: Aggregate>(&mut self, key: &V::Key, note: impl FnOnce(&mut Option<V>, Place) + 'static) {
        self.check_partition::<V>(key);
        let table = self.tables.used::<V>();
        match self.whose {
            Whose::Turn(_) => loaded(table.note(key, self.trees, Box::new(note))),
            Whose::Replayed(place) => {
                loaded(table.bring(key, self.trees));
                table.change(key, place.position, |value| note(value, place));
            }
        }
    }

    fn check_partition<V: Aggregate>(&self, key: &V::Key) {
        if let Whose::Turn(here) = self.whose {
            let kept = V::partition(key);
            assert!(kept == here, "{key:?} of tree {} is kept in {kept} and decided on in {here}", V::TREE);
        }
    }
}

/// Unwinds a decision whose state cannot be read: nobody's fault but the disk's, and no panic.
fn loaded<T>(result: Result<T, Unloadable>) -> T {
    result.unwrap_or_else(|unloadable| resume_unwind(Box::new(unloadable)))
}

/// Why what reads and changes aggregates came to nothing.
pub(crate) enum Interrupted {
    /// An aggregate cannot be read.
    Unread(Unloadable),
    Panic(Box<dyn Any + Send>),
}

impl Interrupted {
    /// # Panics
    /// Goes on with a panic.
    pub fn into_unloadable(self) -> Unloadable {
        match self {
            Interrupted::Unread(unloadable) => unloadable,
            Interrupted::Panic(payload) => resume_unwind(payload),
        }
    }
}

/// Runs what reads and changes aggregates.
pub(crate) fn reading<T>(work: impl FnOnce() -> T) -> Result<T, Interrupted> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| match payload.downcast::<Unloadable>() {
        Ok(unloadable) => Interrupted::Unread(*unloadable),
        Err(panic) => Interrupted::Panic(panic),
    })
}
