//! Derives the states anew from the journal alone, and compares them with what is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use crate::journal::{self, JournalId, Position, ReadEnd};
use crate::runtime::actor::{AnyTable, Application, LoadError};
use crate::storage::{MemoryTrees, Stored, TreeName, Trees};

use super::error::Error;
use super::pending::{Pending, TREES};
use super::record::{Record, RecordError};
use super::recovery::{Recovered, Replays, recover};

/// A journal's directory, read only.
pub struct JournalDir<'a> {
    dir: &'a Path,
    end: ReadEnd,
}

impl<'a> JournalDir<'a> {
    /// Checks every segment.
    ///
    /// # Errors
    /// Damage before the tail, with file and offset.
    pub fn check(dir: &'a Path) -> Result<JournalDir<'a>, Error> {
        let end = journal::check(dir)?;
        Ok(JournalDir { dir, end })
    }

    /// The last record.
    pub fn last(&self) -> Position {
        self.end.last
    }

    /// Of a last write that is not whole, which a start would drop.
    pub fn torn_bytes(&self) -> u64 {
        self.end.torn_bytes
    }

    /// Which journal it is.
    ///
    /// # Errors
    /// There is none.
    pub fn id(&self) -> Result<JournalId, Error> {
        let id = journal::identity(self.dir)?;
        Ok(id.ok_or_else(|| journal::Error::NoJournal { dir: self.dir.to_path_buf() })?)
    }

    /// `journal::Error::Behind` where it ends before what has been made from it.
    pub fn must_reach(&self, at_least: Position) -> Result<(), Error> {
        Ok(self.end.must_reach(at_least, self.dir)?)
    }
}

impl Replays for JournalDir<'_> {
    fn last(&self) -> Position {
        self.end.last
    }

    fn replay(&self, from: Position, visit: journal::Visit<'_>) -> Result<(), journal::Error> {
        journal::read(self.dir, from, visit).map(drop)
    }
}

/// Whether this build knows the form of what a start goes on from: of the last record that the trees reflect, or the first that
/// they lack. Asked before anything is written, so that a directory of another build stays as it is.
///
/// # Errors
/// The record is of a form that this build does not know. What else may be wrong is for the opening of the journal to say.
pub fn must_know<A: Application>(journal_dir: &Path, watermark: Position) -> Result<(), RecordError> {
    let before = Position(watermark.0.saturating_sub(1));
    let mut known = Ok(());
    let _what_else_is_wrong = journal::read(journal_dir, before, &mut |position, bytes| {
        known = Record::<A>::decode(position, bytes).map(drop);
        Err(journal::Error::Visitor("one is enough".into()))
    });
    known
}

/// The states as the journal alone gives them.
///
/// # Errors
/// It cannot be read, or holds a form that this build does not know.
pub fn derive<A: Application>(journal: &JournalDir<'_>) -> Result<Recovered<A>, Error> {
    recover(journal, &MemoryTrees::new(&tree_names::<A>()))
}

/// Every tree of an application and of the runtime.
pub fn tree_names<A: Application>() -> Vec<TreeName> {
    A::tables().names().into_iter().chain(TREES).collect()
}

/// Something that is stored otherwise than the journal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub tree: TreeName,
    /// Of what, written out for people.
    pub key: String,
    /// What is otherwise: the rest of a sentence that begins with tree and key.
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.tree, self.key, self.what)
    }
}

/// Compares what the journal says with the trees, as they are after a replay of what they lack; empty where they agree.
///
/// # Errors
/// One of them cannot be read.
pub fn compare<A: Application>(
    derived: &Recovered<A>,
    trees: &dyn Trees,
    journal: &(impl Replays + ?Sized),
) -> Result<Vec<Difference>, Error> {
    let stored = recover::<A>(journal, trees)?;
    let mut differences = vec![];
    for (said, kept) in derived.tables.iter().zip(stored.tables.iter()) {
        compare_table(said, kept, trees, &mut differences)?;
    }
    compare_pending(&derived.pending, &stored.pending, &mut differences);
    Ok(differences)
}

