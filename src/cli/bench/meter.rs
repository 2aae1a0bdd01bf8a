//! What a process uses between two moments.

use super::figures::Cost;
use super::process::{Process, Used};

/// The first moment.
pub struct Meter {
    process: Process,
    used: Option<Used>,
    syncs: Option<u64>,
}

impl Meter {
    /// `syncs`: so far, as the shop counts them.
    pub fn begin(process: Process, syncs: Option<u64>) -> Meter {
        let used = process.used();
        Meter { process, used, syncs }
    }

    pub fn end(&self, syncs: Option<u64>) -> Cost {
        let since = |before: Used, now: Used| Used {
            cpu: now.cpu.saturating_sub(before.cpu),
            written_bytes: now.written_bytes.zip(before.written_bytes).map(|(now, before)| now - before),
        };
        Cost {
            used: self.used.zip(self.process.used()).map(|(before, now)| since(before, now)),
            syncs: syncs.zip(self.syncs).map(|(now, before)| now - before),
            resident: self.process.resident(),
        }
    }
}
