//! An actor as its cell has it.

use std::rc::Rc;

use crate::runtime::actor::Application;
use crate::runtime::state::Envelope;

use super::gauge::{Gauge, Vitals};

/// A live actor.
pub struct Entry<A: Application> {
    pub mailbox: Box<dyn Mailbox<A>>,
    pub gauge: Rc<Gauge>,
    pub vitals: Rc<Vitals>,
    pub passing: bool,
}

/// The way to one actor.
pub trait Mailbox<A: Application> {
    /// Puts a message at the end of what waits for the actor.
    fn put(&self, envelope: Envelope<A>);
    /// Nothing waits for the actor, and its place is wanted: from here on a message begins it anew.
    fn send_away(&self);
}
