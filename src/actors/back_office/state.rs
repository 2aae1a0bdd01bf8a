use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use crate::domain::{CaseId, Happening, OrderId, Sku, Slot, Step, Timestamp};
use crate::runtime::{Aggregate, Fold, Partition, TableKey, Versioned};
use crate::storage::TreeName;

use super::record::partition;
use super::{CaseRecord, Closed, NewCase};

/// Tree `case_counts`: how many cases a partition has had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CaseCount(pub u64);

impl Aggregate for CaseCount {
    const TREE: TreeName = TreeName("case_counts");
    type Key = CasePlace;

    fn partition(place: &CasePlace) -> Partition {
        partition(place.0)
    }
}

/// A partition that counts its cases; `None`: the common one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CasePlace(pub Option<Slot>);

/// Tree `open_cases`: those about an order, or about none, that are not closed; oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OpenCases(pub Vec<CaseId>);

impl Aggregate for OpenCases {
    const TREE: TreeName = TreeName("open_cases");
    type Key = About;

    fn partition(about: &About) -> Partition {
        partition(about.0.map(OrderId::slot))
    }
}

/// Tree `shortage_cases`: the case on what is short of a SKU, from the first that is until none is; a person may have closed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShortageCase(pub CaseId);

impl Aggregate for ShortageCase {
    const TREE: TreeName = TreeName("shortage_cases");
    type Key = Sku;
}

/// What cases are about; `None`: no order alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct About(pub Option<OrderId>);

/// No slot has this number.
const IN_COMMON: u8 = u8::MAX;

impl TableKey for CasePlace {
    fn to_bytes(&self) -> Vec<u8> {
        vec![self.0.map_or(IN_COMMON, Slot::number)]
    }

    fn from_bytes(bytes: &[u8]) -> Option<CasePlace> {
        match bytes {
            [IN_COMMON] => Some(CasePlace(None)),
            [slot] => Slot::parse(*slot).map(|slot| CasePlace(Some(slot))),
            _ => None,
        }
    }
}

/// One that is about no order is shorter than any that is.
impl TableKey for About {
    fn to_bytes(&self) -> Vec<u8> {
        self.0.map_or(vec![IN_COMMON], |order| order.to_bytes().to_vec())
    }

    fn from_bytes(bytes: &[u8]) -> Option<About> {
        match bytes {
            [IN_COMMON] => Some(About(None)),
            order => Some(About(Some(OrderId::from_bytes(order.try_into().ok()?)))),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum Event {
    Opened {
        case: CaseId,
        new: NewCase,
        at: Timestamp,
    },
    /// It came up again while it was open.
    CameAgain {
        case: CaseId,
    },
    /// One of several dead letters that it stands for has been dealt with.
    OneDealtWith {
        case: CaseId,
    },
    Closed {
        case: CaseId,
        order: Option<OrderId>,
        closed: Closed,
    },
    /// The case is on what is short of the SKU.
    Shortage {
        sku: Sku,
        case: CaseId,
    },
    /// It says now how things stand.
    BroughtUpToDate {
        case: CaseId,
        text: String,
    },
    /// Nothing is short of the SKU any more.
    ShortageEnded {
        sku: Sku,
    },
}

impl Versioned for Event {}

impl Event {
    /// That it was opened is told by who has opened it.
    pub fn happenings(&self) -> crate::actors::Happenings {
        match self {
            Event::Closed { order: Some(order), closed: Closed { by, why, .. }, .. } => {
                let why = format!("{why} ({by})");
                smallvec![(*order, Step(0), Happening::CaseClosed { why })]
            }
            Event::Closed { order: None, .. }
            | Event::Opened { .. }
            | Event::CameAgain { .. }
            | Event::OneDealtWith { .. }
            | Event::Shortage { .. }
            | Event::BroughtUpToDate { .. }
            | Event::ShortageEnded { .. } => smallvec![],
        }
    }
}

pub fn fold(event: &Event, fold: &mut Fold<'_>) {
    match event {
        Event::Opened { case, new, at } => {
            fold.change::<CaseCount>(&CasePlace(case.slot()), |count| count.get_or_insert_default().0 += 1);
            fold.change::<OpenCases>(&About(new.order), |open| open.get_or_insert_default().0.push(*case));
            fold.change::<CaseRecord>(case, |row| *row = Some(CaseRecord::opened(new, *at)));
        }
        Event::CameAgain { case } => count(fold, case, |times| times.saturating_add(1)),
        Event::OneDealtWith { case } => count(fold, case, |times| times.saturating_sub(1)),
        Event::Closed { case, order, closed } => {
            fold.change::<OpenCases>(&About(*order), |open| close(open, *case));
            fold.change::<CaseRecord>(case, |row| {
                if let Some(row) = row {
                    row.closed = Some(closed.clone());
                }
            });
        }
        Event::Shortage { sku, case } => {
            fold.change::<ShortageCase>(sku, |slot| *slot = Some(ShortageCase(*case)));
        }
        Event::BroughtUpToDate { case, text } => fold.change::<CaseRecord>(case, |row| {
            if let Some(row) = row {
                row.text.clone_from(text);
            }
        }),
        Event::ShortageEnded { sku } => fold.change::<ShortageCase>(sku, |slot| *slot = None),
    }
}

fn count(fold: &mut Fold<'_>, case: &CaseId, change: impl FnOnce(u32) -> u32) {
    fold.change::<CaseRecord>(case, |row| {
        if let Some(row) = row {
            row.times = change(row.times);
        }
    });
}

fn close(open: &mut Option<OpenCases>, case: CaseId) {
    if let Some(OpenCases(cases)) = open {
        cases.retain(|one| *one != case);
        if cases.is_empty() {
            *open = None;
        }
    }
}
