//! Power cuts: what was not synced is lost, wholly, in parts, or not at all.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::super::disk::{Disk, RealDisk};
use super::*;

const SECTOR_BYTES: usize = 512;

/// Something that a power cut may take back.
enum Undo {
    Write { file: File, offset: u64, before: Vec<u8> },
    Rename { from: PathBuf, to: PathBuf, replaced: Option<Vec<u8>> },
}

/// Remembers what was not synced, and fails for ever once its operations are used up.
struct PowerDisk {
    left: AtomicI64,
    unsynced: Mutex<Vec<Undo>>,
}

impl PowerDisk {
    fn step(&self) -> io::Result<()> {
        let alive = self.left.fetch_sub(1, Ordering::SeqCst) > 0;
        if alive { Ok(()) } else { Err(io::Error::other("the process is dead")) }
    }

    fn sync_file(&self, file: &File) -> io::Result<()> {
        let synced = file.metadata()?.ino();
        self.unsynced.lock().expect("no panic").retain(|undo| match undo {
            Undo::Write { file, .. } => file.metadata().expect("metadata").ino() != synced,
            Undo::Rename { .. } => true,
        });
        Ok(())
    }

    /// Takes back, by the bits of `lost`, sectors and renames that were not synced.
    fn cut_power(&self, lost: u64) {
        let mut bits = (0..64).cycle().map(|bit| lost >> bit & 1 == 1);
        let mut lose = move || bits.next().expect("it cycles");
        for undo in self.unsynced.lock().expect("no panic").drain(..).rev() {
            match undo {
                Undo::Write { file, offset, before } => {
                    for (index, sector) in before.chunks(SECTOR_BYTES).enumerate() {
                        if lose() {
                            let at = offset + (index * SECTOR_BYTES) as u64;
                            file.write_all_at(sector, at).expect("written");
                        }
                    }
                }
                Undo::Rename { from, to, replaced } if lose() => {
                    fs::rename(&to, from).expect("renamed");
                    if let Some(bytes) = replaced {
                        fs::write(to, bytes).expect("written");
                    }
                }
                Undo::Rename { .. } => {}
            }
        }
    }
}

impl Disk for PowerDisk {
    fn create(&self, path: &Path) -> io::Result<File> {
        self.step()?;
        RealDisk.create(path)
    }
    fn write(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.step()?;
        let mut before = vec![0; bytes.len()];
        // A file being filled for the first time is shorter: what is not there counts as zeros.
        let _ = file.read_exact_at(&mut before, offset);
        self.unsynced.lock().expect("no panic").push(Undo::Write { file: file.try_clone()?, offset, before });
        RealDisk.write(file, bytes, offset)
    }
    fn sync(&self, file: &File) -> io::Result<()> {
        self.step()?;
        self.sync_file(file)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        let undo =
            Undo::Rename { from: from.to_path_buf(), to: to.to_path_buf(), replaced: fs::read(to).ok() };
        self.unsynced.lock().expect("no panic").push(undo);
        RealDisk.rename(from, to)
    }
    fn sync_directory(&self, _: &Path) -> io::Result<()> {
        self.step()?;
        self.unsynced.lock().expect("no panic").retain(|undo| matches!(undo, Undo::Write { .. }));
        Ok(())
    }
    fn cut(&self, path: &Path, length: u64) -> io::Result<()> {
        self.step()?;
        RealDisk.cut(path, length)?;
        // a cut syncs the whole file
        self.sync_file(&File::open(path)?)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        RealDisk.remove(path)
    }
}

/// One life of a process: opens, appends, seals now and then, until its disk fails. Returns the last position
/// that anyone was told.
fn live(dir: &Path, disk: &Arc<PowerDisk>, told: Position) -> Position {
    let Ok((mut journal, recovery)) = FileJournal::open_on(dir, SMALL, disk.clone()) else { return told };
    assert!(recovery.last >= told, "{recovery:?} forgets {told}");
    for round in 0..14 {
        // Every fourth is compressed.
        let records = if round % 4 == 3 { 30 } else { 6 };
        if append(&mut journal, records).is_err() || (round % 3 == 1 && wait(journal.seal()).is_err()) {
            break;
        }
    }
    journal.last()
}

/// Processes that live for so many operations of the disk, and end by a power cut or by a kill; at last the power is cut.
fn is_as_told_after(lives: &[(i64, bool)], lost: u64) {
    let dir = directory();
    let disk = Arc::new(PowerDisk { left: AtomicI64::new(0), unsynced: Mutex::default() });
    let mut told = Position::START;
    for (operations, power_cut) in lives {
        disk.left.store(*operations, Ordering::SeqCst);
        told = live(dir.path(), &disk, told);
        // Otherwise it is only killed: the kernel keeps what was not synced, for the next life to find.
        if *power_cut {
            disk.cut_power(lost);
        }
    }
    disk.cut_power(lost);
    let (journal, recovery) = open(dir.path(), SMALL);
    drop(journal);
    assert!(recovery.last >= told, "{recovery:?} forgets {told:?}");
    assert_eq!(read_checked(dir.path()).expect("never damage").last, recovery.last);
}

#[test]
fn a_head_whose_name_was_not_durable_when_its_process_was_killed_is_made_so_before_there_is_a_segment() {
    for operations in 1..12 {
        for lost in [0, u64::MAX, 0x5555_5555_5555_5555, 0xaaaa_aaaa_aaaa_aaaa, 2_135_569_876_640_478_106] {
            is_as_told_after(&[(4, false), (operations, false)], lost);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_power_cut_takes_back_what_was_told(
        lives in proptest::collection::vec((1..70i64, any::<bool>()), 1..4),
        lost in prop_oneof![Just(u64::MAX), Just(0), any::<u64>()],
    ) {
        is_as_told_after(&lives, lost);
    }
}
