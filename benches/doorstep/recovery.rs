//! What a start does with ten thousand records: reads and checks them, and folds those into the states that the trees do not
//! hold yet. And what it does after a clean stop, when there are none: opens a journal, which is zeros for the next
//! segment most of all, and trees that hold everything.

use std::path::Path;
use std::process::Command;

use criterion::{BatchSize, Criterion, SamplingMode, Throughput};
use doorstep::actors::{Shop, trees};
use doorstep::journal::{self, Journal, JournalId};
use doorstep::runtime::{JournalDir, Recovered, rebuild, recover};
use doorstep::storage::{DirectoryLock, MemoryTrees, SledTrees, Trees};
use tempfile::TempDir;

use crate::kit::{RECORDS, journal_of, open_journal, records, room, runtime};

pub fn bench(criterion: &mut Criterion) {
    let room = room();
    let journal_dir = room.path().join("journal");
    journal_of(&journal_dir, records());
    let _lock = DirectoryLock::take(room.path()).expect("a directory of our own");
    fill_trees(room.path(), &journal_dir);

    let mut group = criterion.benchmark_group("recovery");
    group.sample_size(20).throughput(Throughput::Elements(RECORDS as u64));
    group.bench_function("read and check", |bencher| {
        bencher
            .iter(|| assert_eq!(journal::check(&journal_dir).expect("it is whole").records, RECORDS as u64));
    });
    group.bench_function("replay into the states", |bencher| {
        let journal = open_journal(&journal_dir);
        let no_trees = || MemoryTrees::new(&trees::names());
        bencher.iter_batched(no_trees, |trees| replayed(&journal, &trees, RECORDS), BatchSize::PerIteration);
    });
    group.finish();

    let mut group = criterion.benchmark_group("opening");
    group.sample_size(20).sampling_mode(SamplingMode::Flat);
    group.bench_function("journal", |bencher| {
        bencher.iter_batched(|| (), |()| open_journal(&journal_dir), BatchSize::PerIteration);
    });
    group.bench_function("trees", |bencher| {
        // sled gives the lock of what was closed back late: each go opens a copy, which nobody has had open
        let closed = || copied(room.path());
        bencher.iter_batched(closed, |room| (open_trees(room.path()), room), BatchSize::PerIteration);
    });
    group.finish();
}

fn open_trees(dir: &Path) -> SledTrees {
    let journal = JournalId::from_bytes([1; JournalId::BYTES]);
    SledTrees::open(dir, journal, &trees::names(), trees::options(8 << 20)).expect("the trees open").trees
}

fn fill_trees(dir: &Path, journal_dir: &Path) {
    let journal = JournalDir::check(journal_dir).expect("it is whole");
    let rebuilt = runtime().block_on(rebuild::<Shop>(&journal, &open_trees(dir)));
    assert_eq!(rebuilt.expect("trees of a journal"), RECORDS as u64);
}

/// A directory with the same trees.
fn copied(from: &Path) -> TempDir {
    let to = room();
    let copy = Command::new("cp").arg("-r").arg(from.join("trees")).arg(to.path()).status();
    assert!(copy.is_ok_and(|status| status.success()), "the trees can be copied");
    to
}

fn replayed(journal: &dyn Journal, trees: &dyn Trees, records: usize) -> Recovered<Shop> {
    let recovered = recover::<Shop>(journal, trees).expect("what the shop wrote it reads");
    assert_eq!(recovered.replayed, records as u64);
    recovered
}
