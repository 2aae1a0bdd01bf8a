use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::actors::{Address, Message, Shop};
use crate::runtime::{AnyReply, Handle, Refused};

/// The shop's actors, as the gateway sees them.
pub trait ShopClient: Send + Sync + 'static {
    /// Asks an actor and waits for its reply, no longer than `within`. The reply has the type that belongs to the question.
    fn ask_any(&self, to: Address, message: Message, within: Duration) -> PendingReply;

    /// Whether the shop takes work: recovered, and not draining.
    fn ready(&self) -> bool;

    /// Errs where a question would be refused now in any case, so that nothing is spent on reading it.
    fn has_room(&self) -> Result<(), AskError>;
}

/// The reply to a question, while it is waited for.
pub type PendingReply = Pin<Box<dyn Future<Output = Result<AnyReply, AskError>> + Send>>;

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
    /// It was tried and given up: nothing was done. The operator finds it among the dead letters.
    #[error("the shop could not do this, and nothing was done")]
    GivenUp,
}

/// Asked again after this, an overloaded shop has worked off what was admitted.
const RETRY_AFTER_S: u32 = 1;

impl ShopClient for Handle<Shop> {
    fn ask_any(&self, to: Address, message: Message, within: Duration) -> PendingReply {
        let shop = self.clone();
        Box::pin(async move {
            shop.ask_any(to, message, within).await.map_err(|refused| match refused {
                Refused::Overloaded => AskError::Overloaded { retry_after_s: RETRY_AFTER_S },
                Refused::Deadline => AskError::Deadline,
                Refused::Closed => AskError::Closed,
                Refused::GivenUp => AskError::GivenUp,
            })
        })
    }

    fn ready(&self) -> bool {
        self.is_open()
    }

    fn has_room(&self) -> Result<(), AskError> {
        if self.is_behind() { Err(AskError::Overloaded { retry_after_s: RETRY_AFTER_S }) } else { Ok(()) }
    }
}
