use std::collections::btree_map::{BTreeMap, Entry};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use sled::IVec;

use super::error::is_full;
use super::key_filter::KeyFilter;
use super::row::{self, BadRow, Tag};
use super::{Error, SledOptions, TreeName};
use crate::journal::{JournalId, Position};

/// storage's own tree.
pub(super) const META: TreeName = TreeName("storage.meta");
const WATERMARK_KEY: &[u8] = b"watermark";
const BEGUN_KEY: &[u8] = b"begun";
const JOURNAL_KEY: &[u8] = b"journal";
/// sled lets its file go a little after its handle is dropped.
const LOCK_WAIT: Duration = Duration::from_secs(2);
const LOCK_RETRY: Duration = Duration::from_millis(5);

/// sled with its panics caught and its errors sorted. Clones share one database.
#[derive(Clone)]
pub(super) struct SledDb {
    db: sled::Db,
    meta: sled::Tree,
    trees: Arc<BTreeMap<TreeName, Tree>>,
    dir: PathBuf,
}

/// A tree of the shop: the tree of sled that it is in, alone or in rows with others.
pub(super) struct Tree {
    physical: Arc<PhysicalTree>,
    /// Marks its values in rows that it shares with other trees; `None` where it shares none.
    tag: Option<Tag>,
}

/// A tree of sled, with the highest of its keys. Ids grow with time, so most of what a new order asks for is above the highest
/// key, and is known not to exist without asking sled.
struct PhysicalTree {
    name: TreeName,
    tree: sled::Tree,
    highest: RwLock<Vec<u8>>,
    /// For keys that come in no order.
    filter: Option<KeyFilter>,
}

/// How far the key filter of a tree is filled.
pub(super) struct FilterFill {
    physical: Arc<PhysicalTree>,
    from: Vec<u8>,
}

impl FilterFill {
    /// Adds up to `max` keys more. `true`: there may be more still.
    pub fn go_on(&mut self, max: usize) -> Result<bool, Failure> {
        let Some(filter) = &self.physical.filter else { return Ok(false) };
        let mut keys = self.physical.tree.range(self.from.as_slice()..).keys();
        for _ in 0..max {
            let Some(key) = guarded(|| keys.next().transpose())? else {
                filter.complete();
                return Ok(false);
            };
            filter.insert(&key);
            // from just above it
            self.from.clear();
            self.from.extend_from_slice(&key);
            self.from.push(0);
        }
        Ok(true)
    }
}

impl PhysicalTree {
    fn open(db: &sled::Db, name: TreeName, filter: Option<KeyFilter>) -> Result<Arc<PhysicalTree>, Failure> {
        let tree = guarded(|| db.open_tree(name.0))?;
        let highest = guarded(|| tree.last())?.map_or_else(Vec::new, |(key, _)| key.to_vec());
        Ok(Arc::new(PhysicalTree { name, tree, highest: RwLock::new(highest), filter }))
    }

    fn is_above_all(&self, key: &[u8]) -> bool {
        key > self.highest.read().unwrap_or_else(PoisonError::into_inner).as_slice()
    }

    fn get(&self, key: &[u8]) -> Result<Option<IVec>, Failure> {
        if self.is_above_all(key) || self.filter.as_ref().is_some_and(|filter| filter.rules_out(key)) {
            return Ok(None);
        }
        guarded(|| self.tree.get(key))
    }

    fn insert(&self, key: &[u8], bytes: Vec<u8>) -> Result<Option<IVec>, Failure> {
        if self.is_above_all(key) {
            *self.highest.write().unwrap_or_else(PoisonError::into_inner) = key.to_vec();
        }
        if let Some(filter) = &self.filter {
            filter.insert(key);
        }
        guarded(|| self.tree.insert(key, bytes))
    }
}

impl Tree {
    /// Of what sled has under a key, the part that is this tree's.
    fn own(&self, bytes: IVec) -> Result<Option<IVec>, Failure> {
        match self.tag {
            None => Ok(Some(bytes)),
            Some(tag) => Ok(row::member(&bytes, tag)?.map(IVec::from)),
        }
    }

    /// The tree that it shares its rows with, or itself.
    pub fn physical(&self) -> TreeName {
        self.physical.name
    }
}

impl From<BadRow> for Failure {
    fn from(bad: BadRow) -> Failure {
        Failure::Damage(bad.to_string())
    }
}

