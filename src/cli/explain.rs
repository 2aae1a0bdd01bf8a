//! `doorstep explain ORDER`: the journal's turns about one order, as cause and effect.

use std::collections::HashMap;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::actors::{Message, Shop};
use crate::domain::OrderId;
use crate::journal::{self, Position};
use crate::runtime::{Cause, Record, Statement, TimerChange};
use crate::settings::Settings;

use super::Failure;
use super::directory::find_opened_once;
use super::layout::Layout;

/// Reads the journal's files, so it works beside a running daemon too.
pub fn run(settings: &Settings, order: &str) -> Result<ExitCode, Failure> {
    let order = OrderId::parse(order)?;
    let layout = Layout::of(settings);
    find_opened_once(&layout)?;
    let mut trace = Trace { order, causes: HashMap::new(), turns: 0, out: io::stdout().lock() };
    let mut failed = None;
    let read = journal::read(&layout.journal(), Position::START, &mut |position, bytes| {
        trace.turn(position, bytes).map_err(|failure| {
            failed = Some(failure);
            journal::Error::Visitor("stopped".into())
        })
    });
    match (failed, read) {
        // whoever reads has seen enough, as `| head` does
        (Some(Stopped::Output(error)), _) if error.kind() == io::ErrorKind::BrokenPipe => {}
        (Some(Stopped::Output(error)), _) => return Err(error.into()),
        (Some(Stopped::Record(error)), _) => return Err(error.into()),
        (None, read) => {
            read?;
        }
    }
    if trace.turns == 0 {
        return Err(Failure(format!("the journal in {} knows no {order}", layout.dir.display())));
    }
    Ok(ExitCode::SUCCESS)
}

enum Stopped {
    Record(crate::runtime::RecordError),
    Output(io::Error),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Stopped {
        Stopped::Output(error)
    }
}

struct Trace<W: Write> {
    order: OrderId,
    /// Messages, calls and timers about the order that turns have stated, by their names.
    causes: HashMap<(Kind, Statement), String>,
    turns: usize,
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

impl<W: Write> Trace<W> {
    fn turn(&mut self, position: Position, bytes: &[u8]) -> Result<(), Stopped> {
        let record = Record::<Shop>::decode(position, bytes).map_err(Stopped::Record)?;
        let happenings: Vec<_> = record
            .stated
            .events
            .iter()
            .flat_map(|event| event.happenings())
            .filter(|(order, _, _)| *order == self.order)
            .collect();
        let cause = self.cause(&record.cause);
        let about = |message: &Message| message.order() == Some(self.order);
        let sends = record.stated.sends.iter().any(|(_, message)| about(message));
        if happenings.is_empty() && cause.is_none() && !sends {
            return Ok(());
        }
        self.turns += 1;
        let cause = cause.unwrap_or_else(|| cause_of_another(&record.cause));
        writeln!(self.out, "#{position} {} {} on {cause}", record.moment.at, record.by)?;
        for (_, step, what) in happenings {
            writeln!(self.out, "      {:>2} {:<15} {what}", step.0, step.name())?;
        }
        self.effects(position, &record)
    }

    fn effects(&mut self, position: Position, record: &Record<Shop>) -> Result<(), Stopped> {
        for (index, (to, message)) in record.stated.sends.iter().enumerate() {
            // one about many orders or none, such as a settlement file, is about what its turn is about
            if message.order().is_none_or(|order| order == self.order) {
                let name = message.name();
                writeln!(self.out, "         → {to}: {name}")?;
                self.remember(
                    Kind::Message,
                    position,
                    index,
                    format!("{name} from {} (#{position})", record.by),
                );
            }
        }
        for (index, call) in record.stated.calls.iter().enumerate() {
            if call.order() == Some(self.order) {
                writeln!(self.out, "         ⇒ {}", call.name())?;
                self.remember(
                    Kind::Call,
                    position,
                    index,
                    format!("the answer to {} (#{position})", call.name()),
                );
            }
        }
        for (index, change) in record.stated.timers.iter().enumerate() {
            if let TimerChange::Set { due, message, .. } = change
                && message.order() == Some(self.order)
            {
                let name = message.name();
                writeln!(self.out, "         ◷ {name} at {due}")?;
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

    /// `None` where the cause does not concern the order.
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
}

fn cause_of_another(cause: &Cause) -> String {
    match cause {
        Cause::Outside => "a request from outside".to_owned(),
        Cause::Message(id) | Cause::Call(id) | Cause::Timer { set: id, .. } => format!("#{}", id.turn),
        Cause::DeadLetter(letter) => format!("the operator's word on the dead letter of #{letter}"),
    }
}
