use serde::{Deserialize, Serialize};

use crate::domain::{Backorder, Date, OrderId, Sku};
use crate::runtime::{Aggregate, Owed, TableKey};
use crate::storage::TreeName;

use super::Availability;

/// Names who waits: an order, or a question of the gateway under an id of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DemandId(u128);

impl DemandId {
    pub fn of(order: OrderId) -> DemandId {
        DemandId(order.number())
    }

    pub fn of_question(at_ms: u64, random: u128) -> DemandId {
        DemandId::of(OrderId::new(at_ms, random))
    }
}

impl TableKey for DemandId {
    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_be_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<DemandId> {
        bytes.try_into().ok().map(|bytes| DemandId(u128::from_be_bytes(bytes)))
    }
}

/// What somebody waits for as a whole: quotes for each SKU that is short, then the supplies of each.
/// An order that is in stock has none, and it ends when nobody waits any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Demand {
    pub who: Who,
    pub state: Waiting,
    pub lines: Vec<DemandLine>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Who {
    Order { order: OrderId, backorder: Backorder },
    Gateway(Owed<Vec<Availability>>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Waiting {
    /// For quotes.
    Asking,
    /// For the order's payment.
    Promised { ships_on: Date },
    /// For supplies.
    Ordered { ships_on: Date },
    /// It will not be supplied: for the release that follows.
    GivenUp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemandLine {
    pub sku: Sku,
    /// Reserved for the order; for a question, what is for sale. An order that does not want to wait
    /// holds nothing: then these are the units that were there.
    pub held: u32,
    /// Missing; pegged where the order waits for supplies.
    pub short: u32,
    /// By when the missing ones can be here.
    pub date: Option<Date>,
    /// A quote round for them is under way.
    pub asking: bool,
}

impl DemandLine {
    pub fn quantity(&self) -> u32 {
        self.held.saturating_add(self.short)
    }
}

impl Aggregate for Demand {
    const TREE: TreeName = TreeName("demands");
    type Key = DemandId;
}

impl Demand {
    /// It holds units and has pegs, unlike a question or an order that does not want to wait.
    pub fn holds(&self) -> bool {
        matches!(self.who, Who::Order { backorder, .. } if backorder.waits())
    }

    pub fn line(&self, sku: &Sku) -> Option<&DemandLine> {
        self.lines.iter().find(|line| line.sku == *sku)
    }

    pub(super) fn line_mut(&mut self, sku: &Sku) -> Option<&mut DemandLine> {
        self.lines.iter_mut().find(|line| line.sku == *sku)
    }

    /// Units that are missing over all lines.
    pub fn short(&self) -> u64 {
        self.lines.iter().map(|line| u64::from(line.short)).sum()
    }

    pub fn availability(&self) -> Vec<Availability> {
        let seen = |line: &DemandLine| Availability {
            sku: line.sku.clone(),
            available: line.held,
            earliest: line.date.filter(|_| line.short > 0),
        };
        self.lines.iter().map(seen).collect()
    }

    /// The day of the last line that is short; `None` where one of them has none.
    pub fn latest(lines: &[DemandLine]) -> Option<Date> {
        let short = lines.iter().filter(|line| line.short > 0);
        short.map(|line| line.date).try_fold(Date(0), |latest, date| Some(latest.max(date?)))
    }
}
