use std::fmt::{Debug, Display};
use std::hash::Hash;

use serde::{Serialize, de::DeserializeOwned};

use crate::storage::TreeName;

use super::{Context, Keys, Resolution, Stamp, Tables, Turn, table::AnyTable};

/// What the runtime must be told about the trade that it runs. Everything here is pure: given a
/// state and a message, an actor decides on a [`Turn`]; the runtime does the rest.
pub trait Application: Sized + 'static {
    /// Names an actor. Its text (`Display`) is what logs, `actors` and timelines show.
    type Address: Copy
        + Ord
        + Hash
        + Debug
        + Display
        + Serialize
        + DeserializeOwned
        + Send
        + Sync
        + Unpin
        + 'static;
    /// Everything that one actor can tell another, or the outside can ask.
    type Message: Serialize + DeserializeOwned + Debug + Send + Sync + 'static;
    /// Every fact that the journal can hold.
    type Event: Serialize + DeserializeOwned + Debug + 'static;
    /// A call to the outside world, as it is journaled before it is made.
    type Call: OutsideCall;
    /// What the outside world answered. Never journaled: what follows from it is.
    type Outcome: 'static;
    /// What an `ask` gets back.
    type Reply: Debug + Send + 'static;
    /// All aggregates.
    type State: State<Self>;
    /// Settings that decisions read; the same for the whole life of a process.
    type Rules: 'static;

    /// Lists the aggregates that deciding on `message` reads, as far as `state` already shows;
    /// it is asked again when those are in memory, until it names nothing new.
    fn touches(state: &Self::State, to: Self::Address, message: &Self::Message, keys: &mut Keys);

    /// Where `message` is decided on. All that its decision reads and its events change must be at home there.
    fn home(_to: Self::Address, _message: &Self::Message) -> Home {
        Home::Common
    }

    /// Where an aggregate is kept: what decides on it is at home there.
    fn home_of(_tree: TreeName, _key: &[u8]) -> Home {
        Home::Common
    }

    /// Decides. Pure: no I/O, no clock, nothing changed but the returned turn.
    fn decide(
        state: &Self::State,
        to: Self::Address,
        message: &Self::Message,
        context: &mut Context<'_, Self>,
    ) -> Turn<Self>;

    /// The message that brings the result of an outside call back to the actor that made it.
    fn answer(call: &Self::Call, result: CallResult<Self::Outcome>) -> Self::Message;

    /// What follows when `message` has made its actor panic too often, such as a case on the order concerned, or
    /// another try later. It must not panic: then the dead letter stands alone.
    fn given_up(
        state: &Self::State,
        to: Self::Address,
        message: &Self::Message,
        panic: &str,
        context: &mut Context<'_, Self>,
    ) -> Turn<Self>;

    /// What follows when the operator has dealt with a message that was given up: events only, such as a line on the order
    /// concerned. As `given_up`, it must not panic.
    fn resolved(message: &Self::Message, resolution: Resolution) -> Vec<Self::Event>;

    /// The reply to whoever asked, when the question made its actor panic too often.
    fn failed(panic: &str) -> Self::Reply;

    /// A short name of the message for logs and `actors`: its variant, never its content.
    fn name(message: &Self::Message) -> &'static str;

    /// Whether the actor leaves memory after this long without a message, in real milliseconds.
    fn passivate_after_ms(rules: &Self::Rules, address: Self::Address) -> Option<u64>;
}

/// How many parts an application can be divided into: a cell has some of them, whole.
pub const SLOTS: u8 = 16;

/// Where something is kept and decided on, however many cells there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Home {
    /// Among what all parts share: the first cell.
    Common,
    /// In one of [`SLOTS`] parts, which know nothing of each other.
    Slot(u8),
}

/// The aggregates of an application.
pub trait State<A: Application>: Default + Tables {
    /// The aggregates that `event`, stated by `by`, changes, so that they can be brought into memory first.
    fn changed_by(by: A::Address, event: &A::Event, keys: &mut Keys);

    /// Folds one event in. Total: every event that was ever journaled applies to every state.
    fn apply(&mut self, event: &A::Event, stamp: &Stamp<A>);

    fn tables(&self) -> Vec<&dyn AnyTable>;
    fn tables_mut(&mut self) -> Vec<&mut dyn AnyTable>;
}

/// A call to the outside world.
pub trait OutsideCall: Serialize + DeserializeOwned + Clone + Debug + 'static {
    /// Which counterparty is called: calls of one lane share a bound on how many are in flight,
    /// so one that hangs holds nothing else up.
    fn lane(&self) -> &'static str;
    /// How long an answer is waited for, in real milliseconds; then the result is unknown.
    fn deadline_ms(&self) -> u64;
    /// What to do with an intent that has no result when the daemon starts again.
    fn redrive(&self) -> Redrive;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redrive {
    /// The counterparty knows the key: calling again has no second effect.
    SameKey,
    /// The counterparty must be asked first: the actor is told `Unknown` and asks.
    AskFirst,
    /// A second effect is harmless and can be recognised, as a mail by its `Message-ID`.
    AtLeastOnce,
}

/// How an outside call ended. There is no "failed": without an answer the outcome is unknown.
#[derive(Clone, Debug)]
pub enum CallResult<O> {
    Answered(O),
    /// Time-out, broken link, panic in the port, or a crash between call and answer.
    Unknown(String),
}

/// Something kept in a tree under a key of its own: the unit of storage and of replay.
pub trait Aggregate: Serialize + DeserializeOwned + Debug + Clone + PartialEq + 'static {
    const TREE: TreeName;
    /// Of the stored form. A change of the form raises it and teaches `upcast` the old one.
    const VERSION: u8 = 1;
    type Key: TableKey;

    /// Reads a stored value of an older version.
    fn upcast(version: u8, _bytes: &[u8]) -> Result<Self, UnknownVersion> {
        Err(UnknownVersion { tree: Self::TREE.0, version })
    }
}

#[derive(Debug, thiserror::Error)]
#[error(
    "tree {tree} holds a value of schema version {version}, which this build does not know: use the build that wrote it, or a newer one"
)]
pub struct UnknownVersion {
    pub tree: &'static str,
    pub version: u8,
}

/// A key of a tree. Its bytes sort as it does.
pub trait TableKey: Clone + Eq + Hash + Debug + 'static {
    fn to_bytes(&self) -> Vec<u8>;
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

/// Whoever makes the outside calls. What takes too long is dropped by the runtime, which then reports `Unknown`.
pub trait Outside<A: Application> {
    fn make(&self, call: A::Call) -> std::pin::Pin<Box<dyn Future<Output = A::Outcome>>>;
}

impl<A: Application, O: Outside<A>> Outside<A> for std::sync::Arc<O> {
    fn make(&self, call: A::Call) -> std::pin::Pin<Box<dyn Future<Output = A::Outcome>>> {
        O::make(self, call)
    }
}
