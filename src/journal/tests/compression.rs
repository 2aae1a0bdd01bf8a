use lz4_flex::block as lz4;
use proptest::prelude::*;

use super::super::block;
use super::super::body::{Body, COMPRESS_FROM_BYTES};
use super::*;

#[test]
fn a_batch_that_repeats_itself_takes_up_less_and_is_read_back() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), FileOptions { segment_bytes: 64 * 1024, ..MEDIUM });
    append(&mut journal, 2).expect("appended");
    append(&mut journal, 400).expect("appended");
    append(&mut journal, 3).expect("appended");
    let [_, (Kind::Compressed, _, length), _] = blocks_with_kinds(&last_segment(dir.path()))[..] else {
        panic!("the second batch is compressed");
    };
    assert!(length < batch(Position(2), 400).len_bytes() as u64 * 3 / 4);
    assert_eq!(read_checked(dir.path()).expect("it reads").last, Position(405));
    assert_eq!(check(dir.path()).expect("it checks").records, 405);

    let from_its_middle = replayed(&journal, Position(200));
    let due: Vec<_> = (201..=405).map(Position).map(|position| (position, payload(position))).collect();
    assert!(from_its_middle == due);
}

#[test]
fn a_small_batch_and_one_that_gets_no_smaller_are_written_as_they_are() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), MEDIUM);
    let frame_bytes = 4;
    let payloads = [
        vec![7; COMPRESS_FROM_BYTES - 1 - frame_bytes],
        noise(COMPRESS_FROM_BYTES),
        noise(3000),
        vec![7; COMPRESS_FROM_BYTES - frame_bytes],
    ];
    for payload in &payloads {
        append_payload(&mut journal, payload).expect("appended");
    }
    let kinds = kinds(&last_segment(dir.path()));
    assert_eq!(kinds, [Kind::Records, Kind::Records, Kind::Records, Kind::Compressed]);
    let all: Vec<_> = replayed(&journal, Position::START).into_iter().map(|(_, bytes)| bytes).collect();
    assert!(all == payloads);
}

#[test]
fn what_counts_for_a_segment_is_the_compressed_size_and_for_the_limit_the_whole_one() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), FileOptions { batch_bytes_max: 100_004, ..SMALL });
    append_payload(&mut journal, &[7; 100_000]).expect("appended");
    assert_eq!(segments(dir.path()).len(), 1);
    assert_eq!(fs::metadata(last_segment(dir.path())).expect("it is there").len(), 1024);
    let error = append_payload(&mut journal, &[7; 100_001]).expect_err("refused");
    assert!(matches!(error, Error::TooLarge { bytes: 100_005, bytes_max: 100_004 }), "{error}");
}

#[test]
fn a_batch_as_large_as_any_is_read_back_however_small_it_gets() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), FileOptions { segment_bytes: 1024 * 1024, ..SMALL });
    let largest = vec![0; BATCH_BYTES_MAX as usize - 4];
    append_payload(&mut journal, &largest).expect("appended");
    assert!(replayed(&journal, Position::START)[0].1 == largest);
}

/// A segment with a block of this payload, whose checksum is right.
fn journal_of(payload: &[u8], records: u32) -> TempDir {
    let mut body = Body::with_payload(Kind::Compressed, payload);
    let label = body.label(Position(1), records, 0);
    block::encode(&mut body.buffer, &label, 0, first_header().salt);
    directory_of(&segment_of(first_header(), &body.buffer))
}

fn compressed(length: usize, bytes: &[u8]) -> Vec<u8> {
    [&(length as u32).to_le_bytes()[..], &lz4::compress(bytes)].concat()
}

#[track_caller]
fn assert_refused(payload: &[u8]) {
    let dir = journal_of(payload, 40);
    let path = last_segment(dir.path());
    let before = fs::read(&path).expect("read");
    for refused in [
        read_checked(dir.path()).map(|_| ()),
        check(dir.path()).map(|_| ()),
        FileJournal::open(dir.path(), SMALL).map(|_| ()),
    ] {
        match refused {
            Err(Error::Damaged { file, offset, why, .. }) => {
                assert_eq!((&file, offset), (&path, SEGMENT_HEADER_BYTES as u64), "{why}");
                assert!(why.starts_with("a compressed batch "), "{why}");
            }
            other => panic!("expected damage, got {other:?}"),
        }
    }
    assert_eq!(fs::read(&path).expect("read"), before);
}

#[test]
fn a_whole_block_that_does_not_decompress_is_damage() {
    let framed = batch(Position::START, 40).framed().to_vec();
    let sound = compressed(framed.len(), &framed);
    assert_eq!(read_checked(journal_of(&sound, 40).path()).expect("it reads").last, Position(40));

    for length in [0, 1, framed.len() - 1, framed.len() + 1, BATCH_BYTES_MAX as usize + 1, u32::MAX as usize]
    {
        assert_refused(&compressed(length, &framed));
    }
    // A length that a batch may have, and that so few bytes cannot say.
    assert_refused(&compressed(BATCH_BYTES_MAX as usize, &framed));
    assert_refused(&[]);
    assert_refused(&[1, 0, 0]);
    assert_refused(&0u32.to_le_bytes());
    assert_refused(&[&(framed.len() as u32).to_le_bytes()[..], &noise(400)].concat());
    assert_refused(&sound[..sound.len() - 1]);
    assert_refused(&[&sound[..], b"more"].concat());
}

#[test]
fn a_block_that_decompresses_to_other_records_than_it_names_is_damage() {
    let framed = batch(Position::START, 40).framed().to_vec();
    for (bytes, records) in [(&framed[..], 39), (&framed[..], 41), (&framed[..framed.len() - 1], 40)] {
        let dir = journal_of(&compressed(bytes.len(), bytes), records);
        let error = check(dir.path()).expect_err("refused");
        assert!(
            matches!(error, Error::Damaged { offset, .. } if offset == SEGMENT_HEADER_BYTES as u64),
            "{error}"
        );
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_changed_payload_whose_checksum_is_right_never_panics(
        at in any::<prop::sample::Index>(),
        bytes in proptest::collection::vec(any::<u8>(), 1..6),
    ) {
        let framed = batch(Position::START, 40).framed().to_vec();
        let mut payload = compressed(framed.len(), &framed);
        let at = at.index(payload.len());
        let end = payload.len().min(at + bytes.len());
        payload[at..end].copy_from_slice(&bytes[..end - at]);
        let dir = journal_of(&payload, 40);
        // No checksum tells it: what it decompresses to may be other records.
        let _ = check(dir.path());
        let _ = FileJournal::open(dir.path(), SMALL);
    }

    #[test]
    fn any_records_come_back(
        words in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 1..5),
        order in proptest::collection::vec(any::<prop::sample::Index>(), 1..40),
    ) {
        let dir = directory();
        let (mut journal, _) = open(dir.path(), SMALL);
        let mut batch = Batch::new(Position(1));
        let records: Vec<Vec<u8>> = order.iter().map(|word| word.get(&words).clone()).collect();
        for record in &records {
            batch.push(|buffer| buffer.extend(record));
        }
        wait(journal.append(batch, Position::START)).expect("appended");
        let read: Vec<_> = replayed(&journal, Position::START).into_iter().map(|(_, bytes)| bytes).collect();
        prop_assert_eq!(read, records);
    }
}
