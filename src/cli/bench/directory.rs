//! Where a benchmark keeps its shop: a directory that is its own.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::cli::Failure;

/// `f_type` of a file system in memory.
const TMPFS_MAGIC: u64 = 0x0102_1994;

/// A directory for a shop that is gone after the run, unless the user named it.
pub struct Directory {
    dir: PathBuf,
    _temporary: Option<TempDir>,
}

impl Directory {
    /// In the directory that the user named, or else in a new one, which is removed afterwards.
    ///
    /// # Errors
    /// Where the named one holds anything: its figures would not be those of a fresh shop, and no benchmark orders in a
    /// real one.
    pub fn at(named: Option<PathBuf>) -> Result<Directory, Failure> {
        let directory = match named {
            Some(dir) => named_directory(dir)?,
            None => temporary_directory()?,
        };
        if is_in_memory(&directory.dir) {
            eprintln!(
                "doorstep: {} is in memory (tmpfs), where a sync costs nothing: name a directory on a disk with --data DIR",
                directory.dir.display()
            );
        }
        Ok(directory)
    }

    pub fn data(&self) -> PathBuf {
        self.dir.clone()
    }
}

fn named_directory(dir: PathBuf) -> Result<Directory, Failure> {
    let cannot = |error: std::io::Error| Failure(format!("cannot use {}: {error}", dir.display()));
    std::fs::create_dir_all(&dir).map_err(cannot)?;
    if std::fs::read_dir(&dir).map_err(cannot)?.next().is_some() {
        return Err(Failure(format!("{} is not empty: name a new directory with --data DIR", dir.display())));
    }
    Ok(Directory { dir, _temporary: None })
}

fn temporary_directory() -> Result<Directory, Failure> {
    let made = tempfile::Builder::new().prefix("doorstep-bench-").tempdir();
    let made = made.map_err(|error| Failure(format!("cannot make a temporary directory: {error}")))?;
    Ok(Directory { dir: made.path().to_path_buf(), _temporary: Some(made) })
}

fn is_in_memory(dir: &Path) -> bool {
    rustix::fs::statfs(dir).is_ok_and(|system| system.f_type as u64 == TMPFS_MAGIC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_directory_is_gone_afterwards() {
        let directory = Directory::at(None).unwrap();
        let dir = directory.data();
        assert!(dir.is_dir());
        drop(directory);
        assert!(!dir.exists());
    }

    #[test]
    fn a_named_directory_stays_and_must_be_empty() {
        let outer = tempfile::tempdir().unwrap();
        let dir = outer.path().join("shop");
        drop(Directory::at(Some(dir.clone())).unwrap());
        assert!(dir.is_dir());
        std::fs::write(dir.join("precious"), "").unwrap();
        let Failure(why) = Directory::at(Some(dir)).err().unwrap();
        assert!(why.contains("is not empty"), "{why}");
    }
}
