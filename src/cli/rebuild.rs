//! `doorstep rebuild`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::actors::Shop;
use crate::runtime::{JournalDir, rebuild};
use crate::settings::Settings;
use crate::storage::DirectoryLock;

use super::world::{Layout, open_trees};
use super::{Failure, private};

/// Sets the trees aside, writes new ones from the journal alone, and removes the old ones when that is done.
pub fn run(settings: &Settings) -> Result<ExitCode, Failure> {
    let layout = Layout::of(settings);
    layout.must_exist()?;
    private::claim(&layout)?;
    let _lock = DirectoryLock::take(&layout.dir)?;
    let journal_dir = layout.journal();
    let journal = JournalDir::check(&journal_dir)?;
    let old = set_aside(&layout.dir)?;
    let (trees, _) = open_trees(settings, &layout, journal.id()?)?;
    let records = actix::System::new().block_on(rebuild::<Shop>(&journal, &trees))?;
    if let Some(old) = old {
        std::fs::remove_dir_all(&old)
            .map_err(|error| Failure(format!("rebuilt, but cannot remove {}: {error}", old.display())))?;
    }
    println!("rebuilt every tree from {records} records of the journal");
    Ok(ExitCode::SUCCESS)
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
