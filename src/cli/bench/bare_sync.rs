//! What a sync costs here and now: the least that a durable answer can take.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Instant;

use hdrhistogram::Histogram;

const WRITES: u64 = 200;
/// About what one order's batch takes up in the journal.
const WRITE_BYTES: usize = 4_096;
const MICROSECONDS_MAX: u64 = 60_000_000;

/// Appends to a file of zeros in `dir` with a `fdatasync` each, as the journal does, and removes it again.
/// Microseconds for one; `None` where the directory does not take it.
pub fn measure(dir: &Path) -> Option<Histogram<u64>> {
    let path = dir.join("bare-sync.tmp");
    let measured = appends(&path);
    let _ = std::fs::remove_file(&path); // best effort: the directory is the benchmark's own
    measured.ok()
}

fn appends(path: &Path) -> io::Result<Histogram<u64>> {
    let file = File::create(path)?;
    file.write_all_at(&vec![0; WRITE_BYTES * WRITES as usize], 0)?;
    file.sync_all()?;
    let mut took = Histogram::new_with_max(MICROSECONDS_MAX, 3).map_err(io::Error::other)?;
    let bytes = [0x5a; WRITE_BYTES];
    for nth in 0..WRITES {
        let begun = Instant::now();
        file.write_all_at(&bytes, nth * WRITE_BYTES as u64)?;
        file.sync_data()?;
        took.saturating_record(begun.elapsed().as_micros() as u64);
    }
    Ok(took)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_measures_and_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(measure(dir.path()).unwrap().len(), WRITES);
        assert!(std::fs::read_dir(dir.path()).unwrap().next().is_none());
        assert!(measure(&dir.path().join("missing")).is_none());
    }
}
