use std::sync::Arc;

use rand::TryRng;
use rand::rngs::SysRng;

use crate::access::Clients;
use crate::access::CorsOrigins;
use crate::access::Origins;
use crate::actors::{Rules, Shop};
use crate::domain::{Date, SessionId, ShopIdentity, VisitorKey};
use crate::partners::processor::PaymentPage;
use crate::runtime::{Actor, Clock, Member, Question};

use super::{AskError, HttpLimits, LiveCatalogue, OrderLinks, PageSettings, Problem, Programs, ShopClient};

/// All that a handler can reach.
#[derive(Clone)]
pub struct App {
    /// The shop's actors.
    pub shop: Arc<dyn ShopClient>,
    pub catalogue: Arc<LiveCatalogue>,
    /// Whether a program may pay by this token: those of the test cards, where they are good.
    pub tokens: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    /// Where a customer with a browser types her card; `None` where nobody takes cards: the shop is open for looking.
    pub payment_page: Option<Arc<dyn PaymentPage>>,
    /// Which API keys are good.
    pub programs: Arc<Programs>,
    /// Secrets of new carts and visitors, which nobody can guess.
    pub sessions: Arc<dyn NewSession>,
    /// Signs the links that open an order's page.
    pub links: OrderLinks,
    /// `currency`, `prices`, and what the shop can promise are read.
    pub rules: Arc<Rules>,
    /// The day at the shop, by the clock on the wall.
    pub today: Arc<dyn Fn() -> Date + Send + Sync>,
    pub limits: HttpLimits,
    /// Who asks, and how often.
    pub clients: Arc<Clients>,
    /// The origins that the shop is reached at.
    pub origins: Arc<Origins>,
    /// Of browser apps on other sites, which may ask the API.
    pub cors_origins: Arc<CorsOrigins>,
    pub pages: PageSettings,
    /// Who keeps the shop, as its pages say it.
    pub identity: Arc<ShopIdentity>,
}

/// Draws the secrets that open new carts.
pub trait NewSession: Send + Sync {
    /// The time on the shop's real clock, and 128 random bits; `None` where there is no randomness to be had.
    fn draw(&self) -> Option<(u64, u128)>;
}

/// The operating system's randomness, at the shop's own time: a cart's end is counted from the time in its id, and the system's
/// clock may have been put back since.
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
    /// What asks for it needs somebody who takes cards.
    pub fn payment_page(&self) -> Result<&Arc<dyn PaymentPage>, Problem> {
        self.payment_page.as_ref().ok_or_else(Problem::payment_not_set_up)
    }

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

    /// Asks an actor of which there is one for something that changes nothing: without an answer, nothing is lost.
    pub async fn read<Q: Question>(&self, question: Q) -> Result<Q::Reply, Problem>
    where
        Q::Actor: Actor<Key = ()> + Member<Shop>,
    {
        self.read_of((), question).await
    }

    /// The same, of the actor with this key.
    pub async fn read_of<Q: Question>(
        &self,
        key: <Q::Actor as Actor>::Key,
        question: Q,
    ) -> Result<Q::Reply, Problem>
    where
        Q::Actor: Member<Shop>,
    {
        self.ask(key, question).await.map_err(|error| match error {
            AskError::Deadline => Problem::no_answer(),
            other => other.into(),
        })
    }

    /// Asks an actor of which there is one for something to be done: without an answer, the outcome is unknown.
    pub async fn act<Q: Question>(&self, question: Q) -> Result<Q::Reply, Problem>
    where
        Q::Actor: Actor<Key = ()> + Member<Shop>,
    {
        self.act_of((), question).await
    }

    /// The same, of the actor with this key.
    pub async fn act_of<Q: Question>(
        &self,
        key: <Q::Actor as Actor>::Key,
        question: Q,
    ) -> Result<Q::Reply, Problem>
    where
        Q::Actor: Member<Shop>,
    {
        Ok(self.ask(key, question).await?)
    }

    async fn ask<Q: Question>(&self, key: <Q::Actor as Actor>::Key, question: Q) -> Result<Q::Reply, AskError>
    where
        Q::Actor: Member<Shop>,
    {
        let to = <Q::Actor as Member<Shop>>::address(key);
        let message = <Q::Actor as Member<Shop>>::message(question.into());
        let reply = self.shop.ask_any(to, message, self.limits.ask()).await?;
        Ok(*reply.downcast().expect("a question is answered with its reply"))
    }
}
