//! Opens a directory for writing. Each step leaves a state from which the whole can be done again:
//!
//! 1. remove temporary files; nothing in them was acknowledged
//! 2. check the header of every segment and every block of the last one, to the end of what checks
//! 3. write a new segment under a temporary name: it begins after the last block that is surely durable, and
//!    holds anew the last batch if it was not sealed, followed by a seal; sync it
//! 4. rename it, sync the directory: from here on it supersedes what the old segment holds from its first record on.
//!    If the old one has nothing before that record, both have the same name, and the rename replaces it
//! 5. cut off what is superseded; readers ignore it in any case

use std::path::Path;

use super::block::{Kind, MARK_BYTES};
use super::body::{self, Body};
use super::cursor::{Cursor, Loaded};
use super::directory::{self, SegmentFile};
use super::disk::Disk;
use super::header::{SEGMENT_HEADER_BYTES, SegmentHeader};
use super::segment::{Prepared, Segment, random_salt};
use super::{Error, Position};

/// What was found when the journal was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// The last record.
    pub last: Position,
    /// The bytes of a write that a crash cut short; it was never acknowledged, and it is dropped.
    pub torn_bytes: u64,
    /// The journal ended in a seal, or had nothing written to it: it was stopped cleanly or died idle.
    pub clean: bool,
    /// The highest epoch that ever claimed the journal; a new owner claims a higher one.
    pub epoch: u64,
    /// How often the directory has been opened for writing, this time included.
    pub incarnation: u64,
}

/// The end of the journal as the last segment shows it.
pub(super) struct Tail {
    /// Before the last block: all up to here is durable, for the next write began after its sync.
    kept: Cursor,
    /// After the last block that checks.
    end: Cursor,
    /// The last block and how many records it holds, if it holds any: they may be in the kernel's cache only.
    unsealed: Option<(u32, Body)>,
    torn_bytes: u64,
}

impl Tail {
    /// The last record that checks.
    pub(super) fn last(&self) -> Position {
        self.end.last
    }
}

pub(super) fn recover(dir: &Path, segment_bytes: u64, disk: &dyn Disk) -> Result<(Segment, Recovery), Error> {
    directory::remove_temporary(dir, disk)?;
    let files = directory::segments(dir)?;
    let incarnation = check_headers(&files)? + 1;
    let Some(last_file) = files.last() else {
        let first = Position::START.next();
        let header = SegmentHeader { incarnation, epoch: 0, salt: random_salt()?, first, chain: 0 };
        let segment = write_anew(dir, header, None, segment_bytes, disk)?;
        let recovery = Recovery { last: Position::START, torn_bytes: 0, clean: true, epoch: 0, incarnation };
        return Ok((segment, recovery));
    };

    let old = Loaded::read(&last_file.path)?;
    let tail = find_tail(&old)?;
    let header = SegmentHeader {
        incarnation,
        epoch: tail.end.epoch,
        salt: random_salt()?,
        first: tail.kept.last.next(),
        chain: if tail.kept.last.next() == old.header.first { old.header.chain } else { tail.kept.chain },
    };
    let replaces_old = header.first == old.header.first;
    let segment = write_anew(dir, header, tail.unsealed, segment_bytes, disk)?;
    if !replaces_old {
        disk.cut(&old.path, tail.kept.offset as u64).map_err(Error::io("cut", &old.path))?;
    }
    let recovery = Recovery {
        last: tail.end.last,
        torn_bytes: tail.torn_bytes,
        clean: tail.torn_bytes == 0 && matches!(tail.end.last_kind, None | Some(Kind::Seal)),
        epoch: tail.end.epoch,
        incarnation,
    };
    Ok((segment, recovery))
}

/// Checks that headers and names agree and returns the highest incarnation.
fn check_headers(files: &[SegmentFile]) -> Result<u64, Error> {
    let mut incarnation = 0;
    for file in files {
        let header = file.header()?;
        if header.incarnation < incarnation {
            return Err(Error::damaged(&file.path, 0, "the segment is older than the one before it"));
        }
        incarnation = header.incarnation;
    }
    Ok(incarnation)
}

pub(super) fn find_tail(segment: &Loaded) -> Result<Tail, Error> {
    let mut end = Cursor::begin(&segment.header);
    let mut kept = end;
    let mut unsealed = None;
    loop {
        let before = end;
        let Some(block) = end.next(segment)? else { break };
        kept = before;
        unsealed = block.kind.holds_records().then_some(block);
    }
    if let Some(block) = &unsealed {
        // What is written anew must be readable; the rest is looked into when it is read.
        body::framed(block, &mut vec![])
            .map_err(|flaw| Error::damaged(&segment.path, kept.offset, flaw.why))?;
    }
    let unsealed = unsealed.map(|block| (block.records, Body::with_payload(block.kind, block.payload)));
    Ok(Tail { kept, end, unsealed, torn_bytes: end.torn_bytes(segment) as u64 })
}

fn write_anew(
    dir: &Path,
    header: SegmentHeader,
    unsealed: Option<(u32, Body)>,
    segment_bytes: u64,
    disk: &dyn Disk,
) -> Result<Segment, Error> {
    let (first, epoch) = (header.first, header.epoch);
    let block_bytes = unsealed.as_ref().map_or(0, |(_, body)| body.buffer.len());
    let needed = SEGMENT_HEADER_BYTES + block_bytes + 2 * MARK_BYTES;
    let prepared = Prepared::make(dir, "opening", segment_bytes.max(needed as u64), disk)?;
    let mut segment = prepared.begin(header, disk)?;
    if let Some((records, mut body)) = unsealed {
        let label = body.label(first, records, epoch);
        segment.write(&mut body.buffer, &label, disk)?;
        let mut seal = Body::mark(Kind::Seal);
        let label = seal.label(Position(first.0 + u64::from(records)), 0, epoch);
        segment.write(&mut seal.buffer, &label, disk)?;
    }
    segment.publish(dir, disk)?;
    Ok(segment)
}
