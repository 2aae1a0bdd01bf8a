//! What is sent to a shop's process.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitStatus};

use super::shop::{TestShop, read};
use super::wait::until;

impl TestShop {
    /// Asks it to stop, as an operator or the system does: SIGTERM.
    pub fn asks_to_stop(&self) {
        self.signals("TERM");
    }

    /// Asks it by another signal, and waits for its end.
    #[track_caller]
    pub fn stops_on(&mut self, signal: &str) -> ExitStatus {
        self.signals(signal);
        self.waits_for_the_end()
    }

    /// It does nothing any more, and has not ended: SIGSTOP. On return each of its threads stands still.
    pub fn freezes(&self) {
        self.signals("STOP");
        let tasks = format!("/proc/{}/task", self.pid());
        until("every thread stands still", || {
            let mut threads = fs::read_dir(&tasks).expect("the daemon's threads").flatten();
            threads.all(|thread| is_stopped(&thread.path())).then_some(())
        });
    }

    fn signals(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.pid().to_string()]).status();
        assert!(sent.expect("run kill").success());
    }
}

/// Of a thread by its folder in `/proc`. One in the middle of a sync stops only after it.
fn is_stopped(thread: &Path) -> bool {
    let stat = read(&thread.join("stat"));
    // `pid (name) state …`, and a name may hold anything
    stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with('T'))
}
