//! What comes to an actor, and whether there is room for it. An actor that is not there is begun.

use crate::runtime::actor::Application;
use crate::runtime::state::Envelope;
use crate::runtime::state::limits::PLACES_MADE_PART;

use super::cell::Cell;

impl<A: Application> Cell<A> {
    /// Puts a message into its actor's mailbox; an actor that is not there is begun.
    pub fn deliver(&self, to: A::Address, envelope: Envelope<A>) {
        if let Some(probe) = self.0.probes.borrow().get(&to) {
            let _nobody_listens = probe.send(envelope.message);
            return;
        }
        self.begin_actor(to);
        let actors = self.0.actors.borrow();
        let Some(entry) = actors.get(&to) else { return };
        if entry.vitals.gone.get() {
            return; // its supervisor gave up: what stands in a turn goes on at the next start
        }
        entry.gauge.queue.set(entry.gauge.queue.get() + 1);
        self.0.held_up.set(self.0.held_up.get() + usize::from(entry.gauge.held_up.get()));
        self.0.waiting.set(self.0.waiting.get() + 1);
        entry.mailbox.put(envelope);
    }

    /// Whether an `ask` of this actor can be admitted.
    pub fn has_room(&self, to: A::Address) -> bool {
        if self.0.backlog.is_too_long(self.load()) {
            return false;
        }
        let queue = self.0.actors.borrow().get(&to).map(|entry| entry.gauge.queue.get());
        match queue {
            Some(queue) => queue < self.0.common.bounds.queue_depth_max,
            None => {
                self.0.actors.borrow().len() < self.0.common.bounds.passing_actors_max
                    || self.send_idle_ones_away()
            }
        }
    }

    /// Of the actors that come and go, the part that was idle for longest leaves: their places are wanted.
    /// `false` if all have something to do.
    fn send_idle_ones_away(&self) -> bool {
        let mut actors = self.0.actors.borrow_mut();
        let idle = actors.iter().filter(|(_, entry)| entry.passing && entry.gauge.queue.get() == 0);
        let mut idle: Vec<_> =
            idle.map(|(address, entry)| (entry.gauge.last_message_at.get(), *address)).collect();
        idle.sort_unstable();
        let leaving = idle.len().div_ceil(PLACES_MADE_PART);
        for (_, address) in &idle[..leaving] {
            if let Some(entry) = actors.remove(address) {
                entry.mailbox.send_away();
            }
        }
        tracing::debug!(leaving, "idle ones passivated: their places are wanted");
        leaving > 0
    }

    /// Begins an actor, unless it lives.
    pub fn begin_actor(&self, address: A::Address) {
        if self.0.actors.borrow().contains_key(&address) {
            return;
        }
        let entry = (self.0.begin)(self, address);
        self.0.actors.borrow_mut().insert(address, entry);
    }

    /// An idle actor leaves: `true` if nothing waits for it. From then on a message begins it anew.
    pub fn passivate(&self, address: A::Address) -> bool {
        let mut actors = self.0.actors.borrow_mut();
        let idle = actors.get(&address).is_some_and(|entry| entry.gauge.queue.get() == 0);
        if idle {
            tracing::debug!(actor = %address, "idle: passivated");
            actors.remove(&address);
        }
        idle
    }
}
