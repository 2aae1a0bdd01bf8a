/// The shop's trade falls into so many parts.
pub const SLOTS: u8 = 16;

/// How many low bits of an id tell its slot.
const BITS: u32 = SLOTS.trailing_zeros();
const MASK: u8 = SLOTS - 1;
const _: () = assert!(SLOTS.is_power_of_two());

/// One part of the trade: sessions, orders and payments of one slot know nothing of those of another, so that each
/// part can be worked on by itself. The low bits of an id, which are random, tell its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u8);

impl Slot {
    /// The slot of something random, such as a byte of a hash.
    pub fn of(random: u8) -> Slot {
        Slot(random & MASK)
    }

    /// The slot of this number; `None` where there are not so many.
    pub fn parse(number: u8) -> Option<Slot> {
        (number < SLOTS).then_some(Slot(number))
    }

    pub fn all() -> impl Iterator<Item = Slot> {
        (0..SLOTS).map(Slot)
    }

    pub fn number(self) -> u8 {
        self.0
    }

    /// The slot that an id's number tells.
    pub(super) fn marked(number: u128) -> Slot {
        Slot((number & u128::from(MASK)) as u8)
    }

    /// The number, made to tell this slot.
    pub(super) fn mark(self, number: u128) -> u128 {
        (number >> BITS << BITS) | u128::from(self.0)
    }
}
