//! An application, and the turns of its actors. Each is said by the other: an application decides by means of a turn, and what a
//! turn says is in the application's words. So they stand in one file.

use std::convert::Infallible;
use std::fmt::{Debug, Display};
use std::hash::Hash;

use rand::{Rng, rngs::StdRng};
use serde::{Serialize, de::DeserializeOwned};

use crate::time::Timestamp;

use super::aggregate::{Aggregate, Partition};
use super::call::OutsideCall;
use super::fold::Fold;
use super::request::{AnyReply, Refused, RequestId};
use super::resolution::Resolution;
use super::snapshot::Snapshot;
use super::tables::Tables;
use super::timer::{Due, TimerId};
use super::versioned::{Journaled, Versioned};

/// What all actors of an application have in common.
pub trait Environment: Sized + 'static {
    /// Settings that decisions read; the same for the whole life of a process, and perhaps other ones in the next: what must not change
    /// with them stands in facts.
    type Rules: 'static;
    /// A call to the outside world; [`NoCall`](super::NoCall) where there is none.
    type Call: OutsideCall<Rules = Self::Rules>;
    /// What a message can be about, such as an order, for traces and whoever explains the journal; [`NoSubject`] where it is nothing.
    type Subject: Display;
    /// What a fact tells besides what it changes, such as an entry on a timeline: what [`note`](Environment::note) gets. `()` where it
    /// is nothing.
    type Notes: Default;
    /// What the application knows of an actor besides, such as how it shows to customers; `()` where it is nothing.
    type Role: Copy + 'static;
    /// In percent of all work, 0 to [`COMMON_WORK_MAX`]: what is done in the common partition, so that the first of several cells
    /// gets fewer others. More does not compile.
    const COMMON_WORK: usize = 0;

    /// What the actor is told that stated the call, where nobody has answered: time-out, panic in the port, or a crash between
    /// call and answer. There is no "failed": without an answer the outcome is unknown.
    fn unanswered(call: &Self::Call, why: String) -> Self::Message
    where
        Self: Application;

    /// Names the aggregates that no single actor keeps, as [`Actor::tables`](super::Actor::tables) does.
    fn shared_tables(_tables: &mut Tables) {}

    /// Folds what concerns more than one actor: called with what each fact tells, after the actor's own fold. Total, as that is.
    /// `by`: the actor that stated the fact.
    fn note(_told: Self::Notes, _by: Self::Address, _fold: &mut Fold<'_>)
    where
        Self: Application,
    {
    }

    /// What follows when any message was given up, such as a case for the operator; before what follows for the actor itself.
    fn given_up(_to: Self::Address, _message: &Self::Message, _panic: &str, _turn: &mut Turn<'_, Self>)
    where
        Self: Application,
    {
    }

    /// What follows when the operator has dealt with a message that was given up; before what follows for its actor itself.
    fn resolved(_to: Self::Address, _message: &Self::Message, _how: Resolution, _turn: &mut Turn<'_, Self>)
    where
        Self: Application,
    {
    }
}

/// At the most so many percent of all work are done in the common partition: see [`Environment::COMMON_WORK`].
pub const COMMON_WORK_MAX: usize = 90;

/// No message is about anything in particular.
pub type NoSubject = Infallible;

/// A fact that no single actor states: `facts` of [`application!`](crate::application). It changes nothing but by what it notes.
pub trait Fact: Versioned + Debug + 'static {
    /// The application that it is a part of.
    type App: Application;

    /// As [`Actor::notes`](super::Actor::notes).
    fn notes(&self) -> <Self::App as Environment>::Notes {
        Default::default()
    }
}

/// All actors as one: what the runtime runs. [`application!`](crate::application) makes it of their list; nobody writes it. Each
/// function passes on to the actor that an address or a message names; where both are given and do not fit, the message is not that
/// actor's: [`unfit`].
pub trait Application: Environment {
    /// Names an actor. Its text (`Display`) is what logs and `actors` show; it is stored by the actor's number.
    type Address: Copy
        + Ord
        + Hash
        + Debug
        + Display
        + Journaled
        + Serialize
        + DeserializeOwned
        + Send
        + Sync
        + Unpin
        + 'static;
    /// Everything that an actor can be told.
    type Message: Journaled + Serialize + Debug + Send + Sync + 'static;
    /// Every fact that the journal can hold.
    type Event: Journaled + Debug + 'static;

    /// The actors of which there is one each.
    fn singletons() -> Vec<Self::Address>;
    /// Every aggregate of every actor, with nothing in memory.
    ///
    /// # Panics
    /// Where two of them name the same tree.
    fn tables() -> Tables;
    /// Where the message is decided on; [`Partition::Common`] where it does not fit.
    fn partition(to: Self::Address, message: &Self::Message) -> Partition;
    /// The actor decides.
    ///
    /// # Panics
    /// Where it does, and where the message does not fit.
    fn decide(to: Self::Address, message: &Self::Message, turn: &mut Turn<'_, Self>);
    /// The fact becomes state, then what it tells is noted.
    fn fold(fact: &Self::Event, by: Self::Address, fold: &mut Fold<'_>);
    /// What follows for the application, then for the actor, when the message was given up. `panic`: what the last one said.
    fn give_up(to: Self::Address, message: &Self::Message, panic: &str, turn: &mut Turn<'_, Self>);
    /// What follows likewise when the operator has dealt with a message that was given up.
    fn resolve(to: Self::Address, message: &Self::Message, how: Resolution, turn: &mut Turn<'_, Self>);
    /// A short name of the message for logs.
    fn name(message: &Self::Message) -> &'static str;
    /// What the message is about; `None` where it is about nothing in particular.
    fn subject(message: &Self::Message) -> Option<Self::Subject>;
    /// What the fact tells besides what it changes.
    fn notes(fact: &Self::Event) -> Self::Notes;
    /// What the application knows of the actor besides; `None` where the actor says nothing of it.
    fn role(address: Self::Address) -> Option<Self::Role>;
    /// After how many real milliseconds without a message the actor leaves memory; `None`: never.
    fn idle_ms(rules: &Self::Rules, address: Self::Address) -> Option<u64>;
}

/// A message at an actor that does not take it: a mistake in who sent it, set a timer with it or made it of an answer. What is sent
/// by its type ([`Turn::send`]) always fits; timers, answers of calls and [`Handle::ask_any`](crate::runtime::Handle::ask_any) take
/// any message.
///
/// # Panics
/// Always: the message is given up.
pub fn unfit<A: Application>(to: A::Address, message: &A::Message) -> ! {
    panic!("{to} does not take {}", A::name(message))
}

/// What an actor decides on one message: it reads the state, and says what follows. Nothing of it has happened before the
/// runtime has it in the journal; then its facts are the state, its messages are handed over, and what leaves the daemon does so
/// once that is durable.
pub struct Turn<'a, A: Application> {
    fold: Fold<'a>,
    pub(super) asked: Asked<'a, A>,
    pub(crate) decided: Decided<A>,
}

/// What a decision may know besides the state and the message.
pub struct Asked<'a, A: Application> {
    /// The trade's time. In the order of the journal it never goes back.
    pub now: Timestamp,
    /// The real time, likewise.
    pub real_now: Timestamp,
    /// The one source of randomness.
    pub random: &'a mut StdRng,
    /// The settings that decisions read.
    pub rules: &'a A::Rules,
    /// Who waits for an answer; `None` where the message is not from outside.
    pub request: Option<RequestId>,
    /// The actor that decides.
    pub address: A::Address,
}

/// What the journal keeps of a turn; of each kind in the order in which it was said.
pub struct Stated<A: Application> {
    /// What has happened.
    pub events: Vec<A::Event>,
    /// Messages to actors, itself among them.
    pub sends: Vec<(A::Address, A::Message)>,
    /// Calls to the outside world.
    pub calls: Vec<A::Call>,
    /// Timers that it sets, moves and stops.
    pub timers: Vec<TimerChange<A>>,
}

/// What a turn says of a timer of its actor.
pub enum TimerChange<A: Application> {
    /// It is set, or moved where one of this id is running.
    Set {
        /// Which of the actor's timers.
        id: TimerId,
        /// When it fires.
        due: Due,
        /// What the actor gets then.
        message: A::Message,
    },
    /// It is stopped, where it is running.
    Cancel {
        /// Which of the actor's timers.
        id: TimerId,
    },
}

/// All that a turn has said: what a decision test looks at.
pub struct Decided<A: Application> {
    /// What the journal keeps.
    pub stated: Stated<A>,
    /// Answers to questions, of this turn and of earlier ones, each with whom it goes to. They stand in no journal.
    pub replies: Vec<(RequestId, Result<AnyReply, Refused>)>,
}

impl<A: Application> Default for Stated<A> {
    fn default() -> Stated<A> {
        Stated { events: vec![], sends: vec![], calls: vec![], timers: vec![] }
    }
}

impl<A: Application> Default for Decided<A> {
    fn default() -> Decided<A> {
        Decided { stated: Stated::default(), replies: vec![] }
    }
}

impl<A: Application> Decided<A> {
    /// The facts, in the order in which they were stated.
    pub fn events(&self) -> &[A::Event] {
        &self.stated.events
    }

    /// The messages to actors, in the order in which they were sent.
    pub fn sends(&self) -> &[(A::Address, A::Message)] {
        &self.stated.sends
    }

    /// The calls to the outside world.
    pub fn calls(&self) -> &[A::Call] {
        &self.stated.calls
    }

    /// The timers set, moved and stopped.
    pub fn timers(&self) -> &[TimerChange<A>] {
        &self.stated.timers
    }

    /// The reply of the turn, where there is one in all and it is of this type: `None` where there are two, whatever their types;
    /// then look at `replies`.
    pub fn reply<R: 'static>(&self) -> Option<&R> {
        match self.replies.as_slice() {
            [(_, Ok(reply))] => reply.downcast_ref(),
            _ => None,
        }
    }
}

impl<A: Application> Stated<A> {
    /// Whether the turn says nothing that the journal keeps: then it only reads.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.sends.is_empty() && self.calls.is_empty() && self.timers.is_empty()
    }
}

impl<'a, A: Application> Turn<'a, A> {
    pub(crate) fn new(fold: Fold<'a>, asked: Asked<'a, A>) -> Turn<'a, A> {
        Turn { fold, asked, decided: Decided::default() }
    }

    /// The aggregate as it is after the facts that this turn has stated so far; `None` where there is none. It is loaded from its tree
    /// where it is not in memory, and stays as it is now for whoever holds it.
    ///
    /// # Panics
    /// Where it is kept in another partition than the message is decided on in, or no actor has named its table: the turn comes to
    /// nothing. It unwinds likewise where the tree cannot be read: that ends the process, and blames no message.
    pub fn get<V: Aggregate>(&mut self, key: &V::Key) -> Option<Snapshot<V>> {
        self.fold.get(key)
    }

    /// Records a fact: it is folded in at once, and the state that the turn reads from here on is as it is with it. It has not happened
    /// before the turn stands in the journal.
    ///
    /// # Panics
    /// Where the fold does, such as one that changes what is kept in another partition: the turn comes to nothing.
    pub fn record(&mut self, fact: impl Into<A::Event>) {
        let fact = fact.into();
        A::fold(&fact, self.asked.address, &mut self.fold);
        self.decided.stated.events.push(fact);
    }

    /// Calls the outside world, once this turn is durable; the result comes back as a message.
    pub fn call(&mut self, call: impl Into<A::Call>) {
        self.decided.stated.calls.push(call.into());
    }

    /// Sets a timer of this actor, or moves it if one of this id is running: at `due` the actor gets `message`.
    pub fn timer(&mut self, id: TimerId, due: Due, message: impl Into<A::Message>) {
        self.decided.stated.timers.push(TimerChange::Set { id, due, message: message.into() });
    }

    /// Stops a timer of this actor. One that does not run is no error.
    pub fn cancel_timer(&mut self, id: TimerId) {
        self.decided.stated.timers.push(TimerChange::Cancel { id });
    }

    /// The trade's time. It never goes back, over a restart or a change of speed.
    pub fn now(&self) -> Timestamp {
        self.asked.now
    }

    /// The real time, for ids: they sort by it.
    pub fn real_now(&self) -> Timestamp {
        self.asked.real_now
    }

    /// The moment `ms` milliseconds of trade time from now.
    pub fn trade_in(&self, ms: u64) -> Due {
        Due::Trade(self.asked.now.plus_ms(ms))
    }

    /// The moment `ms` real milliseconds from now, whatever the speed of the trade's time.
    pub fn real_in(&self, ms: u64) -> Due {
        Due::Real(self.asked.real_now.plus_ms(ms))
    }

    /// 128 random bits, from the one source of randomness.
    pub fn random(&mut self) -> u128 {
        (u128::from(self.asked.random.next_u64()) << 64) | u128::from(self.asked.random.next_u64())
    }

    /// The settings that decisions read.
    pub fn rules(&self) -> &'a A::Rules {
        self.asked.rules
    }

    /// The actor that decides.
    pub fn address(&self) -> A::Address {
        self.asked.address
    }
}
