//! Checks the finished segments whole, a little at a time, while the journal is in use.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::batch::frames;
use super::block::{self, BLOCK_HEADER_BYTES, Flaw};
use super::body::framed;
use super::cursor::Cursor;
use super::header::SegmentHeader;
use super::segment::SEGMENT_BYTES_MAX;
use super::survey::{Survey, Surveyed};
use super::{Error, Position};

/// Read from the disk at once.
const READ_BYTES: usize = 256 << 10;

/// What an examination has read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Examined {
    /// Segments that were checked whole.
    pub segments: u32,
    /// Bytes that were read.
    pub bytes: u64,
}

/// Checks every block of every segment but the last, which is still being written and was checked when the journal was opened.
/// `rest` is called after every few hundred kilobytes with how many were read; `false` ends the examination there.
///
/// `Error::Damaged` names the file, and the offset where damage begins.
pub fn examine(dir: &Path, rest: &mut dyn FnMut(usize) -> bool) -> Result<Examined, Error> {
    let mut done = Examined::default();
    let Some(Survey { segments, .. }) = super::survey::survey(dir)? else { return Ok(done) };
    for pair in segments.windows(2) {
        let mut reading = Reading::begin(&pair[0])?;
        while reading.cursor.offset < pair[1].header.link.end as usize {
            let bytes = reading.check_some(&pair[1].header)?;
            done.bytes += bytes as u64;
            if !rest(bytes) {
                return Ok(done);
            }
        }
        reading.check_end(&pair[1].header)?;
        done.segments += 1;
        reading.forget();
    }
    Ok(done)
}

struct Reading<'s> {
    segment: &'s Surveyed,
    file: BufReader<File>,
    cursor: Cursor,
    block: Vec<u8>,
    decompressed: Vec<u8>,
}

impl<'s> Reading<'s> {
    fn begin(segment: &'s Surveyed) -> Result<Reading<'s>, Error> {
        let path = &segment.file.path;
        let cursor = Cursor::begin(&segment.header);
        let mut file =
            BufReader::with_capacity(READ_BYTES, File::open(path).map_err(Error::io("open", path))?);
        file.seek(SeekFrom::Start(cursor.offset as u64)).map_err(Error::io("read", path))?;
        Ok(Reading { segment, file, cursor, block: vec![], decompressed: vec![] })
    }

    /// Checks blocks until about `READ_BYTES` are read or the `next` segment begins; how many bytes they take up.
    fn check_some(&mut self, next: &SegmentHeader) -> Result<usize, Error> {
        let begun = self.cursor.offset;
        while self.cursor.offset < next.link.end as usize && self.cursor.offset - begun < READ_BYTES {
            self.check_block()?;
        }
        Ok(self.cursor.offset - begun)
    }

    fn check_block(&mut self) -> Result<(), Error> {
        let (path, offset) = (&self.segment.file.path, self.cursor.offset);
        let damaged = |flaw: Flaw| Error::damaged(path, offset, flaw.why);
        let cut = |_| Error::damaged(path, offset, "the file ends in the middle of a batch");
        self.block.resize(BLOCK_HEADER_BYTES, 0);
        self.file.read_exact(&mut self.block).map_err(cut)?;
        let length = block::length(&self.block, self.segment.header.salt)
            .filter(|length| *length as u64 <= SEGMENT_BYTES_MAX)
            .ok_or_else(|| Error::damaged(path, offset, "no batch begins here"))?;
        self.block.resize(length, 0);
        self.file.read_exact(&mut self.block[BLOCK_HEADER_BYTES..]).map_err(cut)?;
        let (block, length) = block::decode(&self.block, self.segment.header.salt).map_err(damaged)?;
        self.cursor.pass(&block, length).map_err(damaged)?;
        let records = framed(&block, &mut self.decompressed).map_err(damaged)?;
        let whole = frames(records).filter(|frame| frame.is_some()).count();
        let miscounted = whole != block.records as usize && block.kind.holds_records();
        if miscounted {
            return Err(Error::damaged(path, offset, "a batch does not hold the records that it names"));
        }
        Ok(())
    }

    /// Leaves the kernel's cache to those who read what they need.
    fn forget(self) {
        let _ = rustix::fs::fadvise(self.file.get_ref(), 0, None, rustix::fs::Advice::DontNeed);
    }

    /// The blocks lead to where the next segment begins.
    fn check_end(&self, next: &SegmentHeader) -> Result<(), Error> {
        let Cursor { chain, last, offset, .. } = self.cursor;
        let Position(first) = next.first;
        if chain == next.link.chain && last.0 + 1 == first && offset as u64 == next.link.end {
            return Ok(());
        }
        Err(Error::damaged(
            &self.segment.file.path,
            offset,
            "the batch that the next segment continues is not here",
        ))
    }
}
