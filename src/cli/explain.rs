//! `doorstep explain`: the journal's turns about one order, or about a case that no order is about, as cause and effect.

mod subject;
mod trace;
mod turns;

use std::io;
use std::process::ExitCode;

use crate::journal::Position;
use crate::settings::Settings;

use super::directory::find_opened_once;
use super::layout::Layout;
use super::{Failure, known_forms};
use subject::Named;
use trace::Trace;
use turns::{Stopped, each_turn};

#[derive(clap::Args)]
pub struct Arguments {
    /// One order, by its id or by its number as people write it, or one case: ord_…, 100 0168, case_50
    #[arg(required = true, value_name = "ORDER|CASE")]
    words: Vec<String>,
}

/// Reads the journal's files, so it works beside a running daemon too.
pub fn run(settings: &Settings, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let named = Named::parse(&arguments.words.join(" "))?;
    let layout = Layout::of(settings);
    find_opened_once(&layout)?;
    known_forms::check_all(&layout)?;
    let journal = layout.journal();
    let unknown = || Failure(format!("the shop in {} knows no {named}", layout.dir.display()));
    let subject = named.find(&journal)?.ok_or_else(unknown)?;
    let mut trace = Trace::of(subject, &journal, settings.time_zone(), io::stdout().lock());
    match each_turn(&journal, Position::START, &mut |position, record| trace.turn(position, record)) {
        // whoever reads has seen enough, as `| head` does
        Err(Stopped::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(stopped) => Err(stopped.into()),
        Ok(()) if trace.turns == 0 => Err(unknown()),
        Ok(()) => Ok(ExitCode::SUCCESS),
    }
}
