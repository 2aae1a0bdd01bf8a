use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::Position;
use super::format::{u32_at, u64_at};

/// Every block begins with this header, all numbers little-endian: magic, checksum, chain, first position,
/// epoch, payload length (8 each), kind, records (4 each). The payload follows, padded with zeros to 8 bytes.
pub(super) const BLOCK_HEADER_BYTES: usize = 56;

/// A seal or a claim: a header alone.
pub(super) const MARK_BYTES: usize = BLOCK_HEADER_BYTES;

const CHECKSUM_AT: usize = 8;
/// What the checksum covers: all from here to the end of the padding; the magic is compared instead.
const CHECKED_AT: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Records,
    /// Everything before it was durable when it was written, and the writer was idle.
    Seal,
    /// A new epoch owns the journal.
    Claim,
    /// Records in an lz4 block.
    Compressed,
}

impl Kind {
    fn code(self) -> u32 {
        match self {
            Kind::Records => 1,
            Kind::Seal => 2,
            Kind::Claim => 3,
            Kind::Compressed => 4,
        }
    }

    fn parse(code: u32) -> Option<Kind> {
        [Kind::Records, Kind::Seal, Kind::Claim, Kind::Compressed]
            .into_iter()
            .find(|kind| kind.code() == code)
    }

    pub fn holds_records(self) -> bool {
        matches!(self, Kind::Records | Kind::Compressed)
    }
}

/// What the writer knows of a block before it is encoded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    pub kind: Kind,
    /// The position of the first record; of the next record to come for a mark.
    pub first: Position,
    pub records: u32,
    pub epoch: u64,
    /// Without padding.
    pub payload_bytes: usize,
}

/// A block that checks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'a> {
    pub kind: Kind,
    pub first: Position,
    pub records: u32,
    pub epoch: u64,
    /// The checksum of the block before.
    pub chain: u64,
    pub checksum: u64,
    /// The framed records as they are on the disk; `body::framed` makes them readable.
    pub payload: &'a [u8],
}

impl Block<'_> {
    /// The last record here; for a mark, the last before it.
    pub fn last(&self) -> Position {
        Position(self.first.0 - 1 + u64::from(self.records))
    }
}

/// Why the bytes at an offset are no block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flaw {
    pub why: &'static str,
    /// The checksum holds, so a crash cannot have torn it.
    pub whole: bool,
}

/// The first eight bytes of every block in the segment with this salt.
pub(super) fn magic(salt: u64) -> [u8; 8] {
    // Never zero, which is what unused space is made of.
    (xxh3_64_with_seed(b"block", salt) | 1).to_le_bytes()
}

pub(super) fn padded(bytes: usize) -> usize {
    bytes.next_multiple_of(8)
}

/// Fills in the header at the front of `buffer`, which is padded, and returns the checksum.
pub(super) fn encode(buffer: &mut [u8], label: &Label, chain: u64, salt: u64) -> u64 {
    buffer[..CHECKSUM_AT].copy_from_slice(&magic(salt));
    let fields = [chain, label.first.0, label.epoch, label.payload_bytes as u64];
    for (slot, field) in buffer[CHECKED_AT..48].chunks_exact_mut(8).zip(fields) {
        slot.copy_from_slice(&field.to_le_bytes());
    }
    buffer[48..52].copy_from_slice(&label.kind.code().to_le_bytes());
    buffer[52..56].copy_from_slice(&label.records.to_le_bytes());
    let checksum = xxh3_64_with_seed(&buffer[CHECKED_AT..], salt);
    buffer[CHECKSUM_AT..CHECKED_AT].copy_from_slice(&checksum.to_le_bytes());
    checksum
}

/// The bytes that a block takes up, from its header alone; `None` if none begins here.
pub(super) fn length(header: &[u8], salt: u64) -> Option<usize> {
    if header[..CHECKSUM_AT] != magic(salt) {
        return None;
    }
    usize::try_from(u64_at(header, 40)).ok()?.checked_add(BLOCK_HEADER_BYTES)?.checked_next_multiple_of(8)
}

/// The block at the beginning of `bytes` and the bytes that it takes up.
pub(super) fn decode(bytes: &[u8], salt: u64) -> Result<(Block<'_>, usize), Flaw> {
    let torn = |why| Flaw { why, whole: false };
    if bytes.len() < BLOCK_HEADER_BYTES {
        return Err(torn("the header of a batch is cut off"));
    }
    if bytes[..CHECKSUM_AT] != magic(salt) {
        return Err(torn("no batch begins here"));
    }
    let end = usize::try_from(u64_at(bytes, 40))
        .ok()
        .and_then(|payload| payload.checked_add(BLOCK_HEADER_BYTES))
        .filter(|end| *end <= bytes.len() && padded(*end) <= bytes.len())
        .ok_or(torn("a batch is longer than its segment"))?;
    let checksum = u64_at(bytes, CHECKSUM_AT);
    if xxh3_64_with_seed(&bytes[CHECKED_AT..padded(end)], salt) != checksum {
        return Err(torn("a batch does not match its checksum"));
    }
    let kind =
        Kind::parse(u32_at(bytes, 48)).ok_or(Flaw { why: "a batch is of no known kind", whole: true })?;
    let block = Block {
        kind,
        first: Position(u64_at(bytes, 24)),
        records: u32_at(bytes, 52),
        epoch: u64_at(bytes, 32),
        chain: u64_at(bytes, 16),
        checksum,
        payload: &bytes[BLOCK_HEADER_BYTES..end],
    };
    Ok((block, padded(end)))
}
