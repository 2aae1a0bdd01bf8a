use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::Error;

const LOCK_FILE: &str = "lock";

/// Keeps a second daemon off a data directory for as long as it lives. The lock is the kernel's, on the
/// file `lock`, so it ends with the process however that ends; the process id in the file is for people.
#[derive(Debug)]
pub struct DirectoryLock {
    _file: File,
}

impl DirectoryLock {
    /// Creates the directory if it is missing. `Error::Locked` names the process that holds it.
    pub fn take(dir: &Path) -> Result<DirectoryLock, Error> {
        fs::create_dir_all(dir).map_err(|e| Error::io("create", dir, e))?;
        let path = dir.join(LOCK_FILE);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|e| Error::io("open", &path, e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Locked { dir: dir.to_path_buf(), pid: read_pid(&mut file) });
            }
            Err(TryLockError::Error(e)) => return Err(Error::io("lock", &path, e)),
        }
        write_pid(&mut file).map_err(|e| Error::io("write", &path, e))?;
        Ok(DirectoryLock { _file: file })
    }
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn write_pid(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    writeln!(file, "{}", std::process::id())
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
        fs::write(dir.path().join(LOCK_FILE), "4294967295 and more\n").unwrap();
        DirectoryLock::take(dir.path()).unwrap();
    }
}
