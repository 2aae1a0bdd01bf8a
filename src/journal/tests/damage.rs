use super::*;

/// Enough records for a compressed batch.
const MANY: u64 = 40;

/// A journal in one segment: two batches, a seal, two batches, not sealed at the end. The second and the last are
/// compressed.
fn sealed_in_the_middle() -> TempDir {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), MEDIUM);
    append(&mut journal, 2).expect("appended");
    append(&mut journal, MANY).expect("appended");
    wait(journal.seal()).expect("sealed");
    append(&mut journal, 1).expect("appended");
    append(&mut journal, MANY).expect("appended");
    let kinds = kinds(&last_segment(dir.path()));
    assert_eq!(kinds, [Kind::Records, Kind::Compressed, Kind::Seal, Kind::Records, Kind::Compressed]);
    dir
}

fn assert_damaged<T: std::fmt::Debug>(result: Result<T, Error>, path: &Path, at: u64) {
    match result {
        Err(Error::Damaged { file, offset, .. }) => assert_eq!((file.as_path(), offset), (path, at)),
        other => panic!("expected damage at {at}, got {other:?}"),
    }
}

#[test]
fn every_flipped_byte_before_the_last_batch_is_damage_at_its_batch() {
    let dir = sealed_in_the_middle();
    let path = last_segment(dir.path());
    let blocks = blocks(&path);
    for (start, length) in &blocks[..4] {
        for offset in *start..start + length {
            flip(&path, offset);
            assert_damaged(read_checked(dir.path()), &path, *start);
            flip(&path, offset);
        }
    }
    assert_eq!(read_checked(dir.path()).expect("whole again").last, Position(3 + 2 * MANY));
}

#[test]
fn an_opening_refuses_damage_and_changes_nothing() {
    let dir = sealed_in_the_middle();
    let path = last_segment(dir.path());
    let (start, _) = blocks(&path)[1];
    flip(&path, start + 60);
    let before = fs::read(&path).expect("read");
    assert_damaged(FileJournal::open(dir.path(), MEDIUM).map(|_| ()), &path, start);
    assert_eq!(fs::read(&path).expect("read"), before);
    assert_eq!(segments(dir.path()).len(), 1);
}

/// An older copy of the last segment would take its place as if nothing had come after it.
#[test]
fn whoever_finds_the_last_segment_damaged_is_not_told_to_restore_it_alone() {
    let dir = sealed_in_the_middle();
    let path = last_segment(dir.path());
    let whole = fs::read(&path).expect("read");
    flip(&path, blocks(&path)[1].0 + 60);
    let flipped = [read_checked(dir.path()).map(drop), FileJournal::open(dir.path(), MEDIUM).map(drop)];
    fs::write(&path, &whole[..whole.len() - 1]).expect("cut");
    let cut = [read_checked(dir.path()).map(drop), FileJournal::open(dir.path(), MEDIUM).map(drop)];
    for damaged in flipped.into_iter().chain(cut) {
        let said = damaged.expect_err("it is damaged").to_string();
        assert!(said.contains("restore journal and trees from one backup"), "{said}");
        assert!(!said.contains("restore this file"), "{said}");
    }
}

#[test]
fn every_flipped_byte_in_the_unsealed_last_batch_is_a_torn_tail() {
    let dir = sealed_in_the_middle();
    let path = last_segment(dir.path());
    let (start, length) = blocks(&path)[4];
    for offset in start..start + length {
        flip(&path, offset);
        let end = read_checked(dir.path()).expect("a torn tail is normal");
        assert_eq!(end.last, Position(3 + MANY));
        assert!(end.torn_bytes > 0);
        flip(&path, offset);
    }
}

#[test]
fn a_flipped_byte_below_the_last_seal_is_damage_even_in_the_last_batch() {
    let dir = sealed_in_the_middle();
    let (mut journal, _) = open(dir.path(), MEDIUM);
    append(&mut journal, MANY).expect("appended");
    wait(journal.seal()).expect("sealed");
    drop(journal);
    let path = last_segment(dir.path());
    let [.., (Kind::Compressed, start, length), (Kind::Seal, ..)] = blocks_with_kinds(&path)[..] else {
        panic!("a compressed batch and a seal are the last");
    };
    for offset in start..start + length {
        flip(&path, offset);
        assert_damaged(read_checked(dir.path()), &path, start);
        assert_damaged(FileJournal::open(dir.path(), MEDIUM).map(|_| ()), &path, start);
        flip(&path, offset);
    }
}

#[test]
fn a_damaged_seal_at_the_end_costs_no_record() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), MEDIUM);
    append(&mut journal, 2).expect("appended");
    wait(journal.seal()).expect("sealed");
    drop(journal);
    let path = last_segment(dir.path());
    let (start, length) = blocks(&path)[1];
    for offset in start..start + length {
        flip(&path, offset);
        let end = read_checked(dir.path()).expect("it reads");
        assert_eq!((end.last, end.sealed), (Position(2), false));
        flip(&path, offset);
    }
    assert!(read_checked(dir.path()).expect("it reads").sealed);
}

#[test]
fn every_flipped_byte_in_a_finished_segment_is_damage() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), SMALL);
    for _ in 0..10 {
        append(&mut journal, 5).expect("appended");
        append(&mut journal, 28).expect("appended");
    }
    drop(journal);
    let path = &segments(dir.path())[1];
    assert!(kinds(path).contains(&Kind::Compressed) && kinds(path).contains(&Kind::Records));
    let blocks = blocks(path);
    for offset in 0..blocks[0].0 {
        flip(path, offset);
        assert_damaged(read_checked(dir.path()), path, 0);
        flip(path, offset);
    }
    for (start, length) in blocks {
        for offset in (start..start + length).step_by(7) {
            flip(path, offset);
            assert_damaged(read_checked(dir.path()), path, start);
            flip(path, offset);
        }
    }
}
