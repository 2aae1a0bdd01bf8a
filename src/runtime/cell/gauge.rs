//! What is seen of an actor, or of a service, from outside of it.

use std::cell::{Cell, RefCell};

use tokio::time::Instant;

/// What the guard and the `actors` report see of an actor.
#[derive(Default)]
pub struct Gauge {
    /// Messages handed over and not yet handled.
    pub queue: Cell<usize>,
    pub handled: Cell<u64>,
    /// Since when the actor has been in an await, if it is.
    pub awaiting: Cell<Option<Instant>>,
    /// What waits for it is no load: it is down, or in an await.
    pub held_up: Cell<bool>,
    pub last_message_at: Cell<Option<Instant>>,
    /// Why the guard took it down; the message that was being handled takes it along.
    pub last_panic: RefCell<Option<String>>,
    /// It cannot go on in this process: what waits for it goes on at the next start.
    pub halted: Cell<bool>,
}

/// What its guard says of a child.
#[derive(Default)]
pub struct Vitals {
    pub restarts: Cell<u64>,
    pub down: Cell<bool>,
    pub gone: Cell<bool>,
    pub last_down: RefCell<Option<String>>,
}
