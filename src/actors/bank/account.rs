use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::{Currency, Money};
use crate::runtime::{Aggregate, TableKey};
use crate::storage::TreeName;

use super::BatchId;

/// Names an account of the bank: a cardholder's by card token and currency, or the merchant's.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountId(String);

impl AccountId {
    pub fn cardholder(token: &str, currency: Currency) -> AccountId {
        AccountId(["card/", currency.code(), "/", token].concat())
    }

    pub fn merchant() -> AccountId {
        AccountId("merchant".to_owned())
    }
}

/// A token pays at this shop: it is not for logs.
impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.0.split('/').next().unwrap_or_default();
        write!(f, "AccountId({kind}/…)")
    }
}

impl TableKey for AccountId {
    fn to_bytes(&self) -> Vec<u8> {
        self.0.as_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<AccountId> {
        String::from_utf8(bytes.to_vec()).ok().map(AccountId)
    }
}

/// Tree `bank_accounts`: totals only, so that an account that everybody uses does not grow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Account {
    Cardholder(Cardholder),
    Merchant(Merchant),
}

impl Aggregate for Account {
    const TREE: TreeName = TreeName("bank_accounts");
    type Key = AccountId;
}

/// In minor units of the account's currency; `held + drawn ≤ limit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cardholder {
    pub currency: Currency,
    pub limit: i64,
    pub held: i64,
    pub drawn: i64,
}

impl Cardholder {
    pub fn new(currency: Currency, limit: i64) -> Cardholder {
        Cardholder { currency, limit, held: 0, drawn: 0 }
    }

    pub fn can_hold(&self, amount: Money) -> bool {
        let used = self.held.checked_add(self.drawn).and_then(|used| used.checked_add(amount.amount));
        amount.currency == self.currency && used.is_some_and(|used| used <= self.limit)
    }
}

/// What the bank owes the shop and has paid it, by currency, and where the next capture is booked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Merchant {
    pub takings: BTreeMap<Currency, Takings>,
    pub open: Option<OpenBatch>,
}

/// In minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Takings {
    /// Captured, not yet paid out; before fees.
    pub payable: i64,
    pub paid: i64,
    pub fees: i64,
}

/// The settlement batch that captures go into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenBatch {
    pub batch: BatchId,
    pub currency: Currency,
    pub lines: u32,
    /// Paid out already: the next capture of the same day begins another part.
    pub closed: bool,
}
