use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::encoding;

use super::Application;

/// What an actor decided on one message. Nothing in it has happened yet: the runtime journals it,
/// applies its events, hands its messages over, and lets out what leaves the daemon once durable.
pub struct Turn<A: Application> {
    pub(crate) events: Vec<A::Event>,
    pub(crate) sends: Vec<(A::Address, A::Message)>,
    pub(crate) calls: Vec<A::Call>,
    pub(crate) timers: Vec<TimerChange<A>>,
    pub(crate) replies: Vec<(RequestId, A::Reply)>,
}

impl<A: Application> Default for Turn<A> {
    fn default() -> Turn<A> {
        Turn { events: vec![], sends: vec![], calls: vec![], timers: vec![], replies: vec![] }
    }
}

impl<A: Application> Turn<A> {
    /// The turn that changes nothing: the message is consumed, and that is all.
    pub fn nothing() -> Turn<A> {
        Turn::default()
    }

    /// States a fact.
    pub fn event(&mut self, event: impl Into<A::Event>) {
        self.events.push(event.into());
    }

    /// Tells another actor. It will be handled once, also over a crash.
    pub fn send(&mut self, to: impl Into<A::Address>, message: impl Into<A::Message>) {
        self.sends.push((to.into(), message.into()));
    }

    /// Calls the outside world, once this turn is durable; the result comes back as a message.
    pub fn call(&mut self, call: impl Into<A::Call>) {
        self.calls.push(call.into());
    }

    /// Sets a timer of this actor, or moves it if one of this id is running: at `due` the actor gets `message`.
    pub fn timer(&mut self, id: TimerId, due: Due, message: impl Into<A::Message>) {
        self.timers.push(TimerChange::Set { id, due, message: message.into() });
    }

    /// Stops a timer of this actor. One that does not run is no error.
    pub fn cancel_timer(&mut self, id: TimerId) {
        self.timers.push(TimerChange::Cancel { id });
    }

    /// Answers an `ask`, once everything that this turn has read or done is durable.
    /// Who asked may be gone by then (a restart, a time-out): then nothing happens.
    pub fn reply(&mut self, request: RequestId, reply: impl Into<A::Reply>) {
        self.replies.push((request, reply.into()));
    }

    /// What a decision test looks at.
    pub fn events(&self) -> &[A::Event] {
        &self.events
    }

    pub fn sends(&self) -> &[(A::Address, A::Message)] {
        &self.sends
    }

    pub fn calls(&self) -> &[A::Call] {
        &self.calls
    }

    pub fn timers(&self) -> &[TimerChange<A>] {
        &self.timers
    }

    pub fn replies(&self) -> &[(RequestId, A::Reply)] {
        &self.replies
    }
}

#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub enum TimerChange<A: Application> {
    Set { id: TimerId, due: Due, message: A::Message },
    Cancel { id: TimerId },
}

/// Names a timer within its actor: what it is for, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(Rust, packed)]
pub struct TimerId {
    pub kind: u8,
    #[serde(with = "encoding::random")]
    pub of: u128,
}

/// When a timer is due, and on which clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Due {
    /// At this moment of the trade's time, which a demo lets run fast: picking, trucks, settlement.
    Trade(Timestamp),
    /// At this moment of real time: deadlines of calls, back-off. See [`super::Context::real_in`].
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

/// Names one `ask`, so that a later turn can answer it. Good for the life of one process only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RequestId(pub u64);

impl Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)
    }
}
