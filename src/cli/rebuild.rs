//! `doorstep rebuild`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::actors::Shop;
use crate::runtime::{JournalDir, rebuild};
use crate::settings::Settings;
use crate::storage::DirectoryLock;

use super::data_directory::open_trees;
use super::directory::find_opened_once;
use super::layout::Layout;
use super::{Failure, known_forms, private};

/// Sets the trees aside, writes new ones from the journal alone, and removes the old ones when that is done. Where it cannot be
/// done the old ones are put back.
pub fn run(settings: &Settings) -> Result<ExitCode, Failure> {
    let layout = Layout::of(settings);
    find_opened_once(&layout)?;
    known_forms::check_all(&layout)?;
    private::claim(&layout)?;
    let _lock = DirectoryLock::take(&layout.dir)?;
    let journal_dir = layout.journal();
    let journal = JournalDir::check(&journal_dir)?;
    let old = set_aside(&layout.dir)?;
    let records = write_anew(settings, &layout, &journal)
        .inspect_err(|_| old.iter().for_each(|old| put_back(old, &layout.dir)))?;
    if let Some(old) = old {
        std::fs::remove_dir_all(&old)
            .map_err(|error| Failure(format!("rebuilt, but cannot remove {}: {error}", old.display())))?;
    }
    println!("rebuilt every tree from {records} records of the journal");
    Ok(ExitCode::SUCCESS)
}

fn write_anew(settings: &Settings, layout: &Layout, journal: &JournalDir<'_>) -> Result<u64, Failure> {
    let (trees, _) = open_trees(settings, layout, journal.id()?)?;
    Ok(actix::System::new().block_on(rebuild::<Shop>(journal, &trees))?)
}

/// As well as it can be done: what keeps it from that is less than what failed, and the next rebuild finds both.
fn put_back(old: &Path, dir: &Path) {
    let trees = dir.join("trees");
    let moved = match std::fs::remove_dir_all(&trees) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => std::fs::rename(old, &trees),
    };
    if let Err(error) = moved {
        tracing::warn!(old = %old.display(), "the trees cannot be put back: {error}");
    }
}

fn set_aside(dir: &Path) -> Result<Option<PathBuf>, Failure> {
    let (trees, old) = (dir.join("trees"), dir.join("trees.before-rebuild"));
    if !trees.exists() {
        return Ok(None);
    }
    if old.exists() {
        // an earlier rebuild was interrupted: what it had begun is worth nothing
        std::fs::remove_dir_all(&trees)?;
        return Ok(Some(old));
    }
    std::fs::rename(&trees, &old)
        .map_err(|error| Failure(format!("cannot set {} aside: {error}", trees.display())))?;
    Ok(Some(old))
}
