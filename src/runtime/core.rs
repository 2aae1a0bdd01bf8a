//! The committed state of a cell, and the only code that changes it: one turn at a time is journaled,
//! applied, and handed over. A panic in a decision leaves nothing behind; after the append there is no way back.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use rand::rngs::StdRng;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::Instant;

use crate::domain::Timestamp;
use crate::journal::Position;
use crate::planted::{self, Bug};
use crate::storage::{TreeName, Trees};

use super::common::Common;
use super::dead_letters::{Resolution, Unresolved};
use super::hooks::{Hooks, Point};
use super::limits::TIMERS_IN_FLIGHT_MAX;
use super::pending::{Pending, statement};
use super::record::{Cause, DeadLetter, Moment, Record, Statement};
use super::{Application, Context, Error, Keys, RequestId, Stamp, State, Tables as _, TimerChange, Turn};

/// A message on its way to an actor of this cell.
pub struct Envelope<A: Application> {
    pub cause: Cause,
    pub message: Arc<A::Message>,
    /// The `ask` that it is, if it is one.
    pub request: Option<RequestId>,
    /// An `ask` that is handled after this is dropped unexecuted.
    pub deadline: Option<Instant>,
    /// Its turn stands in the journal (or, of a turn that only answers, is on its way out): after a panic
    /// it must not be decided on again.
    pub decided: bool,
}

impl<A: Application> Envelope<A> {
    /// A message of this cell; it is accepted whatever the load.
    pub fn inside(cause: Cause, message: Arc<A::Message>) -> Envelope<A> {
        Envelope { cause, message, request: None, deadline: None, decided: false }
    }
}

impl<A: Application> actix::Message for Envelope<A> {
    type Result = ();
}

/// What leaves the daemon once the journal is durable up to its turn.
pub enum Release<A: Application> {
    Reply(RequestId, A::Reply),
    Call(Statement),
}

/// An `ask` that has been admitted.
pub struct Asked<A: Application> {
    pub reply: oneshot::Sender<A::Reply>,
    /// Gives its place back when it is dropped: the `ask` is over.
    pub _permit: OwnedSemaphorePermit,
}

/// A turn that stands in the journal and has not been carried out in memory.
struct Appended<A: Application> {
    position: Position,
    by: A::Address,
    at: Timestamp,
    events: Vec<A::Event>,
    sends: Vec<(A::Address, A::Message)>,
    calls: Vec<A::Call>,
    timers: Vec<TimerChange<A>>,
    replies: Vec<(RequestId, A::Reply)>,
    cause: Cause,
    dead: Option<DeadLetter>,
}

pub struct Core<A: Application> {
    pub state: A::State,
    pub rules: Rc<A::Rules>,
    pub common: Arc<Common<A>>,
    /// Which of the cells this is.
    me: usize,
    pub pending: Pending<A>,
    pub hooks: Rc<dyn Hooks<A>>,
    random: StdRng,
    /// A turn is packed in here on its way to the journal.
    packed: Vec<u8>,
    /// Of the last turn that this cell appended, durable or not.
    last: Position,
    release: VecDeque<(Position, Release<A>)>,
    appended: Option<Appended<A>>,
    /// Messages to be handed over, each with its cell; they are taken after each step.
    pub outbox: Vec<(usize, A::Address, Envelope<A>)>,
    pub timers_in_flight: usize,
    /// Set when timers were changed: the pump must look again.
    pub timers_changed: bool,
    pub turns: u64,
    /// `ask`s answered.
    pub answers: u64,
}

impl<A: Application> Core<A> {
    pub fn new(
        common: Arc<Common<A>>,
        me: usize,
        rules: Rc<A::Rules>,
        hooks: Rc<dyn Hooks<A>>,
        random: StdRng,
        recovered: super::recovery::Recovered<A>,
    ) -> Core<A> {
        Core {
            state: recovered.state,
            rules,
            common,
            me,
            pending: recovered.pending,
            hooks,
            random,
            packed: vec![],
            last: recovered.last,
            release: VecDeque::new(),
            appended: None,
            outbox: vec![],
            timers_in_flight: 0,
            timers_changed: true,
            turns: 0,
            answers: 0,
        }
    }

    /// Lets the actor decide on a message and carries the turn out. Panics where the decision does:
    /// then nothing has happened, and the message may be tried again.
    pub fn step(&mut self, to: A::Address, envelope: &mut Envelope<A>) -> Result<(), Error> {
        self.finish_appended();
        let message = envelope.message.as_ref();
        self.load_touched(to, message)?;
        self.hooks.at(Point::BeforeDecision, to, message);
        let (at, real) = self.common.clock.now();
        let rules = self.rules.clone();
        let mut context = Context::new(at, real, &mut self.random, rules.as_ref(), envelope.request, to);
        let turn = A::decide(&self.state, to, message, &mut context);
        self.append(to, envelope.cause, at, real, turn, None)?;
        envelope.decided = true;
        self.hooks.at(Point::AfterAppend, to, message);
        self.finish_appended();
        Ok(())
    }

