use std::sync::Arc;

use crate::actors::{Address, Message, Reply, Rules};
use crate::domain::catalogue::Catalogue;

use super::{AskError, Asks, HttpLimits, Problem};

/// All that a handler can reach.
#[derive(Clone)]
pub struct App {
    pub asks: Arc<dyn Asks>,
    pub catalogue: Arc<Catalogue>,
    /// Whether the processor knows this token.
    pub tokens: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    /// `currency` and `shipping` are read.
    pub rules: Arc<Rules>,
    pub limits: HttpLimits,
    pub pages: PageSettings,
}

/// What the pages must know of the world around.
#[derive(Clone, Debug, Default)]
pub struct PageSettings {
    /// Where the merchant system takes the card: an absolute URL, another origin.
    pub payment_page_url: String,
}

impl App {
    /// Asks for something that changes nothing: without an answer, nothing is lost.
    pub async fn read(&self, to: Address, message: impl Into<Message>) -> Result<Reply, Problem> {
        self.ask(to, message.into()).await.map_err(|error| match error {
            AskError::Deadline => Problem::no_answer(),
            other => other.into(),
        })
    }

    /// Asks for something to be done: without an answer, the outcome is unknown.
    pub async fn act(&self, to: Address, message: impl Into<Message>) -> Result<Reply, Problem> {
        Ok(self.ask(to, message.into()).await?)
    }

    async fn ask(&self, to: Address, message: Message) -> Result<Reply, AskError> {
        self.asks.ask(to, message, self.limits.ask()).await
    }
}
