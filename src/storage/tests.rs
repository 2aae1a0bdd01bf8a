//! What a daemon sees of its trees over crashes, damage and restarts.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::journal::{JournalId, Position};

const ORDERS: TreeName = TreeName("orders");
/// In one row with the order.
const PARCELS: TreeName = TreeName("parcels");
const STOCK: TreeName = TreeName("stock");

const OPTIONS: SledOptions =
    SledOptions { cache_bytes: 1 << 20, together: &[&[ORDERS, PARCELS]], unordered: &[STOCK] };

const JOURNAL: JournalId = JournalId::from_bytes([7; JournalId::BYTES]);

const FLIPS: usize = 48;

type Pairs = Vec<(TreeName, Vec<u8>, Stored)>;

fn open(dir: &Path) -> Opened {
    SledTrees::open(dir, JOURNAL, &[ORDERS, PARCELS, STOCK], OPTIONS).unwrap()
}

fn write(tree: TreeName, key: &str, position: u64, value: Option<&str>) -> Write {
    let value = value.map(|v| v.as_bytes().to_vec());
    let stored = Stored { version: 1, position: Position(position), value };
    Write { tree, key: key.into(), stored }
}

/// Order `i` as it stands at a position.
fn order(i: u64, position: u64) -> Write {
    let text = format!("order {i} at {position}: {}", "x".repeat(200));
    write(ORDERS, &format!("{i:06}"), position, Some(&text))
}

async fn checkpoint(trees: &SledTrees, watermark: u64, writes: Vec<Write>) {
    trees.checkpoint(Checkpoint { writes, watermark: Position(watermark) }).await.unwrap();
}

