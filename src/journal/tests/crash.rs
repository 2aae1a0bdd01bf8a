use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::super::disk::{Disk, RealDisk};
use super::*;

/// A disk whose process dies: it does `alive` operations, the next one by half (a write) or not at all, then none.
/// It skips real syncs: what it leaves behind is read by the same kernel.
struct DyingDisk {
    alive: usize,
    done: AtomicUsize,
    log: Mutex<Vec<&'static str>>,
}

impl DyingDisk {
    fn new(alive: usize) -> Arc<DyingDisk> {
        Arc::new(DyingDisk { alive, done: AtomicUsize::new(0), log: Mutex::default() })
    }

    fn step(&self, name: &'static str) -> io::Result<()> {
        if self.done.fetch_add(1, Ordering::SeqCst) >= self.alive {
            return Err(io::Error::other("the disk is dead"));
        }
        self.log.lock().expect("no panic").push(name);
        Ok(())
    }

    fn died(&self) -> bool {
        self.done.load(Ordering::SeqCst) > self.alive
    }
}

impl Disk for DyingDisk {
    fn create(&self, path: &Path) -> io::Result<File> {
        self.step("create")?;
        RealDisk.create(path)
    }
    fn write(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        let dying = self.done.load(Ordering::SeqCst) == self.alive;
        if dying {
            RealDisk.write(file, &bytes[..bytes.len() / 2], offset)?;
        }
        self.step("write")?;
        RealDisk.write(file, bytes, offset)
    }
    fn sync(&self, _: &File) -> io::Result<()> {
        self.step("sync")
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step("rename")?;
        RealDisk.rename(from, to)
    }
    fn sync_directory(&self, _: &Path) -> io::Result<()> {
        self.step("sync directory")
    }
    fn cut(&self, path: &Path, length: u64) -> io::Result<()> {
        self.step("cut")?;
        RealDisk.cut(path, length)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step("remove")?;
        RealDisk.remove(path)
    }
}

/// Directories as crashes leave them, each with its last record.
fn crashed_directories() -> Vec<(&'static str, TempDir, Position)> {
    let write = |orders: &[u64], marks: &dyn Fn(&mut FileJournal)| {
        let dir = directory();
        let (mut journal, _) =
            FileJournal::open_on(dir.path(), MEDIUM, DyingDisk::new(usize::MAX)).expect("opens");
        for records in orders {
            append(&mut journal, *records).expect("appended");
        }
        marks(&mut journal);
        drop(journal);
        dir
    };
    let torn = write(&[3, 2, 4], &|_| {});
    let path = last_segment(torn.path());
    flip(&path, blocks(&path)[2].0 + 40);
    let torn_compressed = write(&[60, 60], &|_| {});
    let path = last_segment(torn_compressed.path());
    assert_eq!(kinds(&path), [Kind::Compressed; 2]);
    flip(&path, blocks(&path)[1].0 + 200);
    vec![
        ("empty", write(&[], &|_| {}), Position(0)),
        ("one batch, which fills the segment's name", write(&[3], &|_| {}), Position(3)),
        ("several batches", write(&[3, 2, 4], &|_| {}), Position(9)),
        ("torn", torn, Position(5)),
        ("sealed", write(&[3, 2], &|journal| wait(journal.seal()).expect("sealed")), Position(5)),
        ("claimed", write(&[3], &|journal| assert!(wait(journal.claim(9)).is_ok())), Position(3)),
        ("many segments", write(&[60; 30], &|_| {}), Position(1800)),
        ("a compressed batch, which fills the segment's name", write(&[60], &|_| {}), Position(60)),
        ("compressed batches", write(&[60, 3, 60], &|_| {}), Position(123)),
        ("torn behind a compressed one", torn_compressed, Position(60)),
    ]
}

fn crashed(named: &str) -> (TempDir, Position) {
    let found = crashed_directories().into_iter().find(|(name, ..)| *name == named);
    found.map(|(_, dir, last)| (dir, last)).expect("a directory has the name")
}

/// Opens copies of the directory with disks that die ever later, and hands on what each leaves behind.
fn die_in_every_step_of_opening(dir: &Path, mut each: impl FnMut(&Path)) {
    for alive in 0.. {
        let crashed = copy(dir);
        let disk = DyingDisk::new(alive);
        let opened = FileJournal::open_on(crashed.path(), MEDIUM, disk.clone());
        assert_eq!(opened.is_err(), disk.died());
        let finished = opened.is_ok();
        drop(opened);
        each(crashed.path());
        if finished {
            return;
        }
    }
}

#[test]
fn a_crash_in_any_step_of_a_recovery_loses_and_doubles_nothing() {
    for (name, dir, last) in crashed_directories() {
        die_in_every_step_of_opening(dir.path(), |crashed| {
            assert_eq!(read_checked(crashed).expect(name).last, last, "{name}");
            die_in_every_step_of_opening(crashed, |twice| {
                assert_eq!(read_checked(twice).expect(name).last, last, "{name}");
            });
            let (mut journal, recovery) = open(crashed, MEDIUM);
            assert_eq!(recovery.last, last, "{name}");
            append(&mut journal, 2).expect("appended");
            drop(journal);
            assert_eq!(read_checked(crashed).expect(name).last, last.plus(2), "{name}");
        });
    }
}

#[test]
fn a_recovery_syncs_its_segment_before_the_name_the_name_before_the_head_and_that_before_the_cut() {
    let (dir, _) = crashed("several batches");
    let disk = DyingDisk::new(usize::MAX);
    drop(FileJournal::open_on(dir.path(), MEDIUM, disk.clone()).expect("opens"));
    let log = disk.log.lock().expect("no panic").clone();
    let fill_and_write = ["create", "write", "sync", "write", "write", "write"];
    let (publish, head) = (["sync", "rename", "sync directory"], ["write", "sync"]);
    assert_eq!(log, [&fill_and_write[..], &publish, &head, &["cut"]].concat());
}

