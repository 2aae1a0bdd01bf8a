use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::block::{self, Label};
use super::directory::{segment_path, temporary_path};
use super::disk::Disk;
use super::header::{Link, SEGMENT_HEADER_BYTES, SegmentHeader};
use super::{Error, Position};

/// The size of a segment file where nothing is said.
pub const SEGMENT_BYTES_DEFAULT: u64 = 32 * 1024 * 1024;
/// The smallest that a segment file is made.
pub const SEGMENT_BYTES_MIN: u64 = 1024;
/// The largest: a segment is read into memory whole.
pub const SEGMENT_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// A larger batch is refused; one larger than a segment gets a segment of its own.
pub const BATCH_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Zeros written before they are synced: all at once would keep the syncs of turns waiting meanwhile.
const ZEROS_BYTES: usize = 1024 * 1024;
const _: () = assert!(BATCH_BYTES_MAX < SEGMENT_BYTES_MAX && SEGMENT_BYTES_DEFAULT < SEGMENT_BYTES_MAX);

/// A file full of synced zeros under a temporary name: overwriting it needs no change of metadata to be synced.
pub(super) struct Prepared {
    file: File,
    path: PathBuf,
    pub capacity: u64,
}

impl Prepared {
    pub fn make(dir: &Path, name: &str, capacity: u64, disk: &dyn Disk) -> Result<Prepared, Error> {
        Prepared::filled(dir, name, capacity, disk).map_err(|error| match error {
            Error::Io { source, .. } if is_full(&source) => {
                Error::Full { dir: dir.to_path_buf(), bytes: capacity }
            }
            other => other,
        })
    }

    fn filled(dir: &Path, name: &str, capacity: u64, disk: &dyn Disk) -> Result<Prepared, Error> {
        let path = temporary_path(dir, name);
        let file = disk.create(&path).map_err(Error::io("create", &path))?;
        let zeros = vec![0; ZEROS_BYTES.min(capacity as usize)];
        let mut offset = 0;
        while offset < capacity {
            let chunk = &zeros[..zeros.len().min((capacity - offset) as usize)];
            disk.write(&file, chunk, offset).map_err(Error::io("fill with zeros", &path))?;
            disk.sync(&file).map_err(Error::io("sync", &path))?;
            offset += chunk.len() as u64;
        }
        Ok(Prepared { file, path, capacity })
    }

    /// Writes the header. The segment counts only once it is published.
    pub fn begin(self, header: SegmentHeader, disk: &dyn Disk) -> Result<Segment, Error> {
        disk.write(&self.file, &header.encode(), 0).map_err(Error::io("write", &self.path))?;
        Ok(Segment {
            file: self.file,
            path: self.path,
            capacity: self.capacity,
            offset: SEGMENT_HEADER_BYTES as u64,
            block_at: 0,
            chain: header.link.chain,
            header,
        })
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// The segment that is written to.
pub(super) struct Segment {
    file: File,
    path: PathBuf,
    capacity: u64,
    offset: u64,
    /// Where the last block begins, and its checksum.
    block_at: u64,
    chain: u64,
    pub header: SegmentHeader,
}

impl Segment {
    pub fn fits(&self, bytes: u64) -> bool {
        self.offset + bytes <= self.capacity
    }

    pub fn is_half_full(&self) -> bool {
        self.offset * 2 >= self.capacity
    }

    /// Writes one block from `buffer`, which has room for the header and is padded; durable after `sync`.
    pub fn write(&mut self, buffer: &mut [u8], label: &Label, disk: &dyn Disk) -> Result<(), Error> {
        self.chain = block::encode(buffer, label, self.chain, self.header.salt);
        disk.write(&self.file, buffer, self.offset).map_err(Error::io("write", &self.path))?;
        self.block_at = self.offset;
        self.offset += buffer.len() as u64;
        Ok(())
    }

    pub fn sync(&self, disk: &dyn Disk) -> Result<(), Error> {
        disk.sync(&self.file).map_err(Error::io("sync", &self.path))
    }

    /// Syncs what the segment holds and only then gives it its name, so a named segment has a whole header.
    pub fn publish(&mut self, dir: &Path, disk: &dyn Disk) -> Result<(), Error> {
        self.sync(disk)?;
        let path = segment_path(dir, self.header.first);
        disk.rename(&self.path, &path).map_err(Error::io("rename", &self.path))?;
        disk.sync_directory(dir).map_err(Error::io("sync the directory", dir))?;
        self.path = path;
        Ok(())
    }

    /// How the next segment continues this one. One that begins with the same record takes this one's name and place, so it
    /// continues the one before.
    pub fn link_for(&self, first: Position) -> Link {
        if first == self.header.first {
            return self.header.link;
        }
        Link { segment: self.header.first, block_at: self.block_at, end: self.offset, chain: self.chain }
    }

    /// The file that is written to is the one that has its name. Where somebody has removed it, or put another in its place or
    /// in its directory's, a second daemon may have begun there: what is written here then counts for nothing.
    pub fn check_is_named(&self) -> Result<(), Error> {
        let replaced = || Error::Replaced { path: self.path.clone() };
        let named = fs::metadata(&self.path).map_err(|_| replaced())?;
        let written = self.file.metadata().map_err(Error::io("look at", &self.path))?;
        let same = (named.dev(), named.ino()) == (written.dev(), written.ino());
        if same { Ok(()) } else { Err(replaced()) }
    }
}
