use std::fmt;

use serde::{Deserialize, Serialize};

/// Who does something for an order: an actor that tells something on timelines, each by the name of the actor.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames,
)]
#[strum(const_into_str)]
pub enum Party {
    WebSession,
    OrderManager,
    StockKeeper,
    MerchantProxy,
    BankActor,
    WarehouseActor,
    Mailer,
    BackOffice,
}

impl Party {
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
