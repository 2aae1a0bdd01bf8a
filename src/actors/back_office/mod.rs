//! BackOffice: keeps the cases, until a person or what has happened since closes them.
//!
//! Trees: `cases` ([`CaseRecord`] by its id), `open_cases` ([`OpenCase`] by what it says), `case_counts` ([`CaseCount`] by partition), `shortage_cases` ([`ShortageCase`] by SKU). Supervised alone.
//!
//! - A case about an order is kept with the order, one about none in common. Its id says where.
//! - Any actor opens one by `actors::case`, and it stands on the timeline of its order. The same one again, while it is open, is
//!   counted and is no second case, however many others are open. What is the same is of one order, kind and text; of dead
//!   letters, whatever their panics said, of one order and message.
//! - A case is closed once: by whom, why and when stays with it. It is never deleted.
//! - What is short of a SKU has one case, which says how it stands now, and is closed when it is made good.
//! - A case that a dead letter opened is closed when the operator has dealt with that.

mod alike;
mod close;
mod decide;
mod messages;
mod open;
mod record;
mod short;
mod state;
#[cfg(test)]
mod tests;

pub use alike::{Alike, OpenCase};
pub use messages::{BackOffice, CloseCase, Message, NotClosed, ShowShortage};
pub use record::{CasePlace, CaseRecord, Closed, NewCase};
pub use state::{CaseCount, Event, ShortageCase};
