//! A call to a partner: all that there is to say of one stands in one place, in the folder of the actor that makes it.

use std::fmt::Debug;

use crate::domain::OrderId;
use crate::partners::{Answered, Partners, PendingAnswer};
use crate::runtime::{Redrive, Versioned};

use super::Rules;

/// A request to a partner, as it stands in the journal before it is made.
pub trait PartnerCall: Versioned + Clone + Debug + 'static {
    /// What the partner says.
    type Answer: 'static;
    /// Of the actor that makes the call.
    type Message;
    /// Its kind, for logs and `explain`.
    const NAME: &'static str;
    /// Calls of one lane share a bound on how many are in flight.
    const LANE: &'static str;
    /// What to do with it where the daemon stopped before the answer came.
    const REDRIVE: Redrive;

    /// How long an answer is waited for, in real milliseconds.
    fn deadline_ms(rules: &Rules) -> u64 {
        rules.call_deadline_ms
    }

    /// Asks the port.
    fn make(&self, partners: &Partners) -> PendingAnswer<Self::Answer>;

    /// What takes the answer to the actor that made the call.
    fn answered(&self, result: Answered<Self::Answer>) -> Self::Message;

    /// The order that it is about, where it is about one alone.
    fn order(&self) -> Option<OrderId>;
}
