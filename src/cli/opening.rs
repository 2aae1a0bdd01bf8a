//! A directory that a process has, and does not answer for: it opens the shop, or stops it.

use crate::storage::holder;

use super::Failure;
use super::layout::Layout;

/// What to say to whoever asks meanwhile; `otherwise` where no process has it.
pub fn or(layout: &Layout, otherwise: Failure) -> Failure {
    let ours = std::process::id();
    match holder(&layout.dir).filter(|pid| *pid != ours) {
        None => otherwise,
        Some(pid) => Failure(format!(
            "process {pid} has {} and does not answer yet: it is opening the shop, stopping it, or verifying it; ask again when it has \
             done so",
            layout.dir.display()
        )),
    }
}
