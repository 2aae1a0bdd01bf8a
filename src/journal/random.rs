use std::path::Path;

use rand::TryRng;
use rand::rngs::SysRng;

use super::{Error, JournalId};

/// Sixty-four bits that nobody can guess.
pub(super) fn random() -> Result<u64, Error> {
    SysRng.try_next_u64().map_err(|error| {
        Error::io("read random bytes for", Path::new("a new segment"))(std::io::Error::other(
            error.to_string(),
        ))
    })
}

impl JournalId {
    pub(super) fn draw() -> Result<JournalId, Error> {
        let (high, low) = (random()?, random()?);
        let drawn = u128::from(high) << 64 | u128::from(low);
        Ok(JournalId::from_bytes(drawn.to_le_bytes()))
    }
}
