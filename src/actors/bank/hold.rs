use serde::{Deserialize, Serialize};

use crate::domain::{DeclineReason, Money, PaymentId, Timestamp};
use crate::runtime::Aggregate;
use crate::storage::TreeName;

/// Tree `holds`: what became of a payment, and so what every repeat is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hold {
    pub token: String,
    /// Zero for a verification.
    pub amount: Money,
    pub verification: bool,
    pub state: HoldState,
    /// The bank answers only a release: the test card that cannot be reached.
    pub unreachable: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HoldState {
    Held {
        approval: String,
        capture_before: Timestamp,
    },
    Verified {
        card: String,
    },
    Declined(DeclineReason),
    UnknownToken,
    Captured {
        approval: String,
        capture_before: Timestamp,
        amount: Money,
    },
    Released,
    /// Its window was over before it was captured.
    Lapsed,
}

impl Aggregate for Hold {
    const TREE: TreeName = TreeName("holds");
    type Key = PaymentId;
}
