use proptest::prelude::*;

use super::super::block;
use super::super::body::Body;
use super::super::header::SegmentHeader;
use super::*;

/// Written by version 1 of the format: a claim of epoch 3, records 1 to 3, a seal, records 4 and 5, and records 6 to
/// 45 compressed.
const GOLDEN: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/journal-v1.seg"));

fn directory_of(segment: &[u8]) -> TempDir {
    let dir = directory();
    fs::write(dir.path().join("journal-00000000000000000001.seg"), segment).expect("written");
    dir
}

#[test]
fn a_segment_of_version_1_is_still_read_and_continued() {
    let dir = directory_of(GOLDEN);
    let end = read_checked(dir.path()).expect("it reads");
    assert_eq!(end, ReadEnd { last: Position(45), records: 45, segments: 1, torn_bytes: 0, sealed: false });
    assert_eq!(kinds(&last_segment(dir.path())).last(), Some(&Kind::Compressed));
    let (mut journal, recovery) = open(dir.path(), SMALL);
    assert_eq!((recovery.epoch, recovery.incarnation, recovery.last), (3, 2, Position(45)));
    append(&mut journal, 1).expect("appended");
    assert_eq!(read_checked(dir.path()).expect("it reads").last, Position(46));
}

#[test]
fn version_1_is_written_byte_for_byte() {
    let header = SegmentHeader::decode(GOLDEN, Path::new("golden")).expect("the header checks");
    assert_eq!(GOLDEN[..64], header.encode());
    let claim_checksum = u64::from_le_bytes(GOLDEN[72..80].try_into().expect("eight bytes"));
    let records = batch(Position::START, 3);
    let mut body = Body::of(records);
    let label = body.label(Position(1), 3, 3);
    block::encode(&mut body.buffer, &label, claim_checksum, header.salt);
    assert_eq!(GOLDEN[120..120 + body.buffer.len()], body.buffer);
}

#[test]
fn a_later_version_is_refused_by_name() {
    let mut bytes = GOLDEN.to_vec();
    bytes[8] = 2;
    let checksum = xxhash_rust::xxh3::xxh3_64(&bytes[..56]);
    bytes[56..64].copy_from_slice(&checksum.to_le_bytes());
    let dir = directory_of(&bytes);
    let error = read_checked(dir.path()).expect_err("refused");
    assert!(matches!(error, Error::BadVersion { version: 2, .. }), "{error}");
    assert!(FileJournal::open(dir.path(), SMALL).is_err());
}

/// Reads and opens without a panic; whatever comes back is what was written.
fn survives(segment: &[u8]) {
    let dir = directory_of(segment);
    let _ = read_checked(dir.path());
    let _ = check(dir.path());
    if let Ok((journal, recovery)) = FileJournal::open(dir.path(), SMALL) {
        drop(journal);
        assert_eq!(
            read(dir.path(), Position::START, &mut |_, _| Ok(())).ok().map(|end| end.last),
            Some(recovery.last)
        );
    }
}

fn header() -> SegmentHeader {
    SegmentHeader { incarnation: 1, epoch: 0, salt: 42, first: Position(1), chain: 0 }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        survives(&bytes);
        survives(&[&header().encode()[..], &bytes].concat());
        survives(&[&header().encode()[..], &block::magic(42), &bytes].concat());
    }

    #[test]
    fn overwritten_bytes_never_panic_and_never_change_a_record(
        at in 0..GOLDEN.len(),
        bytes in proptest::collection::vec(any::<u8>(), 1..40),
    ) {
        let mut segment = GOLDEN.to_vec();
        let end = segment.len().min(at + bytes.len());
        segment[at..end].copy_from_slice(&bytes[..end - at]);
        survives(&segment);
    }

    #[test]
    fn blocks_that_check_and_make_no_sense_never_panic(
        kind in prop_oneof![Just(Kind::Records), Just(Kind::Seal), Just(Kind::Claim), Just(Kind::Compressed)],
        first in prop_oneof![Just(0), Just(1), Just(u64::MAX), any::<u64>()],
        segment_first in prop_oneof![Just(1), Just(u64::MAX), any::<u64>()],
        records in prop_oneof![0..3u32, any::<u32>()],
        payload in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let header = SegmentHeader { first: Position(segment_first), ..header() };
        let mut body = Body::with_payload(kind, &payload);
        let label = body.label(Position(first), records, 0);
        block::encode(&mut body.buffer, &label, 0, header.salt);
        let dir = directory();
        let name = format!("journal-{segment_first:020}.seg");
        fs::write(dir.path().join(name), [&header.encode()[..], &body.buffer].concat()).expect("written");
        let _ = check(dir.path());
        let _ = FileJournal::open(dir.path(), SMALL);
    }
}