#[test]
fn a_recovered_tail_is_sealed_and_the_old_segment_is_cut() {
    for (name, kind) in [("several batches", Kind::Records), ("compressed batches", Kind::Compressed)] {
        let (dir, last) = crashed(name);
        let old = last_segment(dir.path());
        let kept = blocks(&old)[2].0;
        drop(open(dir.path(), MEDIUM));
        assert_eq!(fs::metadata(&old).expect("it is there").len(), kept);
        assert_eq!(kinds(&last_segment(dir.path())), [kind, Kind::Seal]);
        let (_, recovery) = open(dir.path(), MEDIUM);
        assert_eq!((recovery.last, recovery.clean), (last, true));
    }
}

#[test]
fn a_crash_at_any_write_leaves_what_was_acknowledged_and_at_most_the_batch_in_flight() {
    // The second makes compressed batches.
    for records in [7, 40] {
        let last = Position(12 * records);
        let acknowledged = (14..).map(|alive| die_while_appending(alive, records));
        assert!(acknowledged.into_iter().any(|acknowledged| acknowledged == last));
    }
}

/// What was acknowledged of twelve batches, the disk dying after `alive` operations.
fn die_while_appending(alive: usize, records: u64) -> Position {
    let dir = directory();
    let disk = DyingDisk::new(alive);
    let (mut journal, _) = FileJournal::open_on(dir.path(), SMALL, disk).expect("opens");
    let mut acknowledged = Position::START;
    for _ in 0..12 {
        match append(&mut journal, records) {
            Ok(last) => acknowledged = last,
            Err(_) => break,
        }
    }
    assert_eq!(journal.last(), acknowledged);
    drop(journal);
    let (journal, recovery) = open(dir.path(), SMALL);
    assert!([acknowledged, acknowledged.plus(records)].contains(&recovery.last), "{alive}: {recovery:?}");
    drop(journal);
    assert_eq!(read_checked(dir.path()).expect("it reads").last, recovery.last);
    acknowledged
}

#[test]
fn a_failed_sync_breaks_the_journal_for_good() {
    let dir = directory();
    // Opening takes fourteen operations, five of them for the head; the first append a write and a sync, the second a write.
    let disk = DyingDisk::new(17);
    let (mut journal, _) = FileJournal::open_on(dir.path(), MEDIUM, disk).expect("opens");
    append(&mut journal, 1).expect("appended");
    let error = append(&mut journal, 1).expect_err("the sync fails");
    assert!(matches!(error, Error::Io { action: "sync", .. }), "{error}");
    assert!(matches!(append(&mut journal, 1), Err(Error::Broken)));
    assert!(matches!(wait(journal.seal()), Err(Error::Broken)));
    assert!(matches!(wait(journal.claim(5)), Err(Error::Broken)));
    assert_eq!(journal.last(), Position(1));
    assert_eq!(replayed(&journal, Position::START).len(), 1);
}

#[test]
fn a_last_batch_cut_at_any_byte_is_dropped_whole() {
    for (name, before) in [("several batches", Position(5)), ("compressed batches", Position(63))] {
        cut_the_third_batch_at_every_byte(&crashed(name).0, before);
    }
}

fn cut_the_third_batch_at_every_byte(dir: &TempDir, before: Position) {
    let path = last_segment(dir.path());
    let whole = fs::read(&path).expect("read");
    let (start, length) = blocks(&path)[2];
    for cut in start..start + length {
        let mut zeroed = whole.clone();
        zeroed[cut as usize..].fill(0);
        {
            let bytes = &zeroed;
            fs::write(&path, bytes).expect("written");
            let last = read_checked(dir.path()).expect("a torn tail is normal").last;
            // The last bytes of a batch may be zeros themselves: then nothing is cut off.
            assert!(last == before || bytes == &whole[..], "cut at {cut}");
        }
        if cut % 16 == 0 && zeroed != whole {
            let opened = copy(dir.path());
            let (mut journal, recovery) = open(opened.path(), MEDIUM);
            assert_eq!((recovery.last, recovery.clean), (before, false));
            append(&mut journal, 1).expect("appended");
            assert_eq!(read_checked(opened.path()).expect("it reads").last, before.next());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_last_batch_with_any_sectors_missing_is_all_or_nothing(
        missing in any::<u32>(),
        compressed in any::<bool>(),
    ) {
        let dir = directory();
        let (mut journal, _) = FileJournal::open_on(dir.path(), MEDIUM, DyingDisk::new(usize::MAX)).expect("opens");
        append(&mut journal, 5).expect("appended");
        let whole = if compressed {
            append(&mut journal, 150).expect("appended")
        } else {
            append_payload(&mut journal, &noise(3000)).expect("appended")
        };
        drop(journal);
        let path = last_segment(dir.path());
        let (kind, start, length) = blocks_with_kinds(&path)[1];
        prop_assert_eq!(kind == Kind::Compressed, compressed);
        prop_assert!(length > 3 * 512);
        let start = start as usize;
        let mut bytes = fs::read(&path).expect("read");
        for (sector, content) in bytes.chunks_mut(512).enumerate() {
            if missing >> (sector % 32) & 1 == 1 && (sector + 1) * 512 > start {
                let from = start.saturating_sub(sector * 512);
                content[from..].fill(0);
            }
        }
        fs::write(&path, &bytes).expect("written");
        let last = check(dir.path()).expect("never damage").last;
        prop_assert!(last == Position(5) || last == whole);
        drop(open(dir.path(), MEDIUM));
        prop_assert_eq!(check(dir.path()).expect("it reads").last, last);
    }
}
