use serde::{Deserialize, Serialize};

use crate::domain::{OrderId, Sku, Units};
use crate::runtime::Aggregate;
use crate::storage::TreeName;

use super::{Move, Quotes, Round};

/// What units are counted as. All but `Shipped` are in the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bucket {
    Available,
    Reserved,
    Allocated,
    Picked,
    Packed,
    Unavailable,
    /// Out of the house.
    Shipped,
}

/// All units of one SKU, and who waits for more of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StockItem {
    pub available: u64,
    pub reserved: u64,
    pub allocated: u64,
    pub picked: u64,
    pub packed: u64,
    pub unavailable: u64,
    /// Since the SKU was listed: from wholesalers, on the shelf when it was listed, out of the house, lost.
    pub received: u64,
    pub found: u64,
    pub shipped: u64,
    pub written_off: u64,
    /// On order at wholesalers: asked for or acknowledged, not here yet.
    pub incoming: u64,
    /// Who waits, oldest first; while somebody does, nothing is available. At most [`StockItem::PEGS_MAX`].
    pub pegs: Vec<Peg>,
    /// The number of the latest quote round.
    pub rounds: u32,
    pub round: Option<Round>,
    pub quotes: Option<Quotes>,
    /// Hardly ever any: moves that were given up.
    pub overdue: Vec<Overdue>,
}

/// An order that waits for units of this SKU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peg {
    pub order: OrderId,
    /// Still wanted.
    pub units: u32,
    /// Its payment stands: supplies are ordered for it.
    pub ordered: bool,
}

/// A move that was given up, or came while an earlier one of its order was overdue. It is noted on one of the items that it
/// moves, the first by SKU: whoever moves units of an order looks at that anyway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overdue {
    pub order: OrderId,
    pub what: Move,
    pub lines: Vec<Units>,
    /// Its message lies in the dead letters: it can come again.
    pub is_buried: bool,
    pub is_made: bool,
}

impl Aggregate for StockItem {
    const TREE: TreeName = TreeName("stock");
    type Key = Sku;
}

impl StockItem {
    /// How many orders may wait for one SKU; the next is told that it is out of stock.
    pub const PEGS_MAX: usize = 200;

    pub fn on_hand(&self) -> u64 {
        self.available + self.reserved + self.allocated + self.picked + self.packed + self.unavailable
    }

    /// In the house, and put aside for orders.
    pub fn promised(&self) -> u64 {
        self.reserved + self.allocated + self.picked + self.packed
    }

    /// How many units are in it.
    pub fn at(&self, bucket: Bucket) -> u64 {
        match bucket {
            Bucket::Available => self.available,
            Bucket::Reserved => self.reserved,
            Bucket::Allocated => self.allocated,
            Bucket::Picked => self.picked,
            Bucket::Packed => self.packed,
            Bucket::Unavailable => self.unavailable,
            Bucket::Shipped => self.shipped,
        }
    }

    fn at_mut(&mut self, bucket: Bucket) -> &mut u64 {
        match bucket {
            Bucket::Available => &mut self.available,
            Bucket::Reserved => &mut self.reserved,
            Bucket::Allocated => &mut self.allocated,
            Bucket::Picked => &mut self.picked,
            Bucket::Packed => &mut self.packed,
            Bucket::Unavailable => &mut self.unavailable,
            Bucket::Shipped => &mut self.shipped,
        }
    }

    /// Moves units. Total: never more than there are, whoever decided otherwise.
    pub(super) fn shift(&mut self, from: Bucket, to: Bucket, quantity: u32) {
        let units = u64::from(quantity).min(self.at(from));
        debug_assert_eq!(units, u64::from(quantity), "a decision checks that the units are {from:?}");
        *self.at_mut(from) -= units;
        *self.at_mut(to) += units;
    }

    /// So many more are there for sale than were known, or fewer: what is promised is not touched.
    pub(super) fn adjust(&mut self, by: i64) {
        let units = by.unsigned_abs();
        if by >= 0 {
            self.found += units;
            self.available += units;
        } else {
            let missing = units.min(self.available);
            debug_assert_eq!(missing, units, "a decision checks that so many are for sale");
            self.available -= missing;
            self.written_off += missing;
        }
    }

    /// The order's peg has got so many of the units that it waits for.
    pub(super) fn fill_peg(&mut self, order: OrderId, quantity: u32) {
        if let Some(peg) = self.pegs.iter_mut().find(|peg| peg.order == order) {
            peg.units = peg.units.saturating_sub(quantity);
        }
        self.pegs.retain(|peg| peg.units > 0);
    }

    /// Units that all pegs together wait for.
    pub(super) fn wanted(&self) -> u64 {
        self.pegs.iter().map(|peg| u64::from(peg.units)).sum()
    }

    /// Holds the item against S1 and S2.
    ///
    /// # Errors
    /// A sentence that says what does not add up.
    pub fn audit(&self) -> Result<(), String> {
        // S1 needs no look: the counts are unsigned
        let came = self.received + self.found;
        let stayed_or_left = self.on_hand() + self.shipped + self.written_off;
        if came != stayed_or_left {
            return Err(format!(
                "{came} units came, but {stayed_or_left} are on hand, shipped or written off"
            ));
        }
        if !self.pegs.is_empty() && self.available > 0 {
            let waiting = self.wanted();
            return Err(format!("{} units are available while {waiting} are waited for", self.available));
        }
        Ok(())
    }
}

/// For `doorstep verify`: S1 (nothing negative) and S2 (what came is here or left).
///
/// # Errors
/// A sentence that says what does not add up.
pub fn audit(item: &StockItem) -> Result<(), String> {
    item.audit()
}
