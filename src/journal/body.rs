use lz4_flex::block as lz4;

use super::Position;
use super::batch::{self, Batch};
use super::block::{BLOCK_HEADER_BYTES, Block, Flaw, Kind, Label, padded};
use super::segment::BATCH_BYTES_MAX;

/// A batch with fewer bytes is written as it is: there is little to win.
pub(super) const COMPRESS_FROM_BYTES: usize = 512;

/// A compressed payload begins with the length of the framed records, u32 little-endian; an lz4 block follows.
const LENGTH_BYTES: usize = 4;
/// A byte of an lz4 block says at most so many.
const EXPANSION_MAX: usize = 255;
const _: () = assert!(BATCH_BYTES_MAX <= u32::MAX as u64);

/// A block without its header.
#[derive(Debug)]
pub(super) struct Body {
    pub kind: Kind,
    pub payload_bytes: usize,
    /// Room for the header, the payload, zeros to 8 bytes.
    pub buffer: Vec<u8>,
}

impl Body {
    /// Compresses what gets smaller by it: the records of a batch often say the same.
    pub fn of(batch: Batch) -> Body {
        let compressed = compressed(batch.framed());
        let (payload_bytes, buffer) = (batch.len_bytes(), batch.into_block());
        match compressed {
            Some(body) => {
                batch::reuse(buffer);
                body
            }
            None => Body { kind: Kind::Records, payload_bytes, buffer },
        }
    }

    /// A seal or a claim.
    pub fn mark(kind: Kind) -> Body {
        Body::with_payload(kind, &[])
    }

    pub fn with_payload(kind: Kind, payload: &[u8]) -> Body {
        let end = BLOCK_HEADER_BYTES + payload.len();
        let mut buffer = vec![0; padded(end)];
        buffer[BLOCK_HEADER_BYTES..end].copy_from_slice(payload);
        Body { kind, payload_bytes: payload.len(), buffer }
    }

    pub fn label(&self, first: Position, records: u32, epoch: u64) -> Label {
        Label { kind: self.kind, first, records, epoch, payload_bytes: self.payload_bytes }
    }
}

/// None if it would take up as much of the disk as before.
fn compressed(framed: &[u8]) -> Option<Body> {
    if framed.len() < COMPRESS_FROM_BYTES {
        return None;
    }
    let start = BLOCK_HEADER_BYTES + LENGTH_BYTES;
    let mut buffer = batch::spare();
    buffer.resize(start + lz4::get_maximum_output_size(framed.len()), 0);
    // A batch that does not fit the u32 is refused before it gets here.
    buffer[BLOCK_HEADER_BYTES..start].copy_from_slice(&(framed.len() as u32).to_le_bytes());
    let end = start + lz4::compress_into(framed, &mut buffer[start..]).ok()?;
    if padded(end) >= padded(BLOCK_HEADER_BYTES + framed.len()) {
        batch::reuse(buffer);
        return None;
    }
    buffer.truncate(end);
    buffer.resize(padded(end), 0);
    debug_assert_eq!(decompress(&buffer[BLOCK_HEADER_BYTES..end], &mut vec![]).ok(), Some(framed));
    Some(Body { kind: Kind::Compressed, payload_bytes: end - BLOCK_HEADER_BYTES, buffer })
}

/// The framed records of a block, decompressed into `buffer` if need be.
pub(super) fn framed<'a>(block: &Block<'a>, buffer: &'a mut Vec<u8>) -> Result<&'a [u8], Flaw> {
    match block.kind {
        Kind::Compressed => decompress(block.payload, buffer),
        Kind::Records | Kind::Seal | Kind::Claim => Ok(block.payload),
    }
}

fn decompress<'a>(payload: &[u8], buffer: &'a mut Vec<u8>) -> Result<&'a [u8], Flaw> {
    // The checksum was right, so this is what the writer wrote.
    let flaw = |why| Flaw { why, whole: true };
    let (length, packed) =
        payload.split_first_chunk::<LENGTH_BYTES>().ok_or(flaw("a compressed batch names no length"))?;
    let length = u32::from_le_bytes(*length) as usize;
    if length as u64 > BATCH_BYTES_MAX || length > packed.len().saturating_mul(EXPANSION_MAX) {
        return Err(flaw("a compressed batch names a length that it cannot have"));
    }
    buffer.resize(length, 0);
    match lz4::decompress_into(packed, buffer) {
        Ok(written) if written == length => Ok(buffer),
        Ok(_) | Err(_) => Err(flaw("a compressed batch does not decompress to what it names")),
    }
}
