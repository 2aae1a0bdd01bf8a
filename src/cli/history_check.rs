//! Checks the journal whole beside a shop that is open. What is cheap to see was checked before it opened; this reads all the rest
//! once after each start, behind everybody else, and says where it finds damage.
//!
//! On a damaged history nothing may be built: the shop stops admission, finishes what it has admitted, and ends with the file and the
//! offset. The next start does not open before the journal has been checked whole.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use tokio::sync::oneshot;

use crate::journal::{self, Error, Examined};

use super::Failure;
use super::layout::Layout;

/// A segment of 32 MiB in a second; the journal of a million orders, 3.2 GB, in 100 s.
const CHECKED_BYTES_PER_SECOND: u64 = 32 << 20;
/// Of the kernel's nice values: behind everybody who wants the processor.
const NICE: i32 = 19;

/// Runs on a thread of its own; dropping it lets that end.
pub struct HistoryCheck {
    found: oneshot::Receiver<String>,
    /// Nothing is ever sent: when it is dropped, the thread's next rest is its last.
    _stop: Sender<()>,
}

impl HistoryCheck {
    pub fn begin(layout: &Layout) -> Result<HistoryCheck, Failure> {
        let (tell, found) = oneshot::channel();
        let (stop, stopped) = mpsc::channel();
        let layout = layout.clone();
        thread::Builder::new().name("journal-check".into()).spawn(move || {
            // where it may not, it is paced all the same
            let _ = rustix::process::setpriority_process(None, NICE);
            if let Some(why) = check(&layout, &stopped) {
                // whoever does not listen any more is about to end
                let _ = tell.send(why);
            }
        })?;
        Ok(HistoryCheck { found, _stop: stop })
    }

    /// Resolves when damage is found, with what to say about it; never, where there is none.
    pub async fn damage(&mut self) -> String {
        match (&mut self.found).await {
            Ok(why) => why,
            Err(_) => std::future::pending().await,
        }
    }
}

/// Where the last check found damage, the journal is checked whole before anything is opened.
pub fn check_again(layout: &Layout) -> Result<(), Failure> {
    let marker = layout.found_damaged();
    if !marker.exists() {
        return Ok(());
    }
    look_again(layout)?;
    fs::remove_file(&marker).map_err(|error| Failure(format!("cannot remove {}: {error}", marker.display())))
}

/// As `check_again`, for whoever changes nothing.
pub fn look_again(layout: &Layout) -> Result<(), Failure> {
    if layout.found_damaged().exists() {
        journal::examine(&layout.journal(), &mut |_| true)?;
    }
    Ok(())
}

/// What is wrong, if anything is.
fn check(layout: &Layout, stopped: &Receiver<()>) -> Option<String> {
    let begun = Instant::now();
    let mut read = 0;
    let examined = journal::examine(&layout.journal(), &mut |bytes| {
        read += bytes as u64;
        let due = Duration::from_micros(read.saturating_mul(1_000_000) / CHECKED_BYTES_PER_SECOND);
        let rest = due.saturating_sub(begun.elapsed());
        stopped.recv_timeout(rest) == Err(RecvTimeoutError::Timeout)
    });
    match examined {
        Ok(Examined { segments, bytes }) => {
            tracing::info!(segments, bytes, "the journal before this start was checked");
            None
        }
        Err(Error::Io { source, .. }) if is_want_of_room(&source) => {
            tracing::warn!(error = %source, "the journal could not be checked whole: the next start tries again");
            None
        }
        Err(error) => {
            remember(&layout.found_damaged(), &error);
            Some(format!("{error}; the shop stops, and opens again once the journal is whole"))
        }
    }
}

/// Of the process, and not of the file that was to be read.
fn is_want_of_room(error: &io::Error) -> bool {
    let errno = Errno::from_io_error(error);
    errno.is_some_and(|errno| [Errno::MFILE, Errno::NFILE, Errno::NOMEM].contains(&errno))
}

fn remember(marker: &Path, found: &Error) {
    if let Err(error) = fs::write(marker, format!("{found}\n")) {
        tracing::warn!(%error, "the damage could not be noted: the next start may open before it finds it again");
    }
}
