use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use super::directory::temporary_path;
use super::disk::Disk;
use super::format::{u32_at, u64_at};
use super::header::SegmentHeader;
use super::{Error, JournalId, Position};

const NAME: &str = "journal.head";
const MAGIC: [u8; 8] = *b"DOORHEAD";
const VERSION: u32 = 1;
/// Disks write a sector whole or not at all.
const SLOT_BYTES: usize = 512;
const SLOTS: u64 = 2;
const CHECKED_BYTES: usize = 64;

/// What a directory's segments must at least be, so that one that is gone, or an older copy of the last, is missed. It is
/// durable before anything in the segment that it names is acknowledged; a later segment may be there, an earlier one
/// may not be the last.
///
/// The file `journal.head` has two slots of 512 bytes, written in turn: after a crash one of them is whole.
/// All numbers little-endian: magic (8), version (4), zero (4), the journal's id (16), generation, base, segment,
/// serial, checksum (8 each).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub journal: JournalId,
    /// Counts the times that it was written.
    pub generation: u64,
    /// The first record that is kept: a segment begins with it.
    pub base: Position,
    /// The first record of the last segment; 0 before there is one.
    pub segment: Position,
    /// Of that segment: one of the same name with a lower one is an older copy.
    pub serial: u64,
}

impl Head {
    /// `None`: there is no such file.
    pub fn read(dir: &Path) -> Result<Option<Head>, Error> {
        let path = dir.join(NAME);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("read", &path)(error)),
        };
        let slots = bytes.chunks_exact(SLOT_BYTES);
        let newest = slots.filter_map(Head::decode).max_by_key(|head| head.generation);
        newest.map(Some).ok_or_else(|| Error::damaged(&path, 0, "neither of its two entries checks"))
    }

    pub fn path(dir: &Path) -> PathBuf {
        dir.join(NAME)
    }

    fn encode(&self) -> [u8; SLOT_BYTES] {
        let mut bytes = [0; SLOT_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[16..32].copy_from_slice(&self.journal.to_bytes());
        let fields = [self.generation, self.base.0, self.segment.0, self.serial];
        for (slot, field) in bytes[32..CHECKED_BYTES].chunks_exact_mut(8).zip(fields) {
            slot.copy_from_slice(&field.to_le_bytes());
        }
        let checksum = xxh3_64(&bytes[..CHECKED_BYTES]);
        bytes[CHECKED_BYTES..CHECKED_BYTES + 8].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Head> {
        let checks = bytes[..8] == MAGIC
            && u32_at(bytes, 8) == VERSION
            && xxh3_64(&bytes[..CHECKED_BYTES]) == u64_at(bytes, CHECKED_BYTES);
        checks.then(|| Head {
            journal: JournalId::from_bytes(bytes[16..32].try_into().expect("the slice has sixteen bytes")),
            generation: u64_at(bytes, 32),
            base: Position(u64_at(bytes, 40)),
            segment: Position(u64_at(bytes, 48)),
            serial: u64_at(bytes, 56),
        })
    }
}

/// The head as the journal's owner keeps it.
pub(super) struct HeadFile {
    file: File,
    dir: PathBuf,
    pub head: Head,
}

impl HeadFile {
    /// That of a new journal, durable before there is a segment.
    pub fn create(dir: &Path, journal: JournalId, disk: &dyn Disk) -> Result<HeadFile, Error> {
        let base = Position::START.next();
        let head = Head { journal, generation: 0, base, segment: Position::START, serial: 0 };
        let (fresh, path) = (temporary_path(dir, "head"), dir.join(NAME));
        let file = disk.create(&fresh).map_err(Error::io("create", &fresh))?;
        let mut bytes = vec![0; SLOT_BYTES * SLOTS as usize];
        bytes[..SLOT_BYTES].copy_from_slice(&head.encode());
        disk.write(&file, &bytes, 0).map_err(Error::io("write", &fresh))?;
        disk.sync(&file).map_err(Error::io("sync", &fresh))?;
        disk.rename(&fresh, &path).map_err(Error::io("rename", &fresh))?;
        disk.sync_directory(dir).map_err(Error::io("sync the directory", dir))?;
        Ok(HeadFile { file, dir: dir.to_path_buf(), head })
    }

    /// `head`: as it was read.
    pub fn open(dir: &Path, head: Head, disk: &dyn Disk) -> Result<HeadFile, Error> {
        let path = dir.join(NAME);
        let file = OpenOptions::new().write(true).open(&path).map_err(Error::io("open", &path))?;
        if head.serial == 0 {
            // who created it may have been killed before its name was durable, and a power cut would leave a segment without a head
            disk.sync_directory(dir).map_err(Error::io("sync the directory", dir))?;
        }
        Ok(HeadFile { file, dir: dir.to_path_buf(), head })
    }

    /// This segment is the last from now on; it has its name already.
    pub fn names(&mut self, last: &SegmentHeader, disk: &dyn Disk) -> Result<(), Error> {
        self.write(Head { segment: last.first, serial: last.serial, ..self.head }, disk)
    }

    /// What lies before this record may be removed from now on.
    pub fn begins_at(&mut self, base: Position, disk: &dyn Disk) -> Result<(), Error> {
        self.write(Head { base, ..self.head }, disk)
    }

    /// Nobody else has written it, or put another in its place.
    pub fn check_is_ours(&self) -> Result<(), Error> {
        let path = self.dir.join(NAME);
        if Head::read(&self.dir)? == Some(self.head) { Ok(()) } else { Err(Error::Replaced { path }) }
    }

    fn write(&mut self, head: Head, disk: &dyn Disk) -> Result<(), Error> {
        let head = Head { generation: self.head.generation + 1, ..head };
        let offset = head.generation % SLOTS * SLOT_BYTES as u64;
        let path = || self.dir.join(NAME);
        disk.write(&self.file, &head.encode(), offset).map_err(|error| Error::io("write", &path())(error))?;
        disk.sync(&self.file).map_err(|error| Error::io("sync", &path())(error))?;
        self.head = head;
        Ok(())
    }
}
