//! What follows on a report about a refund: one function of how it stands and of what the processor or the clock says.
//! `docs/processes.md` has it as a table.

use crate::domain::{Money, RefundId};
use crate::partners::processor::port::{Answer, NotRefunded};

use super::ledger::Posting;
use super::payment::Refund;
use super::{Message, RefundState};

#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum Report {
    /// The processor's time to answer is over, once more; or it says that it does not know.
    NoAnswer,
    Refunded(Money),
    NotTaken,
    Rejected,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// It was said before, or an answer is on its way.
    Wait,
    /// The same refund under the same key. The operator hears of one that takes long.
    AskAgain {
        case: bool,
    },
    Book(Posting),
    /// It is the operator's now: why.
    GiveToOperator(String),
    Fail(&'static str),
}

impl Report {
    /// Which refund a message is about, and what it says of it.
    pub fn of(message: &Message) -> Option<(RefundId, Report)> {
        Some(match message {
            Message::RefundDeadline { refund, .. } => (*refund, Report::NoAnswer),
            Message::RefundAnswered { refund, answer, .. } => (
                *refund,
                match answer {
                    Answer::Known(amount) => Report::Refunded(*amount),
                    Answer::Refused(NotRefunded::NotTaken) => Report::NotTaken,
                    Answer::Refused(NotRefunded::Rejected) => Report::Rejected,
                    Answer::Unknown => Report::NoAnswer,
                },
            ),
            _ => return None,
        })
    }
}

pub fn next(refund: &Refund, report: Report, asks_max: u32) -> Step {
    if !matches!(refund.state, RefundState::Sent | RefundState::Unknown) {
        return Step::Wait;
    }
    match report {
        Report::NoAnswer if !refund.is_the_operators => {
            Step::AskAgain { case: refund.asks.saturating_add(1) == asks_max }
        }
        Report::NoAnswer => Step::Wait,
        Report::Refunded(amount) => match Posting::refund(amount) {
            Ok(posting) if amount == refund.amount => Step::Book(posting),
            _ if refund.is_the_operators => Step::Wait,
            _ => Step::GiveToOperator(format!("the processor gave back {amount} of {}", refund.amount)),
        },
        Report::NotTaken => Step::Fail("the processor says that less was taken"),
        Report::Rejected => Step::Fail("the customer's bank does not take it"),
    }
}
