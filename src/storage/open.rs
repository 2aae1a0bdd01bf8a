use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::checkpointer::Tombstones;
use super::contents::{Contents, WHOLE_CHECK_KEYS_MAX, pair_digest};
use super::manifest::{Manifest, Newest, TreeManifest};
use super::sled_db::{Failure, SledDb};
use super::sync::{Syncer, sync_dir};
use super::{Error, SledOptions, Stored, TreeName};
use crate::journal::{JournalId, Position};

/// The directory that holds sled and its manifest, inside the data directory.
const TREES_DIR: &str = "trees";
const SLED_DIR: &str = "sled";
/// What must fit on the disk before sled is blamed for an error.
const PROBE_BYTES: usize = 1 << 20;

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OpenState {
    /// What the last completed checkpoint left, or later values of it.
    Exact,
    /// There was nothing. The watermark is 0, so the whole journal is replayed.
    Fresh,
    /// What there was had lost something; it was moved away and an empty one begun. The watermark is 0.
    SetAside { moved_to: PathBuf, why: String },
}

/// Everything that an open finds out.
pub(super) struct Found {
    pub db: SledDb,
    pub dir: PathBuf,
    pub manifest: Manifest,
    pub syncer: Syncer,
    pub tombstones: Tombstones,
}

pub(super) fn open(
    data: &Path,
    journal: JournalId,
    trees: &[TreeName],
    options: &SledOptions,
) -> Result<(Found, OpenState), Error> {
    let dir = data.join(TREES_DIR);
    fs::create_dir_all(data).map_err(|e| Error::io("create", data, e))?;
    if is_empty(&dir).map_err(|e| Error::io("read", &dir, e))? {
        return Ok((create(data, dir, journal, trees, options)?, OpenState::Fresh));
    }
    match open_existing(&dir, journal, trees, options) {
        Ok(found) => Ok((found, OpenState::Exact)),
        Err(Failure::Damage(why)) => {
            // a full disk makes sled fail in ways that look like damage
            probe_space(data).map_err(|e| Error::io("write to", &dir, e))?;
            let moved_to = set_aside(data, &dir).map_err(|e| Error::io("set aside", &dir, e))?;
            tracing::warn!(
                dir = %dir.display(), moved_to = %moved_to.display(), why,
                "the trees were damaged and are set aside; they are rebuilt from the journal, and nothing is lost"
            );
            Ok((create(data, dir, journal, trees, options)?, OpenState::SetAside { moved_to, why }))
        }
        Err(other) => Err(other.into_error(&dir)),
    }
}

fn is_empty(dir: &Path) -> io::Result<bool> {
    match fs::read_dir(dir) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(e) => Err(e),
    }
}

fn create(
    data: &Path,
    dir: PathBuf,
    journal: JournalId,
    trees: &[TreeName],
    options: &SledOptions,
) -> Result<Found, Error> {
    let sled_dir = dir.join(SLED_DIR);
    fs::create_dir_all(&sled_dir).map_err(|e| Error::io("create", &sled_dir, e))?;
    let open = || -> Result<SledDb, Failure> {
        let db = SledDb::open(&sled_dir, trees, options, |_| 0)?;
        db.set_journal(journal)?;
        db.flush()?;
        Ok(db)
    };
    let db = open().map_err(|f| f.into_error(&dir))?;
    let mut syncer = Syncer::new(sled_dir);
    let manifest = Manifest::empty(journal, trees);
    let write_manifest = |syncer: &mut Syncer| -> io::Result<()> {
        syncer.sync()?;
        manifest.write(&dir)?;
        sync_dir(data)
    };
    write_manifest(&mut syncer).map_err(|e| Error::io("write the checkpoint file in", &dir, e))?;
    Ok(Found { db, dir, manifest, syncer, tombstones: Tombstones::new() })
}

/// The journal that the trees of a data directory were made from, and up to which of its records they go: what that journal must
/// be and hold, before anything is written to it. `None` where there are no trees, or not whole ones.
pub fn promised(data: &Path) -> Result<Option<(JournalId, Position)>, Error> {
    let dir = data.join(TREES_DIR);
    let manifest = Manifest::read(&dir).map_err(|e| Error::io("read", &dir, e))?;
    Ok(manifest.ok().map(|manifest| (manifest.journal, manifest.watermark)))
}

/// Whether a data directory has trees, whole or not.
pub fn has_trees(data: &Path) -> Result<bool, Error> {
    let dir = data.join(TREES_DIR);
    is_empty(&dir).map(|empty| !empty).map_err(|e| Error::io("read", &dir, e))
}

