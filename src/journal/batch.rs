use std::sync::{Mutex, PoisonError};

use super::Position;
use super::block::{self, BLOCK_HEADER_BYTES};

/// Bytes before each record: its length, u32 little-endian.
const FRAME_BYTES: usize = 4;

/// Buffers of batches that were written, for those to come: fresh memory for each would cost more than packing does.
static SPARE: Mutex<Vec<Vec<u8>>> = Mutex::new(vec![]);
const SPARE_MAX: usize = 4;
/// A smaller one was for a mark, a larger one for one large batch: they go.
const SPARE_BYTES: std::ops::Range<usize> = 1 << 10..1 << 20;

/// Records packed for one write: each framed as its length (u32 little-endian) and its payload.
///
/// The buffer begins with room for the block's header, so that the writer hands it to the kernel as it is.
#[derive(Clone, Debug)]
pub struct Batch {
    first: Position,
    records: u32,
    /// Where the last whole record ends: what a panicking `write` left behind lies after it.
    whole: usize,
    buffer: Vec<u8>,
}

impl Batch {
    /// `first` is the position that the first record gets, the one after the journal's last.
    ///
    /// # Panics
    /// Where that is `Position::START`: records are numbered from 1.
    pub fn new(first: Position) -> Batch {
        assert!(first > Position::START, "records are numbered from 1");
        let mut buffer = spare();
        buffer.resize(BLOCK_HEADER_BYTES, 0);
        Batch { first, records: 0, whole: BLOCK_HEADER_BYTES, buffer }
    }

    /// Appends one record and returns its position; `write` adds the payload to the end of the buffer.
    /// If `write` panics, the batch is as it was before.
    ///
    /// # Panics
    /// Where `write` does, or takes something from the buffer.
    pub fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Position {
        let payload_at = self.whole + FRAME_BYTES;
        // This also cuts off what a `write` that panicked left behind.
        self.buffer.resize(payload_at, 0);
        write(&mut self.buffer);
        assert!(self.buffer.len() >= payload_at, "a record only adds to the buffer");

        // A longer record is far above the limit of a batch, which the append refuses.
        let length = u32::try_from(self.buffer.len() - payload_at).unwrap_or(u32::MAX);
        self.buffer[self.whole..payload_at].copy_from_slice(&length.to_le_bytes());
        self.whole = self.buffer.len();
        self.records += 1;
        self.last()
    }

    /// Whether no record has been pushed.
    pub fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// The framed records' bytes, without the block's header.
    pub fn len_bytes(&self) -> usize {
        self.whole - BLOCK_HEADER_BYTES
    }

    /// How many records it holds.
    pub fn records(&self) -> u32 {
        self.records
    }

    /// The position of the first record, whether it has been pushed yet or not.
    pub fn first(&self) -> Position {
        self.first
    }

    /// The position of the last record; the one before `first` while the batch is empty.
    pub fn last(&self) -> Position {
        Position(self.first.0 + u64::from(self.records) - 1)
    }

    /// The framed records.
    pub(super) fn framed(&self) -> &[u8] {
        &self.buffer[BLOCK_HEADER_BYTES..self.whole]
    }

    /// The buffer, with room for the header in front and padded behind.
    pub(super) fn into_block(mut self) -> Vec<u8> {
        self.buffer.truncate(self.whole);
        self.buffer.resize(block::padded(self.whole), 0);
        self.buffer
    }
}

/// An empty buffer, in memory that is there already if any is.
pub(super) fn spare() -> Vec<u8> {
    SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
}

/// Takes a buffer that has been written.
pub(super) fn reuse(mut buffer: Vec<u8>) {
    buffer.clear();
    let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
    if spare.len() < SPARE_MAX && SPARE_BYTES.contains(&buffer.capacity()) {
        spare.push(buffer);
    }
}

/// The payloads in a batch's framed bytes, or None in place of the first that does not fit.
pub(super) fn frames(mut framed: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    std::iter::from_fn(move || {
        if framed.is_empty() {
            return None;
        }
        let frame = split_frame(framed);
        framed = frame.map_or(&[], |(_, rest)| rest);
        Some(frame.map(|(payload, _)| payload))
    })
}

fn split_frame(framed: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = framed.split_first_chunk::<FRAME_BYTES>()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}
