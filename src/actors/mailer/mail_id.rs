use serde::{Deserialize, Serialize};

use crate::domain::OrderId;
use crate::partners::mail::MailKind;
use crate::runtime::TableKey;

/// One letter: of one kind about one order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MailId {
    pub order: OrderId,
    pub kind: MailKind,
}

const ORDER_BYTES: usize = 16;

/// By order, and so by time.
impl TableKey for MailId {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.order.to_bytes().to_vec();
        bytes.push(self.kind as u8);
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<MailId> {
        let (order, kind) = bytes.split_first_chunk::<ORDER_BYTES>()?;
        // a kind without fields is written as its number
        Some(MailId { order: OrderId::from_bytes(*order), kind: postcard::from_bytes(kind).ok()? })
    }
}
