//! What a checker is given: everything that can be known of a world at one moment, from inside and outside.

use crate::actors::{Event, Shop, State};
use crate::domain::{Happening, OrderId, Timestamp};
use crate::journal::Position;
use crate::partners::mail::Letter;
use crate::partners::wholesaler::WholesalerId;
use crate::runtime::{Difference, Record, Recovered};

use super::history::{History, Moment};
use super::plan::Plan;

/// When it was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The process is dead: this is what its disk holds.
    Dead,
    /// Faults have stopped long ago, and everything has had its time.
    End,
}

pub struct Evidence<'a> {
    pub phase: Phase,
    pub plan: &'a Plan,
    /// The journal, turn by turn.
    pub records: &'a [(Position, Record<Shop>)],
    /// The states, derived from the journal alone.
    pub derived: &'a Recovered<Shop>,
    /// Where the trees (with the replay of what they lack) disagree with the journal.
    pub differences: &'a [Difference],
    pub history: &'a History,
    pub starts: &'a [Start],
    pub letters: &'a [Letter],
    pub books: &'a Books,
    pub outages: &'a [Outage],
    /// What the daemon logged.
    pub log: &'a [String],
    /// The moment, by the trade's clock, at which faults stopped.
    pub calm_since: Option<Timestamp>,
}

/// The turn at a position of a journal.
pub fn turn_at(records: &[(Position, Record<Shop>)], at: Position) -> Option<&Record<Shop>> {
    let found = records.binary_search_by_key(&at, |(position, _)| *position).ok()?;
    Some(&records[found].1)
}

impl Evidence<'_> {
    pub fn state(&self) -> &State {
        &self.derived.state
    }

    /// Every event with the turn that stated it.
    pub fn events(&self) -> impl Iterator<Item = (Position, &Record<Shop>, &Event)> {
        self.records
            .iter()
            .flat_map(|(position, record)| record.events.iter().map(move |event| (*position, record, event)))
    }

    /// A case for the operator is open on this order.
    pub fn has_case(&self, order: OrderId) -> bool {
        let is_case = |what: &Happening| matches!(what, Happening::CaseOpened { .. });
        let timeline = self.state().timelines.peek(&order);
        timeline.is_some_and(|timeline| timeline.entries.iter().any(|entry| is_case(&entry.what)))
    }

    pub fn is_end(&self) -> bool {
        self.phase == Phase::End
    }
}

/// A start of the process, and what it found.
#[derive(Clone, Debug)]
pub struct Start {
    pub at: Moment,
    /// The last position that the life before had called durable.
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
