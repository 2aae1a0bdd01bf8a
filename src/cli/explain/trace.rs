use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::path::Path;

use jiff::tz::TimeZone;

use crate::actors::Shop;
use crate::cli::clocks::shown;
use crate::journal::Position;
use crate::runtime::{Cause, Due, Record, Statement, TimerChange};

use super::subject::Subject;
use super::turns::{Stopped, each_turn};

/// Prints the turns about one order or case, and why each was taken.
pub struct Trace<'a, W: Write> {
    subject: Subject,
    journal: &'a Path,
    /// Messages, calls and timers about it that turns have stated, by their names.
    causes: HashMap<(Kind, Statement), String>,
    /// Turns about others too that were named as a cause, and described.
    described: HashSet<Position>,
    pub turns: usize,
    /// The shop's.
    zone: TimeZone,
    out: W,
}

/// Messages, calls and timers of a turn are numbered each for themselves.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Message,
    Call,
    Timer,
    DeadLetter,
}

impl<'a, W: Write> Trace<'a, W> {
    pub fn of(subject: Subject, journal: &'a Path, zone: TimeZone, out: W) -> Trace<'a, W> {
        Trace { subject, journal, causes: HashMap::new(), described: HashSet::new(), turns: 0, zone, out }
    }

    pub fn turn(&mut self, position: Position, record: &Record<Shop>) -> Result<(), Stopped> {
        let told: Vec<String> =
            record.stated.events.iter().flat_map(|event| self.subject.told(event)).collect();
        let cause = self.cause(&record.cause);
        let sends = record.stated.sends.iter().any(|(_, message)| self.subject.is_of(message));
        if told.is_empty() && cause.is_none() && !sends {
            return Ok(());
        }
        if self.turns == 0 {
            writeln!(self.out, "{}", self.subject)?;
        }
        self.turns += 1;
        let at = shown(record.moment.at, &self.zone);
        match cause {
            Some(cause) => writeln!(self.out, "#{position} {at} {} on {cause}", record.by)?,
            None => {
                writeln!(self.out, "#{position} {at} {} on {}", record.by, stated_elsewhere(&record.cause))?;
                self.describe(&record.cause)?;
            }
        }
        for line in told {
            writeln!(self.out, "      {line}")?;
        }
        self.effects(position, record)
    }

    fn effects(&mut self, position: Position, record: &Record<Shop>) -> Result<(), Stopped> {
        for (index, (to, message)) in record.stated.sends.iter().enumerate() {
            if self.subject.may_be_of(message) {
                let name = message.name();
                writeln!(self.out, "         → {to}: {name}")?;
                let name = format!("{name} from {} (#{position})", record.by);
                self.remember(Kind::Message, position, index, name);
            }
        }
        for (index, call) in record.stated.calls.iter().enumerate() {
            if call.order().is_some() && call.order() == self.subject.order() {
                writeln!(self.out, "         ⇒ {}", call.name())?;
                let name = format!("the answer to {} (#{position})", call.name());
                self.remember(Kind::Call, position, index, name);
            }
        }
        for (index, change) in record.stated.timers.iter().enumerate() {
            if let TimerChange::Set { due, message, .. } = change
                && self.subject.is_of(message)
            {
                let name = message.name();
                writeln!(self.out, "         ◷ {name} at {}", when(*due, &self.zone))?;
                self.remember(Kind::Timer, position, index, format!("its timer {name} (#{position})"));
            }
        }
        if let Some(dead) = &record.dead {
            writeln!(
                self.out,
                "         ✝ {} given up after {} panics: {}",
                dead.name, dead.attempts, dead.panic
            )?;
            let word = format!("the operator's word on the dead letter {} (#{position})", dead.name);
            self.remember(Kind::DeadLetter, position, 0, word);
        }
        Ok(())
    }

    fn remember(&mut self, kind: Kind, turn: Position, index: usize, name: String) {
        self.causes.insert((kind, Statement { turn, index: index as u32 }), name);
    }

    /// `None` where the cause does not concern it.
    fn cause(&self, cause: &Cause) -> Option<String> {
        let stated = match cause {
            Cause::Outside => return None,
            Cause::Message(id) => (Kind::Message, *id),
            Cause::Call(id) => (Kind::Call, *id),
            Cause::Timer { set, .. } => (Kind::Timer, *set),
            Cause::DeadLetter(letter) => (Kind::DeadLetter, Statement { turn: *letter, index: 0 }),
        };
        self.causes.get(&stated).cloned()
    }

    /// A turn that is about others, once: no line names one that is not shown.
    fn describe(&mut self, cause: &Cause) -> io::Result<()> {
        let Some(turn) = turn_of(cause).filter(|turn| self.described.insert(*turn)) else { return Ok(()) };
        let (out, zone) = (&mut self.out, &self.zone);
        let before = Position(turn.0.saturating_sub(1));
        let found = each_turn(self.journal, before, &mut |_, record| {
            let Record { by, moment, cause, .. } = record;
            let at = shown(moment.at, zone);
            writeln!(out, "         #{turn} was {at} {by} on {}, about others too", kind_of(cause))?;
            Err(Stopped::Enough)
        });
        match found {
            Err(Stopped::Output(error)) => Err(error),
            // the turn itself could be read: what cannot be read here is told of when it is read there
            _ => Ok(()),
        }
    }
}

fn when(due: Due, zone: &TimeZone) -> String {
    match due {
        Due::Trade(moment) => shown(moment, zone),
        Due::Real(moment) => format!("{} (real time)", shown(moment, zone)),
    }
}

fn turn_of(cause: &Cause) -> Option<Position> {
    match cause {
        Cause::Outside => None,
        Cause::Message(id) | Cause::Call(id) | Cause::Timer { set: id, .. } => Some(id.turn),
        Cause::DeadLetter(letter) => Some(*letter),
    }
}

fn stated_elsewhere(cause: &Cause) -> String {
    match cause {
        Cause::Outside => kind_of(cause).to_owned(),
        Cause::Message(id) => format!("a message of #{}", id.turn),
        Cause::Call(id) => format!("the answer to a call of #{}", id.turn),
        Cause::Timer { set, .. } => format!("a timer of #{}", set.turn),
        Cause::DeadLetter(letter) => format!("the operator's word on the dead letter of #{letter}"),
    }
}

fn kind_of(cause: &Cause) -> &'static str {
    match cause {
        Cause::Outside => "a request from outside",
        Cause::Message(_) => "a message",
        Cause::Call(_) => "the answer to a call",
        Cause::Timer { .. } => "a timer",
        Cause::DeadLetter(_) => "the operator's word on a dead letter",
    }
}
