//! What a turn has stated goes on its way: inside at once, out of the daemon when it is durable.

use crate::runtime::actor::Application;
use crate::runtime::state::Release;

use super::arrival::Arrival;
use super::cell::Cell;

impl<A: Application> Cell<A> {
    /// After a step: hands messages over inside, wakes whoever lets things out.
    pub fn hand_over(&self) {
        self.0.waiting.set(self.0.waiting.get().saturating_sub(1));
        self.pass_on();
    }

    /// What a turn has stated goes on its way.
    pub fn pass_on(&self) {
        let mut core = self.0.core.borrow_mut();
        let mut outbox = std::mem::take(&mut core.outbox);
        if std::mem::take(&mut core.timers_changed) {
            self.0.timers.notify_one();
        }
        // where the journal is written, whoever writes it lets things out
        let released = if self.0.me == 0 { vec![] } else { core.released() };
        drop(core);
        self.0.common.to_commit.notify_one();
        for (cell, to, envelope) in outbox.drain(..) {
            if cell == self.0.me {
                self.deliver(to, envelope);
            } else {
                // a cell that is gone takes its part up again at the next start
                let _ = self.0.doors.each[cell].intake.send(Arrival::Message { to, envelope });
            }
        }
        let mut core = self.0.core.borrow_mut();
        if core.outbox.is_empty() {
            core.outbox = outbox; // its room serves the next turn
        }
        drop(core);
        self.let_out(released);
        self.0.backlog.waits(self.load());
    }

    /// Lets out what has become durable.
    pub fn let_out(&self, released: Vec<Release>) {
        for release in released {
            match release {
                Release::Reply(request, reply) => self.0.core.borrow_mut().answer(request, reply),
                Release::Call(id) => self.begin_call(id),
            }
        }
    }

    /// What is durable leaves the cell, wherever the journal is written; runs for as long as the cell does.
    pub async fn run_outlet(self) -> Result<(), String> {
        let mut seen = self.0.common.durable();
        loop {
            seen = self.0.common.durable_after(seen).await;
            self.became_durable();
        }
    }

    pub fn became_durable(&self) {
        let released = self.0.core.borrow_mut().released();
        self.0.timers.notify_one();
        self.let_out(released);
    }
}