/// What sled's errors and panics mean here.
#[derive(Debug)]
pub(super) enum Failure {
    /// The files are not what sled wrote.
    Damage(String),
    Full,
    Locked,
    /// Made from another journal than the one beside it.
    Foreign {
        found: JournalId,
        expected: JournalId,
    },
    /// Neither damage nor a full disk: permissions, too many open files, a failing disk.
    Io(io::Error),
}

impl SledDb {
    /// `live`: about how many values a tree has.
    pub fn open(
        dir: &Path,
        trees: &[TreeName],
        options: &SledOptions,
        live: impl Fn(TreeName) -> u64,
    ) -> Result<SledDb, Failure> {
        let SledOptions { cache_bytes, together, unordered } = *options;
        let config = || {
            sled::Config::new()
                .path(dir)
                .cache_capacity(cache_bytes)
                .mode(sled::Mode::HighThroughput)
                .flush_every_ms(None)
        };
        let give_up = Instant::now() + LOCK_WAIT;
        let db = loop {
            match guarded(|| config().open()) {
                Err(Failure::Locked) if Instant::now() < give_up => std::thread::sleep(LOCK_RETRY),
                opened => break opened?,
            }
        };
        let meta = guarded(|| db.open_tree(META.0))?;
        let mut physical_trees = BTreeMap::new();
        let mut opened = BTreeMap::new();
        for &name in trees {
            let group = together.iter().find(|group| group.contains(&name));
            let physical = group.map_or(name, |group| group[0]);
            let physical = match physical_trees.entry(physical) {
                Entry::Occupied(physical) => Arc::clone(physical.get()),
                Entry::Vacant(place) => {
                    let filter =
                        unordered.contains(&physical).then(|| KeyFilter::with_room_for(live(physical)));
                    Arc::clone(place.insert(PhysicalTree::open(&db, physical, filter)?))
                }
            };
            opened.insert(name, Tree { physical, tag: group.map(|_| Tag::of(name)) });
        }
        Ok(SledDb { db, meta, trees: Arc::new(opened), dir: dir.to_path_buf() })
    }

    /// One for each filter that is to be filled. Nobody may write the trees while one goes on.
    pub fn filter_fills(&self) -> Vec<FilterFill> {
        let physical_trees =
            self.trees.values().map(|tree| &tree.physical).filter(|physical| physical.filter.is_some());
        physical_trees.map(|physical| FilterFill { physical: Arc::clone(physical), from: vec![] }).collect()
    }

    pub fn names(&self) -> impl Iterator<Item = TreeName> {
        self.trees.keys().copied()
    }

    pub fn tree(&self, name: TreeName) -> Result<&Tree, Error> {
        self.trees.get(&name).ok_or(Error::UnknownTree(name))
    }

    pub fn get(&self, tree: &Tree, key: &[u8]) -> Result<Option<IVec>, Failure> {
        tree.physical.get(key)?.map_or(Ok(None), |bytes| tree.own(bytes))
    }

    /// Gives each pair from `from` upwards to `visit`, until it says `false`.
    pub fn scan(
        &self,
        tree: &Tree,
        from: &[u8],
        mut visit: impl FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), Failure> {
        let mut pairs = tree.physical.tree.range(from..);
        while let Some((key, bytes)) = guarded(|| pairs.next().transpose())? {
            if let Some(bytes) = tree.own(bytes)?
                && !visit(&key, &bytes)
            {
                break;
            }
        }
        Ok(())
    }

    /// Inserts values of trees that share rows under one key, of each tree one. Gives the former value of each, and how
    /// many bytes sled has to write.
    pub fn insert(
        &self,
        key: &[u8],
        mut values: Vec<(&Tree, Vec<u8>)>,
    ) -> Result<(Vec<Option<IVec>>, usize), Failure> {
        let Some((Tree { physical, tag }, _)) = values.first() else { return Ok((vec![], 0)) };
        debug_assert!(values.iter().all(|(tree, _)| Arc::ptr_eq(&tree.physical, physical)));
        if tag.is_none() {
            let value = values.swap_remove(0).1;
            let written = key.len() + value.len();
            return Ok((vec![physical.insert(key, value)?], written));
        }
        let old = physical.get(key)?;
        let old = old.as_deref().unwrap_or_default();
        let members: Vec<(Tag, Option<&[u8]>)> =
            values.iter().filter_map(|(tree, value)| Some((tree.tag?, Some(value.as_slice())))).collect();
        let former = members.iter().map(|(tag, _)| Ok(row::member(old, *tag)?.map(IVec::from)));
        let former = former.collect::<Result<Vec<_>, BadRow>>()?;
        let next = row::changed(old, &members)?;
        let written = key.len() + next.len();
        physical.insert(key, next)?;
        Ok((former, written))
    }

