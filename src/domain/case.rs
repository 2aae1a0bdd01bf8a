use std::fmt;

use serde::{Deserialize, Serialize};

use super::{SLOTS, Slot};

/// Something that a person has to decide, shown as `case_…`: counted where it came up, in one of the orders' slots or in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CaseId(u64);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a case: case_ and its number are expected, as doorstep cases lists them")]
pub struct BadCaseId(String);

const PREFIX: &str = "case_";
/// The slots, and what they have in common.
const PLACES: u64 = SLOTS as u64 + 1;

impl CaseId {
    /// The `count`th of its slot, from 1; `None`: of what all slots have in common.
    pub fn nth_of(slot: Option<Slot>, count: u64) -> CaseId {
        CaseId(count * PLACES + slot.map_or(PLACES - 1, |slot| u64::from(slot.number())))
    }

    /// Where it is kept; `None`: in common.
    pub fn slot(self) -> Option<Slot> {
        Slot::parse((self.0 % PLACES) as u8)
    }

    /// Also without the `case_` before it.
    pub fn parse(text: &str) -> Result<CaseId, BadCaseId> {
        let digits = text.strip_prefix(PREFIX).unwrap_or(text);
        let is_number = digits.bytes().all(|c| c.is_ascii_digit());
        let number = digits.parse().ok().filter(|_| is_number);
        number.map(CaseId).ok_or_else(|| BadCaseId(text.chars().take(64).collect()))
    }

    pub fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    pub fn from_bytes(bytes: [u8; 8]) -> CaseId {
        CaseId(u64::from_be_bytes(bytes))
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.0)
    }
}

/// What a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CaseKind {
    /// A payment whose outcome nobody could learn, or that was charged otherwise than asked.
    Payment,
    /// Goods are handed over, and the money was not taken.
    Capture,
    /// The acquirer pays out other sums than were taken.
    Settlement,
    /// The shelves and the books differ.
    Stock,
    /// A wholesaler does not answer for a purchase order.
    Supplier,
    /// A carrier does not answer for a parcel, or refuses it.
    Carrier,
    /// A letter cannot be sent.
    Mail,
    /// A message was given up.
    DeadLetter,
    /// What is to be given back is not.
    Refund,
    /// So much is ordered in that nothing more is.
    Credit,
}

impl CaseKind {
    /// As lists and JSON write it.
    pub fn name(self) -> &'static str {
        match self {
            CaseKind::Payment => "payment",
            CaseKind::Capture => "capture",
            CaseKind::Settlement => "settlement",
            CaseKind::Stock => "stock",
            CaseKind::Supplier => "supplier",
            CaseKind::Carrier => "carrier",
            CaseKind::Mail => "mail",
            CaseKind::DeadLetter => "dead_letter",
            CaseKind::Refund => "refund",
            CaseKind::Credit => "credit",
        }
    }
}

impl fmt::Display for CaseKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_reads_back_and_knows_where_it_is_kept() {
        for slot in Slot::all().map(Some).chain([None]) {
            let id = CaseId::nth_of(slot, 12);
            assert_eq!((id.slot(), CaseId::parse(&id.to_string())), (slot, Ok(id)));
            assert_eq!(CaseId::from_bytes(id.to_bytes()), id);
        }
        assert_eq!(CaseId::nth_of(None, 2).to_string(), "case_50");
        assert_eq!(CaseId::parse("50"), Ok(CaseId::nth_of(None, 2)));
        for bad in ["", "case_", "case_x", "+5", "-1", "ord_50", "18446744073709551616"] {
            assert!(CaseId::parse(bad).is_err(), "{bad}");
        }
    }
}
