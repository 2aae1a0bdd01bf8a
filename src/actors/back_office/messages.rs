use serde::{Deserialize, Serialize};

use crate::domain::{CaseId, OrderId, Sku, Slot};
use crate::questions;
use crate::runtime::{Addressed, Resolution, Versioned};

use super::{CaseRecord, Closed, NewCase};

/// Keeps the cases.
pub struct BackOffice;

/// What the back office is told, and by whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(strum::VariantNames))]
pub enum Message {
    /// Any actor, by `case::open` or `case::open_noted`: somebody has to look at this.
    Open(NewCase),
    /// Any actor that had given up a message: the operator has dealt with it. `dead_letter` names it as its case does.
    DealtWith { order: Option<OrderId>, dead_letter: String, how: Resolution },
    /// The operator's command.
    CloseCase(CloseCase),
    /// StockKeeper: fewer units of the SKU are in the house than are promised to orders. One case for each SKU, brought up to date.
    Short { sku: Sku, text: String },
    /// StockKeeper: after `Short`, there are as many as are promised.
    MadeGood { sku: Sku },
    /// The operator's command.
    ShowShortage(ShowShortage),
}

/// Somebody has looked at it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CloseCase {
    pub case: CaseId,
    pub by: String,
    pub why: String,
}

/// Which case is open on what is short of the SKU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShowShortage {
    pub sku: Sku,
}

questions! { BackOffice:
    ShowShortage -> Option<CaseId>,
    CloseCase -> Result<CaseRecord, NotClosed>,
}

/// Why it is not closed now.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NotClosed {
    #[error("there is no case {0}: doorstep cases list --all shows all that there are")]
    NoSuchCase(CaseId),
    #[error("{0} is closed already, since {at} by {by}: {why}", at = .1.at, by = .1.by, why = .1.why)]
    ClosedBefore(CaseId, Closed),
}

impl Versioned for Message {
    const VERSION: u8 = 2;
}

impl Addressed for Message {
    type Actor = BackOffice;
}

impl Message {
    /// The order that it is about, where it names one.
    pub fn order(&self) -> Option<OrderId> {
        match self {
            Message::Open(new) => new.order,
            Message::DealtWith { order, .. } => *order,
            Message::CloseCase(_)
            | Message::Short { .. }
            | Message::MadeGood { .. }
            | Message::ShowShortage(_) => None,
        }
    }

    /// Where it is decided on; `None`: in common.
    pub fn slot(&self) -> Option<Slot> {
        match self {
            Message::CloseCase(question) => question.case.slot(),
            about => about.order().map(OrderId::slot),
        }
    }
}
