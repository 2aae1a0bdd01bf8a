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

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::settings::Settings;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// On a full disk sled logs each write that failed; the shop's own line says what is full, where, and what to do.
    #[test]
    fn what_ships_logs_the_shops_words_of_a_failed_write_and_not_sleds() {
        let filter = EnvFilter::new(Settings::of_text("").unwrap().log.level);
        let written = Written::default();
        let writer = written.clone();
        let logger = fmt().with_env_filter(filter).with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(logger, || {
            tracing::error!(target: "sled", "failed to flush data to disk");
            tracing::error!(target: "doorstep::runtime", "no space is left");
        });
        let log = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert!(log.contains("no space is left") && !log.contains("failed to flush"), "{log}");
    }
}
