//! A cell: the actors of one thread, what keeps them alive, and what lets their turns take effect. This floor knows the committed
//! state ([`state`](super::state)) and the actors' words ([`actor`](super::actor)); it knows neither who starts the cells nor who
//! asks them.
//!
//! From the bottom up: what a cell is made of (`arrival`, `doors`, `gauge`, `entry`, `backlog`, `suspect`, `watchdog`,
//! `supervisor`, `guard`, `lanes`), the `cell` itself, and what works on it, a file for each verb: `delivery` (to an actor),
//! `calls` (to the outside world), `outlet` (of what turns have stated), `timers`, `intake`, `dead_letters`, `inspect`,
//! `committer`, `checkpointer`, `link` (of guard and supervisor), `shell` (the one actix actor), `begin`. No file knows one that
//! stands after it; where a lower one has to wake a higher one, such as a delivery that begins an actor, the cell is given the
//! function.
mod arrival;
mod backlog;
mod begin;
mod calls;
#[allow(clippy::module_inception)]
mod cell;
mod checkpointer;
mod committer;
mod dead_letters;
mod delivery;
mod doors;
mod entry;
mod gauge;
mod guard;
mod inspect;
mod intake;
mod lanes;
mod link;
mod outlet;
mod shell;
mod supervisor;
mod suspect;
mod timers;
mod watchdog;

pub use arrival::Arrival;
pub use backlog::Backlog;
pub use begin::begin_actor;
pub use cell::{Cell, Inner, Probes};
pub use committer::{SharedJournal, Writing};
pub use doors::{Arrivals, Door, Doors};
pub use guard::{ServiceRun, panic_text};
pub use inspect::{ActorReport, Report};
pub use lanes::Lanes;
#[cfg(test)]
pub use supervisor::Verdict;
pub use supervisor::{Below, Group, GroupId, Intensity, Strategy, Supervisor};
pub use suspect::Suspects;
pub use watchdog::watch;
