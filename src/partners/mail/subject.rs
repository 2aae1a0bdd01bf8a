use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::{CaseId, OrderId, Slot};

/// What a letter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Subject {
    Order(OrderId),
    Case(CaseId),
}

/// Before a case's number, where an order has the time of its id: no order has come so late.
const OF_A_CASE: [u8; 8] = [0xff; 8];

impl Subject {
    pub fn order(self) -> Option<OrderId> {
        match self {
            Subject::Order(order) => Some(order),
            Subject::Case(_) => None,
        }
    }

    /// Where its letters are kept; `None`: in common.
    pub fn slot(self) -> Option<Slot> {
        match self {
            Subject::Order(order) => Some(order.slot()),
            Subject::Case(case) => case.slot(),
        }
    }

    pub fn to_bytes(self) -> [u8; 16] {
        match self {
            Subject::Order(order) => order.to_bytes(),
            Subject::Case(case) => {
                let mut bytes = [0xff; 16];
                bytes[OF_A_CASE.len()..].copy_from_slice(&case.to_bytes());
                bytes
            }
        }
    }

    pub fn from_bytes(bytes: [u8; 16]) -> Subject {
        match bytes.split_last_chunk::<8>() {
            Some((before, case)) if before == OF_A_CASE => Subject::Case(CaseId::from_bytes(*case)),
            _ => Subject::Order(OrderId::from_bytes(bytes)),
        }
    }

    /// For the id of a timer.
    pub fn number(self) -> u128 {
        u128::from_be_bytes(self.to_bytes())
    }
}

impl From<OrderId> for Subject {
    fn from(order: OrderId) -> Subject {
        Subject::Order(order)
    }
}

/// `ord_…` or `case_…`.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Order(order) => order.fmt(f),
            Subject::Case(case) => case.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_reads_back_from_its_bytes_and_knows_where_it_is_kept() {
        let slot = Slot::of(5);
        let order = Subject::Order(OrderId::in_slot(slot, 1_795_305_600_000, 42));
        let [case, common] = [Some(slot), None].map(|slot| Subject::Case(CaseId::nth_of(slot, 3)));
        for (subject, kept) in [(order, Some(slot)), (case, Some(slot)), (common, None)] {
            assert_eq!((Subject::from_bytes(subject.to_bytes()), subject.slot()), (subject, kept));
        }
        assert!(order.to_string().starts_with("ord_") && case.to_string().starts_with("case_"));
    }
}
