use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use super::{Error, Position};

pub(super) const VERSION: u32 = 1;
pub(super) const SEGMENT_HEADER_BYTES: usize = 64;

const MAGIC: [u8; 8] = *b"DOORSTEP";
const CHECKED_BYTES: usize = SEGMENT_HEADER_BYTES - 8;

/// The first 64 bytes of a segment, all numbers little-endian:
/// magic (8), version (4), zero (4), incarnation, epoch, salt, first position, chain, checksum (8 each).
///
/// It is synced before the segment gets its name, so one that does not check is damage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    /// Counts the openings of the directory for writing.
    pub incarnation: u64,
    /// The epoch that owned the journal when the segment began.
    pub epoch: u64,
    /// Random; every checksum in the segment depends on it, so bytes of another segment never check here.
    pub salt: u64,
    /// The position of the first record here; what earlier segments hold from it on is superseded.
    pub first: Position,
    /// The checksum of the block before this segment.
    pub chain: u64,
}

impl SegmentHeader {
    pub fn encode(&self) -> [u8; SEGMENT_HEADER_BYTES] {
        let mut bytes = [0; SEGMENT_HEADER_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        let fields = [self.incarnation, self.epoch, self.salt, self.first.0, self.chain];
        for (slot, field) in bytes[16..CHECKED_BYTES].chunks_exact_mut(8).zip(fields) {
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
        if xxh3_64(&bytes[..CHECKED_BYTES]) != u64_at(bytes, CHECKED_BYTES) {
            return Err(damaged("the segment's header does not match its checksum"));
        }
        let version = u32_at(bytes, 8);
        if version != VERSION {
            return Err(Error::BadVersion { file: path.to_path_buf(), version });
        }
        if u64_at(bytes, 40) == 0 {
            return Err(damaged("the segment begins with a record 0, which never is"));
        }
        Ok(SegmentHeader {
            incarnation: u64_at(bytes, 16),
            epoch: u64_at(bytes, 24),
            salt: u64_at(bytes, 32),
            first: Position(u64_at(bytes, 40)),
            chain: u64_at(bytes, 48),
        })
    }
}

pub(super) fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    u64::from_le_bytes(bytes[offset..offset + 8].try_into().expect("the slice has eight bytes"))
}

pub(super) fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(bytes[offset..offset + 4].try_into().expect("the slice has four bytes"))
}