fn open_existing(
    dir: &Path,
    journal: JournalId,
    trees: &[TreeName],
    options: &SledOptions,
) -> Result<Found, Failure> {
    let mut manifest = Manifest::read(dir).map_err(Failure::Io)?.map_err(Failure::Damage)?;
    if manifest.journal != journal {
        return Err(Failure::Foreign { found: manifest.journal, expected: journal });
    }
    let sled_dir = dir.join(SLED_DIR);
    if !sled_dir.join("db").exists() {
        return Err(Failure::Damage("sled's files are gone".into()));
    }
    let db = SledDb::open(&sled_dir, trees, options, |tree| manifest.live_of(tree))?;
    let found = db.journal()?;
    if found != journal {
        return Err(Failure::Foreign { found, expected: journal });
    }
    check_watermark(&db, &manifest)?;
    manifest.add_new(trees);
    let mut tombstones = Tombstones::new();
    let settled = manifest.clean || db.begun()? == manifest.checkpoint;
    let whole = manifest.live() <= WHOLE_CHECK_KEYS_MAX;
    for &name in trees {
        let expected = manifest.trees.entry(name.0.to_owned()).or_default();
        check_newest(&db, name, &mut expected.newest)?;
        if whole {
            expected.contents = check_contents(&db, name, expected, settled, &mut tombstones)?;
        } else if !settled {
            expected.contents.exact = false;
        }
    }
    Ok(Found { db, dir: dir.to_path_buf(), manifest, syncer: Syncer::new(sled_dir), tombstones })
}

fn check_watermark(db: &SledDb, manifest: &Manifest) -> Result<(), Failure> {
    let held = db.watermark()?;
    if held < manifest.watermark {
        let why = format!("sled stands at position {held}, the checkpoint file at {}", manifest.watermark);
        return Err(Failure::Damage(why));
    }
    Ok(())
}

/// What sled has newer is noted, so that a tombstone among it can be swept without looking like a loss.
fn check_newest(db: &SledDb, name: TreeName, newest: &mut [Newest]) -> Result<(), Failure> {
    let tree = db.tree(name).map_err(|e| Failure::Damage(e.to_string()))?;
    for expected in newest {
        let intact = match db.get(tree, &expected.key)? {
            // only a sweep removes, and only tombstones
            None => expected.tombstone,
            Some(bytes) => {
                let digest = pair_digest(&expected.key, &bytes);
                let found = decode(name, &bytes)?;
                let intact = digest == expected.digest || found.position > expected.position;
                expected.position = found.position;
                expected.tombstone = found.is_tombstone();
                expected.digest = digest;
                intact
            }
        };
        if !intact {
            return Err(Failure::Damage(format!("a newest write of tree {name} is gone")));
        }
    }
    Ok(())
}

/// Reads the tree whole. If no checkpoint was begun since the manifest, it is exactly what was recorded; otherwise
/// sled may be ahead by a part of that checkpoint, and then it must not have fewer keys.
fn check_contents(
    db: &SledDb,
    name: TreeName,
    expected: &TreeManifest,
    settled: bool,
    tombstones: &mut Tombstones,
) -> Result<Contents, Failure> {
    let tree = db.tree(name).map_err(|e| Failure::Damage(e.to_string()))?;
    let mut found = Contents::default();
    let mut dead = 0;
    let mut bad = None;
    db.scan(tree, &[], |key, bytes| {
        match decode(name, bytes) {
            Ok(stored) if stored.is_tombstone() => {
                dead += 1;
                tombstones.insert((name, key.to_vec()), stored.position);
            }
            Ok(_) => found.add(key, bytes),
            Err(e) => bad = Some(e),
        }
        bad.is_none()
    })?;
    if let Some(bad) = bad {
        return Err(bad);
    }
    let recorded = expected.contents;
    if !recorded.exact {
        return Ok(found);
    }
    let intact = if settled { found == recorded } else { found.live + dead >= recorded.live };
    if intact {
        return Ok(found);
    }
    let why =
        format!("tree {name} holds {} values where {} were written, or others", found.live, recorded.live);
    Err(Failure::Damage(why))
}

fn decode(name: TreeName, bytes: &[u8]) -> Result<Stored, Failure> {
    Stored::decode(bytes).map_err(|e| Failure::Damage(format!("tree {name}: {e}")))
}

fn probe_space(data: &Path) -> io::Result<()> {
    let path = data.join("space.probe");
    let write = || {
        let mut file = File::create(&path)?;
        file.write_all(&vec![0; PROBE_BYTES])?;
        file.sync_all()
    };
    let written = write();
    let removed = fs::remove_file(&path);
    written.and(removed)
}

fn set_aside(data: &Path, dir: &Path) -> io::Result<PathBuf> {
    let free = |path: &PathBuf| !path.exists();
    let moved_to = (1u32..)
        .map(|n| data.join(format!("{TREES_DIR}.damaged-{n}")))
        .find(free)
        .ok_or_else(|| io::Error::other("no free name is left"))?;
    fs::rename(dir, &moved_to)?;
    sync_dir(data)?;
    Ok(moved_to)
}
