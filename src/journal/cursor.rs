use std::fs;
use std::path::{Path, PathBuf};

use memchr::memmem;

use super::block::{self, Block, Flaw, Kind};
use super::header::{Link, SEGMENT_HEADER_BYTES, SegmentHeader};
use super::{Error, Position};

/// A segment file in memory, its header checked.
pub(super) struct Loaded {
    pub path: PathBuf,
    pub header: SegmentHeader,
    pub bytes: Vec<u8>,
}

impl Loaded {
    pub fn read(path: &Path) -> Result<Loaded, Error> {
        let bytes = fs::read(path).map_err(Error::io("read", path))?;
        let header = SegmentHeader::decode(&bytes, path)?;
        Ok(Loaded { path: path.to_path_buf(), header, bytes })
    }
}

/// A place between two blocks of a segment, and what must hold for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    pub offset: usize,
    /// Where the block before begins; 0 before there is one.
    pub block_at: usize,
    /// The checksum of the block before.
    pub chain: u64,
    /// The last record before.
    pub last: Position,
    pub epoch: u64,
    pub last_kind: Option<Kind>,
}

impl Cursor {
    pub fn begin(header: &SegmentHeader) -> Cursor {
        Cursor {
            offset: SEGMENT_HEADER_BYTES,
            block_at: 0,
            chain: header.link.chain,
            last: Position(header.first.0 - 1),
            epoch: header.epoch,
            last_kind: None,
        }
    }

    /// The next block; None at the end of what checks, when all after it is unused or torn.
    /// A block that does not check although a later write had begun, or that checks but does not follow, is damage.
    pub fn next<'a>(&mut self, segment: &'a Loaded) -> Result<Option<Block<'a>>, Error> {
        let rest = segment.bytes.get(self.offset..).unwrap_or(&[]);
        let found = block::decode(rest, segment.header.salt)
            .and_then(|(block, length)| self.pass(&block, length).map(|()| block));
        match found {
            Ok(block) => Ok(Some(block)),
            Err(flaw) if flaw.whole || self.later_write_began(segment) => {
                Err(Error::damaged(&segment.path, self.offset, flaw.why))
            }
            Err(_) => Ok(None),
        }
    }

    /// Goes on behind the block, if it is the one that is due.
    pub fn pass(&mut self, block: &Block<'_>, length: usize) -> Result<(), Flaw> {
        let next = self.follows(block)?;
        *self = Cursor { offset: self.offset + length, block_at: self.offset, ..next };
        Ok(())
    }

    /// How a segment that begins here continues this one. Where it begins with the same record, it takes this one's name and
    /// place, and continues the one before.
    pub fn link(&self, header: &SegmentHeader) -> Link {
        if self.last.next() == header.first {
            return header.link;
        }
        let (block_at, end) = (self.block_at as u64, self.offset as u64);
        Link { segment: header.first, block_at, end, chain: self.chain }
    }

    /// The bytes from here to the last that is not zero.
    pub fn torn_bytes(&self, segment: &Loaded) -> usize {
        used_bytes(&segment.bytes).saturating_sub(self.offset)
    }

    fn follows(&self, block: &Block<'_>) -> Result<Cursor, Flaw> {
        let flaw = |why| Err(Flaw { why, whole: true });
        if block.chain != self.chain {
            return flaw("a batch does not continue the one before");
        }
        if block.first != self.last.next() {
            return flaw("a batch does not begin with the record that is due");
        }
        if block.epoch < self.epoch {
            return flaw("a batch was written under an older epoch");
        }
        let last = Position(self.last.0.saturating_add(u64::from(block.records)));
        if last.0 == u64::MAX || block.kind.holds_records() != (block.records > 0) {
            return flaw("a batch names an impossible number of records");
        }
        let last_kind = Some(block.kind);
        Ok(Cursor { chain: block.checksum, last, epoch: block.epoch, last_kind, ..*self })
    }

    /// One write is in flight at a time, so the magic of a later block (whole or not) says that the one
    /// at this place had been made durable. The magic is random: no payload holds it by chance.
    fn later_write_began(&self, segment: &Loaded) -> bool {
        let used = used_bytes(&segment.bytes);
        let after_magic = self.offset + 8;
        used > after_magic
            && memmem::find(&segment.bytes[after_magic..used], &block::magic(segment.header.salt)).is_some()
    }
}

/// The length without the zeros at the end. Compared block by block: most of a new segment is zeros.
fn used_bytes(bytes: &[u8]) -> usize {
    const ZEROS: [u8; 4096] = [0; 4096];
    let mut end = bytes.len();
    while end > 0 {
        let start = end.saturating_sub(ZEROS.len());
        if bytes[start..end] != ZEROS[..end - start] {
            let zeros = bytes[start..end].iter().rev().take_while(|byte| **byte == 0).count();
            return end - zeros;
        }
        end = start;
    }
    0
}
