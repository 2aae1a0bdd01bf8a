use super::*;

#[test]
fn what_is_appended_is_read_back_in_order() {
    let dir = directory();
    let (mut journal, recovery) = open(dir.path(), MEDIUM);
    assert_eq!(
        recovery,
        Recovery { last: Position::START, torn_bytes: 0, clean: true, epoch: 0, incarnation: 1 }
    );
    assert_eq!(append(&mut journal, 3).expect("appended"), Position(3));
    assert_eq!(append(&mut journal, 2).expect("appended"), Position(5));
    assert_eq!(journal.last(), Position(5));

    let after_two: Vec<u64> =
        replayed(&journal, Position(2)).iter().map(|(position, _)| position.0).collect();
    assert_eq!(after_two, [3, 4, 5]);
    assert_eq!(read_checked(dir.path()).expect("read while it is open").records, 5);
}

#[test]
fn an_empty_batch_and_empty_records_are_allowed() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), MEDIUM);
    assert_eq!(append(&mut journal, 0).expect("appended"), Position::START);
    let mut empty_records = Batch::new(Position(1));
    empty_records.push(|_| {});
    empty_records.push(|_| {});
    assert_eq!(wait(journal.append(empty_records, Position::START)).expect("appended"), Position(2));
    assert_eq!(replayed(&journal, Position::START), [(Position(1), vec![]), (Position(2), vec![])]);
}

#[test]
fn a_record_whose_writing_panics_leaves_the_batch_as_it_was() {
    let mut batch = batch(Position::START, 1);
    let bytes = batch.len_bytes();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        batch.push(|buffer| {
            buffer.extend(b"half a rec");
            panic!("a decision went wrong");
        })
    }));
    assert!(panicked.is_err());
    assert_eq!((batch.records(), batch.len_bytes(), batch.last()), (1, bytes, Position(1)));

    batch.push(|buffer| buffer.extend(payload(Position(2))));
    let dir = directory();
    let (mut journal, _) = open(dir.path(), MEDIUM);
    wait(journal.append(batch, Position::START)).expect("appended");
    assert_eq!(read_checked(dir.path()).expect("it reads").last, Position(2));
}

#[test]
fn many_segments_and_restarts_keep_every_record() {
    let dir = directory();
    for round in 0..6 {
        let (mut journal, recovery) = open(dir.path(), SMALL);
        assert_eq!((recovery.last, recovery.incarnation), (Position(round * 150), round + 1));
        assert_eq!(recovery.clean, round % 2 == 0, "it was sealed before every second opening");
        for _ in 0..30 {
            append(&mut journal, 5).expect("appended");
        }
        if round % 2 == 1 {
            wait(journal.seal()).expect("sealed");
        }
        drop(journal);
        let end = read_checked(dir.path()).expect("it reads");
        assert_eq!((end.last, end.sealed), (Position((round + 1) * 150), round % 2 == 1));
        assert!(end.segments > 3, "{end:?}");
        assert_eq!(check(dir.path()).expect("it checks"), end);
    }
}

#[test]
fn a_batch_larger_than_a_segment_gets_its_own() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), SMALL);
    for bytes in [100_000, 10, 5_000] {
        append_payload(&mut journal, &noise(bytes)).expect("appended");
    }
    drop(journal);
    let (mut journal, recovery) = open(dir.path(), SMALL);
    assert_eq!(recovery.last, Position(3));
    append_payload(&mut journal, &noise(70_000)).expect("appended");
    let all: Vec<Vec<u8>> = replayed(&journal, Position::START).into_iter().map(|(_, bytes)| bytes).collect();
    assert!(all == [100_000, 10, 5_000, 70_000].map(noise));
}

#[test]
fn a_claim_just_before_a_large_batch_leaves_the_chain_whole() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), SMALL);
    append(&mut journal, 40).expect("appended");
    drop(journal);
    let (mut journal, _) = open(dir.path(), SMALL);
    wait(journal.claim(4)).expect("claimed");
    append(&mut journal, 400).expect("appended");
    append(&mut journal, 1).expect("appended");
    assert_eq!(read_checked(dir.path()).expect("it reads").last, Position(441));
}

#[test]
fn idle_restarts_leave_one_more_file_at_most() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), SMALL);
    append(&mut journal, 3).expect("appended");
    drop(journal);
    for round in 0..60 {
        let (mut journal, recovery) = open(dir.path(), SMALL);
        assert_eq!(recovery.last, Position(3));
        if round % 2 == 0 {
            assert_eq!(wait(journal.claim(round)).expect("claimed"), Position(3));
        }
        if round % 3 == 0 {
            wait(journal.seal()).expect("sealed");
        }
    }
    assert!(segments(dir.path()).len() <= 2, "{:?}", segments(dir.path()));
    assert_eq!(read_checked(dir.path()).expect("it reads").last, Position(3));
}

#[test]
fn trimming_forgets_whole_segments_and_keeps_the_rest() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), SMALL);
    for _ in 0..40 {
        append(&mut journal, 5).expect("appended");
    }
    let before = segments(dir.path()).len();
    journal.trim(Position(100)).expect("trimmed");
    assert!(segments(dir.path()).len() < before);
    assert_eq!(replayed(&journal, Position(99)).len(), 101);
    let error = journal.replay(Position::START, &mut |_, _| Ok(())).expect_err("the beginning is gone");
    assert!(matches!(error, Error::MissingSegment { expected: Position(1), .. }), "{error}");
    assert_eq!(check(dir.path()).expect("the rest checks").last, Position(200));

    journal.trim(Position(1_000_000)).expect("trimmed");
    assert_eq!(journal.last(), Position(200));
    drop(journal);
    assert_eq!(open(dir.path(), SMALL).1.last, Position(200));
}

#[test]
fn a_visitor_ends_the_reading_with_its_error() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), MEDIUM);
    append(&mut journal, 5).expect("appended");
    let mut seen = 0;
    let error = journal
        .replay(Position::START, &mut |_, _| {
            seen += 1;
            if seen == 2 { Err(Error::Visitor("enough".into())) } else { Ok(()) }
        })
        .expect_err("the visitor's error comes back");
    assert_eq!((seen, error.to_string().as_str()), (2, "reading stopped: enough"));
}

#[test]
fn a_reader_beside_a_busy_writer_only_ever_sees_a_prefix() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), SMALL);
    let path = dir.path().to_path_buf();
    let reader = std::thread::spawn(move || {
        let mut seen = Position::START;
        while seen < Position(900) {
            let end = read_checked(&path).expect("a living journal is never damaged");
            assert!(end.last >= seen);
            seen = end.last;
        }
    });
    for _ in 0..300 {
        append(&mut journal, 3).expect("appended");
    }
    reader.join().expect("the reader saw all");
}
