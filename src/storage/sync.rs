use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// sled's log, the one file of its that changes in place.
const LOG_FILE: &str = "db";

/// Syncs sled's files to the disk. Its own `flush` uses `sync_file_range`, which is no barrier against
/// a power cut: thousands of flushed writes were lost without this and none with it.
pub(super) struct Syncer {
    dir: PathBuf,
    /// Files that are written once, and were synced already: `conf`, `snap.*`, `blobs/*`.
    synced: HashSet<PathBuf>,
}

impl Syncer {
    pub fn new(dir: PathBuf) -> Syncer {
        Syncer { dir, synced: HashSet::new() }
    }

    /// On return every file and directory of sled's that could have changed is on the disk.
    pub fn sync(&mut self) -> io::Result<()> {
        let mut present = HashSet::new();
        let mut dirs = vec![self.dir.clone()];
        while let Some(dir) = dirs.pop() {
            for entry in fs::read_dir(&dir)? {
                let entry = entry?;
                match entry.file_type()? {
                    kind if kind.is_dir() => dirs.push(entry.path()),
                    _ => self.sync_file(entry.path(), &mut present)?,
                }
            }
            sync_dir(&dir)?;
        }
        self.synced = present;
        Ok(())
    }

    fn sync_file(&self, path: PathBuf, present: &mut HashSet<PathBuf>) -> io::Result<()> {
        let changes_in_place = path.file_name().is_some_and(|name| name == LOG_FILE);
        if changes_in_place || !self.synced.contains(&path) {
            match File::open(&path) {
                Ok(file) => file.sync_data()?,
                // sled removes old blobs and snapshots when it likes
                Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
                Err(e) => return Err(e),
            }
        }
        present.insert(path);
        Ok(())
    }
}

/// Makes names created, renamed or removed in the directory durable.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}
