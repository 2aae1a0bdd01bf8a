//! What a crash leaves of a segment file, for the journal in memory: batches are laid out as the writer lays them
//! out, damaged as a disk damages them, and read back by the recovery of files.

use std::path::Path;

use super::batch::Batch;
use super::block::{self, BLOCK_HEADER_BYTES};
use super::body::Body;
use super::cursor::Loaded;
use super::header::{Link, SEGMENT_HEADER_BYTES, SegmentHeader};
use super::recovery::find_tail;
use super::segment::SEGMENT_BYTES_DEFAULT;
use super::{Error, JournalId, Position};

/// Disks write sectors whole.
const SECTOR_BYTES: usize = 512;
/// Space behind the last batch, as in a segment that is not full.
const UNUSED_BYTES: usize = 4096;

/// What a crash leaves of the write in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// Nothing of it.
    Lost,
    /// All of it, and nobody was told.
    Whole,
    /// The sectors whose bit is set here, from the lowest on and over again.
    Torn {
        /// A bit for each sector of 512 bytes.
        sectors: u64,
    },
    /// All of it but for one bit, counted from its beginning and over again.
    Flipped {
        /// Which bit.
        bit: u64,
    },
}

/// A segment file with some batches in it.
pub(super) struct Image {
    segment: Loaded,
    /// Where each batch begins, and where the last one ends.
    edges: Vec<usize>,
}

impl Image {
    /// The batches follow one another. `salt` tells this file's blocks from others'.
    pub fn of(batches: &[&Batch], salt: u64) -> Image {
        let first = batches.first().map_or(Position::START.next(), |batch| batch.first());
        let header = SegmentHeader {
            journal: JournalId::from_bytes([1; JournalId::BYTES]),
            serial: 1,
            incarnation: 1,
            epoch: 1,
            salt,
            first,
            capacity: SEGMENT_BYTES_DEFAULT,
            link: Link::default(),
        };
        let mut bytes = header.encode().to_vec();
        let mut chain = header.link.chain;
        let mut edges = vec![SEGMENT_HEADER_BYTES];
        for batch in batches {
            let mut body = Body::of((*batch).clone());
            let label = body.label(batch.first(), batch.records(), header.epoch);
            chain = block::encode(&mut body.buffer, &label, chain, salt);
            bytes.extend(body.buffer);
            edges.push(bytes.len());
        }
        bytes.resize(bytes.len() + UNUSED_BYTES, 0);
        Image { segment: Loaded { path: Path::new("memory").to_owned(), header, bytes }, edges }
    }

    /// Leaves of the last batch what `tail` says.
    pub fn leave(&mut self, tail: Tail) {
        let [.., start, end] = self.edges[..] else { return };
        match tail {
            Tail::Whole => {}
            Tail::Lost => self.segment.bytes[start..end].fill(0),
            Tail::Torn { sectors } => self.tear(start, end, sectors),
            Tail::Flipped { bit } => self.flip(start, end, bit),
        }
    }

    /// Flips a bit of the batch before the last, which a later write shows to have been durable.
    pub fn rot(&mut self, bit: u64) {
        if let [.., start, end, _] = self.edges[..] {
            self.flip(start, end, bit);
        }
    }

    fn flip(&mut self, start: usize, end: usize, bit: u64) {
        let bit = (bit % (8 * (end - start) as u64)) as usize;
        self.segment.bytes[start + bit / 8] ^= 1 << (bit % 8);
    }

    fn tear(&mut self, start: usize, end: usize, sectors: u64) {
        let mut from = start;
        let mut kept = (0..64).cycle().map(|bit| sectors >> bit & 1 == 1);
        while from < end {
            let to = (from / SECTOR_BYTES * SECTOR_BYTES + SECTOR_BYTES).min(end);
            if !kept.next().unwrap_or(true) {
                self.segment.bytes[from..to].fill(0);
            }
            from = to;
        }
    }

    /// The last record that a recovery finds.
    ///
    /// # Errors
    /// `Error::Damaged`: what does not check cannot be a torn tail.
    pub fn recover(&self) -> Result<Position, Error> {
        Ok(find_tail(&self.segment)?.last())
    }
}

const _: () = assert!(BLOCK_HEADER_BYTES < SECTOR_BYTES);
