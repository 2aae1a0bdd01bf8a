//! Batches of real records on the disk, one under way at a time, each durable before the next: through the journal, and
//! bare, as one write of the same records over zeros and its `fdatasync`.
//!
//! A disk has good minutes and bad ones. So each batch is written both ways, whichever is measured, and how many times
//! as long the journal takes is printed below the two. What it takes longer is the way to its thread and back,
//! compression, checksums, and the zeros of the segments to come, which are written meanwhile; what it takes less is
//! that compressed batches are smaller.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use doorstep::journal::{FileJournal, Journal, SEGMENT_BYTES_DEFAULT};
use tokio::runtime::Runtime;

use crate::kit::{batch, open_journal, records, room, runtime};

const BATCHES_OF: [usize; 3] = [1, 16, 256];
/// What stands before a batch in a journal, and to what it is padded.
const HEADER_BYTES: usize = 56;
const PADDED_TO_BYTES: usize = 8;

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("append");
    group.sample_size(20).sampling_mode(SamplingMode::Flat);
    for count in BATCHES_OF {
        let room = room();
        let mut both = Both::new(room.path(), count);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("journal", count), |bencher| {
            bencher.iter_custom(|batches| both.append(batches).journal);
        });
        group.bench_function(BenchmarkId::new("bare write and fdatasync", count), |bencher| {
            bencher.iter_custom(|batches| both.append(batches).bare);
        });
        both.compare();
    }
    group.finish();
}

#[derive(Clone, Copy, Default)]
struct Taken {
    batches: u64,
    journal: Duration,
    bare: Duration,
}

/// Every batch is written both ways, one after the other.
struct Both {
    count: usize,
    journal: FileJournal,
    runtime: Runtime,
    bare: Bare,
    total: Taken,
}

impl Both {
    fn new(dir: &Path, count: usize) -> Both {
        let (journal, bare) = (open_journal(dir), Bare::make(&dir.join("bare")));
        Both { count, journal, runtime: runtime(), bare, total: Taken::default() }
    }

    fn append(&mut self, batches: u64) -> Taken {
        let mut taken = Taken { batches, ..Taken::default() };
        for nth in 0..batches {
            // what follows upon a sync may be slower or faster for it: each is the first as often as the other
            if nth % 2 == 0 {
                taken.journal += self.through_the_journal(nth);
                taken.bare += self.bare(nth);
            } else {
                taken.bare += self.bare(nth);
                taken.journal += self.through_the_journal(nth);
            }
        }
        // else the disk fills up
        self.journal.trim(self.journal.last()).expect("old segments can be removed");
        self.total.batches += batches;
        self.total.journal += taken.journal;
        self.total.bare += taken.bare;
        taken
    }

    fn through_the_journal(&mut self, nth: u64) -> Duration {
        let last = self.journal.last();
        let batch = batch(last, nth_of(nth, self.count));
        let begun = Instant::now();
        let appended = self.runtime.block_on(self.journal.append(batch, last));
        let taken = begun.elapsed();
        appended.expect("a disk with room");
        taken
    }

    fn bare(&mut self, nth: u64) -> Duration {
        self.bare.write(&framed(nth_of(nth, self.count)))
    }

    /// Says nothing where neither was chosen to run.
    fn compare(&self) {
        let Taken { batches, journal, bare } = self.total;
        if batches > 0 {
            let times = journal.as_secs_f64() / bare.as_secs_f64();
            println!("append/{}: the journal takes {times:.2} times as long as the bare write\n", self.count);
        }
    }
}

/// What the batch of this number holds: the next records each time, and from the first again after the last.
fn nth_of(batch: u64, count: usize) -> impl Iterator<Item = &'static Vec<u8>> {
    let from = batch as usize * count % records().len();
    records().iter().cycle().skip(from).take(count)
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

    fn write(&mut self, bytes: &[u8]) -> Duration {
        if self.at + bytes.len() as u64 > SEGMENT_BYTES_DEFAULT {
            self.at = 0;
        }
        let begun = Instant::now();
        let written = self.file.write_all_at(bytes, self.at).and_then(|()| self.file.sync_data());
        let taken = begun.elapsed();
        written.expect("a disk with room");
        self.at += bytes.len() as u64;
        taken
    }
}

/// As a journal would write them that does not compress, but for what is in the header.
fn framed<'a>(records: impl Iterator<Item = &'a Vec<u8>>) -> Vec<u8> {
    let mut bytes = vec![0; HEADER_BYTES];
    for record in records {
        bytes.extend_from_slice(&(record.len() as u32).to_le_bytes());
        bytes.extend_from_slice(record);
    }
    bytes.resize(bytes.len().next_multiple_of(PADDED_TO_BYTES), 0);
    bytes
}
