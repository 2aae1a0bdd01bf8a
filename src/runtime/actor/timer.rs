//! Timers, as an actor states them.

use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

use crate::encoding;
use crate::time::Timestamp;

/// Names a timer within its actor: what it is for, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(Rust, packed)]
pub struct TimerId {
    /// What it is for: the actor's own number.
    pub kind: u8,
    /// Of what, such as the number of an order.
    #[serde(with = "encoding::random")]
    pub of: u128,
}

/// When a timer is due, and on which clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Due {
    /// At this moment of the trade's time, which a demo lets run fast: picking, trucks, settlement.
    Trade(Timestamp),
    /// At this moment of real time: deadlines of calls, back-off. See [`Turn::real_in`](crate::runtime::Turn::real_in).
    Real(Timestamp),
}

impl Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Due::Trade(moment) => write!(f, "{moment}"),
            Due::Real(moment) => write!(f, "{moment} (real time)"),
        }
    }
}
