//! Begins actors and services, each under its guard.

use std::rc::Rc;
use std::time::Duration;

use crate::runtime::actor::Application;

use super::cell::Cell;
use super::entry::Entry;
use super::gauge::Gauge;
use super::guard::{Service, ServiceRun};
use super::shell::{Shell, guarded_actor};

/// Begins an actor: [`Inner::begin`](super::cell::Inner).
pub fn begin_actor<A: Application>(cell: &Cell<A>, address: A::Address) -> Entry<A> {
    let gauge = Rc::new(Gauge::default());
    let rules = cell.0.core.borrow().rules.clone();
    let passivate_after = A::idle_ms(&rules, address).map(Duration::from_millis);
    let shell = Shell::new(address, cell.clone(), gauge.clone(), passivate_after);
    let (addr, child) = guarded_actor(shell);
    let group = (cell.0.group_of)(address);
    let vitals = cell.guard(group, address.to_string(), child, gauge.clone());
    Entry { mailbox: Box::new(addr), gauge, vitals, passing: passivate_after.is_some() }
}

impl<A: Application> Cell<A> {
    /// Puts a service under a guard.
    pub fn begin_service(
        &self,
        group: &'static str,
        name: &'static str,
        run: impl Fn() -> ServiceRun + 'static,
    ) {
        let vitals = self.guard(group, name.to_owned(), Service::new(run), Rc::new(Gauge::default()));
        self.0.services.borrow_mut().push((name, vitals));
    }
}
