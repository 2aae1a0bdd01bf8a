//! Messages that were given up, and the operator's word on each: to send it again, or to forget it.

use std::future::ready;

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::journal::Position;

use super::cell::Cell;
use super::handle::Handle;
use super::{Application, Refused};

/// A dead letter, as the operator sees it. Its id is the position of the turn that gave it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuriedLetter {
    pub id: u64,
    pub to: String,
    pub name: String,
    /// As JSON. It can hold what only the operator may see.
    pub message: String,
    pub panic: String,
    pub attempts: u32,
    pub at: Timestamp,
}

/// What becomes of a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// It is sent to its actor again, under a new id.
    Retry,
    /// It is forgotten.
    Discard,
}

/// Why a dead letter stays what it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    #[error("there is no dead letter {0}: it was retried or discarded before, or never was")]
    NoSuchLetter(u64),
    #[error(
        "dead letter {0} does not read as a message of this build ({1}): discard it, or use the build that wrote it"
    )]
    Unreadable(u64, String),
    #[error("{0}")]
    Refused(Refused),
    /// The outcome is not known: the daemon is going down.
    #[error("the daemon could not journal it: {0}")]
    Failed(String),
}

impl<A: Application> Handle<A> {
    /// Every dead letter, oldest first. `None` when the cell is gone.
    pub async fn dead_letters(&self) -> Option<Vec<BuriedLetter>> {
        let found = self.work(|cell| async move { cell.everywhere(|cell| ready(cell.dead_letters())).await });
        let mut letters = found.await??.concat();
        letters.sort_unstable_by_key(|letter| letter.id);
        Some(letters)
    }

    /// Resolves a dead letter, once; it is durable when this returns.
    ///
    /// # Errors
    /// [`Unresolved`]; but for `Failed` and [`Refused::Closed`], nothing was done.
    pub async fn resolve(&self, letter: Position, resolution: Resolution) -> Result<(), Unresolved> {
        let closed = Unresolved::Refused(Refused::Closed);
        if !self.is_open() {
            return Err(closed);
        }
        let resolve = move |cell: Cell<A>| async move {
            cell.everywhere(move |cell| async move { cell.resolve(letter, resolution).await }).await
        };
        let said = self.work(resolve).await.flatten().ok_or(closed)?;
        let no_such = Err(Unresolved::NoSuchLetter(letter.0));
        // it lies in one cell
        said.into_iter().find(|said| *said != no_such).unwrap_or(no_such)
    }
}

impl<A: Application> Cell<A> {
    fn dead_letters(&self) -> Vec<BuriedLetter> {
        let core = self.0.core.borrow();
        let shown = core.pending.dead.iter().map(|(position, (to, letter))| BuriedLetter {
            id: position.0,
            to: to.to_string(),
            name: letter.name.clone(),
            message: letter.message.clone(),
            panic: letter.panic.clone(),
            attempts: letter.attempts,
            at: letter.at,
        });
        shown.collect()
    }

    /// Answers once the turn is durable.
    async fn resolve(&self, letter: Position, resolution: Resolution) -> Result<(), Unresolved> {
        let resolved = self.0.core.borrow_mut().resolve(letter, resolution);
        self.pass_on();
        if let Err(Unresolved::Failed(why)) = &resolved {
            self.fatal(format!("a dead letter could not be resolved: {why}"));
        }
        self.0.common.durable_beyond(resolved?).await;
        Ok(())
    }
}
