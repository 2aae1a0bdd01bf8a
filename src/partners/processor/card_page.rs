use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::access::{Clients, Origins};
use crate::domain::ShopIdentity;

use super::EmbeddedProcessor;

/// Tells the bank of a card, before the shop can use its token.
pub trait RegistersCards: Send + Sync {
    /// `brand` and `last4` may be shown; `test_card` is the test token whose behaviour the number is documented to have.
    fn register(
        &self,
        token: String,
        brand: String,
        last4: String,
        test_card: Option<&'static str>,
    ) -> Registered;
}

/// Errs with why the bank could not be told.
pub type Registered = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// All that the page needs.
#[derive(Clone)]
pub struct CardPage {
    pub processor: Arc<EmbeddedProcessor>,
    /// Tokens of the test cards, where they are good.
    pub test_tokens: Arc<[&'static str]>,
    pub cards: Arc<dyn RegistersCards>,
    /// Who asks, and how often.
    pub clients: Arc<Clients>,
    /// The names of this page.
    pub origins: Arc<Origins>,
    /// Whom the customer pays.
    pub identity: Arc<ShopIdentity>,
    /// The names of the shop, where a customer may be sent back to.
    pub shop: Arc<Origins>,
}

impl CardPage {
    pub(super) fn takes_test_cards(&self) -> bool {
        !self.test_tokens.is_empty()
    }
}
