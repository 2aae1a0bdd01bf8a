//! Messages that were given up, as the operator sees them.

use serde::{Deserialize, Serialize};

use crate::runtime::actor::{Application, Refused};
use crate::time::Timestamp;

use super::pending::Pending;

/// A dead letter, as the operator sees it. Its id is the position of the turn that gave it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuriedLetter {
    /// The position of the turn that gave it up.
    pub id: u64,
    /// The actor, as logs show it.
    pub to: String,
    /// The message's name.
    pub name: String,
    /// What it is about, such as an order; `None` where it is about nothing in particular.
    pub subject: Option<String>,
    /// As JSON. It can hold what only the operator may see.
    pub message: String,
    /// What the last panic said.
    pub panic: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was given up, in the trade's time.
    pub at: Timestamp,
}

/// Why a dead letter stays what it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// None of this id, or no longer.
    #[error("there is no dead letter {0}: it was retried or discarded before, or never was")]
    NoSuchLetter(u64),
    /// It can be discarded, and not sent again.
    #[error(
        "dead letter {0} does not read as a message of this build ({1}): discard it, or use the build that wrote it"
    )]
    Unreadable(u64, String),
    /// Not admitted; but for [`Refused::Closed`], nothing was done.
    #[error("{0}")]
    Refused(Refused),
    /// The outcome is not known: the daemon is going down.
    #[error("the daemon could not journal it: {0}")]
    Failed(String),
}

impl<A: Application> Pending<A> {
    /// Every dead letter of this cell, oldest first.
    pub fn letters(&self) -> Vec<BuriedLetter> {
        let shown = self.dead.iter().map(|(position, (to, letter))| BuriedLetter {
            id: position.0,
            to: to.to_string(),
            name: letter.name.clone(),
            subject: letter.subject::<A>().map(|subject| subject.to_string()),
            message: letter.shown::<A>(),
            panic: letter.panic.clone(),
            attempts: letter.attempts,
            at: letter.at,
        });
        shown.collect()
    }
}
