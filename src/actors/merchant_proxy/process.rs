//! What follows on a report about a payment: one function of how it stands and of what the bank, the order manager or the clock
//! says. `docs/processes.md` has it as a table. What the acquirer pays out is looked at in `settlement`.

use crate::actors::bank::{CaptureAnswer, HoldAnswer, VerifyAnswer};
use crate::domain::{DeclineReason, Money, Timestamp};
use crate::planted::{self, Bug};

use super::ledger::Posting;
use super::payment::{Kind, Payment};
use super::{Message, PaymentState};

#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum Report<'a> {
    /// The bank's time to answer is over, once more.
    NoAnswer,
    Held(Hold<'a>),
    /// The card is good, by whatever the processor knows it by.
    Verified(&'a str),
    Declined(DeclineReason),
    /// The bank never had the request.
    NeverSeen,
    VoidWanted,
    /// Nothing is held, nor will be.
    Released,
    CaptureWanted,
    Captured(Money),
    NoHoldToCapture,
    /// Nothing was taken, and nothing is held to be taken.
    CaptureTooLate,
    /// The hold's window is over at that time.
    WindowEnds(Timestamp),
    WindowOver,
}

/// What the bank holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hold<'a> {
    pub amount: Money,
    pub approval: &'a str,
    pub capture_before: Timestamp,
    /// What the processor knows its card by; an answer to an earlier build does not say.
    pub card: Option<&'a str>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Step<'a> {
    /// It was said before, or an answer is on its way.
    Wait,
    /// Never taken for failed: the bank is asked what became of it.
    MarkUnknown,
    AskAgain,
    /// The request was lost: it is made again under the same key. The timer that asks goes on.
    RepeatRequest,
    Authorise(Hold<'a>, Posting),
    Verify(&'a str),
    Decline(DeclineReason),
    /// Whatever may be held is let go of. With a reason, the order manager hears then that it was declined; else that it is
    /// voided.
    Reverse(Option<DeclineReason>),
    Void,
    /// A hold that comes late is let go, never kept.
    ReleaseLateHold,
    /// The operator hears of one that takes long.
    ReleaseAgain {
        case: bool,
    },
    NoteVoid,
    SayVoided,
    /// Nothing is held any more.
    BookRelease,
    Capture,
    /// The operator hears of one that takes long.
    CaptureAgain {
        case: bool,
    },
    /// `short`: less than was held, for the operator.
    BookCapture {
        booked: (Money, Posting),
        short: bool,
    },
    /// It is the operator's now: why.
    MarkCaptureUnknown(String),
    CaptureStillUnknown(String),
    /// Goods have left for which no money is held: no one is to find out by chance.
    OpenCase,
    WarnOfEnd(Timestamp),
    /// The issuer has let go.
    Expire,
}

impl Report<'_> {
    /// `None` where the message says nothing of this payment: it begins one, or nobody asked so under its key.
    pub fn of<'a>(message: &'a Message, payment: &Payment, now: Timestamp) -> Option<Report<'a>> {
        Some(match message {
            Message::Capture { .. } => Report::CaptureWanted,
            Message::Void { .. } => Report::VoidWanted,
            Message::Deadline { .. } => Report::NoAnswer,
            Message::Released { .. } => Report::Released,
            Message::HoldAnswered { answer, .. } if payment.kind == Kind::Hold => Report::of_hold(answer),
            Message::VerifyAnswered { answer, .. } if payment.kind == Kind::Verification => {
                Report::of_verification(answer)
            }
            Message::CaptureAnswered { answer, .. } => match answer {
                CaptureAnswer::Captured { amount } => Report::Captured(*amount),
                CaptureAnswer::Lapsed => Report::CaptureTooLate,
                CaptureAnswer::NoHold => Report::NoHoldToCapture,
            },
            Message::WindowDue { .. } => match payment.capture_before? {
                end if now < end => Report::WindowEnds(end),
                _ => Report::WindowOver,
            },
            Message::HoldAnswered { .. }
            | Message::VerifyAnswered { .. }
            | Message::Authorise { .. }
            | Message::Verify { .. }
            | Message::Renew { .. }
            | Message::Settlement(_)
            | Message::Forget { .. } => return None,
        })
    }

    fn of_hold(answer: &HoldAnswer) -> Report<'_> {
        match answer {
            HoldAnswer::Held { approval, amount, capture_before } => {
                let (amount, capture_before) = (*amount, *capture_before);
                Report::Held(Hold { amount, approval, capture_before, card: None })
            }
            HoldAnswer::HeldOn(held) => Report::Held(Hold {
                amount: held.amount,
                approval: &held.approval,
                capture_before: held.capture_before,
                card: Some(&held.card),
            }),
            HoldAnswer::Declined(reason) => Report::Declined(*reason),
            HoldAnswer::UnknownToken => Report::Declined(DeclineReason::UnknownCard),
            HoldAnswer::NeverSeen => Report::NeverSeen,
            // nobody could be told in time, and nothing is held any more
            HoldAnswer::Lapsed => Report::Declined(DeclineReason::IssuerUnavailable),
        }
    }

    fn of_verification(answer: &VerifyAnswer) -> Report<'_> {
        match answer {
            VerifyAnswer::Good { card } => Report::Verified(card),
            VerifyAnswer::Declined(reason) => Report::Declined(*reason),
            VerifyAnswer::UnknownToken => Report::Declined(DeclineReason::UnknownCard),
            VerifyAnswer::NeverSeen => Report::NeverSeen,
        }
    }
}

