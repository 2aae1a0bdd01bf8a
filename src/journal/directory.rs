use std::fs::{self, File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::disk::Disk;
use super::header::{SEGMENT_HEADER_BYTES, SegmentHeader};
use super::{Error, Position};

const PREFIX: &str = "journal-";
const SUFFIX: &str = ".seg";
const TEMPORARY_SUFFIX: &str = ".tmp";
const DIGITS: usize = 20;

/// A segment as its name tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SegmentFile {
    pub first: Position,
    pub path: PathBuf,
}

impl SegmentFile {
    /// Its header, which must agree with its name.
    pub fn header(&self) -> Result<SegmentHeader, Error> {
        let file = File::open(&self.path).map_err(Error::io("open", &self.path))?;
        let mut bytes = Vec::with_capacity(SEGMENT_HEADER_BYTES);
        file.take(SEGMENT_HEADER_BYTES as u64)
            .read_to_end(&mut bytes)
            .map_err(Error::io("read the header of", &self.path))?;
        let header = SegmentHeader::decode(&bytes, &self.path)?;
        self.agrees(&header)?;
        Ok(header)
    }

    pub fn agrees(&self, header: &SegmentHeader) -> Result<(), Error> {
        if header.first != self.first {
            return Err(Error::damaged(
                &self.path,
                0,
                "the segment's name and header name different records",
            ));
        }
        Ok(())
    }
}

pub(super) fn segment_path(dir: &Path, first: Position) -> PathBuf {
    dir.join(format!("{PREFIX}{:0DIGITS$}{SUFFIX}", first.0))
}

pub(super) fn temporary_path(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!("{PREFIX}{name}{TEMPORARY_SUFFIX}"))
}

/// The segments in the order of their records.
pub(super) fn segments(dir: &Path) -> Result<Vec<SegmentFile>, Error> {
    let mut found: Vec<SegmentFile> = names(dir)?
        .into_iter()
        .filter_map(|name| Some(SegmentFile { first: parse_name(&name)?, path: dir.join(name) }))
        .collect();
    found.sort_by_key(|segment| segment.first);
    Ok(found)
}

/// Whether a file of this name was being prepared by a journal, and never held anything that was acknowledged.
fn is_unfinished(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.starts_with(PREFIX) && name.ends_with(TEMPORARY_SUFFIX)
}

/// Removes what an interrupted preparation or recovery left: none of it was ever acknowledged.
pub(super) fn remove_temporary(dir: &Path, disk: &dyn Disk) -> Result<(), Error> {
    for name in names(dir)? {
        let path = dir.join(name);
        if is_unfinished(&path) {
            disk.remove(&path).map_err(Error::io("remove the unfinished", &path))?;
        }
    }
    Ok(())
}

/// What these take of the disk.
pub(super) fn temporary_bytes(dir: &Path) -> Result<u64, Error> {
    let mut bytes = 0;
    for path in names(dir)?.into_iter().map(|name| dir.join(name)).filter(|path| is_unfinished(path)) {
        bytes += path.metadata().map_err(Error::io("look at", &path))?.len();
    }
    Ok(bytes)
}

/// Locks the directory for as long as the file lives: the directory itself, which cannot be removed under its owner and made
/// anew as a file in it can.
pub(super) fn lock(dir: &Path) -> Result<File, Error> {
    let file = File::open(dir).map_err(Error::io("open the directory", dir))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse { path: dir.to_path_buf() }),
        Err(TryLockError::Error(source)) => Err(Error::io("lock", dir)(source)),
    }
}

/// Makes the directory and those above it where they are not there; each is durable in its parent.
pub(super) fn make(dir: &Path, disk: &dyn Disk) -> Result<(), Error> {
    if dir.is_dir() {
        return Ok(());
    }
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make(parent, disk)?;
    fs::create_dir(dir).map_err(Error::io("create the directory", dir))?;
    disk.sync_directory(parent).map_err(Error::io("sync the directory", parent))
}

fn names(dir: &Path) -> Result<Vec<String>, Error> {
    let list = || -> std::io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(dir)? {
            names.extend(entry?.file_name().into_string());
        }
        Ok(names)
    };
    list().map_err(Error::io("list the directory", dir))
}

fn parse_name(name: &str) -> Option<Position> {
    let digits = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    let all_digits = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| all_digits).map(Position)
}
