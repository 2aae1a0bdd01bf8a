use std::path::Path;

use super::batch::frames;
use super::block::{Block, Kind};
use super::body::framed;
use super::cursor::{Cursor, Loaded};
use super::directory::{self, SegmentFile};
use super::head::Head;
use super::header::SegmentHeader;
use super::survey::survey;
use super::{Error, JournalId, Position, Visit};

/// Where a reading ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadEnd {
    /// The last record that checks; `Position::START` if there is none.
    pub last: Position,
    /// The records visited.
    pub records: u64,
    /// The segments read.
    pub segments: u32,
    /// The bytes after the last record that are neither unused nor whole: a torn write, or one being written.
    pub torn_bytes: u64,
    /// The journal ends in a seal, with nothing after it.
    pub sealed: bool,
}

impl ReadEnd {
    /// What has been made from the journal in `dir` reflects it up to here: `Error::Behind` if it ends before.
    pub fn must_reach(&self, at_least: Position, dir: &Path) -> Result<(), Error> {
        if self.last >= at_least {
            return Ok(());
        }
        let file = kept(dir)?.pop().map_or(dir.to_path_buf(), |segment| segment.path);
        Err(Error::Behind { file, last: self.last, at_least })
    }
}

/// Reads every record after `from`, in order, and checks all that it reads. It changes nothing, needs no lock,
/// and works while a daemon writes the directory: it then ends at what was whole when it got there.
///
/// `Error::Damaged` names the file and offset where damage begins; no record after it is visited.
/// `Error::MissingSegment` if records between two segments, or right after `from`, are not there.
pub fn read(dir: &Path, from: Position, visit: Visit<'_>) -> Result<ReadEnd, Error> {
    read_until(dir, from, Position(u64::MAX), visit)
}

/// Checks every segment that is there, from the oldest on; reports like [`read`].
pub fn check(dir: &Path) -> Result<ReadEnd, Error> {
    let files = kept(dir)?;
    let before_oldest = files.first().map_or(0, |file| file.first.0.saturating_sub(1));
    read(dir, Position(before_oldest), &mut |_, _| Ok(()))
}

/// The journal that the directory holds; `None` before there is one.
pub fn identity(dir: &Path) -> Result<Option<JournalId>, Error> {
    Ok(Head::read(dir)?.map(|head| head.journal))
}

/// Whether the directory holds anything of a journal, whole or not.
pub fn is_begun(dir: &Path) -> Result<bool, Error> {
    match directory::segments(dir) {
        Ok(segments) => Ok(!segments.is_empty() || Head::path(dir).exists()),
        Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The segments from the base on, of a directory in which nothing is missing that is cheap to see.
fn kept(dir: &Path) -> Result<Vec<SegmentFile>, Error> {
    let survey = survey(dir)?;
    Ok(survey.map_or(vec![], |survey| survey.segments.into_iter().map(|segment| segment.file).collect()))
}

/// As `read`, and stops after the batch that holds the record `until`.
pub(super) fn read_until(
    dir: &Path,
    from: Position,
    until: Position,
    visit: Visit<'_>,
) -> Result<ReadEnd, Error> {
    let files = kept(dir)?;
    let mut end =
        ReadEnd { last: Position::START, records: 0, segments: 0, torn_bytes: 0, sealed: files.is_empty() };
    let Some(oldest) = files.first() else { return Ok(end) };
    let due = Position(from.0.saturating_add(1));
    let Some(start) = files.iter().rposition(|file| file.first <= due) else {
        return Err(Error::MissingSegment { file: oldest.path.clone(), expected: due, found: oldest.first });
    };

    let mut reading = Reading { from, until, records: 0, decompressed: vec![], visit };
    for (index, file) in files.iter().enumerate().skip(start) {
        let next = files.get(index + 1).map(Next::read).transpose()?;
        let read = Loaded::read(&file.path).and_then(|mut segment| {
            file.agrees(&segment.header)?;
            Ok((reading.read_segment(&mut segment, next.as_ref())?, segment))
        });
        let (cursor, segment) =
            read.map_err(|error| if next.is_none() { error.in_the_last() } else { error })?;

        end.last = cursor.last;
        end.records = reading.records;
        end.segments += 1;
        if next.is_none() {
            end.torn_bytes = cursor.torn_bytes(&segment) as u64;
            end.sealed = end.torn_bytes == 0 && matches!(cursor.last_kind, None | Some(Kind::Seal));
        }
        if cursor.last >= until {
            break;
        }
    }
    Ok(end)
}

/// The segment after the one that is read: it says where that one must end.
struct Next<'a> {
    file: &'a SegmentFile,
    header: SegmentHeader,
}

impl Next<'_> {
    fn read(file: &SegmentFile) -> Result<Next<'_>, Error> {
        Ok(Next { header: file.header()?, file })
    }

    fn begins_at(&self, cursor: &Cursor) -> bool {
        self.header.link.chain == cursor.chain && self.header.first == cursor.last.next()
    }

    fn error_for_end(&self, cursor: &Cursor, segment: &Loaded) -> Error {
        let expected = cursor.last.next();
        let found = self.header.first;
        if expected < found && cursor.torn_bytes(segment) == 0 {
            return Error::MissingSegment { file: self.file.path.clone(), expected, found };
        }
        Error::damaged(&segment.path, cursor.offset, "the batch that the next segment continues is not here")
    }
}