fn contents(trees: &SledTrees) -> Result<Pairs, Error> {
    let mut pairs = Vec::new();
    for tree in trees.names() {
        trees.scan(tree, &[], &mut |key, stored| {
            pairs.push((tree, key.to_vec(), stored));
            true
        })?;
    }
    Ok(pairs)
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_dir(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

fn manifest_file(dir: &Path) -> PathBuf {
    dir.join("trees/checkpoint")
}

fn log_file(dir: &Path) -> PathBuf {
    dir.join("trees/sled/db")
}

/// A data directory that was closed cleanly, and what was in it.
async fn closed_directory() -> (tempfile::TempDir, Pairs) {
    let dir = tempfile::tempdir().unwrap();
    let Opened { trees, state } = open(dir.path());
    assert_eq!(state, OpenState::Fresh);
    for round in 0..4 {
        let writes = (0..60).map(|i| order(i * (round + 1), 100 * round + i)).collect();
        checkpoint(&trees, 100 * (round + 1), writes).await;
    }
    checkpoint(&trees, 500, vec![write(STOCK, "dune", 450, Some("7 on hand"))]).await;
    let pairs = contents(&trees).unwrap();
    drop(trees);
    (dir, pairs)
}

fn assert_set_aside(dir: &Path) {
    let Opened { trees, state } = open(dir);
    let OpenState::SetAside { moved_to, why } = state else { panic!("served as {state:?}") };
    assert!(moved_to.exists() && !why.is_empty());
    assert_eq!(trees.watermark(), Position::START);
    assert_eq!(contents(&trees).unwrap(), []);
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let (dir, pairs) = closed_directory().await;
    let Opened { trees, state } = open(dir.path());
    assert_eq!(state, OpenState::Exact);
    assert_eq!(trees.watermark(), Position(500));
    assert_eq!(contents(&trees).unwrap(), pairs);
    assert_eq!(trees.get(STOCK, b"dune").unwrap().unwrap().position, Position(450));
    assert_eq!(trees.get(STOCK, b"emma").unwrap(), None);
}

#[tokio::test]
async fn a_scan_begins_where_it_is_told_and_stops_when_it_is_told() {
    let (dir, _) = closed_directory().await;
    let Opened { trees, .. } = open(dir.path());
    let mut keys = Vec::new();
    trees
        .scan(ORDERS, b"000003", &mut |key, _| {
            keys.push(key.to_vec());
            keys.len() < 2
        })
        .unwrap();
    assert_eq!(keys, [b"000003".to_vec(), b"000004".to_vec()]);
}

#[tokio::test]
async fn of_two_writes_to_one_key_the_later_wins() {
    let dir = tempfile::tempdir().unwrap();
    let Opened { trees, .. } = open(dir.path());
    checkpoint(&trees, 3, vec![order(1, 1), order(0, 2), order(1, 3)]).await;
    drop(trees);
    let Opened { trees, state } = open(dir.path());
    assert_eq!(state, OpenState::Exact);
    assert_eq!(trees.get(ORDERS, b"000001").unwrap(), Some(order(1, 3).stored));
}

#[tokio::test]
async fn a_tombstone_stays_until_the_watermark_has_passed_it() {
    let dir = tempfile::tempdir().unwrap();
    let Opened { trees, .. } = open(dir.path());
    checkpoint(&trees, 1, vec![order(1, 1), order(2, 1)]).await;
    checkpoint(&trees, 1, vec![write(ORDERS, "000001", 2, None)]).await;
    checkpoint(&trees, 2, vec![]).await;
    assert!(trees.get(ORDERS, b"000001").unwrap().unwrap().value.is_none());
    drop(trees);
    let Opened { trees, state } = open(dir.path());
    assert_eq!(state, OpenState::Exact);
    assert!(trees.get(ORDERS, b"000001").unwrap().unwrap().value.is_none());
    checkpoint(&trees, 3, vec![]).await;
    assert_eq!(trees.get(ORDERS, b"000001").unwrap(), None);
    drop(trees);
    assert_eq!(open(dir.path()).state, OpenState::Exact);
}

#[tokio::test]
async fn a_key_written_again_is_not_swept() {
    let dir = tempfile::tempdir().unwrap();
    let Opened { trees, .. } = open(dir.path());
    checkpoint(&trees, 2, vec![order(1, 1), write(ORDERS, "000001", 2, None)]).await;
    checkpoint(&trees, 3, vec![order(1, 3)]).await;
    checkpoint(&trees, 4, vec![]).await;
    assert_eq!(trees.get(ORDERS, b"000001").unwrap(), Some(order(1, 3).stored));
    drop(trees);
    assert_eq!(open(dir.path()).state, OpenState::Exact);
}

/// sled's files after the second checkpoint under the manifest of the first: a crash between the two.
#[tokio::test]
async fn after_a_crash_before_the_watermark_moved_sled_may_be_ahead() {
    let dir = tempfile::tempdir().unwrap();
    let Opened { trees, .. } = open(dir.path());
    checkpoint(&trees, 10, vec![order(1, 9), order(2, 10), order(3, 10)]).await;
    let manifest = fs::read(manifest_file(dir.path())).unwrap();
    let later = vec![order(2, 11), order(4, 12), write(ORDERS, "000003", 12, None)];
    checkpoint(&trees, 12, later).await;
    let pairs = contents(&trees).unwrap();
    drop(trees);
    fs::write(manifest_file(dir.path()), manifest).unwrap();

    let Opened { trees, state } = open(dir.path());
    assert_eq!(state, OpenState::Exact);
    assert_eq!(trees.watermark(), Position(10), "the replay starts where the manifest stands");
    assert_eq!(contents(&trees).unwrap(), pairs);
    checkpoint(&trees, 12, vec![order(2, 11), order(4, 12)]).await;
    checkpoint(&trees, 12, vec![]).await;
    drop(trees);
    let Opened { trees, state } = open(dir.path());
    assert_eq!(state, OpenState::Exact);
    assert_eq!(contents(&trees).unwrap().len(), 3, "orders 1, 2 and 4; the tombstone is swept");
}

/// The manifest of a later checkpoint over sled's files of an earlier one: what a power cut did to sled alone.
#[tokio::test]
async fn sled_behind_its_seal_is_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let Opened { trees, .. } = open(dir.path());
    checkpoint(&trees, 10, vec![order(1, 10)]).await;
    let earlier = tempfile::tempdir().unwrap();
    copy_dir(dir.path(), earlier.path());
    checkpoint(&trees, 20, vec![order(2, 20)]).await;
    fs::copy(manifest_file(dir.path()), manifest_file(earlier.path())).unwrap();
    assert_set_aside(earlier.path());
}

#[tokio::test]
async fn a_killed_daemon_s_directory_is_exact() {
    let dir = tempfile::tempdir().unwrap();
    let Opened { trees, .. } = open(dir.path());
    checkpoint(&trees, 10, (0..500).map(|i| order(i, 10)).collect()).await;
    let killed = tempfile::tempdir().unwrap();
    copy_dir(dir.path(), killed.path());
    let Opened { trees: revived, state } = open(killed.path());
    assert_eq!(state, OpenState::Exact);
    assert_eq!(contents(&revived).unwrap(), contents(&trees).unwrap());
}

#[tokio::test]
async fn a_missing_or_changed_checkpoint_file_sets_the_trees_aside() {
    let (dir, _) = closed_directory().await;
    fs::remove_file(manifest_file(dir.path())).unwrap();
    assert_set_aside(dir.path());

    let (dir, _) = closed_directory().await;
    let mut bytes = fs::read(manifest_file(dir.path())).unwrap();
    let last_digit = bytes.iter().rposition(u8::is_ascii_digit).unwrap();
    bytes[last_digit] ^= 1;
    fs::write(manifest_file(dir.path()), bytes).unwrap();
    assert_set_aside(dir.path());
}

#[tokio::test]
async fn a_deleted_emptied_or_shortened_sled_is_set_aside() {
    let (dir, _) = closed_directory().await;
    fs::remove_dir_all(dir.path().join("trees/sled")).unwrap();
    assert_set_aside(dir.path());

    let (dir, _) = closed_directory().await;
    fs::write(log_file(dir.path()), []).unwrap();
    assert_set_aside(dir.path());
    assert!(dir.path().join("trees.damaged-1").exists());
    fs::write(log_file(dir.path()), []).unwrap();
    let Opened { trees, state } = open(dir.path());
    assert!(contents(&trees).unwrap().is_empty(), "{state:?}");
}

#[tokio::test]
async fn trees_in_use_are_not_taken_for_damaged() {
    let (dir, pairs) = closed_directory().await;
    let Opened { trees, .. } = open(dir.path());
    let second = SledTrees::open(dir.path(), JOURNAL, &[ORDERS], SledOptions::default());
    assert!(matches!(second, Err(Error::Locked { .. })));
    assert!(!dir.path().join("trees.damaged-1").exists());
    assert_eq!(contents(&trees).unwrap(), pairs);
}

#[tokio::test]
async fn deleted_trees_are_fresh() {
    let (dir, _) = closed_directory().await;
    fs::remove_dir_all(dir.path().join("trees")).unwrap();
    let Opened { trees, state } = open(dir.path());
    assert_eq!((state, trees.watermark()), (OpenState::Fresh, Position::START));
}

/// Opens what was damaged: it must be exact, or refused; returns whether it was set aside.
fn exact_or_set_aside(dir: &Path, pairs: &Pairs, damage: &str) -> bool {
    let Opened { trees, state } = open(dir);
    match state {
        OpenState::Exact => match contents(&trees) {
            Ok(found) => assert!(found == *pairs, "{damage}: served as something else"),
            Err(error) => assert!(matches!(error, Error::Damaged { .. }), "{damage}: {error}"),
        },
        OpenState::SetAside { .. } => return true,
        OpenState::Fresh => panic!("{damage}: taken for nothing"),
    }
    false
}

/// Flips one bit at each of `FLIPS` places over the log, each in a copy of its own.
fn flip_bits_one_by_one(dir: &Path, pairs: &Pairs) {
    let log = fs::read(log_file(dir)).unwrap();
    let used = log.iter().rposition(|byte| *byte != 0).unwrap();
    let mut set_aside = 0;
    for step in 0..FLIPS {
        let damaged = tempfile::tempdir().unwrap();
        copy_dir(dir, damaged.path());
        let offset = used * step / FLIPS + step % 7;
        let mut bytes = log.clone();
        bytes[offset] ^= 1 << (step % 8);
        fs::write(log_file(damaged.path()), bytes).unwrap();
        let damage = format!("bit {} of byte {offset}", step % 8);
        set_aside += usize::from(exact_or_set_aside(damaged.path(), pairs, &damage));
    }
    assert!(set_aside > 0, "no flip hit anything: the test proves nothing");
}

#[tokio::test]
async fn flipped_bits_never_make_the_trees_silently_less() {
    let (dir, pairs) = closed_directory().await;
    flip_bits_one_by_one(dir.path(), &pairs);
}

#[tokio::test]
async fn flipped_bits_after_a_kill_never_make_the_trees_silently_less() {
    let (dir, pairs) = closed_directory().await;
    let Opened { trees, .. } = open(dir.path());
    checkpoint(&trees, 600, vec![order(7, 600)]).await;
    let killed = tempfile::tempdir().unwrap();
    copy_dir(dir.path(), killed.path());
    let now = contents(&trees).unwrap();
    assert_ne!(now, pairs);
    flip_bits_one_by_one(killed.path(), &now);
}

#[tokio::test]
async fn a_flip_in_sled_s_other_files_never_makes_the_trees_silently_less() {
    let (dir, pairs) = closed_directory().await;
    drop(open(dir.path()));
    for entry in fs::read_dir(dir.path().join("trees/sled")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if path.is_dir() || name == "db" {
            continue;
        }
        let damaged = tempfile::tempdir().unwrap();
        copy_dir(dir.path(), damaged.path());
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 4;
        fs::write(damaged.path().join("trees/sled").join(name), bytes).unwrap();
        exact_or_set_aside(damaged.path(), &pairs, &format!("{name:?}"));
    }
}

#[tokio::test]
async fn unknown_and_reserved_trees_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let Opened { trees, .. } = open(dir.path());
    let unknown = write(TreeName("mail"), "a", 1, None);
    let refused = trees.checkpoint(Checkpoint { writes: vec![unknown], watermark: Position(1) }).await;
    assert!(matches!(refused, Err(Error::UnknownTree(TreeName("mail")))));
    checkpoint(&trees, 1, vec![order(1, 1)]).await;
    let reserved = SledTrees::open(dir.path(), JOURNAL, &[TreeName("storage.meta")], SledOptions::default());
    assert!(matches!(reserved, Err(Error::ReservedTree(_))));
}

