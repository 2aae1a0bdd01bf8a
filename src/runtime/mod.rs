//! The runtime: turns, journal first, supervision. It knows nothing of orders.
//!
//! An actor takes one message and *decides*; the runtime appends the turn to the journal, makes what it changed the state, hands
//! messages over inside, and lets out what leaves the daemon once the journal is durable. What follows can be held
//! against it; in brackets the file of `runtime/tests/` with the test that shows it, and the words that find it.
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
//! - Facts are folded before the append, so a panic there leaves nothing either. Only what keeps its place in the journal
//!   ([`Fold::note`]) is changed after it: a panic there ends the process, and the next start reads the journal.
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
//! **Bounds** (each by name in `state/limits.rs`)
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
//! - Neither clock goes back, over a restart or a change of speed (the test in `state/clock.rs`: "no time goes back").
//!
//! **Cells** (`cells`)
//! - The actors may run on several threads, a cell each, over one journal. Every aggregate is kept in one
//!   partition, which does not depend on how many cells there are ([`Aggregate::partition`]); a decision that reads or changes
//!   what is kept in another comes to nothing, as one that panics (`panics`: "kept in another partition").
//! - All of the above holds among them as in one: a message to another cell waits for no disk ("without waiting"), since what
//!   it follows from stands before it in the one journal. Their number may change from start to start ("from start to start").
//! - Moments do not go back in the order of the journal, whichever cells its turns are of.
//!
//! **Outside calls**
//! - A call is made after its intent is durable, and ends by its deadline with an answer or `Unknown` (`output`). Of each counterparty so
//!   many are under way; the others wait for their turn, and how many those are has no bound of its own: turns asked for them. A crash leaves the intent; it is driven again as the call declares (`crash`).
//!
//! **Stored forms**
//! - What an older build wrote is read where its form says how ([`Versioned::upcast`]); any other version is refused by name, with what to
//!   do (`versions`). An actor is stored by its number: its line may be moved (`numbers`).
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
//! Four floors, a folder each. A file knows those that stand before it on its own floor, in the order that the folder's `mod.rs`
//! gives, and the floors below; no file imports another in a circle. A test reads the imports and holds the source to this.
//! From the top down:
//!
//! - `process`, what holds the cells, the journal and the trees together: `start`, `handle` (asks, from any thread), `drain`,
//!   `builder`, and [`kit`], cells of any application on virtual time, for tests and the simulator.
//! - `cell`, the actors of one thread: `shell` (the one actix actor), `guard` (keeps it alive) and `supervisor` (the tree),
//!   `delivery`, `outlet`, `calls` and `timers` (what turns have stated goes on its way), `committer` (group commit),
//!   `checkpointer`, `intake` and `backlog` (what is admitted), `watchdog` and `suspect` (what spins).
//! - `state`, the committed state: `core` (the only code that changes it), `record` (a turn as journaled), `pending` (what is
//!   remembered over a crash), `recovery`, `derive`, `common` (what the cells of one journal share), `clock`, `limits`.
//! - [`actor`], what an actor sees and says: `application` (with its turns), `actor`, `question`, `fold`, `table`, and the macro
//!   [`application!`](crate::application) that makes an application of its actors: begin reading there.

#![warn(missing_docs)]

pub mod actor;
mod cell;
mod process;
mod state;
#[cfg(test)]
mod tests;

pub use actor::{
    Actor, Addressed, Aggregate, Alone, AnyReply, AnyTable, Application, COMMON_WORK_MAX, Decided, Due,
    Environment, Fact, Fold, Journaled, LoadError, Member, NoCall, NoSubject, Nobody, Outside, OutsideCall,
    Owed, Partition, Place, Question, Redrive, Refused, RequestId, Resolution, SLOTS, Snapshot, Stated,
    Table, TableKey, Tables, TimerChange, TimerId, Turn, Unread, Versioned, decode, numbered, unfit,
    versioned,
};
pub use cell::{ActorReport, Below, Group, Intensity, Report, ServiceRun, Strategy, panic_text};
pub use process::{
    Builder, CellParts, Cells, DrainDeadlines, DrainReport, Handle, Own, Running, kit, no_hooks, start,
};
pub use state::{
    Bounds, BuriedLetter, CELLS_MAX, Cause, Clock, DeadLetter, Difference, Error, Hooks, JournalDir, Moment,
    NoHooks, Point, Record, RecordError, Recovered, Statement, TREES, Unresolved, compare, derive, must_know,
    rebuild, recover, system_time, tree_names,
};
