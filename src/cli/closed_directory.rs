//! A data directory that no daemon has open: what it keeps is read without an actor, or its shop is started for one decision and
//! stopped in order.

use std::sync::Arc;

use crate::actors::Shop;
use crate::runtime::{Clock, JournalDir, Recovered, recover, system_time, tree_names};
use crate::settings::{Opens, Settings};
use crate::storage::{DirectoryLock, MemoryTrees};

use super::data_directory::{DataDirectory, Opened};
use super::directory::find_opened_once;
use super::known_forms::promised;
use super::layout::Layout;
use super::read_trees::ReadTrees;
use super::rows::Rows;
use super::{Failure, directory, known_forms, opening, private};

/// `bring_up`: which rows are looked at, as the journal's end left them.
pub fn read<T>(
    settings: &Settings,
    bring_up: impl FnOnce(Rows, &Recovered<Shop>) -> Rows,
    look: impl FnOnce(&Rows, Clock) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let layout = Layout::of(settings);
    directory::find(&layout, Opens::Either)?;
    private::look(&layout)?;
    if directory::is_unopened(&layout)? {
        return look_at_nothing(look);
    }
    let kind = find_opened_once(&layout)?.kind;
    known_forms::check(&layout)?;
    let _lock = DirectoryLock::hold(&layout.dir).map_err(|held| opening::or(&layout, held.into()))?;
    let (journal_dir, at_least) = (layout.journal(), promised(&layout)?);
    let journal = JournalDir::check(&journal_dir)?;
    journal.must_reach(at_least)?;
    let read = ReadTrees::open(settings, &layout, journal.id()?)?;
    let recovered = recover::<Shop>(&journal, &read.trees)?;
    let speed = settings.speed(kind);
    let clock = Clock::start(system_time()?, recovered.last_real, recovered.last_at, speed);
    let rows = bring_up(Rows::of(Arc::new(read.trees)), &recovered);
    look(&rows, clock)
}

/// What `init` has made and nobody has opened has no order, no case and no product.
fn look_at_nothing<T>(look: impl FnOnce(&Rows, Clock) -> Result<T, Failure>) -> Result<T, Failure> {
    let none = MemoryTrees::new(&tree_names::<Shop>());
    let now = system_time()?;
    look(&Rows::of(Arc::new(none)), Clock::start(now, now, now, 1))
}

/// The shop, started for a decision; whoever starts it drains it.
pub async fn start(settings: &Settings) -> Result<Opened, Failure> {
    let directory = DataDirectory::open(settings, Opens::Either);
    let directory = directory.map_err(|failure| opening::or(&Layout::of(settings), failure))?;
    directory.start(settings, "http://localhost").await
}