#[tokio::test]
async fn a_tree_added_later_starts_empty_and_an_unlisted_one_is_kept() {
    let (dir, pairs) = closed_directory().await;
    let only_new = [TreeName("mail")];
    let Opened { trees, state } =
        SledTrees::open(dir.path(), JOURNAL, &only_new, SledOptions::default()).unwrap();
    assert_eq!(state, OpenState::Exact);
    checkpoint(&trees, 600, vec![write(TreeName("mail"), "a", 600, Some("m"))]).await;
    drop(trees);
    let Opened { trees, state } = open(dir.path());
    assert_eq!((state, contents(&trees).unwrap()), (OpenState::Exact, pairs));
}

#[tokio::test]
async fn values_of_one_row_change_and_go_without_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let trees = open(dir.path()).trees;
    let parcel = |i: u64, position, value| write(PARCELS, &format!("{i:06}"), position, value);
    let first = (0..40).flat_map(|i| [parcel(i, 50, Some("packed")), order(i, 40)]).collect();
    checkpoint(&trees, 100, first).await;
    checkpoint(&trees, 200, vec![parcel(7, 150, Some("sent")), parcel(8, 160, None), order(9, 170)]).await;
    checkpoint(&trees, 300, vec![parcel(500, 250, Some("alone"))]).await; // sweeps the tombstone
    drop(trees);

    let Opened { trees, state } = open(dir.path());
    assert_eq!(state, OpenState::Exact);
    let parcel_at = |i: u64| trees.get(PARCELS, format!("{i:06}").as_bytes()).unwrap();
    let order_at = |i: u64| trees.get(ORDERS, format!("{i:06}").as_bytes()).unwrap().map(|s| s.position.0);
    assert_eq!(parcel_at(7).unwrap().value.unwrap(), b"sent");
    assert_eq!((parcel_at(8), parcel_at(9).unwrap().position.0), (None, 50));
    assert_eq!((order_at(7), order_at(8), order_at(9)), (Some(40), Some(40), Some(170)));
    assert_eq!((order_at(500), parcel_at(500).unwrap().position.0), (None, 250));
    let count = |tree| contents(&trees).unwrap().iter().filter(|(of, ..)| *of == tree).count();
    assert_eq!((count(ORDERS), count(PARCELS)), (40, 40));
}

