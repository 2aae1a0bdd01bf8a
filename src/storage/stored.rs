use std::fmt;

use crate::journal::Position;

/// A tree by name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Ord, PartialOrd, Debug)]
pub struct TreeName(pub &'static str);

impl fmt::Display for TreeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What is kept under a key: the schema version of the value, the journal position that it reflects, and
/// the value, or a tombstone, so that a replay does not bring a removed aggregate back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stored<V = Vec<u8>> {
    /// Passed on as it is: who owns the tree upcasts old versions and refuses unknown ones.
    pub version: u8,
    pub position: Position,
    /// `None` is a tombstone.
    pub value: Option<V>,
}

/// One plain insert.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Write {
    pub tree: TreeName,
    pub key: Vec<u8>,
    pub stored: Stored,
}

/// Version, tag, position as little-endian u64; the value follows.
const HEADER_BYTES: usize = 1 + 1 + 8;
const TAG_VALUE: u8 = 1;
const TAG_TOMBSTONE: u8 = 2;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadEnvelope {
    #[error("a value of {0} bytes is shorter than its header")]
    Truncated(usize),
    #[error("a value has the unknown tag {0}")]
    UnknownTag(u8),
    #[error("a tombstone carries a value")]
    TombstoneWithValue,
}

impl Stored {
    pub(super) fn encode(&self) -> Vec<u8> {
        let value = self.value.as_deref();
        let mut bytes = Vec::with_capacity(HEADER_BYTES + value.map_or(0, <[u8]>::len));
        bytes.push(self.version);
        bytes.push(if value.is_some() { TAG_VALUE } else { TAG_TOMBSTONE });
        bytes.extend_from_slice(&self.position.0.to_le_bytes());
        bytes.extend_from_slice(value.unwrap_or_default());
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Stored, BadEnvelope> {
        let Some((header, value)) = bytes.split_first_chunk::<HEADER_BYTES>() else {
            return Err(BadEnvelope::Truncated(bytes.len()));
        };
        let [version, tag, position @ ..] = *header;
        let value = match tag {
            TAG_VALUE => Some(value.to_vec()),
            TAG_TOMBSTONE if value.is_empty() => None,
            TAG_TOMBSTONE => return Err(BadEnvelope::TombstoneWithValue),
            unknown => return Err(BadEnvelope::UnknownTag(unknown)),
        };
        Ok(Stored { version, position: Position(u64::from_le_bytes(position)), value })
    }

    /// Without decoding the rest.
    pub(super) fn is_live_envelope(bytes: &[u8]) -> bool {
        bytes.get(1) == Some(&TAG_VALUE)
    }

    pub(super) fn is_tombstone(&self) -> bool {
        self.value.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/stored-v1.bin");

    /// The golden file is each envelope in turn, after its length as little-endian u32.
    fn golden_values() -> Vec<Stored> {
        let stored = |version, position, value: Option<&[u8]>| Stored {
            version,
            position: Position(position),
            value: value.map(<[u8]>::to_vec),
        };
        vec![
            stored(1, 0, Some(b"")),
            stored(1, 1, Some(b"one book")),
            stored(2, 0x0102_0304_0506_0708, Some(&[0, 1, 2, 254, 255])),
            stored(255, u64::MAX, None),
        ]
    }

    fn golden_bytes() -> Vec<u8> {
        let mut bytes = Vec::new();
        for stored in golden_values() {
            let envelope = stored.encode();
            bytes.extend_from_slice(&(envelope.len() as u32).to_le_bytes());
            bytes.extend_from_slice(&envelope);
        }
        bytes
    }

    #[test]
    fn the_first_release_s_envelopes_are_still_read_and_written() {
        let golden = std::fs::read(GOLDEN).unwrap();
        assert_eq!(golden_bytes(), golden, "the envelope has changed: stored data would not be read");
        let mut rest = golden.as_slice();
        for expected in golden_values() {
            let (length, after) = rest.split_first_chunk::<4>().unwrap();
            let (envelope, after) = after.split_at(u32::from_le_bytes(*length) as usize);
            assert_eq!(Stored::decode(envelope), Ok(expected));
            rest = after;
        }
        assert!(rest.is_empty());
    }

    #[test]
    fn a_truncated_envelope_is_refused() {
        let whole = Stored { version: 1, position: Position(9), value: None }.encode();
        for length in 0..whole.len() {
            assert_eq!(Stored::decode(&whole[..length]), Err(BadEnvelope::Truncated(length)));
        }
    }

    #[test]
    fn an_unknown_tag_is_refused_and_an_unknown_version_passed_on() {
        let mut bytes = Stored { version: 1, position: Position(9), value: Some(vec![7]) }.encode();
        bytes[0] = 200;
        assert_eq!(Stored::decode(&bytes).unwrap().version, 200);
        bytes[1] = 3;
        assert_eq!(Stored::decode(&bytes), Err(BadEnvelope::UnknownTag(3)));
        bytes[1] = TAG_TOMBSTONE;
        assert_eq!(Stored::decode(&bytes), Err(BadEnvelope::TombstoneWithValue));
    }

    proptest! {
        #[test]
        fn an_envelope_gives_back_what_was_put_in(
            version: u8, position: u64, value in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..300))
        ) {
            let stored = Stored { version, position: Position(position), value };
            prop_assert_eq!(Stored::decode(&stored.encode()), Ok(stored));
        }

        #[test]
        fn any_bytes_are_refused_or_an_envelope(
            tag in prop_oneof![Just(TAG_TOMBSTONE), any::<u8>()], mut bytes in proptest::collection::vec(any::<u8>(), 0..40)
        ) {
            if let Some(second) = bytes.get_mut(1) {
                *second = tag;
            }
            if let Ok(stored) = Stored::decode(&bytes) {
                prop_assert_eq!(stored.encode(), bytes);
            }
        }
    }
}
