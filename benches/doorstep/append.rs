//! Batches of real records on the disk, one under way at a time, each durable before the next: through the journal, and
//! bare, as one write over zeros and its `fdatasync`. Below the bare one no journal can be on this disk.
//!
//! What the journal's takes longer is the way to its thread and back, checksums, and the zeros of the segments to come,
//! which its own thread for them writes meanwhile.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};
use doorstep::journal::{FileJournal, Journal, SEGMENT_BYTES_DEFAULT};
use tokio::runtime::Runtime;

use crate::kit::{batch, open_journal, records, room, runtime};

const BATCHES_OF: [usize; 3] = [1, 16, 256];
/// What the journal writes before a batch, and to what it pads it.
const HEADER_BYTES: usize = 56;
const PADDED_TO_BYTES: usize = 8;

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("append");
    group.sample_size(20);
    for count in BATCHES_OF {
        let room = room();
        group.throughput(Throughput::Elements(count as u64));
        let mut journal = Appended { journal: open_journal(room.path()), runtime: runtime() };
        group.bench_function(BenchmarkId::new("journal", count), |bencher| {
            bencher.iter_custom(|batches| journal.time(batches, count));
        });
        drop(journal);
        let mut bare = Bare::make(&room.path().join("bare"));
        group.bench_function(BenchmarkId::new("bare write and fdatasync", count), |bencher| {
            bencher.iter_custom(|batches| bare.time(batches, count));
        });
    }
    group.finish();
}

/// What the batch of this number holds: the next records each time, and from the first again after the last.
fn nth_of(batch: u64, count: usize) -> impl Iterator<Item = &'static Vec<u8>> {
    let from = batch as usize * count % records().len();
    records().iter().cycle().skip(from).take(count)
}

struct Appended {
    journal: FileJournal,
    runtime: Runtime,
}

impl Appended {
    fn time(&mut self, batches: u64, count: usize) -> Duration {
        let mut taken = Duration::ZERO;
        for nth in 0..batches {
            let last = self.journal.last();
            let batch = batch(last, nth_of(nth, count));
            let begun = Instant::now();
            let appended = self.runtime.block_on(self.journal.append(batch, last));
            taken += begun.elapsed();
            appended.expect("a disk with room");
        }
        // else the disk fills up
        self.journal.trim(self.journal.last()).expect("old segments can be removed");
        taken
    }
}

/// A file of synced zeros, as large as a segment, written over again and again.
struct Bare {
    file: File,
    at: u64,
}

impl Bare {
    fn make(path: &Path) -> Bare {
        let file = File::create(path).expect("a new file");
        file.write_all_at(&vec![0; SEGMENT_BYTES_DEFAULT as usize], 0).expect("a disk with room");
        file.sync_all().expect("a disk with room");
        Bare { file, at: 0 }
    }

    fn time(&mut self, batches: u64, count: usize) -> Duration {
        let mut taken = Duration::ZERO;
        for nth in 0..batches {
            let bytes = framed(nth_of(nth, count));
            if self.at + bytes.len() as u64 > SEGMENT_BYTES_DEFAULT {
                self.at = 0;
            }
            let begun = Instant::now();
            let written = self.file.write_all_at(&bytes, self.at).and_then(|()| self.file.sync_data());
            taken += begun.elapsed();
            written.expect("a disk with room");
            self.at += bytes.len() as u64;
        }
        taken
    }
}

/// As the journal would write them, but for what is in the header.
fn framed<'a>(records: impl Iterator<Item = &'a Vec<u8>>) -> Vec<u8> {
    let mut bytes = vec![0; HEADER_BYTES];
    for record in records {
        bytes.extend_from_slice(&(record.len() as u32).to_le_bytes());
        bytes.extend_from_slice(record);
    }
    bytes.resize(bytes.len().next_multiple_of(PADDED_TO_BYTES), 0);
    bytes
}