fn compare_table(
    said: &dyn AnyTable,
    kept: &dyn AnyTable,
    trees: &dyn Trees,
    differences: &mut Vec<Difference>,
) -> Result<(), Error> {
    let mut stored: BTreeMap<Vec<u8>, Stored> = BTreeMap::new();
    trees.scan(said.tree(), &[], &mut |key, value| {
        stored.insert(key.to_vec(), value);
        true
    })?;
    stored.extend(kept.encode_all().into_iter().map(|write| (write.key, write.stored)));
    for write in said.encode_all() {
        let kept = stored.remove(&write.key).and_then(|stored| stored.value.is_some().then_some(stored));
        let said_value = write.stored.value.is_some().then_some(&write.stored);
        let what = match (said_value, &kept) {
            (None, None) => continue,
            (Some(said), Some(kept)) if said.value == kept.value && said.version == kept.version => continue,
            (Some(value), Some(kept)) => first_difference(said, value, kept)?,
            (Some(_), None) => Some("is in the journal and not stored".to_owned()),
            (None, Some(_)) => Some("is stored although the journal says it is gone".to_owned()),
        };
        differences.extend(what.map(|what| Difference {
            tree: said.tree(),
            key: said.show_key(&write.key),
            what,
        }));
    }
    for (key, stored) in stored {
        if stored.value.is_some() {
            let what = "is stored and nothing in the journal says so".to_owned();
            differences.push(Difference { tree: said.tree(), key: said.show_key(&key), what });
        }
    }
    Ok(())
}

/// The first line in which two values, written out, differ; `None` where only their stored form does.
fn first_difference(table: &dyn AnyTable, said: &Stored, kept: &Stored) -> Result<Option<String>, LoadError> {
    let (said, kept) = (table.show(said)?, table.show(kept)?);
    let differs = said.lines().zip(kept.lines()).find(|(said, kept)| said != kept);
    let differs = differs
        .map(|(said, kept)| format!("the journal says `{}`, stored is `{}`", said.trim(), kept.trim()));
    let longer = (said.lines().count() != kept.lines().count())
        .then(|| "one has more entries than the other".to_owned());
    Ok(differs.or(longer))
}

fn compare_pending<A: Application>(said: &Pending<A>, kept: &Pending<A>, differences: &mut Vec<Difference>) {
    let [messages, calls, timers, dead_letters] = TREES;
    compare_keys(messages, said.messages.iter(), kept.messages.iter(), differences);
    compare_keys(calls, said.calls.iter(), kept.calls.iter(), differences);
    compare_keys(timers, said.timers.iter(), kept.timers.iter(), differences);
    compare_keys(dead_letters, said.dead.iter(), kept.dead.iter(), differences);
}

fn compare_keys<'a, K: Ord + fmt::Debug + 'a, V: 'a>(
    tree: TreeName,
    said: impl Iterator<Item = (&'a K, &'a V)>,
    kept: impl Iterator<Item = (&'a K, &'a V)>,
    differences: &mut Vec<Difference>,
) {
    let said: BTreeSet<&K> = said.map(|(key, _)| key).collect();
    let kept: BTreeSet<&K> = kept.map(|(key, _)| key).collect();
    let only = |keys: Vec<&&K>, what: &str| {
        let difference = |key| Difference { tree, key: format!("{key:?}"), what: what.to_owned() };
        keys.into_iter().map(difference).collect::<Vec<_>>()
    };
    differences.extend(only(said.difference(&kept).collect(), "is in the journal and not remembered"));
    differences
        .extend(only(kept.difference(&said).collect(), "is remembered and nothing in the journal says so"));
}

/// Turns folded between two checkpoints of a rebuild.
const FOLDED_BETWEEN_CHECKPOINTS: u64 = 200_000;

/// Writes what the journal says into empty trees; how many records it took.
///
/// # Errors
/// The journal cannot be read, or the trees cannot be written.
pub async fn rebuild<A: Application>(journal: &JournalDir<'_>, trees: &dyn Trees) -> Result<u64, Error> {
    let mut from = Position::START;
    let mut recovered = Recovered::<A>::empty(from);
    while from < journal.end.last {
        let to = from.plus(FOLDED_BETWEEN_CHECKPOINTS).0.min(journal.end.last.0);
        recovered.fold_up_to(journal, trees, from, Position(to))?;
        from = Position(to);
        recovered.write_to(trees).await?;
    }
    Ok(journal.end.last.0)
}
