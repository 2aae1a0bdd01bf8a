//! `doorstep import catalogue FILE`.

use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use crate::domain::catalogue::import;
use crate::runtime::DrainDeadlines;
use crate::settings::{Opens, Settings};

use super::data_directory::DataDirectory;
use super::{Failure, demo};

/// Bad rows shown one by one; the rest is counted.
const REJECTED_SHOWN_MAX: usize = 50;

/// Exits 0 when every row was listed, 1 when some were rejected; the good ones are listed all the same.
pub fn run(settings: Settings, file: &Path) -> Result<ExitCode, Failure> {
    let opened = File::open(file);
    let opened = opened.map_err(|error| Failure(format!("cannot open {}: {error}", file.display())))?;
    let imported = import(opened).map_err(|error| Failure(format!("{}: {error}", file.display())))?;
    for rejected in imported.rejected.iter().take(REJECTED_SHOWN_MAX) {
        eprintln!("{}:{}: {}", file.display(), rejected.line, rejected.why);
    }
    let hidden = imported.rejected.len().saturating_sub(REJECTED_SHOWN_MAX);
    if hidden > 0 {
        eprintln!("… and {hidden} more rows that were not listed");
    }
    if !imported.derived.is_empty() {
        let columns = imported.derived.join(", ");
        println!("the file has no column for {columns}: derived from each row's SKU, the same each time");
    }
    let rejected = imported.rejected.len();
    let rows = imported.rows;
    let (new, changed) = actix::System::new().block_on(async {
        let opened =
            DataDirectory::open(&settings, Opens::Either)?.start(&settings, "http://localhost").await?;
        let listed = demo::list(&opened.running.handle(), rows).await;
        opened.running.drain(DrainDeadlines::default()).await;
        listed
    })?;
    println!("{new} products listed, {changed} changed, {rejected} rows rejected");
    Ok(if rejected == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
