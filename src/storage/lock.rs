use std::fs::{self, File, TryLockError};
use std::path::Path;

use super::Error;

/// The process id of whoever holds the directory, for people.
const OWNER_FILE: &str = "lock";

/// Keeps a second daemon off a data directory while it lives. It is a kernel lock on the directory itself: it ends with the
/// process, however that ends, and there is no lock file that could be deleted and made anew.
#[derive(Debug)]
pub struct DirectoryLock {
    _dir: File,
}

impl DirectoryLock {
    /// Creates the directory if it is missing. `Error::Locked` names the process that holds it.
    pub fn take(dir: &Path) -> Result<DirectoryLock, Error> {
        fs::create_dir_all(dir).map_err(|e| Error::io("create", dir, e))?;
        let held = File::open(dir).map_err(|e| Error::io("open", dir, e))?;
        let owner = dir.join(OWNER_FILE);
        match held.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let pid = fs::read_to_string(&owner).ok().and_then(|text| text.trim().parse().ok());
                return Err(Error::Locked { dir: dir.to_path_buf(), pid });
            }
            Err(TryLockError::Error(e)) => return Err(Error::io("lock", dir, e)),
        }
        fs::write(&owner, format!("{}\n", std::process::id())).map_err(|e| Error::io("write", &owner, e))?;
        Ok(DirectoryLock { _dir: held })
    }
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
        assert!(matches!(refused, Error::Locked { pid: None, .. }), "{refused:?}");
    }
}
