//! Messages that were given up, and the operator's word on each: to send it again, or to forget it.

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::domain::Timestamp;
use crate::journal::Position;

use super::cell::Cell;
use super::handle::{Arrival, Handle};
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
        let (reply, answer) = oneshot::channel();
        self.send(Arrival::DeadLetters(reply))?;
        answer.await.ok()
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
        let (reply, answer) = oneshot::channel();
        self.send(Arrival::Resolve { letter, resolution, reply }).ok_or(closed.clone())?;
        answer.await.unwrap_or(Err(closed))
    }
}

impl<A: Application> Cell<A> {
    pub(super) fn dead_letters(&self) -> Vec<BuriedLetter> {
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
    pub(super) fn resolve(
        &self,
        letter: Position,
        resolution: Resolution,
        reply: oneshot::Sender<Result<(), Unresolved>>,
    ) {
        let resolved = self.0.core.borrow_mut().resolve(letter, resolution);
        self.pass_on();
        match resolved {
            Ok(position) => {
                let cell = self.clone();
                actix::spawn(async move {
                    cell.durable_beyond(position).await;
                    // whoever asked may have gone
                    let _ = reply.send(Ok(()));
                });
            }
            Err(unresolved) => {
                if let Unresolved::Failed(why) = &unresolved {
                    self.fatal(format!("a dead letter could not be resolved: {why}"));
                }
                let _ = reply.send(Err(unresolved));
            }
        }
    }
}
