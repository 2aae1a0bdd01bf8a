use serde::{Deserialize, Serialize};

use crate::domain::{OrderId, Sku};
use crate::planted::{self, Bug};
use crate::runtime::{Aggregate, Unread, versioned};
use crate::storage::TreeName;

use super::peg::{Overdue, Peg};
use super::{Quotes, Round, v1};

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
    /// Promised to orders, and by a count not there. While there are any nothing is available: what comes makes up for them first.
    pub missing: u64,
}

impl Aggregate for StockItem {
    const TREE: TreeName = TreeName("stock");
    const VERSION: u8 = 2;
    type Key = Sku;

    fn upcast(version: u8, bytes: &mut &[u8]) -> Result<StockItem, Unread> {
        match version {
            1 => Ok(versioned::take::<v1::StockItem>(bytes)?.into()),
            unknown => Err(Unread::unknown(unknown, Self::VERSION)),
        }
    }
}

impl StockItem {
    /// How many orders may wait for one SKU; the next is told that it is out of stock.
    pub const PEGS_MAX: usize = 200;

    /// In the house, as far as anybody knows.
    pub fn on_hand(&self) -> u64 {
        self.available + self.unavailable + self.promised_here()
    }

    /// Promised to orders, and in the house.
    pub fn promised_here(&self) -> u64 {
        self.promised().saturating_sub(self.missing)
    }

    /// Put aside for orders; of these [`missing`](Self::missing) were not found.
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
        if to == Bucket::Available {
            self.make_up();
        }
    }

    /// Units that are new in the house.
    pub(super) fn come(&mut self, units: u64) {
        self.available += units;
        self.make_up();
    }

    /// What is short comes before anybody who buys or waits.
    fn make_up(&mut self) {
        if planted::is(Bug::ShortIsSold) {
            return;
        }
        let units = self.missing.min(self.available);
        self.available -= units;
        self.missing -= units;
    }

    /// So many more are there than were known, or fewer: first of those for sale, then of those that are promised, which stay promised.
    pub(super) fn adjust(&mut self, by: i64) {
        let units = by.unsigned_abs();
        if by >= 0 {
            self.found += units;
            self.come(units);
        } else {
            let of_sale = units.min(self.available);
            let of_promised = (units - of_sale).min(self.promised_here());
            debug_assert_eq!(of_sale + of_promised, units, "a decision checks that so many are in the house");
            self.available -= of_sale;
            self.missing += of_promised;
            self.written_off += of_sale + of_promised;
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
        if self.missing > self.promised() {
            return Err(format!("{} units are short of {} that are promised", self.missing, self.promised()));
        }
        if self.missing > 0 && self.available > 0 {
            return Err(format!("{} units are available while {} are short", self.available, self.missing));
        }
        if !self.pegs.is_empty() && self.available > 0 {
            let waiting = self.wanted();
            return Err(format!("{} units are available while {waiting} are waited for", self.available));
        }
        Ok(())
    }
}

impl From<v1::StockItem> for StockItem {
    fn from(old: v1::StockItem) -> StockItem {
        StockItem {
            available: old.available,
            reserved: old.reserved,
            allocated: old.allocated,
            picked: old.picked,
            packed: old.packed,
            unavailable: old.unavailable,
            received: old.received,
            found: old.found,
            shipped: old.shipped,
            written_off: old.written_off,
            incoming: old.incoming,
            pegs: old.pegs,
            rounds: old.rounds,
            round: old.round,
            quotes: old.quotes,
            overdue: old.overdue,
            missing: 0,
        }
    }
}

/// For `doorstep verify`: S1 (nothing negative) and S2 (what came is here or left).
///
/// # Errors
/// A sentence that says what does not add up.
pub fn audit(item: &StockItem) -> Result<(), String> {
    item.audit()
}
