//! A checkpoint into sled until it is durable: so many aggregates of every kind, all of them changed since the last one.

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use doorstep::actors::{Shop, trees};
use doorstep::journal::{JournalId, Position};
use doorstep::runtime::{Application, JournalDir, rebuild};
use doorstep::storage::{Checkpoint, DirectoryLock, MemoryTrees, SledTrees, Trees, Write};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::kit::{RECORDS, journal_of, records, room, runtime};

const AGGREGATES: [usize; 3] = [10, 100, 1_000];

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("checkpoint");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    let all = all_aggregates();
    for count in AGGREGATES {
        let mut kept = Kept::open(spread(&all, count));
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("aggregates", count), |bencher| {
            bencher.iter_custom(|checkpoints| kept.time(checkpoints));
        });
    }
    group.finish();
}

/// Every aggregate of a shop at trade, tree after tree.
fn all_aggregates() -> Vec<Write> {
    let room = room();
    journal_of(room.path(), records());
    let journal = JournalDir::check(room.path()).expect("it is whole");
    let trees = MemoryTrees::new(&trees::names());
    runtime().block_on(rebuild::<Shop>(&journal, &trees)).expect("what the shop wrote it reads");
    let mut all = vec![];
    for tree in Shop::tables().names() {
        let scanned = trees.scan(tree, &[], &mut |key, stored| {
            all.push(Write { tree, key: key.to_vec(), stored });
            true
        });
        scanned.expect("a tree in memory is read");
    }
    all
}

/// So many of them, of every tree its share.
fn spread(all: &[Write], count: usize) -> Vec<Write> {
    assert!(all.len() >= count, "only {} aggregates", all.len());
    all.iter().step_by(all.len() / count).take(count).cloned().collect()
}

struct Kept {
    trees: SledTrees,
    writes: Vec<Write>,
    at: Position,
    runtime: Runtime,
    _lock: DirectoryLock,
    _room: TempDir,
}

impl Kept {
    fn open(writes: Vec<Write>) -> Kept {
        let room = room();
        let lock = DirectoryLock::take(room.path()).expect("a directory of our own");
        let opened = SledTrees::open(
            room.path(),
            JournalId::from_bytes([1; JournalId::BYTES]),
            &trees::names(),
            trees::options(8 << 20),
        );
        let trees = opened.expect("an empty directory").trees;
        let at = Position(RECORDS as u64);
        Kept { trees, writes, at, runtime: runtime(), _lock: lock, _room: room }
    }

    /// Each checkpoint is of a later moment of the same aggregates.
    fn time(&mut self, checkpoints: u64) -> Duration {
        let mut taken = Duration::ZERO;
        for _ in 0..checkpoints {
            self.at = self.at.next();
            self.writes.iter_mut().for_each(|write| write.stored.position = self.at);
            let checkpoint = Checkpoint { writes: self.writes.clone(), watermark: self.at };
            let begun = Instant::now();
            let kept = self.runtime.block_on(self.trees.checkpoint(checkpoint));
            taken += begun.elapsed();
            kept.expect("a disk with room");
        }
        taken
    }
}