#[test]
fn no_key_is_missed_while_the_keys_of_a_tree_are_learnt_and_written() {
    use super::sled_db::SledDb;
    let dir = tempfile::tempdir().unwrap();
    let open = || SledDb::open(dir.path(), &[STOCK], &OPTIONS, |_| 0).unwrap();
    let hash = |nth: u64| xxhash_rust::xxh3::xxh3_128(&nth.to_be_bytes()).to_be_bytes();
    let insert = |db: &SledDb, nth| {
        db.insert(&hash(nth), vec![(db.tree(STOCK).unwrap(), nth.to_be_bytes().to_vec())]).unwrap();
    };
    let has = |db: &SledDb, nth| db.get(db.tree(STOCK).unwrap(), &hash(nth)).unwrap().is_some();
    let db = open();
    (0..3_000).for_each(|nth| insert(&db, nth));
    db.flush().unwrap();
    drop(db);

    let db = open();
    let [mut fill] = <[_; 1]>::try_from(db.filter_fills()).ok().unwrap();
    let mut keys = 3_000;
    while fill.go_on(100).unwrap() {
        (keys..keys + 50).for_each(|nth| insert(&db, nth));
        keys += 50;
        assert!((0..keys).all(|nth| has(&db, nth)));
        assert!((keys..keys + 100).all(|nth| !has(&db, nth)));
    }
    assert!(keys > 4_000);
    (keys..keys + 500).for_each(|nth| insert(&db, nth));
    assert!((0..keys + 500).all(|nth| has(&db, nth)));
    assert!((keys + 500..keys + 2_000).all(|nth| !has(&db, nth)));
}

