//! The programs that order by the API, and what is kept of their keys. They are the programs' session's: it is theirs
//! already, and an actor of their own would have nothing else to do.

use serde::{Deserialize, Serialize};

use crate::domain::{ApiKeyHash, KeyRole, ProgramId, Timestamp};
use crate::runtime::{Aggregate, TableKey};
use crate::storage::TreeName;

/// Also those whose keys were revoked: an order may still be theirs. One row holds them all.
pub const PROGRAMS_MAX: usize = 100;
pub const PROGRAM_NAME_CHARS_MAX: usize = 40;

/// Tree `programs`: all of them, in the order in which they were added.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Programs {
    pub list: Vec<Program>,
}

/// A program and its key. Where a key is revoked the next of the same name is the same program's: its orders and
/// its idempotency keys stay its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Program {
    pub id: ProgramId,
    pub name: String,
    /// Of the key that it was given last.
    pub key: ApiKeyHash,
    /// When it was given that.
    pub made_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    /// What it may do by that key.
    pub role: KeyRole,
}

/// There is one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AllPrograms;

impl TableKey for AllPrograms {
    fn to_bytes(&self) -> Vec<u8> {
        vec![0]
    }

    fn from_bytes(bytes: &[u8]) -> Option<AllPrograms> {
        (bytes == [0]).then_some(AllPrograms)
    }
}

impl Aggregate for Programs {
    const TREE: TreeName = TreeName("programs");
    const VERSION: u8 = 2;
    type Key = AllPrograms;
}

/// Why no key was made or revoked: for the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    #[error("a name has 1 to {PROGRAM_NAME_CHARS_MAX} characters of a-z, A-Z, 0-9, `-`, `_` and `.`")]
    BadName,
    #[error("this program has a key: revoke it first, or choose another name")]
    HasKey,
    #[error("there are {PROGRAMS_MAX} programs: revoke one, and give its name to the new one")]
    TooMany,
    #[error("no program of this name has a key: `doorstep keys list` shows those that have")]
    NoSuchKey,
}

impl Programs {
    pub(super) fn named(&self, name: &str) -> Option<&Program> {
        self.list.iter().find(|program| program.name == name)
    }

    /// Whose keys are good.
    pub fn good(&self) -> impl Iterator<Item = (ProgramId, ApiKeyHash, KeyRole)> {
        self.list.iter().filter(|one| one.revoked_at.is_none()).map(|one| (one.id, one.key, one.role))
    }

    /// The number of the program that `name` gets a key for; 0 is that of a demo's strangers.
    pub(super) fn id_for(&self, name: &str) -> Result<ProgramId, NoKey> {
        let is_plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.');
        if !(1..=PROGRAM_NAME_CHARS_MAX).contains(&name.len()) || !name.bytes().all(is_plain) {
            return Err(NoKey::BadName);
        }
        match self.named(name) {
            Some(program) if program.revoked_at.is_none() => Err(NoKey::HasKey),
            Some(program) => Ok(program.id),
            None if self.list.len() >= PROGRAMS_MAX => Err(NoKey::TooMany),
            None => Ok(ProgramId::new(self.list.len() as u32 + 1)),
        }
    }

    pub fn add(&mut self, id: ProgramId, name: &str, key: ApiKeyHash, role: KeyRole, at: Timestamp) {
        let added = Program { id, name: name.to_owned(), key, made_at: at, revoked_at: None, role };
        match self.list.iter_mut().find(|program| program.id == id) {
            Some(program) => *program = added,
            None => self.list.push(added),
        }
    }

    pub fn revoke(&mut self, id: ProgramId, at: Timestamp) {
        if let Some(program) = self.list.iter_mut().find(|program| program.id == id) {
            program.revoked_at = Some(at);
        }
    }
}