/// `asks_max`: how often the bank is asked again before what is unknown is given up, or the operator hears of what takes long.
pub fn next<'a>(payment: &Payment, report: Report<'a>, asks_max: u32) -> Step<'a> {
    use PaymentState::*;
    match payment.state {
        AuthSent => asked(payment, report),
        Unknown => unknown(payment, report, asks_max),
        Authorised => authorised(payment, report),
        Reversing | Voiding => letting_go(payment, report, asks_max),
        Voided | Declined | Abandoned | Expired => ended(report),
        Capturing => capturing(payment, report, asks_max),
        CaptureUnknown => capture_unknown(payment, report),
        Captured | Settled if planted::is(Bug::CaptureBookedAgain) => capture_answered(payment, report),
        // the goods have left, and the money is taken: only a refund brings it back
        Captured | Settled | Refunding | Refunded | RefundFailed | Disputed | Won | Lost => Step::Wait,
        // no row is left so by a turn
        Intended | ActionRequired if report == Report::CaptureWanted => Step::OpenCase,
        Intended | ActionRequired => Step::Wait,
    }
}

/// The bank has its time to answer.
fn asked<'a>(payment: &Payment, report: Report<'a>) -> Step<'a> {
    match report {
        Report::NoAnswer if planted::is(Bug::SilenceIsDecline) => {
            Step::Decline(DeclineReason::IssuerUnavailable)
        }
        Report::NoAnswer => Step::MarkUnknown,
        other => outstanding(payment, other),
    }
}

/// It had its time, and is asked what became of the request; what stays unknown is reversed.
fn unknown<'a>(payment: &Payment, report: Report<'a>, asks_max: u32) -> Step<'a> {
    match report {
        Report::NoAnswer if payment.asks >= asks_max => Step::Reverse(Some(DeclineReason::IssuerUnavailable)),
        Report::NoAnswer => Step::AskAgain,
        Report::NeverSeen => Step::RepeatRequest,
        other => outstanding(payment, other),
    }
}

fn outstanding<'a>(payment: &Payment, report: Report<'a>) -> Step<'a> {
    match report {
        Report::Held(hold) => match Posting::hold(hold.amount) {
            Ok(posting) if hold.amount == payment.amount => Step::Authorise(hold, posting),
            // another amount than was asked for pays for no order: let it go
            _ => Step::Reverse(Some(DeclineReason::InsufficientFunds)),
        },
        Report::Verified(card) => Step::Verify(card),
        Report::Declined(reason) => Step::Decline(reason),
        Report::VoidWanted => Step::Reverse(None),
        Report::CaptureWanted => Step::OpenCase,
        _ => Step::Wait,
    }
}

fn authorised<'a>(payment: &Payment, report: Report<'a>) -> Step<'a> {
    match report {
        Report::VoidWanted => Step::Void,
        Report::CaptureWanted if payment.kind == Kind::Hold => Step::Capture,
        Report::CaptureWanted => Step::OpenCase,
        Report::WindowEnds(end) => Step::WarnOfEnd(end),
        Report::WindowOver => Step::Expire,
        _ => Step::Wait,
    }
}

/// Until the bank acknowledges.
fn letting_go<'a>(payment: &Payment, report: Report<'a>, asks_max: u32) -> Step<'a> {
    match report {
        Report::NoAnswer => Step::ReleaseAgain { case: is_time_for_a_case(payment, asks_max) },
        Report::Released => Step::BookRelease,
        Report::Held(_) => Step::ReleaseLateHold,
        // already on its way: whoever asked is told at its end
        Report::VoidWanted if payment.state == PaymentState::Reversing => Step::NoteVoid,
        Report::CaptureWanted => Step::OpenCase,
        _ => Step::Wait,
    }
}

/// Nothing is held.
fn ended(report: Report<'_>) -> Step<'_> {
    match report {
        Report::Held(_) => Step::ReleaseLateHold,
        Report::VoidWanted => Step::SayVoided,
        Report::CaptureWanted => Step::OpenCase,
        _ => Step::Wait,
    }
}

fn capturing<'a>(payment: &Payment, report: Report<'a>, asks_max: u32) -> Step<'a> {
    match report {
        Report::NoAnswer => Step::CaptureAgain { case: is_time_for_a_case(payment, asks_max) },
        other => capture_answered(payment, other),
    }
}

fn capture_answered<'a>(payment: &Payment, report: Report<'a>) -> Step<'a> {
    match report {
        Report::Captured(amount) => {
            captured(payment.authorised, amount).unwrap_or_else(Step::MarkCaptureUnknown)
        }
        Report::NoHoldToCapture => {
            Step::MarkCaptureUnknown("the bank holds nothing under this key".to_owned())
        }
        Report::CaptureTooLate => Step::Expire,
        _ => Step::Wait,
    }
}

/// The operator has it; but the bank may find it after all.
fn capture_unknown<'a>(payment: &Payment, report: Report<'a>) -> Step<'a> {
    match report {
        Report::Captured(amount) => {
            captured(payment.authorised, amount).unwrap_or_else(Step::CaptureStillUnknown)
        }
        _ => Step::Wait,
    }
}

/// # Errors
/// Why it cannot be booked.
fn captured<'a>(held: Money, amount: Money) -> Result<Step<'a>, String> {
    let within = amount.currency == held.currency && amount.amount <= held.amount;
    match Posting::capture(held, amount) {
        Ok(posting) if within => Ok(Step::BookCapture { booked: (amount, posting), short: amount != held }),
        _ => Err(format!("the bank captured {amount} of {held}")),
    }
}

/// With the next ask the operator hears of it, once; the bank is asked on.
fn is_time_for_a_case(payment: &Payment, asks_max: u32) -> bool {
    payment.asks.saturating_add(1) == asks_max
}
