use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use sled::IVec;

use super::error::is_full;
use super::{Error, TreeName};
use crate::journal::Position;

/// storage's own tree.
pub(super) const META: TreeName = TreeName("storage.meta");
const WATERMARK_KEY: &[u8] = b"watermark";
const BEGUN_KEY: &[u8] = b"begun";
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

/// A tree, and a key that none of its keys is above: ids grow with time, so most of what a new order asks for
/// is above all that is there, and is known not to exist without asking sled.
pub(super) struct Tree {
    tree: sled::Tree,
    highest: RwLock<Vec<u8>>,
}

impl Tree {
    fn open(db: &sled::Db, name: TreeName) -> Result<Tree, Failure> {
        let tree = guarded(|| db.open_tree(name.0))?;
        let highest = guarded(|| tree.last())?.map_or_else(Vec::new, |(key, _)| key.to_vec());
        Ok(Tree { tree, highest: RwLock::new(highest) })
    }

    fn is_above_all(&self, key: &[u8]) -> bool {
        key > self.highest.read().unwrap_or_else(PoisonError::into_inner).as_slice()
    }

    fn raise(&self, key: &[u8]) {
        if self.is_above_all(key) {
            *self.highest.write().unwrap_or_else(PoisonError::into_inner) = key.to_vec();
        }
    }
}

/// What sled's errors and panics mean here.
#[derive(Debug)]
pub(super) enum Failure {
    /// The files are not what sled wrote.
    Damage(String),
    Full,
    Locked,
    /// Neither damage nor a full disk: permissions, too many open files, a failing disk.
    Io(io::Error),
}

impl SledDb {
    pub fn open(dir: &Path, trees: &[TreeName], cache_bytes: u64) -> Result<SledDb, Failure> {
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
        let mut opened = BTreeMap::new();
        for &name in trees {
            opened.insert(name, Tree::open(&db, name)?);
        }
        Ok(SledDb { db, meta, trees: Arc::new(opened), dir: dir.to_path_buf() })
    }

    pub fn names(&self) -> impl Iterator<Item = TreeName> {
        self.trees.keys().copied()
    }

    pub fn tree(&self, name: TreeName) -> Result<&Tree, Error> {
        self.trees.get(&name).ok_or(Error::UnknownTree(name))
    }

    pub fn get(&self, tree: &Tree, key: &[u8]) -> Result<Option<IVec>, Failure> {
        if tree.is_above_all(key) {
            return Ok(None);
        }
        guarded(|| tree.tree.get(key))
    }

    /// Gives each pair from `from` upwards to `visit`, until it says `false`.
    pub fn scan(
        &self,
        tree: &Tree,
        from: &[u8],
        mut visit: impl FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), Failure> {
        let mut pairs = tree.tree.range(from..);
        while let Some((key, bytes)) = guarded(|| pairs.next().transpose())? {
            if !visit(&key, &bytes) {
                break;
            }
        }
        Ok(())
    }

    /// Returns what was under the key.
    pub fn insert(&self, tree: &Tree, key: &[u8], bytes: Vec<u8>) -> Result<Option<IVec>, Failure> {
        tree.raise(key);
        guarded(|| tree.tree.insert(key, bytes))
    }

    pub fn remove(&self, tree: &Tree, key: &[u8]) -> Result<Option<IVec>, Failure> {
        guarded(|| tree.tree.remove(key))
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
