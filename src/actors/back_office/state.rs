use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use crate::domain::{CaseId, Happening, OrderId, Sku, Step, Timestamp};
use crate::runtime::{Aggregate, Fold, Partition, Versioned};
use crate::storage::TreeName;

use super::record::partition;
use super::{Alike, CasePlace, CaseRecord, Closed, NewCase, OpenCase};

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

/// Tree `shortage_cases`: the case on what is short of a SKU, from the first that is until none is; a person may have closed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShortageCase(pub CaseId);

impl Aggregate for ShortageCase {
    const TREE: TreeName = TreeName("shortage_cases");
    type Key = Sku;
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
            fold.change::<CaseRecord>(case, |row| *row = Some(CaseRecord::opened(new, *at)));
            is_open(fold, case);
        }
        Event::CameAgain { case } => change(fold, case, |row| row.times = row.times.saturating_add(1)),
        Event::OneDealtWith { case } => change(fold, case, |row| row.times = row.times.saturating_sub(1)),
        Event::Closed { case, closed, .. } => {
            is_open_no_more(fold, case);
            change(fold, case, |row| row.closed = Some(closed.clone()));
        }
        Event::Shortage { sku, case } => {
            fold.change::<ShortageCase>(sku, |slot| *slot = Some(ShortageCase(*case)));
        }
        // it is found by what it says now
        Event::BroughtUpToDate { case, text } => {
            is_open_no_more(fold, case);
            change(fold, case, |row| row.text.clone_from(text));
            is_open(fold, case);
        }
        Event::ShortageEnded { sku } => fold.change::<ShortageCase>(sku, |slot| *slot = None),
    }
}

fn change(fold: &mut Fold<'_>, case: &CaseId, change: impl FnOnce(&mut CaseRecord)) {
    fold.change::<CaseRecord>(case, |row| {
        if let Some(row) = row {
            change(row);
        }
    });
}

fn is_open(fold: &mut Fold<'_>, case: &CaseId) {
    if let Some(row) = fold.get::<CaseRecord>(case) {
        fold.change::<OpenCase>(&Alike::of_row(&row), |open| *open = Some(OpenCase(*case)));
    }
}

fn is_open_no_more(fold: &mut Fold<'_>, case: &CaseId) {
    if let Some(row) = fold.get::<CaseRecord>(case) {
        // another that says the same may be open
        fold.change::<OpenCase>(&Alike::of_row(&row), |open| *open = open.filter(|open| open.0 != *case));
    }
}
