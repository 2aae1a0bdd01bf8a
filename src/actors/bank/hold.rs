use serde::{Deserialize, Serialize};

use crate::domain::{DeclineReason, Money, PaymentId, Timestamp};
use crate::runtime::Aggregate;
use crate::storage::TreeName;

/// Tree `holds`: what became of a payment, and so what every repeat is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hold {
    pub token: String,
    /// As it was granted; zero for a verification.
    pub amount: Money,
    pub verification: bool,
    pub state: HoldState,
    /// The bank answers only a release: the test card that cannot be reached.
    pub unreachable: bool,
    /// What was taken of it, one capture after the other.
    pub captures: Vec<Moved>,
    /// What of that was given back.
    pub refunds: Vec<Moved>,
}

/// What was taken, or given back, under a number of its own; in minor units of the hold's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub no: u8,
    pub amount: i64,
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
    /// All of it was taken.
    Captured {
        approval: String,
        capture_before: Timestamp,
    },
    /// What was not taken of it was let go.
    Released,
    /// Its window was over before all of it was captured.
    Lapsed,
}

impl Hold {
    /// Nothing was taken of it yet.
    pub fn new(token: String, amount: Money, verification: bool, state: HoldState) -> Hold {
        let unreachable = false;
        Hold { token, amount, verification, state, unreachable, captures: vec![], refunds: vec![] }
    }

    pub fn captured(&self) -> Money {
        Money::new(sum(&self.captures), self.amount.currency)
    }

    pub fn refunded(&self) -> Money {
        Money::new(sum(&self.refunds), self.amount.currency)
    }

    /// What of it is not taken, whether it is still held or not.
    pub fn left(&self) -> Money {
        Money::new(self.amount.amount.saturating_sub(sum(&self.captures)), self.amount.currency)
    }
}

/// What was moved of a hold of `held` under this number, if anything was.
pub fn moved(moves: &[Moved], held: Money, no: u8) -> Option<Money> {
    moves.iter().find(|moved| moved.no == no).map(|moved| Money::new(moved.amount, held.currency))
}

/// A cardholder's limit keeps it within 64 bits.
fn sum(moves: &[Moved]) -> i64 {
    moves.iter().fold(0, |sum, moved| sum.saturating_add(moved.amount))
}

impl Aggregate for Hold {
    const TREE: TreeName = TreeName("holds");
    const VERSION: u8 = 2;
    type Key = PaymentId;
}
