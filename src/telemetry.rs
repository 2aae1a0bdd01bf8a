//! Logs, to standard error: readable for people, JSON for collectors. Nobody who logs waits for it: see [`output`].

use std::io::IsTerminal as _;
use std::time::Duration;

use tracing_subscriber::{EnvFilter, fmt};

use crate::output;
use crate::runtime::panic_text;
use crate::settings::{Log, LogFormat};

/// A panic may be the end of the process, which would take its line along.
const PANIC_FLUSH_WITHIN: Duration = Duration::from_millis(50);

/// Begins logging for the whole process.
///
/// # Errors
/// Where `log.level` is no filter.
pub fn begin(log: &Log) -> Result<(), String> {
    let filter = EnvFilter::try_new(&log.level)
        .map_err(|error| format!("settings: log.level = {}: {error}", log.level))?;
    let coloured = std::io::stderr().is_terminal();
    let to_stderr = fmt().with_env_filter(filter).with_ansi(coloured).with_writer(output::log);
    // what cannot be written cannot be complained of either
    let to_stderr = to_stderr.log_internal_errors(false);
    let begun = match log.format {
        LogFormat::Readable => to_stderr.with_target(false).try_init(),
        LogFormat::Json => to_stderr.json().try_init(),
    };
    // a second logger in one process, as in tests: the first stays
    drop(begun);
    log_panics();
    Ok(())
}

/// A panic becomes a log line like any other; what becomes of its actor, the guard logs.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        let text = panic_text(panic.payload());
        tracing::error!(%at, panic = text, "panic");
        output::flush(PANIC_FLUSH_WITHIN);
    }));
}
