//! What no single actor states: cases for the operator, and what came of them.

use serde::{Deserialize, Serialize};

use crate::domain::{Happening, OrderId, Step};
use crate::runtime::{Resolution, Versioned};

/// A case for the operator, tied to its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub order: OrderId,
    pub why: String,
}

impl Versioned for Case {}

impl Case {
    pub fn happening(&self) -> (OrderId, Step, Happening) {
        (self.order, Step::CASE, Happening::CaseOpened { why: self.why.clone() })
    }
}

/// The operator has dealt with a message about this order that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    pub order: OrderId,
    pub message: String,
    pub resolution: Resolution,
}

impl Versioned for Resolved {}

impl Resolved {
    pub fn happening(&self) -> (OrderId, Step, Happening) {
        let message = self.message.clone();
        let what = match self.resolution {
            Resolution::Retry => Happening::SentAgain { message },
            Resolution::Discard => Happening::Discarded { message },
        };
        (self.order, Step::CASE, what)
    }
}
