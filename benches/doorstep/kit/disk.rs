use std::path::Path;

use doorstep::journal::{Batch, FileJournal, FileOptions, Journal, Position};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// Records that share a write where a journal is only filled.
const BATCH_RECORDS: usize = 16;

/// A directory below cargo's target directory: on the disk where the shop is built. Were it on a tmpfs, as `/tmp` often
/// is, an `fdatasync` would cost nothing, and no figure of it would mean anything.
pub fn room() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory for temporary files")
}

/// To wait in for what the thread of a journal or of trees does.
pub fn runtime() -> Runtime {
    Builder::new_current_thread().build().expect("a machine that runs benches has a runtime")
}

/// A journal in this directory that the caller owns.
pub fn open_journal(dir: &Path) -> FileJournal {
    let opened = FileJournal::open(dir, FileOptions::default());
    let (mut journal, recovery) = opened.expect("the journal opens");
    runtime().block_on(journal.claim(recovery.epoch + 1)).expect("each owner is later than the one before");
    journal
}

/// These records for one write, after `last`.
pub fn batch<'a>(last: Position, records: impl IntoIterator<Item = &'a Vec<u8>>) -> Batch {
    let mut batch = Batch::new(last.next());
    for record in records {
        batch.push(|buffer| buffer.extend_from_slice(record));
    }
    batch
}

/// A new journal in this directory, which holds the records and is closed in order.
pub fn journal_of(dir: &Path, records: &[Vec<u8>]) {
    let mut journal = open_journal(dir);
    runtime().block_on(async {
        for some in records.chunks(BATCH_RECORDS) {
            let last = journal.last();
            journal.append(batch(last, some), last).await.expect("a disk with room");
        }
        journal.seal().await.expect("a disk with room");
    });
}
