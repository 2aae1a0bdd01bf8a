//! Version 1 of what is stored here: a count below what was promised was not kept.

use serde::Deserialize;

use super::peg::{Overdue, Peg};
use super::{Quotes, Round};

#[derive(Deserialize)]
pub struct StockItem {
    pub available: u64,
    pub reserved: u64,
    pub allocated: u64,
    pub picked: u64,
    pub packed: u64,
    pub unavailable: u64,
    pub received: u64,
    pub found: u64,
    pub shipped: u64,
    pub written_off: u64,
    pub incoming: u64,
    pub pegs: Vec<Peg>,
    pub rounds: u32,
    pub round: Option<Round>,
    pub quotes: Option<Quotes>,
    pub overdue: Vec<Overdue>,
}

#[cfg(test)]
mod tests {
    use crate::actors::stock_keeper::StockItem;
    use crate::runtime::Aggregate as _;

    #[test]
    fn nothing_was_short_in_version_1() {
        let item = StockItem { available: 3, found: 5, shipped: 2, rounds: 7, ..StockItem::default() };
        let bytes = postcard::to_stdvec(&item).unwrap();
        // what it did not know stands last
        let mut of_version_1 = &bytes[..bytes.len() - 1];
        assert_eq!(StockItem::upcast(1, &mut of_version_1).unwrap(), item);
        assert!(of_version_1.is_empty());
        assert!(StockItem::upcast(9, &mut &bytes[..]).is_err());
    }
}
