//! Where a benchmark keeps its shop: a directory that is its own.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::cli::Failure;

/// `f_type` of a file system in memory.
const TMPFS_MAGIC: u64 = 0x0102_1994;

/// A directory for a shop that is gone after the run, unless the user named it.
pub struct Room {
    dir: PathBuf,
    _temporary: Option<TempDir>,
}

impl Room {
    /// In the directory that the user named, or else in a new one, which is removed afterwards.
    ///
    /// # Errors
    /// Where the named one holds anything: its figures would not be those of a fresh shop, and no benchmark orders in a
    /// real one.
    pub fn at(named: Option<PathBuf>) -> Result<Room, Failure> {
        let room = match named {
            Some(dir) => named_room(dir)?,
            None => temporary_room()?,
        };
        if is_in_memory(&room.dir) {
            eprintln!(
                "doorstep: {} is in memory (tmpfs), where a sync costs nothing: name a directory on a disk with --data DIR",
                room.dir.display()
            );
        }
        Ok(room)
    }

    pub fn data(&self) -> PathBuf {
        self.dir.clone()
    }
}

fn named_room(dir: PathBuf) -> Result<Room, Failure> {
    let cannot = |error: std::io::Error| Failure(format!("cannot use {}: {error}", dir.display()));
    std::fs::create_dir_all(&dir).map_err(cannot)?;
    if std::fs::read_dir(&dir).map_err(cannot)?.next().is_some() {
        return Err(Failure(format!("{} is not empty: name a new directory with --data DIR", dir.display())));
    }
    Ok(Room { dir, _temporary: None })
}

fn temporary_room() -> Result<Room, Failure> {
    let made = tempfile::Builder::new().prefix("doorstep-bench-").tempdir();
    let made = made.map_err(|error| Failure(format!("cannot make a temporary directory: {error}")))?;
    Ok(Room { dir: made.path().to_path_buf(), _temporary: Some(made) })
}

fn is_in_memory(dir: &Path) -> bool {
    rustix::fs::statfs(dir).is_ok_and(|system| system.f_type as u64 == TMPFS_MAGIC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_of_its_own_is_gone_afterwards() {
        let room = Room::at(None).unwrap();
        let dir = room.data();
        assert!(dir.is_dir());
        drop(room);
        assert!(!dir.exists());
    }

    #[test]
    fn a_named_room_stays_and_must_be_empty() {
        let outer = tempfile::tempdir().unwrap();
        let dir = outer.path().join("shop");
        drop(Room::at(Some(dir.clone())).unwrap());
        assert!(dir.is_dir());
        std::fs::write(dir.join("precious"), "").unwrap();
        let Failure(why) = Room::at(Some(dir)).err().unwrap();
        assert!(why.contains("is not empty"), "{why}");
    }
}
