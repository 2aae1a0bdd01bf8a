//! Logs go to standard error, as text or as JSON. Logging never blocks: see [`output`].

use std::io::IsTerminal as _;
use std::time::Duration;

use tracing_subscriber::{EnvFilter, fmt};

use crate::output;
use crate::runtime::panic_text;
use crate::settings::{Log, LogFormat};

/// A panic may end the process; its log line is waited for this long.
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
    // an error of writing the log could only be written to the log
    let to_stderr = to_stderr.log_internal_errors(false);
    let begun = match log.format {
        LogFormat::Readable => to_stderr.with_target(false).try_init(),
        LogFormat::Json => to_stderr.json().try_init(),
    };
    // where there is a logger already, as in tests, it stays
    drop(begun);
    log_panics();
    Ok(())
}

/// A panic becomes a log line like any other. What follows for its actor, `runtime/cell/guard` logs.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        let text = panic_text(panic.payload());
        tracing::error!(%at, panic = text, "panic");
        output::flush(PANIC_FLUSH_WITHIN);
    }));
}
