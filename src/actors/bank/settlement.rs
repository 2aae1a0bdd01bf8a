use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::{Currency, Date};
use crate::partners::processor::port::SettlementLine;
use crate::runtime::{Aggregate, TableKey};
use crate::storage::TreeName;

use super::BatchId;

/// Tree `settlement_batches`: captures and refunds that are paid out together; kept, as the processor's record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SettlementBatch {
    pub currency: Currency,
    /// How many lines it has: they stand in rows of their own.
    pub lines: u32,
    pub paid: bool,
}

impl Aggregate for SettlementBatch {
    const TREE: TreeName = TreeName("settlement_batches");
    type Key = BatchId;
}

/// As a payout is named: the day, and which part of it.
impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.captured_on, self.part)
    }
}

impl TableKey for BatchId {
    fn to_bytes(&self) -> Vec<u8> {
        let number = (u64::from(self.captured_on.0) << 32) | u64::from(self.part);
        number.to_be_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<BatchId> {
        let number = u64::from_be_bytes(bytes.try_into().ok()?);
        Some(BatchId { captured_on: Date((number >> 32) as u32), part: number as u32 })
    }
}

/// Lines in one row: each capture copies the row that it goes into.
const CHUNK_LINES_MAX: u32 = 16;

/// Tree `settlement_lines`: the captures and refunds of a batch in their order, so many a row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SettlementLines(pub Vec<SettlementLine>);

impl Aggregate for SettlementLines {
    const TREE: TreeName = TreeName("settlement_lines");
    const VERSION: u8 = 2;
    type Key = ChunkId;
}

/// Some lines of a batch that follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChunkId {
    pub batch: BatchId,
    pub chunk: u32,
}

impl ChunkId {
    /// Where the `nth` line of the batch stands; the first is 1.
    pub(super) fn of_line(batch: BatchId, nth: u32) -> ChunkId {
        ChunkId { batch, chunk: nth.saturating_sub(1) / CHUNK_LINES_MAX }
    }

    /// All those of a batch that has so many lines.
    pub(super) fn of_batch(batch: BatchId, lines: u32) -> impl Iterator<Item = ChunkId> {
        (0..lines.div_ceil(CHUNK_LINES_MAX)).map(move |chunk| ChunkId { batch, chunk })
    }
}

impl TableKey for ChunkId {
    fn to_bytes(&self) -> Vec<u8> {
        [self.batch.to_bytes().as_slice(), &self.chunk.to_be_bytes()].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<ChunkId> {
        let (batch, chunk) = bytes.split_last_chunk()?;
        Some(ChunkId { batch: BatchId::from_bytes(batch)?, chunk: u32::from_be_bytes(*chunk) })
    }
}
