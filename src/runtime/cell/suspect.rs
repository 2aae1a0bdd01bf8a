//! Remembers, over the end of the process, which message its end was blamed on: one that spins for ever
//! would otherwise end every new process too.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::runtime::state::Cause;

/// A small file beside the journal; none for a cell in memory.
#[derive(Default)]
pub struct Suspects {
    file: Option<PathBuf>,
    attempts: HashMap<Cause, u32>,
}

#[derive(Serialize, Deserialize)]
struct Suspect {
    cause: Cause,
    attempts: u32,
}

impl Suspects {
    /// Reads what the last process left; a file that does not read is as good as none.
    pub fn open(file: PathBuf) -> Suspects {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let listed: Vec<Suspect> = serde_json::from_slice(&bytes).unwrap_or_default();
        let attempts = listed.into_iter().map(|suspect| (suspect.cause, suspect.attempts)).collect();
        Suspects { file: Some(file), attempts }
    }

    /// How often a message has ended a process. A question from outside never has: it is not handed over again,
    /// and all of them share one cause.
    pub fn attempts(&self, cause: &Cause) -> u32 {
        if self.attempts.is_empty() || *cause == Cause::Outside {
            return 0;
        }
        self.attempts.get(cause).copied().unwrap_or(0)
    }

    /// Called right before the process ends: whoever starts next counts the attempt.
    pub fn blame(file: &std::path::Path, cause: Cause) {
        let mut suspects = Suspects::open(file.to_owned());
        *suspects.attempts.entry(cause).or_insert(0) += 1;
        let listed: Vec<Suspect> =
            suspects.attempts.into_iter().map(|(cause, attempts)| Suspect { cause, attempts }).collect();
        let written = serde_json::to_vec(&listed).map(|bytes| std::fs::write(file, bytes));
        if !matches!(written, Ok(Ok(()))) {
            tracing::error!(file = %file.display(), "the suspect message could not be noted: it may end the next process too");
        }
    }

    pub fn file(&self) -> Option<&std::path::Path> {
        self.file.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Position;
    use crate::runtime::state::Statement;

    #[test]
    fn a_message_is_blamed_once_for_each_process_that_it_ended() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("suspects");
        let cause = Cause::Message(Statement { turn: Position(7), index: 0 });
        Suspects::blame(&file, cause);
        Suspects::blame(&file, cause);
        assert_eq!(Suspects::open(file.clone()).attempts(&cause), 2);
        assert_eq!(Suspects::open(file).attempts(&Cause::Outside), 0);
    }
}
