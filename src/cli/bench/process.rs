//! What a process has used, as the kernel counts it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// A process by its folder in `/proc`.
pub struct Process(PathBuf);

/// What it has used since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Used {
    /// All its threads, in the kernel too.
    pub cpu: Duration,
    /// Given to write calls: files, and answers over HTTP where they are. The kernel's own count of what goes to the disks
    /// (`write_bytes`) counts two megabytes for a page of a file that it keeps in large folios, as ext4 does from
    /// Linux 6.16 on. `None` where the kernel does not tell us.
    pub written_bytes: Option<u64>,
}

/// Bytes of memory: now, and at most so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resident {
    pub now: u64,
    pub most: u64,
}

impl Process {
    pub fn this() -> Process {
        Process("/proc/self".into())
    }

    pub fn of(id: u32) -> Process {
        Process(format!("/proc/{id}").into())
    }

    /// `None` where the kernel does not tell (no Linux, or the process has ended).
    pub fn used(&self) -> Option<Used> {
        let stat = fs::read_to_string(self.0.join("stat")).ok()?;
        let written = fs::read_to_string(self.0.join("io")).ok();
        let written_bytes = written.and_then(|text| field(&text, "wchar:"));
        Some(Used { cpu: cpu(&stat, rustix::param::clock_ticks_per_second())?, written_bytes })
    }

    pub fn resident(&self) -> Option<Resident> {
        let status = fs::read_to_string(self.0.join("status")).ok()?;
        let bytes = |name| field(&status, name).map(|kib| kib * 1024);
        Some(Resident { now: bytes("VmRSS:")?, most: bytes("VmHWM:")? })
    }
}

/// Of a process's `stat`: `pid (name) state …`, where the name may hold anything; times are in ticks.
fn cpu(stat: &str, ticks_a_second: u64) -> Option<Duration> {
    let (_, rest) = stat.rsplit_once(") ")?;
    // from the state on: utime is the 12th, stime the 13th
    let mut times = rest.split_ascii_whitespace().skip(11).map(str::parse::<u64>);
    let ticks = times.next()?.ok()? + times.next()?.ok()?;
    Some(Duration::from_secs_f64(ticks as f64 / ticks_a_second.max(1) as f64))
}

fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_any_name() {
        let stat = "42 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0";
        assert_eq!(cpu(stat, 100), Some(Duration::from_secs(3)));
        assert_eq!(cpu("42 (cut", 100), None);
        assert_eq!(cpu("42 (short) S 1 2", 100), None);
    }

    #[test]
    fn this_process_has_used_something() {
        assert!(Process::this().used().is_some());
        let resident = Process::this().resident().unwrap();
        assert!(resident.now > 0 && resident.most >= resident.now);
        assert_eq!(Process::of(0).used(), None);
    }
}
