//! What is not there, not whole, or not this journal's, is refused by the name of its file: by an opening, by a reader, and by both
//! in the same words.

use super::*;

/// Some segments, one of them cut by a second opening. Closed with a seal, or as a killed process leaves it.
fn long_journal(closed: bool) -> TempDir {
    let dir = directory();
    for _ in 0..2 {
        let (mut journal, _) = open(dir.path(), SMALL);
        for _ in 0..20 {
            append(&mut journal, 5).expect("appended");
        }
        if closed {
            wait(journal.seal()).expect("sealed");
        }
    }
    assert!(segments(dir.path()).len() > 4);
    dir
}

fn copies() -> impl Iterator<Item = TempDir> {
    [true, false].map(long_journal).into_iter()
}

/// Both refuse, say the same, name the file, and change nothing.
#[track_caller]
fn assert_refused(dir: &Path, file: &Path) -> Error {
    let before = contents(dir);
    let read = check(dir).map(drop).expect_err("a reader refuses");
    let opened = FileJournal::open(dir, SMALL).map(drop).expect_err("an opening refuses");
    assert_eq!(read.to_string(), opened.to_string());
    let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
    assert!(read.to_string().contains(name), "{name}: {read}");
    assert!(contents(dir) == before, "refused, and changed");
    read
}

fn contents(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let paths = fs::read_dir(dir).expect("listed").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = paths.map(|path| (path.clone(), fs::read(path).expect("read"))).collect();
    files.sort();
    files
}

#[test]
fn any_segment_that_is_gone_is_named() {
    for dir in copies() {
        for gone in segments(dir.path()) {
            let kept = fs::read(&gone).expect("read");
            fs::remove_file(&gone).expect("removed");
            let error = assert_refused(dir.path(), &gone);
            assert!(matches!(error, Error::Missing { .. }), "{error}");
            fs::write(&gone, kept).expect("put back");
        }
        open(dir.path(), SMALL);
    }
}

#[test]
fn a_directory_without_a_segment_or_without_its_head_is_not_taken_for_a_new_one() {
    let dir = long_journal(true);
    let head = dir.path().join("journal.head");
    let kept = fs::read(&head).expect("read");
    fs::remove_file(&head).expect("removed");
    assert_refused(dir.path(), &head);
    fs::write(&head, kept).expect("put back");
    let oldest = segments(dir.path()).remove(0);
    segments(dir.path()).iter().for_each(|segment| fs::remove_file(segment).expect("removed"));
    assert_refused(dir.path(), &oldest);
}

#[test]
fn any_segment_that_was_cut_is_named_wherever_it_was_cut() {
    for dir in copies() {
        for cut in segments(dir.path()) {
            let kept = fs::read(&cut).expect("read");
            for length in [0, 60, 130, kept.len() / 2, kept.len() - 1] {
                fs::write(&cut, &kept[..length]).expect("cut");
                assert!(matches!(assert_refused(dir.path(), &cut), Error::Damaged { .. }));
            }
            fs::write(&cut, kept).expect("put back");
        }
        let last = last_segment(dir.path());
        OpenOptions::new().write(true).open(&last).expect("opened").set_len(1000).expect("cut");
        let said = assert_refused(dir.path(), &last).to_string();
        assert!(
            said.contains("whether anything that was in the rest was acknowledged cannot be told"),
            "{said}"
        );
    }
}

#[test]
fn segments_that_were_swapped_are_named() {
    for dir in copies() {
        let files = segments(dir.path());
        for (one, other) in [(0, 1), (1, 3), (0, files.len() - 1)].map(|(a, b)| (&files[a], &files[b])) {
            let (first, second) = (fs::read(one).expect("read"), fs::read(other).expect("read"));
            fs::write(one, &second).expect("written");
            fs::write(other, &first).expect("written");
            let said = check(dir.path()).expect_err("refused").to_string();
            assert!([one, other].iter().any(|file| said.contains(file.to_str().expect("a name"))), "{said}");
            assert_refused(dir.path(), Path::new("journal-"));
            fs::write(one, first).expect("put back");
            fs::write(other, second).expect("put back");
        }
    }
}

#[test]
fn a_file_of_another_journal_is_named_with_both() {
    let other = long_journal(true);
    for dir in copies() {
        for (own, foreign) in segments(dir.path()).iter().zip(segments(other.path())) {
            let kept = fs::read(own).expect("read");
            fs::copy(foreign, own).expect("copied");
            let error = assert_refused(dir.path(), own);
            assert!(matches!(error, Error::Foreign { .. } | Error::Damaged { .. }), "{error}");
            fs::write(own, kept).expect("put back");
        }
        fs::copy(other.path().join("journal.head"), dir.path().join("journal.head")).expect("copied");
        let error = assert_refused(dir.path(), &segments(dir.path())[0]);
        let Error::Foreign { found, expected, .. } = error else { panic!("{error}") };
        assert_ne!(found, expected);
    }
}

