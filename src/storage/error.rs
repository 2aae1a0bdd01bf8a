use std::io;
use std::path::{Path, PathBuf};

use super::TreeName;
use crate::journal::JournalId;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "{dir} is in use by another doorstep{}; stop that one first, or give this one a directory of its own",
        pid.map(|p| format!(" (process {p})")).unwrap_or_default(), dir = dir.display()
    )]
    Locked { dir: PathBuf, pid: Option<u32> },

    #[error("no space is left for {dir}; nothing is lost: make room and start the daemon again", dir = dir.display())]
    Full { dir: PathBuf },

    #[error(
        "the trees in {dir} are damaged: {why}; stop the daemon and run `doorstep rebuild`, which makes them anew from the journal",
        dir = dir.display()
    )]
    Damaged { dir: PathBuf, why: String },

    #[error(
        "the trees in {dir} were made from another journal ({found}, and the one beside them is {expected}); put the shop's own \
         trees or journal back, or, if the journal is the right one, run `doorstep rebuild`, which makes the trees anew from it",
        dir = dir.display()
    )]
    Foreign { dir: PathBuf, found: JournalId, expected: JournalId },

    #[error("cannot {what} {path}: {source}; check the disk and the permissions", path = path.display())]
    Io { what: &'static str, path: PathBuf, source: io::Error },

    #[error("there is no tree named {0}; list it where the trees are opened")]
    UnknownTree(TreeName),

    #[error("the name {0} is kept for storage itself; give the tree another one")]
    ReservedTree(TreeName),

    #[error("checkpoints have stopped after an earlier failure ({why}); restart the daemon")]
    Stopped { why: String },
}

impl Error {
    /// An I/O error while doing `what` to `path`; a full disk is told apart, since it damages nothing.
    pub(super) fn io(what: &'static str, path: &Path, source: io::Error) -> Error {
        if is_full(&source) {
            let dir = path.parent().unwrap_or(path).to_path_buf();
            return Error::Full { dir };
        }
        Error::Io { what, path: path.to_path_buf(), source }
    }
}

pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
