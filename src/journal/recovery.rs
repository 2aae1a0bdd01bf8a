//! Opens a directory for writing. Each step leaves a state from which the whole can be done again:
//!
//! 1. look at every segment and check every block of the last one, to the end of what checks
//! 2. remove temporary files; nothing in them was acknowledged
//! 3. write a new segment under a temporary name: it begins after the last block that is surely durable, and
//!    holds anew the last batch if it was not sealed, followed by a seal; sync it
//! 4. rename it, sync the directory: from here on it supersedes what the old segment holds from its first record on.
//!    If the old one has nothing before that record, both have the same name, and the rename replaces it
//! 5. name it in the head
//! 6. cut off what is superseded; readers ignore it in any case

use std::path::Path;

use super::block::{Kind, MARK_BYTES};
use super::body::{self, Body};
use super::cursor::{Cursor, Loaded};
use super::directory;
use super::disk::Disk;
use super::head::HeadFile;
use super::header::{Link, SEGMENT_HEADER_BYTES, SegmentHeader};
use super::random::random;
use super::segment::{Prepared, Segment};
use super::survey::{Survey, survey};
use super::{Error, JournalId, Position};

/// What was found when the journal was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// The last record.
    pub last: Position,
    /// The bytes of a last write that is not whole; it is dropped. If a crash cut it short, it was never acknowledged. That the
    /// disk damaged it after it was synced cannot be told from that.
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

pub(super) fn recover(
    dir: &Path,
    segment_bytes: u64,
    at_least: Position,
    disk: &dyn Disk,
) -> Result<(Segment, HeadFile, Recovery), Error> {
    let survey = survey(dir)?;
    let end = find_end(dir, survey.as_ref(), at_least)?;
    directory::remove_temporary(dir, disk)?;
    let head = match survey {
        Some(Survey { head, .. }) => HeadFile::open(dir, head, disk)?,
        None => HeadFile::create(dir, JournalId::draw()?, disk)?,
    };
    match end {
        Some((last, tail)) => go_on(dir, &last, tail, head, segment_bytes, disk),
        None => begin(dir, head, segment_bytes, disk),
    }
}

/// The last segment and its tail, if there is one; `Error::Behind` if it does not go up to `at_least`.
fn find_end(
    dir: &Path,
    survey: Option<&Survey>,
    at_least: Position,
) -> Result<Option<(Loaded, Tail)>, Error> {
    let last = survey.and_then(|survey| survey.segments.last());
    let loaded = last.map(|last| Loaded::read(&last.file.path)).transpose();
    let found = loaded.and_then(|last| last.map(|last| Ok((find_tail(&last)?, last))).transpose());
    let end = found.map_err(Error::in_the_last)?.map(|(tail, last)| (last, tail));
    let (file, last) = match &end {
        Some((segment, tail)) => (segment.path.clone(), tail.last()),
        None => (dir.to_path_buf(), Position::START),
    };
    if last < at_least { Err(Error::Behind { file, last, at_least }) } else { Ok(end) }
}

/// The first segment of a journal.
fn begin(
    dir: &Path,
    mut head: HeadFile,
    segment_bytes: u64,
    disk: &dyn Disk,
) -> Result<(Segment, HeadFile, Recovery), Error> {
    let header = SegmentHeader {
        journal: head.head.journal,
        serial: 1,
        incarnation: 1,
        epoch: 0,
        salt: random()?,
        first: Position::START.next(),
        capacity: 0,
        link: Link::default(),
    };
    let segment = write_anew(dir, header, None, segment_bytes, disk)?;
    head.names(&segment.header, disk)?;
    let recovery = Recovery { last: Position::START, torn_bytes: 0, clean: true, epoch: 0, incarnation: 1 };
    Ok((segment, head, recovery))
}

/// The segment that goes on where the last one ends.
fn go_on(
    dir: &Path,
    old: &Loaded,
    tail: Tail,
    mut head: HeadFile,
    segment_bytes: u64,
    disk: &dyn Disk,
) -> Result<(Segment, HeadFile, Recovery), Error> {
    let incarnation = old.header.incarnation.saturating_add(1);
    let header = SegmentHeader {
        journal: head.head.journal,
        serial: old.header.serial.saturating_add(1),
        incarnation,
        epoch: tail.end.epoch,
        salt: random()?,
        first: tail.kept.last.next(),
        capacity: 0,
        link: tail.kept.link(&old.header),
    };
    let replaces_old = header.first == old.header.first;
    let segment = write_anew(dir, header, tail.unsealed, segment_bytes, disk)?;
    head.names(&segment.header, disk)?;
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
    Ok((segment, head, recovery))
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
    let header = SegmentHeader { capacity: prepared.capacity, ..header };
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
