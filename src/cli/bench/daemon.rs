//! This very program as a daemon on a free port.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::cli::Failure;
use crate::settings::Settings;

const OPENS_WITHIN: Duration = Duration::from_secs(60);
/// Above the sum of the deadlines of an ordered stop.
const STOPS_WITHIN: Duration = Duration::from_secs(60);
/// Of its log, where it did not open.
const LOG_LINES_SHOWN: usize = 10;
const OPEN: &str = "doorstep is open: ";

/// A daemon that runs; killed when it is dropped.
pub struct Daemon {
    process: Child,
    pub process_id: u32,
    pub url: String,
    /// Stays open, or the daemon could not say how it stopped.
    _said: Lines<BufReader<ChildStdout>>,
    log: PathBuf,
}

impl Daemon {
    /// Starts it in the settings' directory and waits until it is open.
    pub async fn open(settings: &Settings, config: Option<&Path>) -> Result<Daemon, Failure> {
        let log = settings.data.dir.join("daemon.log");
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--listen", "127.0.0.1:0", "--processor-listen", "127.0.0.1:0"]);
        command.args(["--speed", &settings.trade.speed.to_string()]).arg("--data").arg(&settings.data.dir);
        config.map(|config| command.arg("--config").arg(config));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(&log)?).kill_on_drop(true);
        let mut process = command.spawn()?;
        let said = process.stdout.take().ok_or_else(|| Failure("the daemon has no output".to_owned()))?;
        let mut said = BufReader::new(said).lines();
        let line = tokio::time::timeout(OPENS_WITHIN, said.next_line()).await;
        let url = line.ok().and_then(|line| url_of(&line.ok()??));
        let (Some(url), Some(process_id)) = (url, process.id()) else {
            return Err(Failure(format!("the daemon did not open: {}", last_lines(&log))));
        };
        Ok(Daemon { process, process_id, url, _said: said, log })
    }

    /// Stops it in order, and waits for its end.
    pub async fn stop(mut self) -> Result<(), Failure> {
        let failed = |how: String| Failure(format!("the daemon {how}: {}", last_lines(&self.log)));
        // one that has ended already says how below
        let pid = i32::try_from(self.process_id).ok().and_then(Pid::from_raw);
        let _ = pid.map(|pid| kill_process(pid, Signal::TERM));
        let ended = tokio::time::timeout(STOPS_WITHIN, self.process.wait()).await;
        match ended.map_err(|_| failed("did not stop".to_owned()))?? {
            status if status.success() => Ok(()),
            status => Err(failed(format!("ended with {status}"))),
        }
    }
}

/// Of the line that says that it is open.
fn url_of(line: &str) -> Option<String> {
    line.strip_prefix(OPEN)?.split_ascii_whitespace().next().map(str::to_owned)
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join("\n")
}
