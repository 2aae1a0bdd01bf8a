//! The runtime: turns, journal first, supervision. It knows nothing of orders.
//!
//! An actor takes one message and *decides*; the runtime appends the turn to the journal, applies it, hands
//! messages over inside, and lets out what leaves the daemon once the journal is durable. What follows can be held
//! against it; in brackets the file of `tests/` with the test that shows it, and the words that find it.
//!
//! # Guarantees
//!
//! **Order**
//! - An actor handles one message at a time. Messages from one actor to another are handled in the order in which
//!   they were sent, over panics, restarts and crashes (`crash`: "keep their order over a crash").
//! - Between messages of different senders, timers, answers of calls and questions, no order is promised.
//!
//! **Delivery**
//! - A message that stands in a turn is handled exactly once, whatever crashes: it is handed over again until a turn
//!   names it as its cause (`crash`: "between any two turns of a chain").
//! - A question from outside is handled at most once. It is not journaled: a crash before its turn leaves nothing
//!   (`crash`: "is not asked again"). What was answered is never taken back ("is never taken back").
//! - A reply, also one that only reads, and a call leave when all that they speak of is durable (`output`).
//!   Several turns share one write ("share one append"); those that nobody waits for wait a moment for company
//!   ("nobody waits for").
//!
//! **Panics**
//! - Before the append: nothing has happened, the message stays first in line and is tried again. After it: the turn
//!   is finished as it stands and never decided again, for questions too (`panics`).
//! - The address, the queue and its order, and the state that was committed are kept; callers get their answers.
//! - A message whose attempts fail `ATTEMPTS_MAX` times is given up in a turn of its own: a
//!   dead letter, the application's case, and to whoever asked its failure. Later messages go on
//!   (`panics`: "ends in the dead letters"). It stays there until the operator sends it again, under a new id, or
//!   discards it: each once, in a turn (`dead_letters`).
//! - A panic in `apply` ends the process: memory and journal have parted, the next start reads the journal.
//! - A panic in a port, or in what makes a message of its answer, is the outcome `Unknown` (`output`).
//!
//! **Restarts**
//! - Who restarts with whom is the group's strategy; back-off doubles, with up to a quarter of jitter; too many
//!   restarts in the window restart the group as a whole, and the root in the end gives up:
//!   [`Running::fatal`] resolves, and the daemon can still drain (`supervision`).
//! - A service that ends with an error is begun anew. A write under way outlives a restart of the committer
//!   (`supervision`: "finds its write again").
//!
//! **Hangs and blocking**
//! - An actor in an await for too long is restarted alone while others work, and a message that always hangs is given
//!   up like one that panics (`supervision`: "stuck in an await").
//! - A handler that spins or blocks holds up its whole cell; the watchdog's thread ends the process, and a message
//!   that ended three goes to the dead letters at once (`supervision`: "ended three processes").
//! - No actor starves another: each yields after a budget of messages (`admission`: "a flood").
//!
//! **Bounds** (`limits`)
//! - Refused or dropped is only what comes from outside: too many questions, a queue too deep, too much that is not
//!   yet durable: [`Refused::Overloaded`], and nothing was done (`admission`). So it is where checkpoints do not keep up:
//!   memory is bounded, and what a start after a crash reads (`checkpoint`: "do not keep up").
//! - A question that is late when its turn comes is dropped unexecuted. [`Refused::Deadline`] and
//!   [`Refused::Closed`] mean that the outcome is unknown. Whoever stops waiting frees the place.
//! - An actor that comes and goes takes the place of those idle for longest, where there is no other (`passing`).
//! - What stands in a turn is always accepted. Timers, the one source of work inside, wait when too many of their
//!   messages are unhandled, or the disk does not keep up (`timers`: "a flood of timers").
//!
//! **Timers and clocks**
//! - A timer is journaled, fires once, never early, over any crash; one that was moved or cancelled does not fire even
//!   if its message was on its way (`timers`). It runs on the trade's clock or on the real one.
//! - Neither clock goes back, over a restart or a change of speed (`clock`).
//!
//! **Cells** (`cells`)
//! - The actors may run on several threads, a cell each, over one journal. Every aggregate has one home, which does not
//!   depend on how many cells there are ([`Application::home`]); a decision on what is at home elsewhere is refused and
//!   ends the daemon ("at home elsewhere").
//! - All of the above holds among them as in one: a message to another cell waits for no disk ("without waiting"), since what
//!   it follows from stands before it in the one journal. Their number may change from start to start ("from start to start").
//! - Moments do not go back in the order of the journal, whichever cells its turns are of.
//!
//! **Outside calls**
//! - A call is made after its intent is durable, ends by its deadline with an answer or `Unknown`, and is bounded for
//!   each counterparty (`output`). A crash leaves the intent; it is driven again as the call declares (`crash`).
//!
//! **Checkpoints**
//! - What recovery finds is the same with checkpoints, without, and after a crash in the middle of one
//!   (`checkpoint`). Actors go on meanwhile. An aggregate leaves memory only after its checkpoint.
//! - Trees that fail end the daemon in order; the next start replays the journal ("trees that fail").
//!
//! **Stop**
//! - A drain admits nothing more, answers what was asked, flushes, checkpoints, seals; each step ends by its
//!   deadline, and the report says what the next start resumes (`drain`). Actors that are down hold nothing up.
//! - A journal that cannot be written ends the process at once, without a drain.
//!
//! **Repetition**
//! - On virtual time the same seed leaves the same journal, byte for byte (`output`: "the same seed").
//!
//! # Layout
//!
//! - What the trade tells the runtime: `application`, `context`, `turn`, `table`, `hooks`.
//! - The committed state: `core` (the only code that changes it), `record` (a turn as journaled), `pending` (what is
//!   remembered over a crash), `recovery`, `committer` (group commit), `checkpointer`, `clock`, `limits`.
//! - The actors: `cell` (the actors of one thread), `common` (what the cells of one journal share), `shell` (the one actix
//!   actor), `guard` (keeps it alive), `supervisor` (the tree), `timers`, `lanes` (outside calls), `watchdog` and
//!   `suspect` (what spins).
//! - The way in and out: `start`, `handle` (asks), `backlog` (which of them are too many), `inspect`, `dead_letters`,
//!   `drain`, `error`.
//! - [`kit`]: cells of any application on virtual time, for tests and the simulator.
mod application;
mod backlog;
mod cell;
mod checkpointer;
mod clock;
mod committer;
mod common;
mod context;
mod core;
mod dead_letters;
mod derive;
mod drain;
mod error;
mod guard;
mod handle;
mod hooks;
mod inspect;
pub mod kit;
mod lanes;
mod limits;
mod pending;
mod record;
mod recovery;
mod shell;
mod start;
mod supervisor;
mod suspect;
mod table;
#[cfg(test)]
mod tests;
mod timers;
mod turn;
mod watchdog;

pub use application::{
    Aggregate, Application, CallResult, Home, Outside, OutsideCall, Redrive, SLOTS, State, TableKey,
    UnknownVersion,
};
pub use clock::{Clock, system_time};
pub use context::Context;
pub use dead_letters::{BuriedLetter, Resolution, Unresolved};
pub use derive::{Difference, JournalDir, compare, derive, rebuild, tree_names};
pub use drain::{DrainDeadlines, DrainReport};
pub use error::{Error, Refused};
pub use guard::{ServiceRun, panic_text};
pub use handle::Handle;
pub use hooks::{Hooks, NoHooks, Point};
pub use inspect::{ActorReport, Report};
pub use limits::{Bounds, CELLS_MAX};
pub use pending::TREES;
pub use record::{Cause, DeadLetter, Moment, Record, RecordError, Statement};
pub use recovery::{Recovered, recover};
pub use start::{CellParts, Cells, Member, Own, Running, no_hooks, start};
pub use supervisor::{Below, Group, Intensity, Strategy};
pub use table::{AnyTable, Keys, LoadError, Stamp, Table, Tables, decode};
pub use turn::{Due, RequestId, TimerChange, TimerId, Turn};
