use std::sync::Arc;

use rand::TryRng;
use rand::rngs::SysRng;

use crate::access::Clients;
use crate::access::Origins;
use crate::actors::{Address, Message, Reply, Rules};
use crate::domain::catalogue::Catalogue;
use crate::domain::{SessionId, VisitorKey};
use crate::partners::processor::PaymentPage;
use crate::runtime::Clock;

use super::{AskError, Asks, HttpLimits, OrderLinks, Problem, Programs};

/// All that a handler can reach.
#[derive(Clone)]
pub struct App {
    pub asks: Arc<dyn Asks>,
    pub catalogue: Arc<Catalogue>,
    /// Whether a program may pay by this token: those of the test cards, where they are good.
    pub tokens: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    /// Where a customer with a browser types her card.
    pub payment_page: Arc<dyn PaymentPage>,
    /// Which API keys are good.
    pub programs: Arc<Programs>,
    /// Makes what opens a new cart: nobody can guess it.
    pub sessions: Arc<dyn NewSession>,
    /// What opens an order's page to people.
    pub links: OrderLinks,
    /// `currency` and `shipping` are read.
    pub rules: Arc<Rules>,
    pub limits: HttpLimits,
    /// Who asks, and how often.
    pub clients: Arc<Clients>,
    /// The names that the shop is asked by.
    pub origins: Arc<Origins>,
    pub pages: PageSettings,
}

/// What the pages must know of the world around.
#[derive(Clone, Debug, Default)]
pub struct PageSettings {
    /// Where the merchant system takes the card: an absolute URL, another origin.
    pub payment_page_url: String,
}

/// Where new carts get the secrets from that open them.
pub trait NewSession: Send + Sync {
    /// The time on the shop's real clock, and 128 random bits; `None` where there is no randomness to be had.
    fn draw(&self) -> Option<(u64, u128)>;
}

/// The operating system's randomness, at the shop's own time. A cart's end is counted on that from the time in its id; the
/// system's clock may be another, since it may have been put back.
pub struct OsSessions {
    pub clock: Clock,
}

impl NewSession for OsSessions {
    fn draw(&self) -> Option<(u64, u128)> {
        let mut random = [0; 16];
        if let Err(error) = SysRng.try_fill_bytes(&mut random) {
            tracing::error!(%error, "the operating system gives no randomness, so no cart can be started");
            return None;
        }
        Some((self.clock.real().0, u128::from_be_bytes(random)))
    }
}

impl App {
    /// The id of a program's cart that is to be begun.
    pub fn new_cart(&self) -> Result<SessionId, Problem> {
        let (at, random) = self.sessions.draw().ok_or_else(Problem::internal)?;
        Ok(SessionId::of_program(at, random))
    }

    /// What a new visitor's cookie is to hold.
    pub fn new_visitor(&self) -> Result<VisitorKey, Problem> {
        let (at, random) = self.sessions.draw().ok_or_else(Problem::internal)?;
        Ok(VisitorKey::new(at, random))
    }

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
