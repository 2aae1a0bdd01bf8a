use std::io;
use std::path::{Path, PathBuf};

use super::{JournalId, Position};

/// A segment that others follow is written no more: any copy of it is as good as it was.
const RESTORE_FILE: &str = "restore this file from a backup";
/// A copy of the last one alone would leave the journal older than what was made from it.
const RESTORE_ALL: &str = "and it is the last file of the journal, of which every backup has an older copy: restore journal and trees \
    from one backup (what was acknowledged since is lost)";

/// Why the journal could not do what it was asked. Each message says what to do about it.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each message says what has happened, with its fields")]
pub enum Error {
    #[error("could not {action} {path}: {source}; check the disk and the permissions, then start again", path = .path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },

    #[error(
        "no space is left for {dir}, where the journal needs {mebibytes} MiB at once for its next file; nothing is lost: make room for \
         as much and start again",
        dir = .dir.display(), mebibytes = .bytes.div_ceil(1 << 20)
    )]
    Full { dir: PathBuf, bytes: u64 },

    #[error("{path} is in use by another process; stop that one first", path = .path.display())]
    InUse { path: PathBuf },

    #[error(
        "{file} is damaged at offset {offset}: {why}; nothing after it was read, {restore}",
        file = .file.display()
    )]
    Damaged { file: PathBuf, offset: u64, why: &'static str, restore: &'static str },

    #[error(
        "{file} is missing; nothing was opened, restore it from a backup", file = .file.display()
    )]
    Missing { file: PathBuf },

    #[error(
        "{file} belongs to another journal ({found}, and this one is {expected}); put this journal's own file back",
        file = .file.display()
    )]
    Foreign { file: PathBuf, found: JournalId, expected: JournalId },

    #[error(
        "{file} ends at record {last}, and the trees reflect the journal up to record {at_least}: the journal has lost its end, or \
         is an older copy; restore journal and trees from one backup, or run `doorstep rebuild` to go on with this one",
        file = .file.display()
    )]
    Behind { file: PathBuf, last: Position, at_least: Position },

    #[error(
        "{path} is no longer the file that this process writes: somebody has removed or replaced it; nothing more is \
         acknowledged, put the directory back as it was and start again",
        path = .path.display()
    )]
    Replaced { path: PathBuf },

    #[error(
        "{file} begins with record {found} where record {expected} was due; restore the missing segments from a backup",
        file = .file.display()
    )]
    MissingSegment { file: PathBuf, expected: Position, found: Position },

    #[error(
        "{file} has format version {version} and this program reads version {supported}; use the program that wrote it, or begin with an empty directory",
        file = .file.display(), supported = super::format::SEGMENT_VERSION
    )]
    BadVersion { file: PathBuf, version: u32 },

    #[error("{dir} holds no journal; restore it from a backup", dir = .dir.display())]
    NoJournal { dir: PathBuf },

    #[error("epoch {epoch} is over, epoch {current} owns the journal; stop this process")]
    StaleEpoch { epoch: u64, current: u64 },

    #[error(
        "the journal was expected to end at {expected} and ends at {actual}; stop, another owner may have written"
    )]
    Unexpected { expected: Position, actual: Position },

    #[error("a batch of {bytes} bytes is above the limit of {bytes_max}; split it")]
    TooLarge { bytes: u64, bytes_max: u64 },

    #[error("an append is in flight; wait for it before the next")]
    Busy,

    #[error("the journal has failed and accepts nothing more; stop the process and start it again")]
    Broken,

    /// What a visitor returned to end a reading.
    #[error("reading stopped: {0}")]
    Visitor(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// For `map_err`: `action` is a verb and its words ("sync", "create the segment").
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        move |source| Error::Io { action, path: path.to_path_buf(), source }
    }

    pub(super) fn damaged(file: &Path, offset: usize, why: &'static str) -> Error {
        Error::Damaged { file: file.to_path_buf(), offset: offset as u64, why, restore: RESTORE_FILE }
    }

    /// Of the last segment.
    pub(super) fn in_the_last(self) -> Error {
        match self {
            Error::Damaged { file, offset, why, .. } => {
                Error::Damaged { file, offset, why, restore: RESTORE_ALL }
            }
            other => other,
        }
    }
}
