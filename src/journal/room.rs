//! Whether an opening finds the room that it asks for, told without a byte written.

use std::fs;
use std::io;
use std::path::Path;

use rustix::fs::statvfs;

use super::Error;
use super::directory::temporary_bytes;
use super::segment::{SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN};

/// `Error::Full` where [`super::FileJournal::open`] would find no room for its next segment, of `segment_bytes` as it is told. The
/// directory may be one that is still to be made.
pub fn must_have_room(dir: &Path, segment_bytes: u64) -> Result<(), Error> {
    must_take(dir, segment_bytes.clamp(SEGMENT_BYTES_MIN, SEGMENT_BYTES_MAX))
}

fn must_take(dir: &Path, bytes: u64) -> Result<(), Error> {
    let Some(there) = dir.ancestors().find(|above| fs::metadata(above).is_ok()) else { return Ok(()) };
    let disk = statvfs(there).map_err(io::Error::from).map_err(Error::io("look for room at", there))?;
    // an opening removes what an interrupted preparation has left
    let left = if there == dir { temporary_bytes(dir)? } else { 0 };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize).saturating_add(left);
    if free < bytes { Err(Error::Full { dir: dir.to_path_buf(), bytes }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_more_than_there_is_is_told_how_much_is_needed_and_nothing_is_written() {
        let data = tempfile::tempdir().unwrap();
        let journal = data.path().join("journal");
        must_have_room(&journal, SEGMENT_BYTES_MIN).unwrap();
        let full = must_take(&journal, u64::MAX).unwrap_err();
        assert!(matches!(&full, Error::Full { bytes: u64::MAX, .. }), "{full:?}");
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_an_interrupted_preparation_has_left_is_room() {
        let journal = tempfile::tempdir().unwrap();
        let left = fs::File::create(journal.path().join("journal-next.tmp")).unwrap();
        // of which a disk has far less: the file has a hole
        left.set_len(1 << 42).unwrap();
        must_take(journal.path(), 1 << 42).unwrap();
    }
}
