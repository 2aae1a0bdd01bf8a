//! The trees of a directory that is only looked at. sled writes in its files whenever it opens them, so where the disk takes no write,
//! as that of a snapshot, a copy is read.

use std::fs;
use std::io;
use std::path::Path;

use rustix::fs::{Access, access};
use tempfile::TempDir;

use crate::journal::JournalId;
use crate::settings::Settings;
use crate::storage::{OpenState, SledTrees};

use super::Failure;
use super::data_directory::open_trees;
use super::layout::Layout;

pub struct ReadTrees {
    pub trees: SledTrees,
    pub state: OpenState,
    /// Gone when they are closed.
    _copy: Option<TempDir>,
}

impl ReadTrees {
    pub fn open(settings: &Settings, layout: &Layout, journal: JournalId) -> Result<ReadTrees, Failure> {
        let copy = if may_write(&layout.dir) { None } else { Some(copied(layout)?) };
        let read = copy.as_ref().map_or(layout.clone(), |copy| Layout { dir: copy.path().to_path_buf() });
        let (trees, state) = open_trees(settings, &read, journal)?;
        Ok(ReadTrees { trees, state, _copy: copy })
    }

    /// Whether what is damaged stands where it stood.
    pub fn is_copy(&self) -> bool {
        self._copy.is_some()
    }
}

fn may_write(dir: &Path) -> bool {
    access(dir, Access::WRITE_OK).is_ok()
}

fn copied(layout: &Layout) -> Result<TempDir, Failure> {
    let (from, copy) = (layout.trees(), tempfile::Builder::new().prefix("doorstep-trees-").tempdir()?);
    let to = copy.path().join("trees");
    eprintln!("{} takes no write: a copy of its trees is read, in {}", layout.dir.display(), to.display());
    let cannot = |error: io::Error| {
        Failure(format!(
            "cannot copy {} to {}: {error}; TMPDIR names a directory with room for it",
            from.display(),
            to.display()
        ))
    };
    if from.is_dir() {
        copy_all(&from, &to).map_err(cannot)?;
    }
    Ok(copy)
}

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let copy = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_all(&entry.path(), &copy)?;
        } else {
            fs::copy(entry.path(), &copy)?;
        }
    }
    Ok(())
}
