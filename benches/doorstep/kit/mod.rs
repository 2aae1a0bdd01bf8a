//! What the benches share: a shop in memory, and the records that it leaves, in memory and on the disk.

mod bookshop;
mod disk;
mod records;

pub use bookshop::{Bookshop, time_in_shop, visitor};
pub use disk::{batch, journal_of, open_journal, room, runtime};
pub use records::{RECORDS, records};
