//! Which cell has which partition.

use crate::runtime::actor::{Partition, SLOTS};

/// Which cell has each partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    cells: usize,
    cell_of_slot: [u8; SLOTS as usize],
}

impl Plan {
    /// Each cell gets as much work: the first has what is common, and fewer slots for it.
    /// `common_work`: in percent of all, what is done in the common partition.
    pub fn among(cells: usize, common_work: usize) -> Plan {
        let slots = usize::from(SLOTS);
        // of the divided work in percent; rounded to whole slots
        let (left, divided) = ((100 / cells).saturating_sub(common_work), 100 - common_work);
        let first = (left * slots + divided / 2) / divided;
        let mut cell_of_slot = [0; SLOTS as usize];
        for (nth, slot) in cell_of_slot.iter_mut().skip(first).enumerate() {
            *slot = 1 + (nth % (cells - 1)) as u8;
        }
        Plan { cells, cell_of_slot }
    }

    /// How many cells there are.
    pub fn cells(&self) -> usize {
        self.cells
    }

    /// Where there is one cell, nobody is asked for the partition.
    pub fn cell_for(&self, partition: impl FnOnce() -> Partition) -> usize {
        if self.cells == 1 { 0 } else { self.cell_of(partition()) }
    }

    pub fn cell_of(&self, partition: Partition) -> usize {
        match partition {
            Partition::Common => 0,
            Partition::Slot(slot) => usize::from(self.cell_of_slot[usize::from(slot % SLOTS)]),
        }
    }
}
