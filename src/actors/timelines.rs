//! What the actors stated about orders, folded from their events, so that it cannot disagree with the states. An
//! order's timeline has two parts, for the shelves and the bank are kept elsewhere than the order.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::SmallVec;

use crate::domain::{Happening, OrderId, Party, Step, Timeline, TimelineEntry};
use crate::runtime::{Aggregate, Fold, Partition, Place, Tables};
use crate::storage::TreeName;

/// Tree `timelines`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnTimeline(pub PackedTimeline);

impl Aggregate for OwnTimeline {
    const TREE: TreeName = TreeName("timelines");
    type Key = OrderId;

    fn partition(order: &OrderId) -> Partition {
        order.slot().into()
    }
}

/// Tree `common_timelines`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommonTimeline(pub PackedTimeline);

impl Aggregate for CommonTimeline {
    const TREE: TreeName = TreeName("common_timelines");
    type Key = OrderId;
}

/// What an event says, to which order, of which step: seldom more than one thing.
pub type Happenings = SmallVec<[(OrderId, Step, Happening); 1]>;

/// What a fact says to timelines.
#[derive(Debug, Default)]
pub struct Notes {
    pub happenings: Happenings,
    /// The order of which nothing is to be told any more by whoever states this: it goes before what happens.
    pub forgotten: Option<OrderId>,
}

impl From<Happenings> for Notes {
    fn from(happenings: Happenings) -> Notes {
        Notes { happenings, forgotten: None }
    }
}

impl Notes {
    pub fn forgetting(self, order: OrderId) -> Notes {
        Notes { forgotten: Some(order), ..self }
    }
}

/// An actor that tells something on timelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Teller {
    /// As timelines show it.
    by: Party,
    part: Part,
}

/// Which part of a timeline: that of the actors that keep an order with its own, or of those that are kept in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Own,
    Common,
}

impl Teller {
    /// One that decides on what it tells of in the slot of the order.
    pub const fn own(by: Party) -> Teller {
        Teller { by, part: Part::Own }
    }

    /// One that does so in common.
    pub const fn common(by: Party) -> Teller {
        Teller { by, part: Part::Common }
    }
}

/// Adds what a fact says to the timelines of the orders that it concerns.
pub fn note(told: Notes, Teller { by, part }: Teller, fold: &mut Fold<'_>) {
    // in the order in which they are stated, as all that is noted
    if let Some(order) = told.forgotten {
        forget(part, &order, fold);
    }
    for (order, step, what) in told.happenings {
        let entry =
            move |place: Place| TimelineEntry { turn: place.position.0, at: place.at, step, what, by };
        match part {
            Part::Own => fold.note::<OwnTimeline>(&order, |part, place| {
                part.get_or_insert_default().0.push(&entry(place));
            }),
            Part::Common => fold.note::<CommonTimeline>(&order, |part, place| {
                part.get_or_insert_default().0.push(&entry(place));
            }),
        }
    }
}

/// Nothing is left of it.
fn forget(part: Part, order: &OrderId, fold: &mut Fold<'_>) {
    match part {
        Part::Own => fold.note::<OwnTimeline>(order, |part, _| *part = None),
        Part::Common => fold.note::<CommonTimeline>(order, |part, _| *part = None),
    }
}

/// Both parts of an order's timeline, as far as they are in memory: for audits and tests.
pub fn peek(tables: &Tables, order: &OrderId) -> Option<Timeline> {
    let own = tables.of::<OwnTimeline>().peek(order).map(|OwnTimeline(part)| part.read());
    let common = tables.of::<CommonTimeline>().peek(order).map(|CommonTimeline(part)| part.read());
    match (own, common) {
        (Some(own), Some(common)) => Some(own.merged(common)),
        (own, common) => own.or(common),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

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
