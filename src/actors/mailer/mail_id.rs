use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::partners::mail::{Letter, MailKind, Subject};
use crate::runtime::{Partition, TableKey};

/// One letter: of one kind about one order or case, and of one event: a promise can change twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MailId {
    pub about: Subject,
    pub kind: MailKind,
    pub written_at: Timestamp,
}

impl MailId {
    pub fn of(letter: &Letter) -> MailId {
        MailId { about: letter.about, kind: letter.kind, written_at: letter.written_at }
    }

    /// Where it is kept and decided on.
    pub fn partition(&self) -> Partition {
        self.about.slot().map_or(Partition::Common, Partition::from)
    }
}

/// By what they are about, and so by time.
impl TableKey for MailId {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.about.to_bytes().to_vec();
        bytes.push(self.kind as u8);
        bytes.extend(self.written_at.0.to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<MailId> {
        let (about, rest) = bytes.split_first_chunk()?;
        let (kind, written_at) = rest.split_at_checked(1)?;
        Some(MailId {
            about: Subject::from_bytes(*about),
            // a kind without fields is written as its number
            kind: postcard::from_bytes(kind).ok()?,
            written_at: Timestamp(u64::from_be_bytes(written_at.try_into().ok()?)),
        })
    }
}
