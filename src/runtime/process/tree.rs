//! The supervision tree of a cell: as it was declared, with what the runtime adds to it.

use std::time::Duration;

use crate::runtime::actor::Application;
use crate::runtime::cell::{
    Below, Cell, Group, GroupId, Intensity, ServiceRun, SharedJournal, Strategy, Supervisor,
};

/// A child of the tree as it runs.
pub enum Member<A: Application> {
    Actor(A::Address),
    Service(Service),
}

impl<A: Application> Member<A> {
    fn is(&self, address: &A::Address) -> bool {
        matches!(self, Member::Actor(actor) if actor == address)
    }
}

/// The runtime's own. There is one journal, and one checkpoint of all cells: in cells but the first the committer only lets out
/// what is durable, and there is no checkpointer.
#[derive(Clone, Copy)]
pub enum Service {
    Committer,
    Checkpointer,
    Timers,
}

impl Service {
    fn name(self) -> &'static str {
        match self {
            Service::Committer => "committer",
            Service::Checkpointer => "checkpointer",
            Service::Timers => "timers",
        }
    }
}

pub type Members<A> = Vec<(&'static str, Member<A>)>;

/// Puts a group and what is below it into the tree.
pub fn declare<A: Application>(
    supervisor: &mut Supervisor,
    parent: Option<GroupId>,
    group: Group<A::Address>,
    members: &mut Members<A>,
) -> GroupId {
    let id = supervisor.add_group(parent, group.name, group.strategy, group.intensity);
    for below in group.children {
        match below {
            Below::Child(address) => members.push((group.name, Member::Actor(address))),
            Below::Group(group) => _ = declare(supervisor, Some(id), group, members),
        }
    }
    id
}

/// The runtime's own services, the actors that the tree leaves out, and the group for those that come and go: nothing can be
/// put together without them.
pub fn add_what_is_missing<A: Application>(
    supervisor: &mut Supervisor,
    root: GroupId,
    passing_group: &'static str,
    members: &mut Members<A>,
) {
    let mut add = |name| match supervisor.group(name) {
        Some(_) => {}
        None => _ = supervisor.add_group(Some(root), name, Strategy::OneForOne, Intensity::default()),
    };
    add("storage");
    add("timers");
    add(passing_group);
    let named = |address: &A::Address| members.iter().any(|(_, member)| member.is(address));
    let left_out: Vec<_> = A::singletons().into_iter().filter(|address| !named(address)).collect();
    if !left_out.is_empty() {
        add("actors");
    }
    members.extend(left_out.into_iter().map(|address| ("actors", Member::Actor(address))));
    let own = [Service::Committer, Service::Checkpointer];
    members.splice(0..0, own.map(|service| ("storage", Member::Service(service))));
    // last: what is due at the start goes to actors that are there
    members.push(("timers", Member::Service(Service::Timers)));
}

pub fn begin<A: Application>(
    cell: &Cell<A>,
    group: &'static str,
    member: Member<A>,
    journal: Option<&SharedJournal>,
    checkpoint_every: Duration,
) {
    let service = match member {
        Member::Actor(address) if cell.0.probes.borrow().contains_key(&address) => return,
        Member::Actor(address) => return cell.begin_actor(address),
        Member::Service(Service::Checkpointer) if journal.is_none() => return,
        Member::Service(service) => service,
    };
    let (cell_of, journal) = (cell.clone(), journal.cloned());
    let run = move || -> ServiceRun {
        let cell = cell_of.clone();
        match (service, journal.clone()) {
            (Service::Committer, Some(journal)) => Box::pin(cell.run_committer(journal)),
            (Service::Committer, None) => Box::pin(cell.run_outlet()),
            (Service::Checkpointer, _) => Box::pin(cell.run_checkpointer(checkpoint_every)),
            (Service::Timers, _) => Box::pin(cell.run_timers()),
        }
    };
    cell.begin_service(group, service.name(), run);
}
