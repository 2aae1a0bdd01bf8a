use crate::domain::{OrderId, PaymentId, SessionId, Sku, Timeline, TimelineEntry};
use crate::runtime::{Aggregate, Stamp, Table, TableKey};
use crate::storage::TreeName;

use super::{Event, Shop};

/// Tree `timelines`: what every actor stated about an order, folded from their events, so that it
/// cannot disagree with the states.
impl Aggregate for Timeline {
    const TREE: TreeName = TreeName("timelines");
    type Key = OrderId;
}

pub fn note(timelines: &mut Table<Timeline>, event: &Event, stamp: &Stamp<Shop>) {
    for (order, step, what) in event.happenings() {
        let entry = TimelineEntry { at: stamp.at, step, what, by: stamp.by.party() };
        timelines.change(&order, stamp.position, |timeline| {
            timeline.get_or_insert_default().entries.push(entry);
        });
    }
}

/// Ids sort by time, as their bytes do.
macro_rules! id_key {
    ($($id:ty),*) => {$(
        impl TableKey for $id {
            fn to_bytes(&self) -> Vec<u8> {
                <$id>::to_bytes(*self).to_vec()
            }

            fn from_bytes(bytes: &[u8]) -> Option<$id> {
                bytes.try_into().ok().map(<$id>::from_bytes)
            }
        }
    )*};
}

id_key!(OrderId, PaymentId, SessionId);

impl TableKey for Sku {
    fn to_bytes(&self) -> Vec<u8> {
        self.as_str().as_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Sku> {
        Sku::parse(std::str::from_utf8(bytes).ok()?).ok()
    }
}
