use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::{Party, SessionId};

/// Names an actor of the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Address {
    StockKeeper,
    OrderManager,
    MerchantProxy,
    BankActor,
    WarehouseActor,
    Mailer,
    /// One for each live visitor, and one that all programs share.
    WebSession(SessionId),
}

impl Address {
    /// The actors that always live; sessions come and go.
    pub const STANDING: [Address; 6] = [
        Address::StockKeeper,
        Address::OrderManager,
        Address::MerchantProxy,
        Address::BankActor,
        Address::WarehouseActor,
        Address::Mailer,
    ];

    pub fn party(self) -> Party {
        match self {
            Address::StockKeeper => Party::StockKeeper,
            Address::OrderManager => Party::OrderManager,
            Address::MerchantProxy => Party::MerchantProxy,
            Address::BankActor => Party::BankActor,
            Address::WarehouseActor => Party::WarehouseActor,
            Address::Mailer => Party::Mailer,
            Address::WebSession(_) => Party::WebSession,
        }
    }
}

/// A session's id opens its cart, so only its time is shown.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::WebSession(SessionId::PROGRAMS) => write!(f, "WebSession(programs)"),
            Address::WebSession(session) => write!(f, "WebSession(…{})", session.fingerprint()),
            standing => write!(f, "{}", standing.party()),
        }
    }
}
