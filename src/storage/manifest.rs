use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::contents::{Contents, pair_digest};
use super::sync::sync_dir;
use super::{TreeName, Write};
use crate::journal::{JournalId, Position};

pub(super) const MANIFEST_FILE: &str = "checkpoint";
const FORMAT: u32 = 2;
/// How many of each tree's newest writes are read back at every open, whatever the tree's size.
const NEWEST_MAX: usize = 16;

/// The file `checkpoint` beside sled: what sled must hold when it is opened, since sled itself does not report a loss. One line
/// of JSON, and one with its digest.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    format: u32,
    /// The journal that the trees were made from.
    pub journal: JournalId,
    /// `true`: nothing was written to sled after this manifest. `false`: sled may be ahead of it.
    pub clean: bool,
    /// How many checkpoints were completed.
    pub checkpoint: u64,
    pub watermark: Position,
    pub trees: BTreeMap<String, TreeManifest>,
}

#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct TreeManifest {
    pub contents: Contents,
    /// Newest first, each key once.
    pub newest: Vec<Newest>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Newest {
    #[serde(with = "hex")]
    pub key: Vec<u8>,
    pub position: Position,
    pub tombstone: bool,
    /// xxh3-64 of key and envelope.
    pub digest: u64,
}

impl Manifest {
    pub fn empty(journal: JournalId, trees: &[TreeName]) -> Manifest {
        let trees = trees.iter().map(|tree| (tree.0.to_owned(), TreeManifest::default())).collect();
        Manifest { format: FORMAT, journal, clean: true, checkpoint: 0, watermark: Position::START, trees }
    }

    /// Reads the manifest of a directory; the error says in words what is wrong with it.
    pub fn read(dir: &Path) -> io::Result<Result<Manifest, String>> {
        let bytes = match fs::read(dir.join(MANIFEST_FILE)) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return Ok(Err("its checkpoint file is missing".into()));
            }
            Err(e) => return Err(e),
        };
        Ok(Manifest::parse(&bytes).ok_or_else(|| "its checkpoint file is unreadable".into()))
    }

    fn parse(bytes: &[u8]) -> Option<Manifest> {
        let text = str::from_utf8(bytes).ok()?;
        let (json, digest) = text.strip_suffix('\n')?.split_once('\n')?;
        if digest != digest_line(json) {
            return None;
        }
        let manifest: Manifest = serde_json::from_str(json).ok()?;
        (manifest.format == FORMAT).then_some(manifest)
    }

    /// Replaces the file whole: after a crash it is the old one or the new one.
    pub fn write(&self, dir: &Path) -> io::Result<()> {
        let json = serde_json::to_string(self)?;
        let temporary = dir.join(format!("{MANIFEST_FILE}.new"));
        let mut file = File::create(&temporary)?;
        file.write_all(format!("{json}\n{}\n", digest_line(&json)).as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, dir.join(MANIFEST_FILE))?;
        sync_dir(dir)
    }

    /// The contents of a tree that was opened.
    pub fn contents_mut(&mut self, tree: TreeName) -> &mut Contents {
        // a name is copied once, not with every row
        if !self.trees.contains_key(tree.0) {
            self.trees.insert(tree.0.to_owned(), TreeManifest::default());
        }
        &mut self.trees.get_mut(tree.0).expect("it was just put there").contents
    }

    /// Lists trees that are new since the manifest was written; nothing was ever in them.
    pub fn add_new(&mut self, trees: &[TreeName]) {
        for (name, fresh) in Manifest::empty(self.journal, trees).trees {
            self.trees.entry(name).or_insert(fresh);
        }
    }

    /// Values of one tree.
    pub fn live_of(&self, tree: TreeName) -> u64 {
        self.trees.get(tree.0).map_or(0, |tree| tree.contents.live)
    }

    pub fn live(&self) -> u64 {
        self.trees.values().map(|tree| tree.contents.live).fold(0, u64::saturating_add)
    }

    /// Remembers the newest of these writes, and of the older ones as many as there is room for.
    pub fn note_newest(&mut self, writes: &[Write]) {
        let mut by_tree: BTreeMap<TreeName, (HashSet<&[u8]>, Vec<Newest>)> = BTreeMap::new();
        for write in writes.iter().rev() {
            let (keys, newest) = by_tree.entry(write.tree).or_default();
            if newest.len() < NEWEST_MAX && keys.insert(&write.key) {
                newest.push(Newest::of(write));
            }
        }
        for (tree, (keys, mut newest)) in by_tree {
            let tree = self.trees.entry(tree.0.to_owned()).or_default();
            let older = tree.newest.drain(..).filter(|old| !keys.contains(old.key.as_slice()));
            newest.extend(older);
            newest.truncate(NEWEST_MAX);
            tree.newest = newest;
        }
    }
}

impl Newest {
    fn of(write: &Write) -> Newest {
        Newest {
            key: write.key.clone(),
            position: write.stored.position,
            tombstone: write.stored.is_tombstone(),
            digest: pair_digest(&write.key, &write.stored.encode()),
        }
    }
}

fn digest_line(json: &str) -> String {
    format!("xxh3 {:016x}", xxh3_64(json.as_bytes()))
}

mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::fmt::Write;

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(bytes.len() * 2);
        for byte in bytes {
            write!(text, "{byte:02x}").map_err(serde::ser::Error::custom)?;
        }
        serializer.serialize_str(&text)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        if !text.len().is_multiple_of(2) || !text.is_ascii() {
            return Err(D::Error::custom("not a hexadecimal key"));
        }
        let byte = |i| u8::from_str_radix(&text[i..i + 2], 16).map_err(D::Error::custom);
        (0..text.len()).step_by(2).map(byte).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Stored;

    const TREE: TreeName = TreeName("orders");
    const JOURNAL: JournalId = JournalId::from_bytes([7; JournalId::BYTES]);

    fn write(key: u8, position: u64) -> Write {
        let stored = Stored { version: 1, position: Position(position), value: Some(vec![key]) };
        Write { tree: TREE, key: vec![key], stored }
    }

    #[test]
    fn the_newest_writes_come_first_and_each_key_once() {
        let mut manifest = Manifest::empty(JOURNAL, &[TREE]);
        manifest.note_newest(&[write(1, 1), write(2, 2), write(1, 3)]);
        manifest.note_newest(&[write(2, 4)]);
        let newest: Vec<_> =
            manifest.trees["orders"].newest.iter().map(|n| (n.key[0], n.position.0)).collect();
        assert_eq!(newest, [(2, 4), (1, 3)]);
        let many: Vec<_> = (0..100).map(|i| write(i, u64::from(i) + 10)).collect();
        manifest.note_newest(&many);
        assert_eq!(manifest.trees["orders"].newest.len(), NEWEST_MAX);
        assert_eq!(manifest.trees["orders"].newest[0].key, [99]);
    }

    #[test]
    fn a_seal_is_read_back_and_any_changed_byte_makes_it_unreadable() {
        let dir = tempfile::tempdir().unwrap();
        let mut manifest = Manifest::empty(JOURNAL, &[TREE]);
        manifest.note_newest(&[write(7, 70)]);
        manifest.write(dir.path()).unwrap();
        assert_eq!(Manifest::read(dir.path()).unwrap(), Ok(manifest));
        let bytes = fs::read(dir.path().join(MANIFEST_FILE)).unwrap();
        for i in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[i] ^= 1;
            assert_eq!(Manifest::parse(&flipped), None, "byte {i}");
        }
    }
}
