//! What follows on a report about a capture: one function of how it stands and of what the processor, the order manager or the clock
//! says. `docs/processes.md` has it as a table.

use crate::domain::{CaptureId, Money};
use crate::partners::processor::port::{Answer, NotCaptured};
use crate::planted::{self, Bug};

use super::ledger::Posting;
use super::payment::{CAPTURES_MAX, Capture, Kind, Payment};
use super::{AuthorisationState, CaptureState, Message};

#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum Report {
    Wanted {
        amount: Money,
    },
    /// The processor's time to answer is over, once more; or it says that it does not know.
    NoAnswer,
    Captured(Money),
    NothingHeld,
    /// Nothing was taken, and nothing is held to be taken.
    TooLate,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// It was said before, or an answer is on its way.
    Wait,
    Send,
    /// The same capture under the same key. The operator hears of one that takes long.
    AskAgain {
        case: bool,
    },
    /// `short`: less than was asked for, for the operator.
    Book {
        booked: (Money, Posting),
        short: bool,
    },
    /// It is the operator's now: why.
    GiveToOperator(String),
    /// Goods have left for which no money is held, or too little: no one is to find out by chance.
    OpenCase,
    /// The issuer had let go.
    Fail,
}

impl Report {
    /// Which capture a message is about, and what it says of it.
    pub fn of(message: &Message) -> Option<(CaptureId, Report)> {
        Some(match message {
            Message::Capture { capture, amount, .. } => (*capture, Report::Wanted { amount: *amount }),
            Message::CaptureDeadline { capture, .. } => (*capture, Report::NoAnswer),
            Message::CaptureAnswered { capture, answer, .. } => (
                *capture,
                match answer {
                    Answer::Known(amount) => Report::Captured(*amount),
                    Answer::Refused(NotCaptured::NothingHeld) => Report::NothingHeld,
                    Answer::Refused(NotCaptured::Lapsed) => Report::TooLate,
                    Answer::Unknown => Report::NoAnswer,
                },
            ),
            _ => return None,
        })
    }
}

/// `capture`: as it stands, if it was asked for before.
pub fn next(payment: &Payment, id: CaptureId, report: Report, asks_max: u32) -> Step {
    let known = payment.capture(id).filter(|known| known.state != CaptureState::Failed);
    match (known, report) {
        (None, Report::Wanted { amount }) if may_take(payment, id, amount) => Step::Send,
        (None, Report::Wanted { .. }) => Step::OpenCase,
        (Some(capture), report) if capture.is_in_flight() => in_flight(capture, report, asks_max),
        (Some(capture), Report::Captured(amount)) if planted::is(Bug::CaptureBookedAgain) => {
            captured(capture, amount)
        }
        (_, _) => Step::Wait,
    }
}

/// Never more than is authorised, nor a second time for the same goods.
fn may_take(payment: &Payment, id: CaptureId, amount: Money) -> bool {
    let left = payment.left();
    let is_held = payment.kind == Kind::Hold && payment.state() == AuthorisationState::Authorised;
    let is_within = amount.currency == left.currency && (0..=left.amount).contains(&amount.amount);
    is_held && is_within && !payment.is_last_capture_asked() && (1..=CAPTURES_MAX).contains(&id.no)
}

fn in_flight(capture: &Capture, report: Report, asks_max: u32) -> Step {
    match report {
        Report::NoAnswer if !capture.is_the_operators => {
            Step::AskAgain { case: capture.asks.saturating_add(1) == asks_max }
        }
        Report::Captured(amount) => captured(capture, amount),
        Report::NothingHeld if !capture.is_the_operators => {
            Step::GiveToOperator("the processor holds nothing under this key".to_owned())
        }
        Report::TooLate => Step::Fail,
        _ => Step::Wait,
    }
}

fn captured(capture: &Capture, amount: Money) -> Step {
    let asked = capture.amount;
    let within = amount.currency == asked.currency && amount.amount <= asked.amount;
    match Posting::capture(amount) {
        Ok(posting) if within => Step::Book { booked: (amount, posting), short: amount != asked },
        _ => Step::GiveToOperator(format!("the processor captured {amount} of {asked}")),
    }
}
