use std::fmt;

use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::runtime::TableKey;

/// A purchase order, shown as `po_…`: its text is the key that the wholesaler knows it by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(Rust, packed)]
pub struct PurchaseOrderId(u128);

impl PurchaseOrderId {
    const PREFIX: &str = "po_";

    /// `at_ms`: milliseconds since 1970; `random`: 80 random bits, the others are ignored.
    pub fn new(at_ms: u64, random: u128) -> PurchaseOrderId {
        PurchaseOrderId(Ulid::from_parts(at_ms, random).0)
    }

    /// `None` where the text is not one that `Display` writes.
    pub fn parse(text: &str) -> Option<PurchaseOrderId> {
        let body = text.strip_prefix(PurchaseOrderId::PREFIX)?;
        let ulid = Ulid::from_string(body).ok()?;
        // one spelling only: the decoder also reads lower case and overflowing ids
        (ulid.to_string() == body).then_some(PurchaseOrderId(ulid.0))
    }

    /// For the ids of its timers.
    pub fn number(self) -> u128 {
        self.0
    }
}

impl fmt::Display for PurchaseOrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", PurchaseOrderId::PREFIX, Ulid(self.0))
    }
}

impl fmt::Debug for PurchaseOrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TableKey for PurchaseOrderId {
    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_be_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<PurchaseOrderId> {
        bytes.try_into().ok().map(|bytes| PurchaseOrderId(u128::from_be_bytes(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_written_and_only_so() {
        let id = PurchaseOrderId::new(1_795_305_600_000, 42);
        let shown = id.to_string();
        assert!(shown.starts_with("po_"));
        assert_eq!(PurchaseOrderId::parse(&shown), Some(id));
        for bad in ["", "po_", &shown[3..], &shown.to_lowercase(), &format!("ord_{}", &shown[3..])] {
            assert_eq!(PurchaseOrderId::parse(bad), None, "{bad}");
        }
    }
}
