//! Stored bytes that somebody has changed: they are refused, or read as something whole; never a panic.

use proptest::prelude::*;
use proptest::sample::Index;

use super::golden::{Kept, read, written_again};
use crate::actors::Shop;
use crate::journal::Position;
use crate::runtime::Record;

/// So few that a change does not garble all of it.
const CHANGES_MAX: usize = 4;

#[derive(Clone, Debug)]
enum Change {
    Byte(Index, u8),
    Cut(Index),
    Grow(Vec<u8>),
    Length(Index),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        6 => (any::<Index>(), any::<u8>()).prop_map(|(place, byte)| Change::Byte(place, byte)),
        1 => any::<Index>().prop_map(Change::Cut),
        1 => proptest::collection::vec(any::<u8>(), 1..20).prop_map(Change::Grow),
        // what postcard takes for a length: the largest there is
        2 => any::<Index>().prop_map(Change::Length),
    ];
    proptest::collection::vec(change, 1..=CHANGES_MAX)
}

fn changed(bytes: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for change in changes {
        let len = bytes.len().max(1);
        match change {
            Change::Byte(place, byte) if !bytes.is_empty() => bytes[place.index(len)] = *byte,
            Change::Cut(place) => bytes.truncate(place.index(len)),
            Change::Grow(more) => bytes.extend(more),
            Change::Length(place) => {
                let place = place.index(len).min(bytes.len());
                bytes.splice(place..place, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
            }
            Change::Byte(..) => {}
        }
    }
    bytes
}

/// What was read writes down as itself.
fn reads_whole_or_not_at_all(bytes: &[u8]) {
    let Ok(record) = Record::<Shop>::decode(Position(1), bytes) else { return };
    let mut once = vec![];
    record.encode(&mut once);
    let again = Record::<Shop>::decode(Position(1), &once).expect("what was written is read");
    let mut twice = vec![];
    again.encode(&mut twice);
    assert_eq!(once, twice);
}

proptest! {
    #[test]
    fn a_garbled_turn_is_refused_or_whole(which: Index, changes in changes()) {
        let turns: Vec<Vec<u8>> = read("turns-v1.bin");
        reads_whole_or_not_at_all(&changed(&turns[which.index(turns.len())], &changes));
    }

    #[test]
    fn bytes_that_were_never_a_turn_are_refused_or_whole(
        bytes in proptest::collection::vec(any::<u8>(), 0..300)
    ) {
        reads_whole_or_not_at_all(&bytes);
        reads_whole_or_not_at_all(&[&[2], &bytes[..]].concat());
    }

    #[test]
    fn a_garbled_stored_value_is_refused_or_whole(
        which: Index, of_the_key: bool, version in prop_oneof![4 => Just(None), 1 => any::<u8>().prop_map(Some)],
        changes in changes()
    ) {
        let kept: Vec<Kept> = read("trees-v1.bin");
        let mut one = kept[which.index(kept.len())].clone();
        let part = if of_the_key { &mut one.key } else { &mut one.value };
        *part = changed(part, &changes);
        one.version = version.unwrap_or(one.version);
        if let Ok(again) = written_again(&one) {
            prop_assert_eq!(written_again(&again), Ok(again.clone()));
        }
    }
}
