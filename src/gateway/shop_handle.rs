use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::actors::{Address, Message, Reply};

/// The shop's actors, as the gateway sees them.
pub trait Asks: Send + Sync + 'static {
    /// Asks an actor and waits for its reply, no longer than `within`.
    fn ask(&self, to: Address, message: Message, within: Duration) -> Asked;

    /// Whether the shop takes work: recovered, and not draining.
    fn ready(&self) -> bool;
}

/// A question under way.
pub type Asked = Pin<Box<dyn Future<Output = Result<Reply, AskError>> + Send>>;

/// Why there is no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// Refused at admission: nothing has happened.
    #[error("the shop has more work than it takes, ask again in {retry_after_s} s")]
    Overloaded { retry_after_s: u32 },
    /// The outcome is unknown: it may have happened, or may yet.
    #[error("no answer in time, the outcome is unknown: ask again with the same key")]
    Deadline,
    /// The daemon is going down. The outcome is unknown too.
    #[error("the shop is closing, the outcome is unknown: ask again with the same key once it is back")]
    Closed,
}
