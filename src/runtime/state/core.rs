//! The committed state of a cell, and the only code that changes it: one turn at a time is decided on,
//! journaled, committed, and handed over. A panic in a decision leaves nothing behind; after the append there is no way back.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use rand::rngs::StdRng;
use tracing::Span;
use tracing::field::Empty;

use crate::journal::Position;
use crate::planted::{self, Bug};
use crate::runtime::actor::{
    AnyReply, Application, Asked, Decided, Fold, Journaled, Partition, Place, Refused, RequestId, Resolution,
    Tables, Turn, reading,
};

use super::common::Common;
use super::dead_letters::Unresolved;
use super::envelope::Envelope;
use super::error::Error;
use super::hooks::{Hooks, Point};
use super::limits::TIMERS_IN_FLIGHT_MAX;
use super::pending::{Pending, statement};
use super::record::{Cause, DeadLetter, Moment, Record, Statement};
use super::recovery::Recovered;

/// What leaves the daemon once the journal is durable up to its turn.
pub enum Release {
    Reply(RequestId, Result<AnyReply, Refused>),
    Call(Statement),
}

/// A turn that stands in the journal and has not been carried out in memory.
struct Appended<A: Application> {
    position: Position,
    record: Record<A>,
    replies: Vec<(RequestId, Result<AnyReply, Refused>)>,
}

