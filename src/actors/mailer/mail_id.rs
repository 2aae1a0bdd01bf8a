use serde::{Deserialize, Serialize};

use crate::domain::{OrderId, Timestamp};
use crate::partners::mail::{Letter, MailKind};
use crate::runtime::TableKey;

/// One letter: of one kind about one order, and of one event: a promise can change twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MailId {
    pub order: OrderId,
    pub kind: MailKind,
    pub written_at: Timestamp,
}

impl MailId {
    pub fn of(letter: &Letter) -> MailId {
        MailId { order: letter.order, kind: letter.kind, written_at: letter.written_at }
    }
}

const ORDER_BYTES: usize = 16;

/// By order, and so by time.
impl TableKey for MailId {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.order.to_bytes().to_vec();
        bytes.push(self.kind as u8);
        bytes.extend(self.written_at.0.to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<MailId> {
        let (order, rest) = bytes.split_first_chunk::<ORDER_BYTES>()?;
        let (kind, written_at) = rest.split_at_checked(1)?;
        Some(MailId {
            order: OrderId::from_bytes(*order),
            // a kind without fields is written as its number
            kind: postcard::from_bytes(kind).ok()?,
            written_at: Timestamp(u64::from_be_bytes(written_at.try_into().ok()?)),
        })
    }
}
