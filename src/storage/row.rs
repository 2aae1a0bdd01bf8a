//! Values of several trees under one key, as one value of sled, which costs as much for a small value as for a large one.
//!
//! A row is one member after the other: the tree's tag and the envelope's length, u32 little-endian each, and the
//! envelope. A tree has at most one member in it.

use xxhash_rust::xxh3::xxh3_64;

use super::TreeName;

/// Tells the trees of a row apart, whatever others come to be in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Tag(u32);

impl Tag {
    pub fn of(tree: TreeName) -> Tag {
        Tag(xxh3_64(tree.0.as_bytes()) as u32)
    }
}

/// A tree's envelope.
type Member<'a> = (Tag, &'a [u8]);

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a row ends in the middle of a value")]
pub(super) struct BadRow;

/// The members, in the order in which they stand there.
pub(super) fn members(mut row: &[u8]) -> impl Iterator<Item = Result<Member<'_>, BadRow>> {
    std::iter::from_fn(move || {
        if row.is_empty() {
            return None;
        }
        let member = split_member(row);
        row = member.map_or(&[], |(_, rest)| rest);
        Some(member.map(|(member, _)| member).ok_or(BadRow))
    })
}

fn split_member(row: &[u8]) -> Option<(Member<'_>, &[u8])> {
    let (tag, row) = row.split_first_chunk::<4>()?;
    let (length, row) = row.split_first_chunk::<4>()?;
    let (envelope, rest) = row.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    Some(((Tag(u32::from_le_bytes(*tag)), envelope), rest))
}

/// What the tree of this tag has in the row.
pub(super) fn member(row: &[u8], tag: Tag) -> Result<Option<&[u8]>, BadRow> {
    for member in members(row) {
        let (of, envelope) = member?;
        if of == tag {
            return Ok(Some(envelope));
        }
    }
    Ok(None)
}

/// The row with these members in the place of the trees' former ones; `None` takes a member away. An empty row is
/// none at all.
pub(super) fn changed(row: &[u8], changes: &[(Tag, Option<&[u8]>)]) -> Result<Vec<u8>, BadRow> {
    let mut next = Vec::with_capacity(row.len() + 512);
    for member in members(row) {
        let (tag, envelope) = member?;
        if changes.iter().all(|(changed, _)| *changed != tag) {
            push(&mut next, tag, envelope);
        }
    }
    for (tag, envelope) in changes {
        if let Some(envelope) = envelope {
            push(&mut next, *tag, envelope);
        }
    }
    Ok(next)
}

fn push(row: &mut Vec<u8>, tag: Tag, envelope: &[u8]) {
    let length = u32::try_from(envelope.len()).expect("a value is smaller than a batch of the journal");
    row.extend(tag.0.to_le_bytes());
    row.extend(length.to_le_bytes());
    row.extend(envelope);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const A: Tag = Tag(1);
    const B: Tag = Tag(2);

    #[test]
    fn members_come_change_and_go_without_each_other() {
        let one = changed(&[], &[(A, Some(b"one"))]).unwrap();
        let both = changed(&one, &[(B, Some(b"two"))]).unwrap();
        assert_eq!(
            (member(&both, A), member(&both, B)),
            (Ok(Some(b"one".as_slice())), Ok(Some(b"two".as_slice())))
        );
        let other = changed(&both, &[(A, Some(b"")), (B, None)]).unwrap();
        assert_eq!((member(&other, A), member(&other, B)), (Ok(Some(b"".as_slice())), Ok(None)));
        assert!(changed(&other, &[(A, None)]).unwrap().is_empty());
    }

    #[test]
    fn a_row_that_is_cut_off_is_noticed() {
        let row = changed(&[], &[(A, Some(b"one")), (B, Some(b"two"))]).unwrap();
        for length in (1..row.len()).filter(|length| *length != row.len() / 2) {
            assert_eq!(member(&row[..length], Tag(3)), Err(BadRow), "{length} bytes");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_a_row(bytes in proptest::collection::vec(0..3_u8, 0..40)) {
            if let Ok(again) = changed(&bytes, &[]) {
                prop_assert_eq!(again, bytes);
            }
        }
    }
}