#[tokio::test]
async fn a_key_of_an_unordered_tree_is_found_over_restarts_and_gone_when_it_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let key = |nth: u64| format!("{:032x}", xxhash_rust::xxh3::xxh3_128(&nth.to_be_bytes()));
    let all = |life: u64| (0..life * 700).map(key);
    for life in 1..=4 {
        let Opened { trees, .. } = open(dir.path());
        assert!(all(life - 1).all(|key| trees.get(STOCK, key.as_bytes()).unwrap().is_some()), "life {life}");
        let writes = all(life).map(|key| write(STOCK, &key, life, Some("there"))).collect();
        checkpoint(&trees, life, writes).await;
        assert!(all(life).all(|key| trees.get(STOCK, key.as_bytes()).unwrap().is_some()), "life {life}");
        assert!(trees.get(STOCK, key(life * 700).as_bytes()).unwrap().is_none());
    }
    let Opened { trees, .. } = open(dir.path());
    checkpoint(&trees, 5, vec![write(STOCK, &key(7), 5, None)]).await;
    checkpoint(&trees, 6, vec![]).await;
    checkpoint(&trees, 7, vec![write(STOCK, "z", 7, Some("there"))]).await;
    assert!(trees.get(STOCK, key(7).as_bytes()).unwrap().is_none_or(|stored| stored.is_tombstone()));
}
