use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use super::format::{SEGMENT_VERSION, u32_at, u64_at};
use super::{Error, JournalId, Position};

pub(super) const SEGMENT_HEADER_BYTES: usize = 120;

const MAGIC: [u8; 8] = *b"DOORSTEP";
const CHECKED_BYTES: usize = SEGMENT_HEADER_BYTES - 8;
/// What the checksum of version 1 covered.
const CHECKED_BYTES_V1: usize = 56;

/// The first 120 bytes of a segment, all numbers little-endian: magic (8), version (4), zero (4), the journal's id (16),
/// serial, incarnation, epoch, salt, first position, capacity, and of the link: segment, block, end, chain; checksum (8 each).
///
/// It is synced before the segment gets its name, so one that does not check is damage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    pub journal: JournalId,
    /// Counts the segments that were ever made, replaced ones too.
    pub serial: u64,
    /// Counts the openings of the directory for writing.
    pub incarnation: u64,
    /// The epoch that owned the journal when the segment began.
    pub epoch: u64,
    /// Random; every checksum in the segment depends on it, so bytes of another segment never check here.
    pub salt: u64,
    /// The position of the first record here; what earlier segments hold from it on is superseded.
    pub first: Position,
    /// The bytes that the file was made with. A shorter one has lost its end.
    pub capacity: u64,
    pub link: Link,
}

/// Where the segment before ends that a segment continues; all zero in the first segment of a journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Link {
    /// The first record of that segment, by which it is named.
    pub segment: Position,
    /// Where its last block begins, of those that are not superseded; and where that block ends.
    pub block_at: u64,
    pub end: u64,
    /// That block's checksum.
    pub chain: u64,
}

impl SegmentHeader {
    pub fn encode(&self) -> [u8; SEGMENT_HEADER_BYTES] {
        let mut bytes = [0; SEGMENT_HEADER_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&SEGMENT_VERSION.to_le_bytes());
        bytes[16..32].copy_from_slice(&self.journal.to_bytes());
        let Link { segment, block_at, end, chain } = self.link;
        let own = [self.serial, self.incarnation, self.epoch, self.salt, self.first.0, self.capacity];
        let fields = own.into_iter().chain([segment.0, block_at, end, chain]);
        for (slot, field) in bytes[32..CHECKED_BYTES].chunks_exact_mut(8).zip(fields) {
            slot.copy_from_slice(&field.to_le_bytes());
        }
        let checksum = xxh3_64(&bytes[..CHECKED_BYTES]);
        bytes[CHECKED_BYTES..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// `path` is for the error only.
    pub fn decode(bytes: &[u8], path: &Path) -> Result<SegmentHeader, Error> {
        let damaged = |why| Error::damaged(path, 0, why);
        let bytes =
            bytes.get(..SEGMENT_HEADER_BYTES).ok_or_else(|| damaged("the segment's header is cut off"))?;
        if bytes[..8] != MAGIC {
            return Err(damaged("this is not a journal segment"));
        }
        let version = u32_at(bytes, 8);
        let bad_version = Error::BadVersion { file: path.to_path_buf(), version };
        if version == 1 && xxh3_64(&bytes[..CHECKED_BYTES_V1]) == u64_at(bytes, CHECKED_BYTES_V1) {
            return Err(bad_version);
        }
        if xxh3_64(&bytes[..CHECKED_BYTES]) != u64_at(bytes, CHECKED_BYTES) {
            return Err(damaged("the segment's header does not match its checksum"));
        }
        if version != SEGMENT_VERSION {
            return Err(bad_version);
        }
        let header = SegmentHeader {
            journal: JournalId::from_bytes(bytes[16..32].try_into().expect("the slice has sixteen bytes")),
            serial: u64_at(bytes, 32),
            incarnation: u64_at(bytes, 40),
            epoch: u64_at(bytes, 48),
            salt: u64_at(bytes, 56),
            first: Position(u64_at(bytes, 64)),
            capacity: u64_at(bytes, 72),
            link: Link {
                segment: Position(u64_at(bytes, 80)),
                block_at: u64_at(bytes, 88),
                end: u64_at(bytes, 96),
                chain: u64_at(bytes, 104),
            },
        };
        if header.first == Position::START {
            return Err(damaged("the segment begins with a record 0, which never is"));
        }
        Ok(header)
    }
}
