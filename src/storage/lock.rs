use std::fs::{self, File, TryLockError};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::Error;
use super::error::is_full;

/// The process id of whoever holds the directory to write in it, for people.
const OWNER_FILE: &str = "lock";
/// The kernel's list of locks.
const ALL_LOCKS: &str = "/proc/locks";

/// Keeps a second daemon off a data directory while it lives. It is a kernel lock on the directory itself: it ends with the
/// process, however that ends, and there is no lock file that could be deleted and made anew.
#[derive(Debug)]
pub struct DirectoryLock {
    _dir: File,
}

impl DirectoryLock {
    /// To write in it. Creates the directory if it is missing. `Error::Locked` names the process that holds it.
    pub fn take(dir: &Path) -> Result<DirectoryLock, Error> {
        fs::create_dir_all(dir).map_err(|e| Error::io("create", dir, e))?;
        let lock = DirectoryLock::hold(dir)?;
        let owner = dir.join(OWNER_FILE);
        match fs::write(&owner, format!("{}\n", std::process::id())) {
            // who needs room says how much
            Err(e) if is_full(&e) => {}
            written => written.map_err(|e| Error::io("write", &owner, e))?,
        }
        Ok(lock)
    }

    /// To read in it what nobody changes meanwhile. Nothing is written, so that it may be on a disk that is only read.
    pub fn hold(dir: &Path) -> Result<DirectoryLock, Error> {
        let held = File::open(dir).map_err(|e| Error::io("open", dir, e))?;
        match held.try_lock() {
            Ok(()) => Ok(DirectoryLock { _dir: held }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked { dir: dir.to_path_buf(), pid: holder(dir) }),
            Err(TryLockError::Error(e)) => Err(Error::io("lock", dir, e)),
        }
    }
}

/// The process that holds the directory, where the kernel tells of it.
pub fn holder(dir: &Path) -> Option<u32> {
    let inode = dir.metadata().ok()?.ino().to_string();
    fs::read_to_string(ALL_LOCKS).ok()?.lines().find_map(|line| holder_in(line, &inode))
}

/// Of a line as `1: FLOCK  ADVISORY  WRITE 4711 fe:01:131072 0 EOF`.
fn holder_in(line: &str, inode: &str) -> Option<u32> {
    let mut words = line.split_ascii_whitespace().skip_while(|word| *word != "FLOCK");
    let pid = words.nth(3)?.parse().ok()?;
    (words.next()?.rsplit(':').next() == Some(inode)).then_some(pid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_daemon_is_refused_and_told_who_holds_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        let first = DirectoryLock::take(dir.path()).unwrap();
        let refused = DirectoryLock::take(dir.path()).unwrap_err();
        let pid = std::process::id();
        assert!(matches!(&refused, Error::Locked { pid: Some(p), .. } if *p == pid), "{refused:?}");
        let message = refused.to_string();
        assert!(
            message.contains(&format!("process {pid}")) && message.contains("stop that one"),
            "{message}"
        );
        drop(first);
        DirectoryLock::take(dir.path()).unwrap();
    }

    #[test]
    fn a_lock_file_left_by_a_killed_daemon_does_not_hold() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(OWNER_FILE), "4294967295 and more\n").unwrap();
        DirectoryLock::take(dir.path()).unwrap();
    }

    #[test]
    fn nobody_gets_the_directory_by_deleting_what_is_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let _first = DirectoryLock::take(dir.path()).unwrap();
        fs::remove_file(dir.path().join(OWNER_FILE)).unwrap();
        let refused = DirectoryLock::take(dir.path()).unwrap_err();
        assert!(matches!(refused, Error::Locked { .. }), "{refused:?}");
    }

    #[test]
    fn who_only_reads_holds_it_and_writes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(holder(dir.path()), None);
        let held = DirectoryLock::hold(dir.path()).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        assert_eq!(holder(dir.path()), Some(std::process::id()));
        assert!(matches!(DirectoryLock::take(dir.path()), Err(Error::Locked { pid: Some(_), .. })));
        drop(held);
        assert!(DirectoryLock::hold(&dir.path().join("nowhere")).is_err());
    }

    #[test]
    fn the_kernels_lines_are_read() {
        let line = "1: FLOCK  ADVISORY  WRITE 4711 fe:01:131072 0 EOF";
        assert_eq!(holder_in(line, "131072"), Some(4711));
        assert_eq!(holder_in("1: -> FLOCK  ADVISORY  WRITE 12 fe:01:131072 0 EOF", "131072"), Some(12));
        for other in ["1: POSIX  ADVISORY  WRITE 4711 fe:01:131072 0 EOF", "1: FLOCK  ADVISORY  WRITE", ""] {
            assert_eq!(holder_in(other, "131072"), None, "{other}");
        }
        assert_eq!(holder_in(line, "31072"), None);
    }
}
