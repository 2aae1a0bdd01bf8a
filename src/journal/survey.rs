//! What can be checked of a directory without reading it whole: that every segment from the base on is there, is this journal's,
//! is as long as it was made, and continues the one before it; and that the last is the last. It reads of each segment the
//! header and one block, some hundred bytes to some hundred thousand.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::block;
use super::directory::{self, SegmentFile, segment_path};
use super::head::Head;
use super::header::{Link, SegmentHeader};
use super::segment::SEGMENT_BYTES_MAX;
use super::{Error, Position};

/// A directory in which nothing that is cheap to see is wrong.
pub(super) struct Survey {
    pub head: Head,
    /// From the base on, in order.
    pub segments: Vec<Surveyed>,
}

pub(super) struct Surveyed {
    pub file: SegmentFile,
    pub header: SegmentHeader,
    length: u64,
}

/// `None`: there is no journal here.
///
/// `Error::Damaged`, `Error::Missing`, `Error::Foreign` name the file that is not as it must be.
pub(super) fn survey(dir: &Path) -> Result<Option<Survey>, Error> {
    match look(dir) {
        // a daemon that opens the directory at this moment replaces and cuts its last segment
        Err(Error::Damaged { .. } | Error::Missing { .. } | Error::Io { .. }) => look(dir),
        seen => seen,
    }
}

fn look(dir: &Path) -> Result<Option<Survey>, Error> {
    // first the head: of a directory that is being written it then names no segment that is not listed
    let head = Head::read(dir)?;
    let files = directory::segments(dir)?;
    let Some(head) = head else {
        return match files.first() {
            None => Ok(None),
            // a directory of an earlier version has none, and says so by its segments
            Some(oldest) => oldest.header().and(Err(Error::Missing { file: Head::path(dir) })),
        };
    };
    let kept = files.into_iter().filter(|file| file.first >= head.base);
    let segments = kept.map(Surveyed::of).collect::<Result<Vec<_>, _>>()?;
    let survey = Survey { head, segments };
    survey.check_ends(dir)?;
    let mut before: Option<&Surveyed> = None;
    for segment in &survey.segments {
        segment.check_follows(before, &survey.head, dir)?;
        before = Some(segment);
    }
    if let Some(last) = before {
        last.check_length(None).map_err(Error::in_the_last)?;
    }
    Ok(Some(survey))
}

impl Survey {
    /// The first and the last segment are there.
    fn check_ends(&self, dir: &Path) -> Result<(), Error> {
        let Head { base, segment, serial, .. } = self.head;
        if segment == Position::START {
            // the first segment was being made, and nothing was acknowledged
            return Ok(());
        }
        if self.segments.first().is_none_or(|oldest| oldest.file.first != base) {
            return Err(Error::Missing { file: segment_path(dir, base) });
        }
        let Some(last) = self.segments.last().filter(|last| last.file.first >= segment) else {
            return Err(Error::Missing { file: segment_path(dir, segment) });
        };
        if last.header.journal == self.head.journal && last.header.serial < serial {
            let older = Error::damaged(&last.file.path, 0, "this is an older copy of the segment");
            return Err(older.in_the_last());
        }
        Ok(())
    }
}

impl Surveyed {
    fn of(file: SegmentFile) -> Result<Surveyed, Error> {
        let header = file.header()?;
        let length = file.path.metadata().map_err(Error::io("look at", &file.path))?.len();
        Ok(Surveyed { file, header, length })
    }

    fn check_follows(&self, before: Option<&Surveyed>, head: &Head, dir: &Path) -> Result<(), Error> {
        if self.header.journal != head.journal {
            let (file, found, expected) = (self.file.path.clone(), self.header.journal, head.journal);
            return Err(Error::Foreign { file, found, expected });
        }
        let Some(before) = before else { return Ok(()) };
        let Link { segment, .. } = self.header.link;
        if self.header.serial <= before.header.serial {
            return Err(Error::damaged(&self.file.path, 0, "the segment is older than the one before it"));
        }
        if segment > before.file.first {
            return Err(Error::Missing { file: segment_path(dir, segment) });
        }
        if segment < before.file.first {
            return Err(Error::damaged(
                &self.file.path,
                0,
                "the segment does not continue the one before it",
            ));
        }
        before.check_length(Some(&self.header.link))?;
        before.check_last_block(&self.header)
    }

    /// A segment has the length that it was made with; one that was the last when the journal was opened is cut, to where
    /// the `next` begins.
    fn check_length(&self, next: Option<&Link>) -> Result<(), Error> {
        let was_cut = next.is_some_and(|next| next.end == self.length);
        if self.length == self.header.capacity || was_cut {
            return Ok(());
        }
        let at = self.length.min(self.header.capacity);
        let why = match next {
            _ if self.length > self.header.capacity => "the file is longer than it was made",
            Some(_) => "the file is shorter than it was made",
            None => {
                "the file is shorter than it was made; whether anything that was in the rest was acknowledged cannot be told"
            }
        };
        Err(Error::damaged(&self.file.path, at as usize, why))
    }

    /// The last block here is the one that the next segment continues.
    fn check_last_block(&self, next: &SegmentHeader) -> Result<(), Error> {
        let Link { block_at, end, chain, .. } = next.link;
        let damaged = |why| Error::damaged(&self.file.path, block_at as usize, why);
        let bytes =
            end.checked_sub(block_at).filter(|bytes| *bytes <= SEGMENT_BYTES_MAX && end <= self.length);
        let Some(bytes) = bytes else {
            return Err(damaged("the batch that the next segment continues is cut off"));
        };
        let mut buffer = vec![0; bytes as usize];
        File::open(&self.file.path)
            .and_then(|file| file.read_exact_at(&mut buffer, block_at))
            .map_err(Error::io("read the last batch of", &self.file.path))?;
        let (block, length) = block::decode(&buffer, self.header.salt).map_err(|flaw| damaged(flaw.why))?;
        let follows = block.checksum == chain && block.last().next() == next.first && length == buffer.len();
        if follows { Ok(()) } else { Err(damaged("the next segment continues another batch than this")) }
    }
}
