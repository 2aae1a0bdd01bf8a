use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::{OrderId, PaymentId, SessionId, Sku, Timeline, TimelineEntry};
use crate::runtime::{Aggregate, AnyTable, Keys, Stamp, Table, TableKey};
use crate::storage::TreeName;

use super::{Address, Event, Shop, order_manager, stock_keeper};

/// What the actors stated about orders, folded from their events, so that it cannot disagree with the states. An
/// order's timeline has two parts, for the shelves and the bank are at home elsewhere than the order.
#[derive(Default)]
pub struct Timelines {
    /// Of those who are at home where the order is.
    pub own: Table<OwnTimeline>,
    /// Of the stock keeper and the bank.
    pub common: Table<CommonTimeline>,
}

/// Tree `timelines`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnTimeline(pub PackedTimeline);

impl Aggregate for OwnTimeline {
    const TREE: TreeName = TreeName("timelines");
    type Key = OrderId;
}

/// Tree `common_timelines`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommonTimeline(pub PackedTimeline);

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
                false => keys.add::<OwnTimeline>(&order),
            }
        }
        match forgotten(event) {
            Some(Part::Own(order)) => keys.add::<OwnTimeline>(&order),
            Some(Part::Common(order)) => keys.add::<CommonTimeline>(&order),
            None => {}
        }
    }

    pub fn note(&mut self, event: &Event, stamp: &Stamp<Shop>) {
        let Stamp { position, at, by } = *stamp;
        match forgotten(event) {
            Some(Part::Own(order)) => self.own.change(&order, position, |part| *part = None),
            Some(Part::Common(order)) => self.common.change(&order, position, |part| *part = None),
            None => {}
        }
        for (order, step, what) in event.happenings() {
            let entry = TimelineEntry { turn: position.0, at, step, what, by: by.party() };
            match is_common(by) {
                true => self.common.change(&order, position, |part| {
                    part.get_or_insert_default().0.push(&entry);
                }),
                false => self.own.change(&order, position, |part| {
                    part.get_or_insert_default().0.push(&entry);
                }),
            }
        }
    }

    /// Both parts of an order's timeline, as far as they are in memory: for audits and tests.
    pub fn peek(&self, order: &OrderId) -> Option<Timeline> {
        let common = self.common.peek(order).map(|CommonTimeline(part)| part.read());
        match (self.own.peek(order).map(|OwnTimeline(part)| part.read()), common) {
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

/// Entries as they are stored, one after the other: a timeline grows with every step of its order, and is seldom read.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PackedTimeline(Vec<u8>);

/// An entry takes about so much.
const ENTRY_BYTES_LIKELY: usize = 32;

impl PackedTimeline {
    pub fn push(&mut self, entry: &TimelineEntry) {
        self.0.reserve(ENTRY_BYTES_LIKELY);
        postcard::to_io(entry, &mut self.0).expect("an entry is plain data: it always serialises to memory");
    }

    pub fn read(&self) -> Timeline {
        let entries: postcard::Result<Vec<TimelineEntry>> = entries(&self.0).collect();
        Timeline { entries: entries.expect("what does not read was refused when it came") }
    }
}

fn entries(mut rest: &[u8]) -> impl Iterator<Item = postcard::Result<TimelineEntry>> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let read = postcard::take_from_bytes(rest);
        rest = read.as_ref().map_or(&[], |(_, rest)| rest);
        Some(read.map(|(entry, _)| entry))
    })
}

impl fmt::Debug for PackedTimeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read().fmt(f)
    }
}

impl Serialize for PackedTimeline {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

/// Refuses what does not read.
impl<'de> Deserialize<'de> for PackedTimeline {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PackedTimeline, D::Error> {
        let bytes = <&[u8]>::deserialize(deserializer)?;
        entries(bytes).try_for_each(|entry| entry.map(drop)).map_err(D::Error::custom)?;
        Ok(PackedTimeline(bytes.to_vec()))
    }
}

enum Part {
    Own(OrderId),
    Common(OrderId),
}

/// The part that ends with what is stated.
fn forgotten(event: &Event) -> Option<Part> {
    match event {
        Event::Orders(order_manager::Event::Forgotten { order, .. }) => Some(Part::Own(*order)),
        Event::Stock(stock_keeper::Event::Forgotten { order }) => Some(Part::Common(*order)),
        _ => None,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Happening, Party, Step, Timestamp};

    #[test]
    fn a_packed_timeline_reads_as_it_was_noted_and_a_broken_one_is_refused() {
        let entry = |turn, what| {
            let (at, step, by) = (Timestamp(1_795_305_600_000), Step::MAIL, Party::Mailer);
            TimelineEntry { turn, at, step, what, by }
        };
        let entries = vec![
            entry(7, Happening::StockAsked),
            entry(1 << 40, Happening::Mailed { what: "x".repeat(300) }),
        ];
        let mut packed = PackedTimeline::default();
        entries.iter().for_each(|entry| packed.push(entry));
        assert_eq!(packed.read(), Timeline { entries });
        let stored = postcard::to_stdvec(&packed).unwrap();
        assert_eq!(postcard::from_bytes::<PackedTimeline>(&stored).unwrap(), packed);
        let cut = PackedTimeline(packed.0[..packed.0.len() - 1].to_vec());
        assert!(postcard::from_bytes::<PackedTimeline>(&postcard::to_stdvec(&cut.0).unwrap()).is_err());
    }
}
