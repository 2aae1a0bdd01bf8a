//! Calls to the outside world, as an actor states them.

use std::fmt::Debug;

use super::versioned::{Journaled, Unread, take_byte};

/// A call to the outside world, journaled before it is made.
pub trait OutsideCall: Journaled + Clone + Debug + 'static {
    /// The settings of the application: [`Environment::Rules`](super::Environment::Rules).
    type Rules;

    /// Which counterparty is called: calls of one lane share a bound on how many are in flight,
    /// so one that hangs holds nothing else up.
    fn lane(&self) -> &'static str;
    /// How long an answer is waited for, in real milliseconds; then the outcome is unknown.
    fn deadline_ms(&self, rules: &Self::Rules) -> u64;
    /// What to do with an intent that has no result when the daemon starts again.
    fn redrive(&self) -> Redrive;
}

/// What becomes of a call that was under way when the daemon stopped, at the next start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redrive {
    /// It is made again: the counterparty knows the key, so that has no second effect.
    SameKey,
    /// It is not made again: the actor is told that the outcome is unknown
    /// ([`Environment::unanswered`](super::Environment::unanswered)), and asks the counterparty first.
    AskFirst,
    /// It is made again: a second effect is harmless and can be recognised, as a mail by its `Message-ID`.
    AtLeastOnce,
}

/// For an application that calls nobody.
#[derive(Clone, Debug)]
pub enum NoCall {}

impl Journaled for NoCall {
    fn write(&self, _buffer: &mut Vec<u8>) {
        match *self {}
    }

    fn read(bytes: &mut &[u8]) -> Result<NoCall, Unread> {
        Err(Unread::Call(take_byte(bytes)?))
    }
}

impl OutsideCall for NoCall {
    type Rules = ();

    fn lane(&self) -> &'static str {
        match *self {}
    }

    fn deadline_ms(&self, (): &()) -> u64 {
        match *self {}
    }

    fn redrive(&self) -> Redrive {
        match *self {}
    }
}
