//! `doorstep verify`.

use std::process::ExitCode;

use crate::actors::{Shop, audit, trees::names};
use crate::runtime::{JournalDir, Recovered, compare, derive, system_time};
use crate::settings::{Settings, ShopKind};
use crate::storage::{DirectoryLock, OpenState};

use super::data_directory::WHETHER_ACKNOWLEDGED;
use super::directory::find_opened_once;
use super::known_forms::promised;
use super::layout::Layout;
use super::read_trees::ReadTrees;
use super::{Failure, clocks, known_forms, private};

/// Differences shown one by one; the rest is counted.
const SHOWN_MAX: usize = 50;

/// Exits 1 where anything differs, and names it.
pub fn run(settings: &Settings) -> Result<ExitCode, Failure> {
    let Examined { kind, records, torn_bytes, derived, found } = examine(settings)?;
    if let Some(ahead) = clocks::trade_ahead(derived.last_at, system_time()?, kind) {
        println!("{ahead}");
    }
    report(records, torn_bytes, &found);
    Ok(if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What a shop's directory holds.
pub struct Examined {
    pub kind: ShopKind,
    pub records: u64,
    /// Of a last write that is not whole. A start drops it and opens, so it is no difference.
    pub torn_bytes: u64,
    /// The states as the journal alone gives them.
    pub derived: Recovered<Shop>,
    /// Each difference, named.
    pub found: Vec<String>,
}

/// Derives every state from the journal alone, compares it with the trees, and audits the books and the stock.
pub fn examine(settings: &Settings) -> Result<Examined, Failure> {
    let layout = Layout::of(settings);
    let kind = find_opened_once(&layout)?.kind;
    private::look(&layout)?;
    known_forms::check_all(&layout)?;
    let _lock = DirectoryLock::hold(&layout.dir)?;
    let journal_dir = layout.journal();
    let at_least = promised(&layout)?;
    let journal = JournalDir::check(&journal_dir)?;
    journal.must_reach(at_least)?;
    let derived = derive::<Shop>(&journal)?;
    let mut found = vec![];
    let read = ReadTrees::open(settings, &layout, journal.id()?)?;
    match &read.state {
        OpenState::Exact => {
            let differences = compare::<Shop>(&derived, &read.trees, &journal)?;
            found.extend(differences.iter().map(ToString::to_string));
        }
        OpenState::Fresh if journal.last().0 == 0 => {}
        OpenState::Fresh => found.push("there are no trees: run `doorstep rebuild`".to_owned()),
        OpenState::SetAside { why, .. } if read.is_copy() => {
            found.push(format!("the trees are damaged ({why}): run `doorstep rebuild`"));
        }
        OpenState::SetAside { moved_to, why } => {
            let moved_to = moved_to.display();
            found.push(format!(
                "the trees were damaged ({why}) and stand in {moved_to} now: run `doorstep rebuild`"
            ));
        }
    }
    found.extend(audit::audit(&derived.tables, derived.is_quiet()));
    let (records, torn_bytes) = (journal.last().0, journal.torn_bytes());
    Ok(Examined { kind, records, torn_bytes, derived, found })
}

fn report(records: u64, torn_bytes: u64, found: &[String]) {
    if torn_bytes > 0 {
        println!(
            "the last write before the end, {torn_bytes} bytes, is not whole, and the next start drops it: {WHETHER_ACKNOWLEDGED}"
        );
    }
    for difference in found.iter().take(SHOWN_MAX) {
        println!("{difference}");
    }
    if found.len() > SHOWN_MAX {
        println!("… and {} more", found.len() - SHOWN_MAX);
    }
    let trees = names().len();
    match found.len() {
        0 => println!("verified: {records} records of the journal, {trees} trees, books and stock balance"),
        differences => {
            println!("{differences} differences between {records} records of the journal and the trees")
        }
    }
}
