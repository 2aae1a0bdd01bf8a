use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex};

use super::super::disk::Disk;
use super::*;

/// A disk whose syncs wait while the test holds the gate.
struct GatedDisk {
    gate: Mutex<()>,
}

impl Disk for GatedDisk {
    fn sync(&self, file: &File) -> io::Result<()> {
        let _open = self.gate.lock().expect("no panic");
        file.sync_data()
    }
}

#[test]
fn a_second_append_while_one_is_in_flight_is_refused_and_the_first_completes() {
    let dir = directory();
    let disk = Arc::new(GatedDisk { gate: Mutex::default() });
    let (mut journal, _) = FileJournal::open_on(dir.path(), MEDIUM, disk.clone()).expect("opens");
    let closed = disk.gate.lock().expect("no panic");
    let first = journal.append(batch(Position::START, 2), Position::START);
    assert_eq!(journal.last(), Position::START, "nothing is durable before its sync");
    let second = wait(journal.append(batch(Position(2), 1), Position::START));
    assert!(matches!(second, Err(Error::Busy)));
    drop(closed);
    assert_eq!(wait(first).expect("appended"), Position(2));
    assert!(matches!(append(&mut journal, 1), Err(Error::Broken)));
}

#[test]
fn a_seal_waits_its_turn_behind_an_append_and_before_the_next() {
    let dir = directory();
    let disk = Arc::new(GatedDisk { gate: Mutex::default() });
    let (mut journal, _) = FileJournal::open_on(dir.path(), MEDIUM, disk.clone()).expect("opens");
    let closed = disk.gate.lock().expect("no panic");
    let appended = journal.append(batch(Position::START, 2), Position::START);
    let sealed = journal.seal();
    drop(closed);
    assert_eq!(wait(appended).expect("appended"), Position(2));
    append(&mut journal, 1).expect("appended behind the seal");
    wait(sealed).expect("sealed");
    assert_eq!(blocks(&last_segment(dir.path())).len(), 3);
    assert_eq!(read_checked(dir.path()).expect("it reads").last, Position(3));
}

#[test]
fn a_new_directory_is_made_with_those_above_it() {
    let dir = directory();
    let nested = dir.path().join("shop/data/journal");
    drop(open(&nested, SMALL));
    assert_eq!(segments(&nested).len(), 1);
}

#[test]
fn a_directory_has_one_owner_at_a_time() {
    let dir = directory();
    let (journal, _) = open(dir.path(), SMALL);
    let second = FileJournal::open(dir.path(), SMALL).err().expect("the second opening is refused");
    assert!(matches!(second, Error::InUse { .. }), "{second}");
    drop(journal);
    open(dir.path(), SMALL);
}

#[test]
fn an_older_epoch_is_refused_even_after_a_restart() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), SMALL);
    assert_eq!(wait(journal.claim(7)).expect("claimed"), Position::START);
    append(&mut journal, 2).expect("appended");
    drop(journal);
    let (mut journal, recovery) = open(dir.path(), SMALL);
    assert_eq!(recovery.epoch, 7);
    let error = wait(journal.claim(6)).expect_err("the epoch is over");
    assert!(matches!(error, Error::StaleEpoch { epoch: 6, current: 7 }), "{error}");
    assert_eq!(wait(journal.claim(8)).expect("claimed"), Position(2));
    append(&mut journal, 1).expect("appended");
}

#[test]
fn an_unexpected_position_is_refused_and_ends_the_handle() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), SMALL);
    append(&mut journal, 2).expect("appended");
    let error = wait(journal.append(batch(Position(2), 1), Position(1))).expect_err("refused");
    assert!(matches!(error, Error::Unexpected { expected: Position(1), actual: Position(2) }), "{error}");
    assert!(matches!(append(&mut journal, 1), Err(Error::Broken)));
    drop(journal);

    let (mut journal, _) = open(dir.path(), SMALL);
    let error = wait(journal.append(batch(Position(5), 1), Position(2))).expect_err("refused");
    assert!(matches!(error, Error::Unexpected { expected: Position(5), actual: Position(2) }), "{error}");
    drop(journal);
    assert_eq!(read_checked(dir.path()).expect("it reads").last, Position(2));
}

#[test]
fn a_batch_above_the_limit_is_refused() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), FileOptions { batch_bytes_max: 100, ..SMALL });
    let error = append(&mut journal, 50).expect_err("refused");
    assert!(matches!(error, Error::TooLarge { bytes_max: 100, .. }), "{error}");
}

#[test]
fn a_dropped_future_does_not_take_its_append_back() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), SMALL);
    drop(journal.append(batch(Position::START, 3), Position::START));
    drop(journal);
    assert_eq!(read_checked(dir.path()).expect("it reads").last, Position(3));
}

#[test]
fn what_is_appended_here_is_durable_at_once_over_segments_and_among_others() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), SMALL);
    for _ in 0..40 {
        let last = journal.last();
        let appended = journal.append_here(batch(last, 3), last);
        assert_eq!(journal.last(), Position(last.0 + 3), "before anybody asks its future");
        assert_eq!(wait(appended).expect("appended"), journal.last());
        append(&mut journal, 2).expect("the thread goes on from there");
        drop(journal.seal());
    }
    assert!(segments(dir.path()).len() > 1);
    let refused = wait(journal.append_here(batch(Position(9), 1), Position(9))).expect_err("refused");
    assert!(matches!(refused, Error::Unexpected { expected: Position(9), .. }), "{refused}");
    let broken = wait(journal.append_here(batch(journal.last(), 1), journal.last()));
    assert!(matches!(broken, Err(Error::Broken)));
    drop(journal);
    assert_eq!(read_checked(dir.path()).expect("it reads").last, Position(200));
}

#[test]
fn an_append_here_does_not_overtake_one_under_way() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), SMALL);
    let under_way = journal.append(batch(Position::START, 3), Position::START);
    // it may have ended by now: then this one does not follow
    let refused = wait(journal.append_here(batch(Position::START, 1), Position::START)).expect_err("refused");
    assert!(matches!(refused, Error::Busy | Error::Unexpected { .. }), "{refused}");
    assert_eq!(wait(under_way).expect("appended"), Position(3));
}
