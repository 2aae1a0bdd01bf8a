//! A message on its way to an actor.

use std::sync::Arc;

use tokio::time::Instant;

use crate::runtime::actor::{Application, RequestId};

use super::record::Cause;

/// A message on its way to an actor of this cell.
pub struct Envelope<A: Application> {
    pub cause: Cause,
    pub message: Arc<A::Message>,
    /// The `ask` that it is, if it is one.
    pub request: Option<RequestId>,
    /// An `ask` that is handled after this is dropped unexecuted.
    pub deadline: Option<Instant>,
    /// Its turn stands in the journal (or, of a turn that only answers, is on its way out): after a panic
    /// it must not be decided on again.
    pub decided: bool,
}

impl<A: Application> Envelope<A> {
    /// A message of this cell; it is accepted whatever the load.
    pub fn inside(cause: Cause, message: Arc<A::Message>) -> Envelope<A> {
        Envelope { cause, message, request: None, deadline: None, decided: false }
    }

    /// A message from outside is dropped when it is late; what stands in a turn never is.
    pub fn is_late(&self) -> bool {
        self.cause == Cause::Outside && self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}