    /// Gives a message up after too many panics: a turn like any other.
    pub fn give_up(
        &mut self,
        to: A::Address,
        envelope: &Envelope<A>,
        panic: &str,
        attempts: u32,
    ) -> Result<(), Error> {
        self.finish_appended();
        let (at, real) = self.common.clock.now();
        let rules = self.rules.clone();
        let mut context = Context::new(at, real, &mut self.random, rules.as_ref(), None, to);
        let state = &self.state;
        let follows = AssertUnwindSafe(|| A::given_up(state, to, &envelope.message, panic, &mut context));
        let mut turn = catch_unwind(follows).unwrap_or_else(|_| {
            tracing::error!(actor = %to, message = A::name(&envelope.message), "`given_up` panicked: the dead letter has no case");
            Turn::nothing()
        });
        if let Some(request) = envelope.request {
            turn.reply(request, A::failed(panic));
        }
        let dead = DeadLetter {
            to: to.to_string(),
            name: A::name(&envelope.message).to_owned(),
            message: serde_json::to_string(envelope.message.as_ref()).unwrap_or_default(),
            panic: panic.to_owned(),
            attempts,
            at,
        };
        self.append(to, envelope.cause, at, real, turn, Some(dead))?;
        self.finish_appended();
        Ok(())
    }

    /// The operator's word on a message that was given up: a turn too. Its position.
    pub fn resolve(&mut self, letter: Position, resolution: Resolution) -> Result<Position, Unresolved> {
        self.finish_appended();
        let no_such = Unresolved::NoSuchLetter(letter.0);
        let (to, dead) = self.pending.dead.get(&letter).ok_or(no_such)?;
        let (to, message) = (*to, serde_json::from_str::<A::Message>(&dead.message));
        let mut turn = Turn::<A>::nothing();
        match (message, resolution) {
            (Ok(message), resolution) => {
                // pure, but of a message that has made its actor panic
                let events = catch_unwind(AssertUnwindSafe(|| A::resolved(&message, resolution)));
                turn.events = events.unwrap_or_default();
                if resolution == Resolution::Retry {
                    turn.send(to, message);
                }
            }
            (Err(error), Resolution::Retry) => {
                return Err(Unresolved::Unreadable(letter.0, error.to_string()));
            }
            (Err(_), Resolution::Discard) => {}
        }
        let (at, real) = self.common.clock.now();
        let appended = self.append(to, Cause::DeadLetter(letter), at, real, turn, None);
        appended.map_err(|error| Unresolved::Failed(error.to_string()))?;
        self.finish_appended();
        Ok(self.last)
    }

    /// The point of no return. A turn that only answers a question is not journaled: it waits
    /// for what it has read.
    fn append(
        &mut self,
        by: A::Address,
        cause: Cause,
        at: Timestamp,
        real: Timestamp,
        turn: Turn<A>,
        dead: Option<DeadLetter>,
    ) -> Result<(), Error> {
        let Turn { events, sends, calls, timers, replies } = turn;
        let silent = events.is_empty() && sends.is_empty() && calls.is_empty() && timers.is_empty();
        if silent && dead.is_none() && cause == Cause::Outside {
            self.common.await_turn(self.last);
            for (request, reply) in replies {
                self.release.push_back((self.last, Release::Reply(request, reply)));
            }
            return Ok(());
        }
        self.load(|_, keys| events.iter().for_each(|event| A::State::changed_by(by, event, keys)))?;
        let mut record = Record::<A> { by, cause, events, sends, calls, timers, dead, at, real };
        self.packed.clear();
        record.encode_but_moment(&mut self.packed);
        let awaited = !record.calls.is_empty() || !replies.is_empty();
        let (position, moment) = self.common.append(&self.packed, Moment { at, real }, awaited);
        (self.last, record.at, record.real) = (position, moment.at, moment.real);
        self.hooks.stated(self.last, &record);
        self.turns += 1;
        let Record { by, cause, events, sends, calls, timers, dead, at, .. } = record;
        self.appended =
            Some(Appended { position, by, at, events, sends, calls, timers, replies, cause, dead });
        Ok(())
    }

    /// Carries out what stands in the journal. `apply` is total: a panic in it means that memory and journal
    /// have parted, and only a new start from the journal helps.
    pub fn finish_appended(&mut self) {
        let Some(appended) = self.appended.take() else { return };
        self.apply(&appended);
        let position = appended.position;
        self.consume(appended.by, &appended.cause, position);
        for (index, (to, message)) in appended.sends.into_iter().enumerate() {
            let cell = self.common.routes.cell_of(|| A::home(to, &message));
            let (id, message) = (statement(position, index), Arc::new(message));
            if cell == self.me {
                self.pending.messages.put(id, (to, message.clone()), position);
            }
            self.outbox.push((cell, to, Envelope::inside(Cause::Message(id), message)));
        }
        for (index, call) in appended.calls.into_iter().enumerate() {
            let id = statement(position, index);
            self.pending.calls.put(id, (appended.by, Rc::new(call)), position);
            self.release.push_back((position, Release::Call(id)));
        }
        self.timers_changed |= !appended.timers.is_empty();
        for (index, change) in appended.timers.into_iter().enumerate() {
            self.pending.change_timer(appended.by, position, index, change);
        }
        if let Some(dead) = appended.dead {
            self.pending.bury(position, appended.by, dead);
        }
        for (request, reply) in appended.replies {
            self.release.push_back((position, Release::Reply(request, reply)));
        }
    }

