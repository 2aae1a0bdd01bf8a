//! What follows on a report about an authorisation: one function of how it stands and of what the processor, the order manager or the
//! clock says. `docs/processes.md` has it as a table. Captures and refunds have one each beside it; what the processor pays out is
//! looked at in `settlement`.

use crate::domain::{DeclineReason, Money, Timestamp};
use crate::partners::processor::port::{Answer, AuthoriseAnswer, Hold, NotHeld, VerifyAnswer};
use crate::planted::{self, Bug};

use super::ledger::Posting;
use super::payment::{Kind, Payment};
use super::{AuthorisationState, Message};

#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum Report<'a> {
    /// The processor's time to answer is over, once more; or it says that it does not know.
    NoAnswer,
    Held(&'a Hold),
    /// The card is good, by whatever the processor knows it by.
    Verified(&'a str),
    Declined(DeclineReason),
    /// The processor never had the request.
    NeverSeen,
    VoidWanted,
    /// Nothing is held, nor will be.
    Released,
    /// The hold's window is over at that time.
    WindowEnds(Timestamp),
    WindowOver,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Step<'a> {
    /// It was said before, or an answer is on its way.
    Wait,
    /// Never taken for failed: the processor is asked what became of it.
    MarkUnknown,
    AskAgain,
    /// The request was lost: it is made again under the same key. The timer that asks goes on.
    RepeatRequest,
    Authorise(&'a Hold, Posting),
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
    WarnOfEnd(Timestamp),
    /// The issuer has let go.
    Expire,
}

impl Report<'_> {
    /// `None` where the message says nothing of this payment's authorisation: it begins one, is about a part of it, or nobody asked
    /// so under its key.
    pub fn of<'a>(message: &'a Message, payment: &Payment, now: Timestamp) -> Option<Report<'a>> {
        Some(match message {
            Message::Void { .. } => Report::VoidWanted,
            Message::Deadline { .. } => Report::NoAnswer,
            Message::VoidAnswered { answer: Answer::Known(()), .. } => Report::Released,
            Message::VoidAnswered { .. } => Report::NoAnswer,
            Message::AuthoriseAnswered { answer, .. } if payment.kind == Kind::Hold => {
                Report::of_authorisation(answer)
            }
            Message::VerifyAnswered { answer, .. } if payment.kind == Kind::Verification => {
                Report::of_verification(answer)
            }
            Message::WindowDue { .. } => match payment.authorisation.capture_before? {
                end if now < end => Report::WindowEnds(end),
                _ => Report::WindowOver,
            },
            _ => return None,
        })
    }

    fn of_authorisation(answer: &AuthoriseAnswer) -> Report<'_> {
        match answer {
            Answer::Known(hold) => Report::Held(hold),
            Answer::Refused(why) => Report::not_held(*why),
            Answer::Unknown => Report::NoAnswer,
        }
    }

    fn of_verification(answer: &VerifyAnswer) -> Report<'_> {
        match answer {
            Answer::Known(card) => Report::Verified(card),
            Answer::Refused(why) => Report::not_held(*why),
            Answer::Unknown => Report::NoAnswer,
        }
    }

    fn not_held(why: NotHeld) -> Report<'static> {
        match why {
            NotHeld::Declined(reason) => Report::Declined(reason),
            NotHeld::UnknownCard => Report::Declined(DeclineReason::UnknownCard),
            NotHeld::NeverAsked => Report::NeverSeen,
            // nobody could be told in time, and nothing is held any more
            NotHeld::Lapsed => Report::Declined(DeclineReason::IssuerUnavailable),
        }
    }
}

/// `asks_max`: how often the processor is asked again before what is unknown is given up, or the operator hears of what takes long.
pub fn next<'a>(payment: &Payment, report: Report<'a>, asks_max: u32) -> Step<'a> {
    use AuthorisationState::*;
    match payment.state() {
        Sent => asked(payment, report),
        Unknown => unknown(payment, report, asks_max),
        Authorised => authorised(payment, report),
        Reversing | Voiding => letting_go(payment, report, asks_max),
        Voided | Declined | Abandoned | Expired => ended(payment, report),
        // no row is left so by a turn
        Intended | ActionRequired => Step::Wait,
    }
}

/// The processor has its time to answer.
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
        Report::NoAnswer if payment.authorisation.asks >= asks_max => {
            Step::Reverse(Some(DeclineReason::IssuerUnavailable))
        }
        Report::NoAnswer => Step::AskAgain,
        Report::NeverSeen => Step::RepeatRequest,
        other => outstanding(payment, other),
    }
}

fn outstanding<'a>(payment: &Payment, report: Report<'a>) -> Step<'a> {
    match report {
        Report::Held(hold) => match Posting::hold(hold.amount) {
            Ok(posting) if is_as_asked(payment, hold.amount) => Step::Authorise(hold, posting),
            // another amount than was asked for, or a part of it, pays for no order: let it go
            _ => Step::Reverse(Some(DeclineReason::InsufficientFunds)),
        },
        Report::Verified(card) => Step::Verify(card),
        Report::Declined(reason) => Step::Decline(reason),
        Report::VoidWanted => Step::Reverse(None),
        _ => Step::Wait,
    }
}

fn is_as_asked(payment: &Payment, held: Money) -> bool {
    held == payment.amount
}

/// Once something is asked for of it, the goods have left: it is for its captures to say what becomes of it.
fn authorised<'a>(payment: &Payment, report: Report<'a>) -> Step<'a> {
    let is_being_taken = payment.captures.iter().any(|capture| capture.is_in_flight());
    match report {
        Report::VoidWanted if payment.captures.is_empty() => Step::Void,
        Report::WindowEnds(end) => Step::WarnOfEnd(end),
        Report::WindowOver if !is_being_taken && payment.is_held() => Step::Expire,
        _ => Step::Wait,
    }
}

/// Until the processor acknowledges.
fn letting_go<'a>(payment: &Payment, report: Report<'a>, asks_max: u32) -> Step<'a> {
    match report {
        Report::NoAnswer => {
            Step::ReleaseAgain { case: payment.authorisation.asks.saturating_add(1) == asks_max }
        }
        Report::Released => Step::BookRelease,
        Report::Held(_) => Step::ReleaseLateHold,
        // already on its way: whoever asked is told at its end
        Report::VoidWanted if payment.state() == AuthorisationState::Reversing => Step::NoteVoid,
        _ => Step::Wait,
    }
}

/// Nothing is held.
fn ended<'a>(payment: &Payment, report: Report<'a>) -> Step<'a> {
    match report {
        Report::Held(_) => Step::ReleaseLateHold,
        // what was taken of it only a refund brings back
        Report::VoidWanted if payment.captured().amount == 0 => Step::SayVoided,
        _ => Step::Wait,
    }
}
