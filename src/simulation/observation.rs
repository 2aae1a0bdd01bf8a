//! What a checker is given: everything that can be observed of a world at one moment, from inside and outside.

use std::collections::{BTreeMap, BTreeSet};

use crate::actors::order_manager::{self, Order, OrderManager};
use crate::actors::{Event, Shop, timelines};
use crate::domain::{OrderId, Timestamp};
use crate::journal::Position;
use crate::partners::mail::Letter;
use crate::partners::wholesaler::WholesalerId;
use crate::runtime::{Actor, Application, Difference, Fold, Place, Record, Recovered, Tables, tree_names};
use crate::storage::MemoryTrees;

use super::history::{History, Moment};
use super::plan::Plan;

/// When it was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The process has crashed: this is what its disk holds.
    Crashed,
    /// Faults have stopped long ago, and everything has had its time.
    End,
}

pub struct Observation<'a> {
    pub phase: Phase,
    pub plan: &'a Plan,
    /// The journal, turn by turn.
    pub records: &'a [(Position, Record<Shop>)],
    /// The state, derived from the journal alone.
    pub derived: &'a Recovered<Shop>,
    /// Orders of which nothing is left, as they were until then.
    pub forgotten: &'a BTreeMap<OrderId, Forgotten>,
    /// Where the trees (with the replay of what they lack) disagree with the journal.
    pub differences: &'a [Difference],
    pub history: &'a History,
    pub starts: &'a [Start],
    pub letters: &'a [Letter],
    pub books: &'a Books,
    pub outages: &'a [Outage],
    /// What the daemon logged.
    pub log: &'a [String],
    /// What the shop's real clock says, where the shop runs.
    pub real_now: Option<Timestamp>,
    /// The moment, by the trade's clock, at which faults stopped.
    pub calm_since: Option<Timestamp>,
}

/// The turn at a position of a journal.
pub fn turn_at(records: &[(Position, Record<Shop>)], at: Position) -> Option<&Record<Shop>> {
    let found = records.binary_search_by_key(&at, |(position, _)| *position).ok()?;
    Some(&records[found].1)
}

/// An order that is no more.
pub struct Forgotten {
    pub order: Order,
    /// The turn that stated it.
    pub by: Position,
    /// Real time.
    pub at: Timestamp,
    /// When it had come to its end, and its checkout was answered.
    pub ended_at: Timestamp,
}

/// Folds what was forgotten once more, up to there.
pub fn forgotten(records: &[(Position, Record<Shop>)]) -> BTreeMap<OrderId, Forgotten> {
    use order_manager::Event as E;
    let events = || {
        records.iter().flat_map(|(position, record)| {
            record.stated.events.iter().filter_map(move |event| match event {
                Event::OrderManager(event) => Some((*position, record, event)),
                _ => None,
            })
        })
    };
    let gone = events().filter_map(|(_, _, event)| match event {
        E::Forgotten { order, .. } => Some(*order),
        _ => None,
    });
    let gone: BTreeSet<OrderId> = gone.collect();
    let (mut tables, trees) = (Shop::tables(), MemoryTrees::new(&tree_names::<Shop>()));
    let mut ended_at = BTreeMap::new();
    let mut forgotten = BTreeMap::new();
    for (position, record, event) in events() {
        let Some(id) = event.order().filter(|id| gone.contains(id)) else { continue };
        if let E::Forgotten { .. } = event
            && let Some(order) = tables.of::<Order>().peek(&id).cloned()
        {
            let ended_at = ended_at.get(&id).copied().unwrap_or(record.moment.real);
            forgotten.insert(id, Forgotten { order, by: position, at: record.moment.real, ended_at });
        }
        if let E::Declined { .. } | E::Cancelled { .. } = event {
            ended_at.insert(id, record.moment.real);
        }
        let place = Place { position, at: record.moment.at };
        OrderManager::fold(event, &mut Fold::replayed(&mut tables, &trees, place));
    }
    forgotten
}

impl Observation<'_> {
    pub fn tables(&self) -> &Tables {
        &self.derived.tables
    }

    /// The order, as it is or as it was last.
    pub fn order(&self, id: OrderId) -> Option<&Order> {
        let forgotten = || self.forgotten.get(&id).map(|forgotten| &forgotten.order);
        self.tables().of::<Order>().peek(&id).or_else(forgotten)
    }

    /// Every event with the turn that stated it.
    pub fn events(&self) -> impl Iterator<Item = (Position, &Record<Shop>, &Event)> {
        self.records.iter().flat_map(|(position, record)| {
            record.stated.events.iter().map(move |event| (*position, record, event))
        })
    }

    /// A case for the operator is open on this order.
    pub fn has_case(&self, order: OrderId) -> bool {
        timelines::peek(self.tables(), &order).is_some_and(|timeline| timeline.has_case())
    }

    pub fn is_end(&self) -> bool {
        self.phase == Phase::End
    }
}

/// A start of the process, and what it found.
#[derive(Clone, Debug)]
pub struct Start {
    pub at: Moment,
    /// The last position that the process before had called durable.
    pub acknowledged: Position,
    /// The last position that the start found.
    pub found: Position,
    /// It was refused: the reason.
    pub refused: Option<String>,
    /// What was durable had been damaged: it must be refused. A mere crash leaves nothing that may be.
    pub rotten: bool,
}

/// A partner that could not be reached.
#[derive(Clone, Debug)]
pub struct Outage {
    /// As calls name it: `quotes`, `supplies`, `carrier`, `mail`.
    pub lane: &'static str,
    pub from: Moment,
    pub until: Moment,
}

/// What the partners have in their own books.
#[derive(Clone, Debug, Default)]
pub struct Books {
    pub deals: Vec<Deal>,
    pub parcels: Vec<Parcel>,
}

/// An order for supplies, as its wholesaler knows it.
#[derive(Clone, Debug)]
pub struct Deal {
    pub wholesaler: WholesalerId,
    /// The key that the shop gave it.
    pub key: String,
    pub sku: String,
    pub ordered: u32,
    /// Units that it accepted; 0: refused.
    pub accepted: u32,
    /// Units that it sends, and when they are at the dock.
    pub sends: u32,
    /// What it said at first.
    pub promised_at: Timestamp,
    pub arrives_at: Timestamp,
}

/// A parcel, as the carrier knows it.
#[derive(Clone, Debug)]
pub struct Parcel {
    pub order: OrderId,
    pub tracking: String,
    pub collected_at: Timestamp,
    pub delivered_at: Timestamp,
    pub given_back: bool,
    /// The carrier does not give it back, whoever asks.
    pub kept: bool,
}