pub struct Core<A: Application> {
    pub tables: Tables,
    pub rules: Rc<A::Rules>,
    pub common: Arc<Common>,
    /// Which of the cells this is.
    me: usize,
    pub pending: Pending<A>,
    pub hooks: Rc<dyn Hooks<A>>,
    random: StdRng,
    /// A turn is packed in here on its way to the journal.
    packed: Vec<u8>,
    /// Of the last turn that this cell appended, durable or not.
    last: Position,
    release: VecDeque<(Position, Release)>,
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
        common: Arc<Common>,
        me: usize,
        rules: Rc<A::Rules>,
        hooks: Rc<dyn Hooks<A>>,
        random: StdRng,
        recovered: Recovered<A>,
    ) -> Core<A> {
        Core {
            tables: recovered.tables,
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
        let message: &A::Message = &envelope.message;
        let span = turn_span::<A>(to, message, &envelope.cause);
        let _entered = span.enter();
        self.hooks.at(Point::BeforeDecision, to, message);
        let moment = self.moment();
        let partition = A::partition(to, message);
        let decided =
            self.decide(to, envelope.request, partition, moment, |turn| A::decide(to, message, turn))?;
        let position = self.append(to, envelope.cause, moment, decided, None);
        span.record("position", position.0);
        envelope.decided = true;
        self.hooks.at(Point::AfterAppend, to, message);
        self.finish_appended();
        self.tables.let_go();
        Ok(())
    }

    fn moment(&self) -> Moment {
        let (at, real) = self.common.clock.now();
        Moment { at, real }
    }

    /// A turn that has not happened: its facts are in the tables' drafts, and nowhere if this fails or panics.
    fn decide(
        &mut self,
        to: A::Address,
        request: Option<RequestId>,
        partition: Partition,
        moment: Moment,
        decide: impl FnOnce(&mut Turn<'_, A>),
    ) -> Result<Decided<A>, Error> {
        let fold = Fold::of_turn(&mut self.tables, self.common.trees.as_ref(), partition);
        let asked = Asked {
            now: moment.at,
            real_now: moment.real,
            random: &mut self.random,
            rules: self.rules.as_ref(),
            request,
            address: to,
        };
        let mut turn = Turn::new(fold, asked);
        let decided = reading(|| {
            decide(&mut turn);
            turn.decided
        });
        decided.map_err(|interrupted| {
            self.tables.discard();
            interrupted.into_unloadable().into()
        })
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
        let (message, moment) = (envelope.message.clone(), self.moment());
        let partition = A::partition(to, &message);
        let follows = AssertUnwindSafe(|| {
            self.decide(to, None, partition, moment, |turn| A::give_up(to, &message, panic, turn))
        });
        let mut decided = catch_unwind(follows).unwrap_or_else(|_| {
            tracing::error!(actor = %to, message = A::name(&message), "`given_up` panicked: the dead letter has no case");
            Ok(Decided::default())
        })?;
        if let Some(request) = envelope.request {
            decided.replies.push((request, Err(Refused::GivenUp)));
        }
        let mut bytes = vec![];
        message.write(&mut bytes);
        let dead = DeadLetter {
            to: to.to_string(),
            name: A::name(&message).to_owned(),
            message: bytes,
            panic: panic.to_owned(),
            attempts,
            at: moment.at,
        };
        self.append(to, envelope.cause, moment, decided, Some(dead));
        self.finish_appended();
        self.tables.let_go();
        Ok(())
    }

    /// The operator's word on a message that was given up: a turn too. Its position.
    pub fn resolve(&mut self, letter: Position, how: Resolution) -> Result<Position, Unresolved> {
        self.finish_appended();
        let no_such = Unresolved::NoSuchLetter(letter.0);
        let (to, dead) = self.pending.dead.get(&letter).ok_or(no_such)?;
        let (to, message, moment) = (*to, dead.message::<A>(), self.moment());
        let decided = match (message, how) {
            (Ok(message), how) => {
                let partition = A::partition(to, &message);
                // of a message that has made its actor panic
                let follows = AssertUnwindSafe(|| {
                    self.decide(to, None, partition, moment, |turn| A::resolve(to, &message, how, turn))
                });
                let decided = catch_unwind(follows).unwrap_or_else(|_| Ok(Decided::default()));
                let mut decided = decided.map_err(|error| Unresolved::Failed(error.to_string()))?;
                if how == Resolution::Retry {
                    decided.stated.sends.push((to, message));
                }
                decided
            }
            (Err(unread), Resolution::Retry) => {
                return Err(Unresolved::Unreadable(letter.0, unread.to_string()));
            }
            (Err(_), Resolution::Discard) => Decided::default(),
        };
        self.append(to, Cause::DeadLetter(letter), moment, decided, None);
        self.finish_appended();
        Ok(self.last)
    }

    /// The point of no return. A turn that only answers a question is not journaled: it waits
    /// for what it has read.
    fn append(
        &mut self,
        by: A::Address,
        cause: Cause,
        moment: Moment,
        decided: Decided<A>,
        dead: Option<DeadLetter>,
    ) -> Position {
        let Decided { stated, replies } = decided;
        if stated.is_empty() && dead.is_none() && cause == Cause::Outside {
            self.common.await_turn(self.last);
            for (request, reply) in replies {
                self.release.push_back((self.last, Release::Reply(request, reply)));
            }
            return self.last;
        }
        let mut record = Record::<A> { by, cause, stated, dead, moment };
        self.packed.clear();
        record.encode_but_moment(&mut self.packed);
        let awaited = !record.stated.calls.is_empty() || !replies.is_empty();
        (self.last, record.moment) = self.common.append(&self.packed, moment, awaited);
        self.hooks.stated(self.last, &record);
        self.turns += 1;
        self.appended = Some(Appended { position: self.last, record, replies });
        self.last
    }

    /// Carries out what stands in the journal. What a turn notes of its place is total: a panic in it means that memory and
    /// journal have parted, and only a new start from the journal helps.
    pub fn finish_appended(&mut self) {
        let Some(Appended { position, record, replies }) = self.appended.take() else { return };
        self.commit(Place { position, at: record.moment.at }, record.by);
        if matches!(record.cause, Cause::Timer { .. }) {
            self.timer_handled();
        }
        self.timers_changed |= !record.stated.timers.is_empty();
        for index in 0..record.stated.calls.len() {
            self.release.push_back((position, Release::Call(statement(position, index))));
        }
        for (request, reply) in replies {
            self.release.push_back((position, Release::Reply(request, reply)));
        }
        let Core { common, me, pending, outbox, .. } = self;
        pending.fold(position, record, |id, to, message| {
            let cell = common.plan.cell_for(|| A::partition(to, message));
            outbox.push((cell, to, Envelope::inside(Cause::Message(id), message.clone())));
            cell == *me
        });
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

    fn commit(&mut self, place: Place, by: A::Address) {
        if catch_unwind(AssertUnwindSafe(|| self.tables.commit(place))).is_err() {
            let position = place.position;
            tracing::error!(%position, %by, "a note of a turn's place panicked: ending the process, the journal resumes it");
            crate::output::abort();
        }
    }

    /// A message that a turn of another cell has sent: from here on it is this one's to remember.
    pub fn take_over(&mut self, to: A::Address, envelope: &Envelope<A>) {
        if let Cause::Message(id) = envelope.cause {
            self.pending.messages.put(id, (to, envelope.message.clone()), id.turn);
        }
    }

    /// What may leave the daemon now.
    pub fn released(&mut self) -> Vec<Release> {
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
    pub fn answer(&mut self, request: RequestId, reply: Result<AnyReply, Refused>) {
        if let Some(waiting) = self.common.pending_requests.leave(request) {
            self.answers += 1;
            let _gone = waiting.reply.send(reply);
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

/// What a turn is about, for whoever follows an order through the actors.
fn turn_span<A: Application>(to: A::Address, message: &A::Message, cause: &Cause) -> Span {
    let span = tracing::debug_span!(
        "turn", actor = %to, message = A::name(message), cause = ?cause, subject = Empty, position = Empty
    );
    if !span.is_disabled() {
        span.record("subject", A::subject(message).map(tracing::field::display));
    }
    span
}