struct Reading<'v> {
    from: Position,
    until: Position,
    records: u64,
    /// One buffer for every block.
    decompressed: Vec<u8>,
    visit: Visit<'v>,
}

impl Reading<'_> {
    /// Reads to where `next` begins, or to the end of what checks if this is the last segment.
    fn read_segment(&mut self, segment: &mut Loaded, next: Option<&Next<'_>>) -> Result<Cursor, Error> {
        let mut cursor = Cursor::begin(&segment.header);
        let mut doubted = None;
        while cursor.last < self.until && !next.is_some_and(|next| next.begins_at(&cursor)) {
            let offset = cursor.offset;
            match cursor.next(segment) {
                Ok(Some(block)) if next.is_some_and(|next| block.last() >= next.header.first) => {
                    return Err(Error::damaged(
                        &segment.path,
                        offset,
                        "a batch goes on into the next segment",
                    ));
                }
                Ok(Some(block)) => self.visit_block(&block, offset, &segment.path)?,
                Ok(None) => match next {
                    Some(next) => return Err(next.error_for_end(&cursor, segment)),
                    None => break,
                },
                // A daemon may have written this batch and the next while the file was read: look again, once.
                Err(_) if next.is_none() && doubted != Some(offset) => {
                    doubted = Some(offset);
                    *segment = Loaded::read(&segment.path)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(cursor)
    }

    fn visit_block(&mut self, block: &Block<'_>, offset: usize, path: &Path) -> Result<(), Error> {
        if block.last() <= self.from {
            return Ok(());
        }
        let miscounted = || Error::damaged(path, offset, "a batch does not hold the records that it names");
        let framed =
            framed(block, &mut self.decompressed).map_err(|flaw| Error::damaged(path, offset, flaw.why))?;
        let mut position = Position(block.first.0 - 1);
        for frame in frames(framed) {
            let payload = frame.filter(|_| position < block.last()).ok_or_else(miscounted)?;
            position = position.next();
            if position > self.from {
                (self.visit)(position, payload)?;
                self.records += 1;
            }
        }
        if position == block.last() { Ok(()) } else { Err(miscounted()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::header::SEGMENT_HEADER_BYTES;
    use crate::journal::{Batch, FileJournal, FileOptions, Journal};

    #[tokio::test]
    async fn a_batch_that_was_half_written_when_it_was_read_is_looked_at_again() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let options = FileOptions { segment_bytes: 1024, ..FileOptions::default() };
        let (mut journal, _) = FileJournal::open(dir.path(), options).expect("it opens");
        for last in (0..2).map(Position) {
            let mut batch = Batch::new(last.next());
            batch.push(|buffer| buffer.extend(b"a book"));
            journal.append(batch, last).await.expect("appended");
        }
        let file = kept(dir.path()).expect("listed").remove(0);
        let mut stale = Loaded::read(&file.path).expect("loaded");
        // The first batch as a reader saw it before it was whole; the second as it saw it a moment later.
        stale.bytes[SEGMENT_HEADER_BYTES + 40] ^= 1;

        let visit: Visit<'_> = &mut |_, _| Ok(());
        let mut reading = Reading {
            from: Position::START,
            until: Position(u64::MAX),
            records: 0,
            decompressed: vec![],
            visit,
        };
        assert_eq!(reading.read_segment(&mut stale, None).expect("it is whole by now").last, Position(2));
    }
}
