use serde::{Deserialize, Serialize};

use crate::domain::{Money, OrderId};
use crate::runtime::Aggregate;
use crate::storage::TreeName;

use super::CreditKey;

/// Tree `credit`: an order that supplies may be ordered for, and what it counts by: on a word, or on money that is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    pub who: Vec<CreditKey>,
    pub amount: Money,
}

impl Aggregate for Credit {
    const TREE: TreeName = TreeName("credit");
    type Key = OrderId;
}

/// Tree `credit_sums`: what stands so under one key, in minor units. There is no row for nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditSum(pub i64);

impl Aggregate for CreditSum {
    const TREE: TreeName = TreeName("credit_sums");
    type Key = CreditKey;
}
