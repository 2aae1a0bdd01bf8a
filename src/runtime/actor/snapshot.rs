//! An aggregate as a turn has read it.

use std::ops::Deref;
use std::rc::Rc;

use crate::journal::Position;

use super::table::Slot;

/// An aggregate as it was when it was read: it stays so, whatever the turn states meanwhile.
pub struct Snapshot<V>(Rc<Slot<V>>);

impl<V> Snapshot<V> {
    /// `None` where there is no such aggregate.
    pub(super) fn of(slot: Rc<Slot<V>>) -> Option<Snapshot<V>> {
        slot.value.is_some().then_some(Snapshot(slot))
    }
}

/// For aggregates that begin with the first fact about them.
impl<V: Default> Default for Snapshot<V> {
    fn default() -> Snapshot<V> {
        Snapshot(Rc::new(Slot::clean(Some(V::default()), Position::START, false)))
    }
}

impl<V> Deref for Snapshot<V> {
    type Target = V;

    fn deref(&self) -> &V {
        self.0.value.as_ref().expect("a snapshot is of what is there")
    }
}
