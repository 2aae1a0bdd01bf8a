//! Every bound of the runtime, by name.

use std::time::Duration;

use crate::runtime::actor::SLOTS;

/// `ask`s admitted and not yet answered, in all.
pub const ASKS_IN_FLIGHT_MAX: usize = 4_096;
/// Messages that wait for one actor before an `ask` of it is refused.
pub const QUEUE_DEPTH_MAX: usize = 8_192;
/// Handling time of the messages that wait, as far as their actors run, before an `ask` is refused: in some ten hops of
/// an order this becomes less than a tenth of a second.
pub const BACKLOG_MAX: Duration = Duration::from_millis(4);
/// So many may wait however slowly they are handled: a crowd, and no overload.
pub const BACKLOG_MESSAGES_ALWAYS: u32 = 96;
/// Bytes in turns that are not yet durable before an `ask` is refused.
pub const UNDURABLE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Messages that an actor handles before it lets others run.
pub const MESSAGES_BETWEEN_YIELDS_MAX: u32 = 64;
/// Timers fired whose messages are not yet handled: a flood of them must not stand before customers.
pub const TIMERS_IN_FLIGHT_MAX: usize = 64;
/// Outside calls of one lane under way at a time.
pub const CALLS_IN_LANE_MAX: usize = 32;
/// Actors that come and go (sessions) alive at a time.
pub const PASSING_ACTORS_MAX: usize = 20_000;
/// Where there are more, one in so many of those that are idle leaves.
pub const PLACES_MADE_PART: usize = 4;
/// A message that made its actor panic this often is given up.
pub const ATTEMPTS_MAX: u32 = 3;
/// Bytes packed before a write begins although actors are still busy.
pub const BATCH_BYTES_EAGER: usize = 256 * 1024;
/// How long turns are gathered for one write while actors are still busy.
pub const GATHER_MAX: Duration = Duration::from_micros(300);
/// The same as a count of turns of the scheduler: virtual time stands still while anything runs.
pub const GATHER_YIELDS_MAX: u32 = 256;
/// How long turns wait for others to share their write while nobody waits for them.
pub const COMPANY_MAX: Duration = Duration::from_millis(2);
/// Aggregates encoded for a checkpoint, a tenth of a millisecond's work, before the cell rests from it: a thread that is
/// never idle is put behind all others by the kernel, and with it the customers.
pub const ENCODED_BETWEEN_RESTS: usize = 256;
/// The shortest that tokio's clock knows.
pub const ENCODING_REST: Duration = Duration::from_millis(1);
/// The same where the checkpoint is in a hurry: as many as messages wait, within these bounds. Each hop of a
/// customer's order waits for so many; where many wait, the checkpoint too must come to an end.
pub const ENCODED_BETWEEN_YIELDS: std::ops::RangeInclusive<usize> = 16..=128;
/// And where the trees have fallen far behind.
pub const ENCODED_BETWEEN_YIELDS_LATE: usize = 1_024;
/// Turns that no checkpoint has written yet before timers wait and an `ask` is refused: what they have changed is in memory, some 300 bytes a
/// turn, and a start after a crash reads them all, in some five seconds.
pub const UNWRITTEN_TURNS_MAX: u64 = 2_000_000;
/// One in so many of them makes a checkpoint begin before its time, and take larger slices.
pub const UNWRITTEN_TURNS_EAGER_PART: u64 = 4;
/// One in so many makes a checkpoint hurry: until then its writer rests as long as it works, so that nobody waits for it; longer
/// rests would cost memory.
pub const UNWRITTEN_TURNS_CALM_PART: u64 = 10;
/// Cells of one journal: no more than there are slots to divide among them.
pub const CELLS_MAX: usize = SLOTS as usize;

const _: () = assert!(BATCH_BYTES_EAGER < UNDURABLE_BYTES_MAX);
// a flood of timers alone must not have questions refused
const _: () = assert!(TIMERS_IN_FLIGHT_MAX < BACKLOG_MESSAGES_ALWAYS as usize);
const _: () = assert!(UNDURABLE_BYTES_MAX < crate::journal::BATCH_BYTES_MAX as usize);

/// The bounds of admission and of outside calls, as one cell has them. A daemon has the constants above; a simulated
/// one has small ones, so that a handful of customers meets them.
///
/// The defaults are 4,096 asks, 8,192 messages, 4 ms, 32 calls, 20,000 actors and 2,000,000 turns.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Questions from outside that are admitted and not yet answered, in all cells; more are refused.
    pub asks_in_flight_max: usize,
    /// Messages that wait for one actor; where there are so many a question to it is refused.
    pub queue_depth_max: usize,
    /// Real time that the messages waiting in a cell will take to handle; where it is more its questions are refused.
    pub backlog_max: Duration,
    /// Outside calls of one lane under way at a time, in a cell; more wait.
    pub calls_in_lane_max: usize,
    /// Actors that come and go (those of which there are several) in memory at a time, in a cell: a new one takes the place of an idle
    /// one, or is refused where none is idle.
    pub passing_actors_max: usize,
    /// Turns that no checkpoint has written yet; where there are so many, questions are refused and timers wait.
    pub unwritten_turns_max: u64,
}

impl Bounds {
    /// So many turns that no checkpoint has written are too many to wait for the next one's time.
    pub fn unwritten_turns_eager(&self) -> u64 {
        self.unwritten_turns_max / UNWRITTEN_TURNS_EAGER_PART
    }

    /// Up to so many the trees are written without hurry.
    pub fn unwritten_turns_calm(&self) -> u64 {
        self.unwritten_turns_max / UNWRITTEN_TURNS_CALM_PART
    }
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            asks_in_flight_max: ASKS_IN_FLIGHT_MAX,
            queue_depth_max: QUEUE_DEPTH_MAX,
            backlog_max: BACKLOG_MAX,
            calls_in_lane_max: CALLS_IN_LANE_MAX,
            passing_actors_max: PASSING_ACTORS_MAX,
            unwritten_turns_max: UNWRITTEN_TURNS_MAX,
        }
    }
}