    /// Whether a message is still to be decided on.
    pub fn is_current(&mut self, to: A::Address, envelope: &Envelope<A>) -> bool {
        if envelope.decided {
            return false;
        }
        let current = self.pending.is_current(to, &envelope.cause);
        if !current && matches!(envelope.cause, Cause::Timer { .. }) {
            self.timer_handled();
        }
        current
    }

    fn timer_handled(&mut self) {
        debug_assert!(self.timers_in_flight > 0, "a timer that is handled was fired");
        self.timers_in_flight = self.timers_in_flight.saturating_sub(1);
        self.timers_changed = true;
    }

    fn apply(&mut self, appended: &Appended<A>) {
        let stamp = Stamp { position: appended.position, at: appended.at, by: appended.by };
        let state = &mut self.state;
        let apply = || appended.events.iter().for_each(|event| state.apply(event, &stamp));
        let applied = catch_unwind(AssertUnwindSafe(apply));
        if applied.is_err() {
            let (position, by) = (appended.position, appended.by);
            tracing::error!(%position, %by, "apply panicked: ending the process, the journal resumes it");
            crate::output::abort();
        }
    }

    fn consume(&mut self, by: A::Address, cause: &Cause, position: Position) {
        if matches!(cause, Cause::Timer { .. }) {
            self.timer_handled();
        }
        self.pending.consume(by, cause, position);
    }

    /// A message that a turn of another cell has sent: from here on it is this one's to remember.
    pub fn take_over(&mut self, to: A::Address, envelope: &Envelope<A>) {
        if let Cause::Message(id) = envelope.cause {
            self.pending.messages.put(id, (to, envelope.message.clone()), id.turn);
        }
    }

    fn load_touched(&mut self, to: A::Address, message: &A::Message) -> Result<(), Error> {
        self.load(|state, keys| A::touches(state, to, message, keys))
    }

    /// Brings what `name` lists into memory, if this is where it is at home: nothing is ever decided on in two cells.
    fn load(&mut self, name: impl Fn(&A::State, &mut Keys)) -> Result<(), Error> {
        let routes = &self.common.routes;
        let at_home = |tree, key: &[u8]| routes.cell_of(|| A::home_of(tree, key)) == self.me;
        load_missing::<A>(&mut self.state, self.common.trees.as_ref(), at_home, name)
    }

    /// What may leave the daemon now.
    pub fn released(&mut self) -> Vec<Release<A>> {
        let durable = if planted::is(Bug::EffectBeforeDurable) { self.last } else { self.common.durable() };
        let ready = self.release.partition_point(|(position, _)| *position <= durable);
        self.release.drain(..ready).map(|(_, release)| release).collect()
    }

    /// Enough are on their way, or the disk does not keep up: timers are the one source of work
    /// inside that admission does not bound.
    pub fn timers_must_wait(&self) -> bool {
        self.timers_in_flight >= TIMERS_IN_FLIGHT_MAX || self.common.is_ahead_of_the_disk()
    }

    pub fn jitter(&mut self) -> u64 {
        rand::Rng::next_u64(&mut self.random)
    }

    /// Answers an `ask`; if whoever asked is gone, nothing happens.
    pub fn answer(&mut self, request: RequestId, reply: A::Reply) {
        if let Some(asked) = self.common.askers.leave(request) {
            self.answers += 1;
            let _gone = asked.reply.send(reply);
        }
    }

    /// Messages that a crash left unconsumed, in the order in which they were sent.
    pub fn redelivered(&self) -> Vec<(A::Address, Envelope<A>)> {
        let again = self
            .pending
            .messages
            .iter()
            .map(|(id, (to, message))| (*to, Envelope::inside(Cause::Message(*id), message.clone())));
        again.collect()
    }
}

/// Brings the aggregates that `name` lists into memory. It is asked again after each load: an aggregate that is
/// there now may lead to others, and one that came may have let another leave.
pub fn load_missing<A: Application>(
    state: &mut A::State,
    trees: &dyn Trees,
    at_home: impl Fn(TreeName, &[u8]) -> bool,
    name: impl Fn(&A::State, &mut Keys),
) -> Result<(), Error> {
    loop {
        let mut keys = Keys::missing_in(state);
        name(state, &mut keys);
        let missing = keys.into_list();
        if missing.is_empty() {
            return Ok(());
        }
        for (tree, key) in missing {
            if !at_home(tree, &key) {
                return Err(Error::NotAtHome { tree, key });
            }
            let table = state.table_mut(tree).ok_or(crate::storage::Error::UnknownTree(tree))?;
            table.load(&key, trees.get(tree, &key)?)?;
        }
    }
}
