//! How the words of the trade name what is stored, and where.

use crate::domain::{CaseId, OrderId, PaymentId, SessionId, Sku, Slot};
use crate::runtime::{Partition, TableKey};

/// Ids sort by time, as their bytes do; those of cases by their count.
macro_rules! id_key {
    ($($id:ty),*) => {$(
        impl TableKey for $id {
            fn to_bytes(&self) -> Vec<u8> {
                <$id>::to_bytes(*self).to_vec()
            }

            fn from_bytes(bytes: &[u8]) -> Option<$id> {
                bytes.try_into().ok().map(<$id>::from_bytes)
            }
        }
    )*};
}

id_key!(OrderId, PaymentId, SessionId, CaseId);

impl From<Slot> for Partition {
    fn from(slot: Slot) -> Partition {
        Partition::Slot(slot.number())
    }
}

impl TableKey for Slot {
    fn to_bytes(&self) -> Vec<u8> {
        vec![self.number()]
    }

    fn from_bytes(bytes: &[u8]) -> Option<Slot> {
        let [number] = *bytes else { return None };
        Slot::parse(number)
    }
}

impl TableKey for Sku {
    fn to_bytes(&self) -> Vec<u8> {
        self.as_str().as_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Sku> {
        Sku::parse(std::str::from_utf8(bytes).ok()?).ok()
    }
}
