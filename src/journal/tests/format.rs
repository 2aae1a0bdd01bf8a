use proptest::prelude::*;

use super::super::block;
use super::super::body::Body;
use super::*;

/// Written by version 2 of the format: a claim of epoch 3, records 1 to 3, a seal, records 4 and 5, and records 6 to
/// 45 compressed. `DOORSTEP_WRITE_GOLDEN=1 cargo test --lib journal::tests::format` writes it anew: only while no
/// shop that was released has stored its form.
const GOLDEN: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/journal-v2.seg"));
/// The same by version 1, which named no journal and no length; nothing that was released has written it.
const VERSION_1: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/journal-v1.seg"));

#[test]
fn a_segment_of_version_2_is_still_read_and_continued() {
    if std::env::var_os("DOORSTEP_WRITE_GOLDEN").is_some() {
        write_anew();
    }
    let dir = directory_of(GOLDEN);
    let end = read_checked(dir.path()).expect("it reads");
    assert_eq!(end, ReadEnd { last: Position(45), records: 45, segments: 1, torn_bytes: 0, sealed: false });
    assert_eq!(kinds(&last_segment(dir.path())).last(), Some(&Kind::Compressed));
    let (mut journal, recovery) = open(dir.path(), SMALL);
    assert_eq!((recovery.epoch, recovery.incarnation, recovery.last), (3, 2, Position(45)));
    append(&mut journal, 1).expect("appended");
    assert_eq!(read_checked(dir.path()).expect("it reads").last, Position(46));
}

fn write_anew() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), FileOptions { segment_bytes: 1280, ..SMALL });
    wait(journal.claim(3)).expect("claimed");
    append(&mut journal, 3).expect("appended");
    wait(journal.seal()).expect("sealed");
    append(&mut journal, 2).expect("appended");
    append(&mut journal, 40).expect("appended");
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/journal-v2.seg");
    fs::copy(last_segment(dir.path()), golden).expect("copied");
}

#[test]
fn a_directory_of_version_1_is_refused_with_what_to_do_and_stays_as_it_is() {
    let dir = directory();
    let path = dir.path().join("journal-00000000000000000001.seg");
    fs::write(&path, VERSION_1).expect("written");
    let checked = check(dir.path()).map(drop);
    for refused in [checked, FileJournal::open(dir.path(), SMALL).map(drop)] {
        let error = refused.expect_err("refused");
        assert!(matches!(error, Error::BadVersion { version: 1, .. }), "{error}");
        let said = error.to_string();
        assert!(said.contains("use the program that wrote it") && said.contains("empty directory"), "{said}");
    }
    assert_eq!(fs::read(&path).expect("read"), VERSION_1);
    assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 1);
}

#[test]
fn version_2_is_written_byte_for_byte() {
    let header = SegmentHeader::decode(GOLDEN, Path::new("golden")).expect("the header checks");
    assert_eq!(GOLDEN[..SEGMENT_HEADER_BYTES], header.encode());
    let claim_checksum = u64::from_le_bytes(
        GOLDEN[SEGMENT_HEADER_BYTES + 8..SEGMENT_HEADER_BYTES + 16].try_into().expect("eight bytes"),
    );
    let records = batch(Position::START, 3);
    let mut body = Body::of(records);
    let label = body.label(Position(1), 3, 3);
    block::encode(&mut body.buffer, &label, claim_checksum, header.salt);
    let records_at = SEGMENT_HEADER_BYTES + block::BLOCK_HEADER_BYTES;
    assert_eq!(GOLDEN[records_at..records_at + body.buffer.len()], body.buffer);
}

#[test]
fn a_later_version_is_refused_by_name() {
    let mut bytes = GOLDEN.to_vec();
    bytes[8] = 3;
    let checked = SEGMENT_HEADER_BYTES - 8;
    let checksum = xxhash_rust::xxh3::xxh3_64(&bytes[..checked]);
    bytes[checked..SEGMENT_HEADER_BYTES].copy_from_slice(&checksum.to_le_bytes());
    let dir = directory_of(&bytes);
    let error = read_checked(dir.path()).expect_err("refused");
    assert!(matches!(error, Error::BadVersion { version: 3, .. }), "{error}");
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

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        survives(&bytes);
        survives(&segment_of(first_header(), &bytes));
        survives(&segment_of(first_header(), &[&block::magic(42)[..], &bytes].concat()));
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
        let header = SegmentHeader { first: Position(segment_first), ..first_header() };
        let mut body = Body::with_payload(kind, &payload);
        let label = body.label(Position(first), records, 0);
        block::encode(&mut body.buffer, &label, 0, header.salt);
        let dir = directory_of(&segment_of(header, &body.buffer));
        let _ = check(dir.path());
        let _ = FileJournal::open(dir.path(), SMALL);
    }
}