#[test]
fn an_older_copy_of_a_segment_that_was_replaced_is_named() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), SMALL);
    append(&mut journal, 3).expect("appended");
    drop(journal);
    let path = last_segment(dir.path());
    let older = fs::read(&path).expect("read");
    drop(open(dir.path(), SMALL));
    assert_eq!(last_segment(dir.path()), path, "its only batch was written anew under the same name");
    fs::write(&path, older).expect("put back");
    assert_refused(dir.path(), &path);
}

#[test]
fn every_flipped_byte_of_the_head_is_made_good_or_named() {
    let dir = long_journal(true);
    let head = dir.path().join("journal.head");
    let end = check(dir.path()).expect("it checks");
    for offset in (0..1024).step_by(3) {
        flip(&head, offset);
        assert_eq!(check(dir.path()).expect("its other entry stands"), end);
        flip(&head, offset);
    }
    flip(&head, 20);
    flip(&head, 532);
    assert_refused(dir.path(), &head);
}

#[test]
fn an_examination_finds_each_flipped_byte_that_a_reading_finds_in_a_finished_segment() {
    for dir in copies() {
        let sound = examine(dir.path(), &mut |_| true).expect("it is whole");
        assert_eq!(sound.segments as usize, segments(dir.path()).len() - 1);
        for path in segments(dir.path()).iter().rev().skip(1) {
            let used =
                blocks(path).last().map_or(SEGMENT_HEADER_BYTES as u64, |(start, length)| start + length);
            for offset in (0..used).step_by(11) {
                flip(path, offset);
                let examined =
                    examine(dir.path(), &mut |_| true).map(drop).map_err(|error| error.to_string());
                let read = check(dir.path()).map(drop).map_err(|error| error.to_string());
                assert_eq!(examined.is_err(), read.is_err(), "byte {offset}: {examined:?} {read:?}");
                if let Err(said) = examined {
                    assert!(
                        said.contains(path.to_str().expect("a name")) && said.contains("at offset"),
                        "{said}"
                    );
                }
                flip(path, offset);
            }
        }
    }
}

#[test]
fn an_examination_ends_when_it_is_told_to() {
    let dir = long_journal(true);
    let mut rests = 0;
    let examined = examine(dir.path(), &mut |bytes| {
        rests += 1;
        bytes == 0
    });
    assert_eq!((examined.expect("nothing is wrong").segments, rests), (0, 1));
}

#[test]
fn a_writer_whose_file_was_removed_or_replaced_acknowledges_nothing_more() {
    type Change = fn(&Path);
    let changes: [Change; 4] = [
        |dir| fs::remove_file(last_segment(dir)).expect("removed"),
        |dir| {
            let path = last_segment(dir);
            fs::copy(&path, path.with_extension("copy")).expect("copied");
            fs::rename(path.with_extension("copy"), path).expect("replaced");
        },
        |dir| fs::rename(dir, dir.with_extension("old")).expect("renamed"),
        |dir| {
            fs::rename(dir, dir.with_extension("old")).expect("renamed");
            fs::create_dir(dir).expect("made");
            drop(open(dir, SMALL));
        },
    ];
    for change in changes {
        let parent = directory();
        let dir = parent.path().join("journal");
        let (mut journal, _) = open(&dir, SMALL);
        append(&mut journal, 3).expect("appended");
        change(&dir);
        let error = append(&mut journal, 3).expect_err("nothing is acknowledged");
        assert!(matches!(error, Error::Replaced { .. }), "{error}");
        assert!(error.to_string().contains("journal-00000000000000000001.seg"), "{error}");
        assert_eq!(journal.last(), Position(3));
        assert!(matches!(append(&mut journal, 1), Err(Error::Broken)));
    }
}

#[test]
fn a_writer_whose_head_was_written_by_another_begins_no_segment() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), SMALL);
    let head = dir.path().join("journal.head");
    let ours = fs::read(&head).expect("read");
    let other = long_journal(true);
    fs::copy(other.path().join("journal.head"), &head).expect("copied");
    let refused = (0..20).find_map(|_| append(&mut journal, 20).err()).expect("a segment is full some day");
    assert!(matches!(refused, Error::Replaced { ref path } if *path == head), "{refused}");
    fs::write(&head, ours).expect("put back");
    drop(journal);
    open(dir.path(), SMALL);
}

#[test]
fn deleting_every_lock_and_every_file_gives_nobody_the_directory() {
    let dir = directory();
    let (mut journal, _) = open(dir.path(), SMALL);
    append(&mut journal, 3).expect("appended");
    for entry in fs::read_dir(dir.path()).expect("listed") {
        fs::remove_file(entry.expect("an entry").path()).expect("removed");
    }
    let second = FileJournal::open(dir.path(), SMALL).map(drop).expect_err("it is still owned");
    assert!(matches!(second, Error::InUse { .. }), "{second}");
    assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 0);
    assert!(matches!(append(&mut journal, 1), Err(Error::Replaced { .. })));
}
