//! What comes in at the door of a cell.

use futures_util::future::LocalBoxFuture;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::runtime::actor::{Application, Refused, RequestId};
use crate::runtime::state::Envelope;

/// What comes into a cell. `C`: the cell, as whoever works in it has it.
pub enum Arrival<A: Application, C> {
    Ask {
        to: A::Address,
        message: A::Message,
        deadline: Instant,
        refused: oneshot::Sender<Refused>,
        request: RequestId,
    },
    /// A turn of another cell has sent it.
    Message {
        to: A::Address,
        envelope: Envelope<A>,
    },
    Work(Work<C>),
}

/// Something to be done in a cell.
pub type Work<C> = Box<dyn FnOnce(C) -> LocalBoxFuture<'static, ()> + Send>;
