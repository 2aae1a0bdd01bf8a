use serde::{Deserialize, Serialize};

use crate::domain::{OrderId, PaymentId, SessionId, Sku, Timeline, TimelineEntry};
use crate::runtime::{Aggregate, AnyTable, Keys, Stamp, Table, TableKey};
use crate::storage::TreeName;

use super::{Address, Event, Shop};

/// What the actors stated about orders, folded from their events, so that it cannot disagree with the states. An
/// order's timeline has two parts, for the shelves and the bank are at home elsewhere than the order.
#[derive(Default)]
pub struct Timelines {
    /// Of those who are at home where the order is.
    pub own: Table<Timeline>,
    /// Of the stock keeper and the bank.
    pub common: Table<CommonTimeline>,
}

/// Tree `timelines`.
impl Aggregate for Timeline {
    const TREE: TreeName = TreeName("timelines");
    type Key = OrderId;
}

/// Tree `common_timelines`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommonTimeline(pub Timeline);

impl Aggregate for CommonTimeline {
    const TREE: TreeName = TreeName("common_timelines");
    type Key = OrderId;
}

impl Timelines {
    /// Names the parts that `event` adds to.
    pub fn changed_by(by: Address, event: &Event, keys: &mut Keys) {
        for (order, _, _) in event.happenings() {
            match is_common(by) {
                true => keys.add::<CommonTimeline>(&order),
                false => keys.add::<Timeline>(&order),
            }
        }
    }

    pub fn note(&mut self, event: &Event, stamp: &Stamp<Shop>) {
        let Stamp { position, at, by } = *stamp;
        for (order, step, what) in event.happenings() {
            let entry = TimelineEntry { turn: position.0, at, step, what, by: by.party() };
            match is_common(by) {
                true => self.common.change(&order, position, |part| {
                    part.get_or_insert_default().0.entries.push(entry);
                }),
                false => self.own.change(&order, position, |part| {
                    part.get_or_insert_default().entries.push(entry);
                }),
            }
        }
    }

    /// Both parts of an order's timeline, as far as they are in memory: for audits and tests.
    pub fn peek(&self, order: &OrderId) -> Option<Timeline> {
        let common = self.common.peek(order).cloned().map(|CommonTimeline(part)| part);
        match (self.own.peek(order).cloned(), common) {
            (Some(own), Some(common)) => Some(own.merged(common)),
            (own, common) => own.or(common),
        }
    }

    pub fn tables(&self) -> Vec<&dyn AnyTable> {
        vec![&self.own, &self.common]
    }

    pub fn tables_mut(&mut self) -> Vec<&mut dyn AnyTable> {
        vec![&mut self.own, &mut self.common]
    }
}

/// Those who decide where all orders meet.
fn is_common(by: Address) -> bool {
    matches!(by, Address::StockKeeper | Address::BankActor)
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
