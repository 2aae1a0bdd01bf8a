//! An actor, and whom a turn can send a message to.

use std::fmt::{self, Debug};
use std::hash::Hash;

use serde::{Serialize, de::DeserializeOwned};

use super::aggregate::Partition;
use super::application::{Application, Environment, Turn};
use super::fold::Fold;
use super::resolution::Resolution;
use super::tables::Tables;
use super::versioned::Versioned;

/// What an engineer writes: an actor takes one message at a time and *decides*. It does no I/O, reads no clock and waits for
/// nobody; what follows from its decision is the runtime's work.
pub trait Actor: Sized + 'static {
    /// The application that it is a part of.
    type App: Application;
    /// In logs and in `actors`.
    const NAME: &'static str;
    /// What the application knows of it besides, such as how timelines show it; `None`, the default, where it need not.
    const ROLE: Option<<Self::App as Environment>::Role> = None;
    /// Which of several it is; `()` where there is one.
    type Key: Copy + Ord + Hash + Debug + Serialize + DeserializeOwned + Send + Sync + Unpin + 'static;
    /// All that it can be told. Whoever sends knows this type and nothing else of the actor.
    type Message: Versioned + Debug + Send + Sync + 'static;
    /// The facts that it states.
    type Event: Versioned + Debug + 'static;

    /// Names the aggregates that it keeps, each with `tables.add::<Order>()`: those that it adds are stored, checkpointed, verified and
    /// rebuilt; one that it does not add cannot be read.
    fn tables(tables: &mut Tables);

    /// Decides on a message. Pure, and a panic leaves nothing behind: the message is tried again, and given up in the end.
    fn decide(key: &Self::Key, message: &Self::Message, turn: &mut Turn<'_, Self::App>);

    /// Makes a fact the state. Total: every fact that was ever stated folds into every state.
    fn fold(fact: &Self::Event, fold: &mut Fold<'_>);

    /// Where a message is decided on; in common where nothing is said. All that its decision reads and its facts change must be kept
    /// there: who overrides this overrides [`Aggregate::partition`](super::Aggregate::partition) of what it keeps too, and the other
    /// way round. Not to be changed while a journal is kept.
    fn partition(_key: &Self::Key, _message: &Self::Message) -> Partition {
        Partition::Common
    }

    /// A short name of the message for logs: its variant, never its content.
    fn name(_message: &Self::Message) -> &'static str {
        std::any::type_name::<Self::Message>()
    }

    /// What a message is about, such as an order; `None`, the default, where it is about nothing in particular.
    fn subject(_message: &Self::Message) -> Option<<Self::App as Environment>::Subject> {
        None
    }

    /// What a fact tells besides what it changes here, such as an entry on a timeline; nothing, where nothing is said.
    fn notes(_fact: &Self::Event) -> <Self::App as Environment>::Notes {
        Default::default()
    }

    /// What follows when a message has made this actor panic too often: what it held must not stay held for ever. `panic` is
    /// what the last panic said. Where this panics too, the dead letter stands alone.
    fn given_up(_key: &Self::Key, _message: &Self::Message, _panic: &str, _turn: &mut Turn<'_, Self::App>) {}

    /// What follows when the operator has dealt with a message to this actor that was given up.
    fn resolved(
        _key: &Self::Key,
        _message: &Self::Message,
        _how: Resolution,
        _turn: &mut Turn<'_, Self::App>,
    ) {
    }

    /// How the key of one of several shows in logs and timelines, such as without what it keeps secret.
    ///
    /// # Errors
    /// As the formatter's.
    fn show_key(key: &Self::Key, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{key:?}")
    }

    /// Whether it leaves memory after this long without a message, in real milliseconds.
    fn idle_ms(_key: &Self::Key, _rules: &<Self::App as Environment>::Rules) -> Option<u64> {
        None
    }
}

/// An actor as a part of its application; [`application!`](crate::application) makes it one, nobody implements it.
pub trait Member<A: Application>: Actor<App = A> {
    /// The address of the one with this key.
    fn address(key: Self::Key) -> A::Address;
    /// Its message as one of the application's.
    fn message(message: Self::Message) -> A::Message;
}

/// A message that knows which actor it is for: what [`Turn::send`] takes. An actor whose messages others send implements it for its
/// `Message`, and needs it for nothing else: questions, timers and answers of calls go without.
pub trait Addressed: Into<<Self::Actor as Actor>::Message> {
    /// Whom it is for.
    type Actor: Actor;
}

impl<A: Application> Turn<'_, A> {
    /// Sends a message to the actor that it is for. It will be handled once, also over a crash.
    pub fn send<M>(&mut self, message: M)
    where
        M: Addressed,
        M::Actor: Actor<Key = ()> + Member<A>,
    {
        self.send_to::<M>((), message);
    }

    /// The same, where there are several such actors: to the one with this key.
    pub fn send_to<M>(&mut self, key: <M::Actor as Actor>::Key, message: M)
    where
        M: Addressed,
        M::Actor: Member<A>,
    {
        let message = <M::Actor as Member<A>>::message(message.into());
        self.decided.stated.sends.push((<M::Actor as Member<A>>::address(key), message));
    }
}