    pub fn remove(&self, tree: &Tree, key: &[u8]) -> Result<(), Failure> {
        let sled = &tree.physical.tree;
        let Some(tag) = tree.tag else { return guarded(|| sled.remove(key)).map(drop) };
        let Some(row) = tree.physical.get(key)? else { return Ok(()) };
        let next = row::changed(&row, &[(tag, None)])?;
        if next.is_empty() {
            return guarded(|| sled.remove(key)).map(drop);
        }
        guarded(|| sled.insert(key, next)).map(drop)
    }

    /// The watermark that sled itself holds; the last insert of a checkpoint.
    pub fn watermark(&self) -> Result<Position, Failure> {
        self.number(WATERMARK_KEY).map(Position)
    }

    pub fn set_watermark(&self, watermark: Position) -> Result<(), Failure> {
        self.set_number(WATERMARK_KEY, watermark.0)
    }

    /// The number of the last checkpoint that was begun; the first insert of each. sled recovers a prefix of
    /// its log, so without this mark it has nothing of that checkpoint.
    pub fn begun(&self) -> Result<u64, Failure> {
        self.number(BEGUN_KEY)
    }

    pub fn set_begun(&self, checkpoint: u64) -> Result<(), Failure> {
        self.set_number(BEGUN_KEY, checkpoint)
    }

    /// The journal that the trees were made from.
    pub fn journal(&self) -> Result<JournalId, Failure> {
        let bytes = guarded(|| self.meta.get(JOURNAL_KEY))?;
        let bytes = bytes.and_then(|bytes| <[u8; JournalId::BYTES]>::try_from(&*bytes).ok());
        bytes.map(JournalId::from_bytes).ok_or_else(|| Failure::Damage("sled names no journal".into()))
    }

    pub fn set_journal(&self, journal: JournalId) -> Result<(), Failure> {
        guarded(|| self.meta.insert(JOURNAL_KEY, &journal.to_bytes())).map(drop)
    }

    fn number(&self, key: &[u8]) -> Result<u64, Failure> {
        let Some(bytes) = guarded(|| self.meta.get(key))? else {
            return Ok(0);
        };
        let bytes = <[u8; 8]>::try_from(&*bytes)
            .map_err(|_| Failure::Damage(format!("a number of its own has {} bytes", bytes.len())))?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn set_number(&self, key: &[u8], number: u64) -> Result<(), Failure> {
        guarded(|| self.meta.insert(key, &number.to_le_bytes())).map(drop)
    }

    /// Writes what sled holds back into its file; no barrier against a power cut.
    pub fn flush(&self) -> Result<(), Failure> {
        guarded(|| self.db.flush()).map(drop)
    }

    pub fn error(&self, failure: Failure) -> Error {
        failure.into_error(&self.dir)
    }
}

impl Failure {
    pub fn into_error(self, dir: &Path) -> Error {
        match self {
            Failure::Damage(why) => Error::Damaged { dir: dir.to_path_buf(), why },
            Failure::Full => Error::Full { dir: dir.to_path_buf() },
            Failure::Locked => Error::Locked { dir: dir.to_path_buf(), pid: None },
            Failure::Foreign { found, expected } => {
                Error::Foreign { dir: dir.to_path_buf(), found, expected }
            }
            Failure::Io(source) => Error::io("use the trees in", dir, source),
        }
    }
}

impl From<sled::Error> for Failure {
    fn from(error: sled::Error) -> Failure {
        match error {
            sled::Error::Io(e) if is_full(&e) => Failure::Full,
            // sled has no kind for it
            sled::Error::Io(e) if e.to_string().contains("could not acquire lock") => Failure::Locked,
            sled::Error::Io(e) if means_damage(&e) => Failure::Damage(e.to_string()),
            sled::Error::Io(e) => Failure::Io(e),
            other => Failure::Damage(other.to_string()),
        }
    }
}

/// Errors of reading a file that is shorter or other than it should be, or gone.
fn means_damage(error: &io::Error) -> bool {
    use io::ErrorKind::*;
    matches!(error.kind(), UnexpectedEof | InvalidData | InvalidInput | NotFound | Other)
}

fn guarded<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, Failure> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(Failure::from),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("of unknown cause");
            Err(Failure::Damage(format!("sled panicked: {text}")))
        }
    }
}
