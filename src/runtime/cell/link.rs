//! The link between a guard and the supervisor of its group.

use std::rc::Rc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::runtime::actor::Application;

use super::cell::Cell;
use super::gauge::{Gauge, Vitals};
use super::guard::{Guard, Guarded, Overseer};
use super::supervisor::{ChildId, Control, GroupId, Verdict, WhyDown};

impl<A: Application> Cell<A> {
    /// Puts a child under a guard in a group of the tree and lets it run.
    pub fn guard(
        &self,
        group: &'static str,
        name: String,
        child: impl Guarded + 'static,
        gauge: Rc<Gauge>,
    ) -> Rc<Vitals> {
        let (control, controlled) = mpsc::unbounded_channel::<Control>();
        let mut supervisor = self.0.supervisor.borrow_mut();
        let group = supervisor.group(group).expect("every child names a group of the tree that was declared");
        let id = supervisor.add_child(group, control);
        drop(supervisor);
        let vitals = Rc::new(Vitals::default());
        let overseer =
            Link { cell: self.clone(), group, id, name, vitals: vitals.clone(), gauge: gauge.clone() };
        let guard = Guard::new(child, Box::new(overseer), controlled, gauge, self.0.await_max);
        actix::spawn(guard);
        vitals
    }
}

/// A guard's line to its supervisor.
struct Link<A: Application> {
    cell: Cell<A>,
    group: GroupId,
    id: ChildId,
    name: String,
    vitals: Rc<Vitals>,
    gauge: Rc<Gauge>,
}

impl<A: Application> Overseer for Link<A> {
    fn down(&self, why: &WhyDown) -> Verdict {
        let jitter = match self.cell.0.core.try_borrow_mut() {
            Ok(mut core) => core.jitter(),
            Err(_) => 0,
        };
        let verdict = self.cell.0.supervisor.borrow_mut().down(self.group, self.id, jitter);
        self.cell.hold_up(&self.gauge);
        let attempt = self.vitals.restarts.get() + 1;
        self.vitals.restarts.set(attempt);
        self.vitals.down.set(true);
        *self.vitals.last_down.borrow_mut() = Some(why.to_string());
        match verdict {
            Verdict::RestartAfter(delay) => {
                tracing::warn!(actor = %self.name, %why, restarts = attempt, next_delay_ms = delay.as_millis() as u64, "down: will be restarted");
            }
            Verdict::GiveUp => {
                self.cell.fatal(format!("{} is down ({why}) and restarts do not help", self.name))
            }
        }
        verdict
    }

    fn told(&self, delay: Duration) {
        self.cell.hold_up(&self.gauge);
        self.vitals.restarts.set(self.vitals.restarts.get() + 1);
        self.vitals.down.set(true);
        tracing::warn!(actor = %self.name, restarts = self.vitals.restarts.get(), next_delay_ms = delay.as_millis() as u64, "taken down with another child of its tree: will be restarted");
    }

    fn up(&self) {
        self.cell.go_on(&self.gauge);
        self.vitals.down.set(false);
        tracing::info!(actor = %self.name, restarts = self.vitals.restarts.get(), "restarted");
    }

    fn gone(&self) {
        self.cell.go_on(&self.gauge);
        self.vitals.gone.set(true);
        self.cell.0.supervisor.borrow_mut().remove_child(self.group, self.id);
        // nobody handles what still waits for it: it must hold nothing up
        let left = self.gauge.queue.replace(0);
        self.cell.0.waiting.set(self.cell.0.waiting.get().saturating_sub(left));
        self.cell.0.backlog.waits(self.cell.load());
    }
}
