use std::fs::File;
use std::path::{Path, PathBuf};

use rand::TryRng;
use rand::rngs::SysRng;

use super::block::{self, Label};
use super::directory::{segment_path, temporary_path};
use super::disk::Disk;
use super::header::{SEGMENT_HEADER_BYTES, SegmentHeader};
use super::{Error, Position};

pub const SEGMENT_BYTES_DEFAULT: u64 = 32 * 1024 * 1024;
pub const SEGMENT_BYTES_MIN: u64 = 1024;
/// A segment is read into memory whole.
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
            chain: header.chain,
            header,
        })
    }
}

/// The segment that is written to.
pub(super) struct Segment {
    file: File,
    path: PathBuf,
    capacity: u64,
    offset: u64,
    /// The checksum of the last block.
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

    /// What the header of the next segment chains to. A next segment that begins with the same record
    /// takes this one's name and place, so it chains to the one before.
    pub fn chain_for(&self, first: Position) -> u64 {
        if first == self.header.first { self.header.chain } else { self.chain }
    }
}

pub(super) fn random_salt() -> Result<u64, Error> {
    SysRng.try_next_u64().map_err(|error| {
        Error::io("read random bytes for", Path::new("a new segment"))(std::io::Error::other(
            error.to_string(),
        ))
    })
}
