//! What a parcel does next: one function of how it stands and of what is reported of it. `docs/processes.md` has it as a table.

use crate::partners::Answered;
use crate::partners::carrier::{Booking, CancelAnswer, Tracking};

use super::{Message, Stage};

/// What is reported of a parcel.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum Report<'a> {
    StopWanted,
    PackingDone,
    BookingDue,
    Booked(&'a Booking),
    BookingRefused(&'a str),
    BookingUnknown(&'a str),
    TrackingDue,
    NotCollected(&'a Tracking),
    Collected(&'a Tracking),
    /// What is at the doorstep was collected, even if that scan is missing.
    Delivered,
    /// The carrier does not know it.
    TrackingRefused(&'a str),
    TrackingUnknown(&'a str),
    CancelDue,
    TruckCancelled,
    /// The carrier has the parcel, or will not let go of it.
    CancelTooLate,
    CancelUnknown(&'a str),
}

/// What follows on a report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step<'a> {
    /// It was late or doubled: a scan that crossed the cancellation (its answer decides), a second result of a booking, a timer of
    /// a parcel that was stopped. Or it is answered already, or will be.
    Wait,
    Pack,
    Book,
    BookLater(&'a str),
    /// A person has to talk with the carrier; the parcel waits, and is offered again and again.
    OfferAgain(&'a str),
    AwaitTruck(&'a Booking),
    Track,
    TrackLater(&'a str),
    /// A person has to ask the carrier where it is.
    TrackUnknownParcel(&'a str),
    TrackOn(&'a Tracking),
    /// Then the same report leads it on.
    HandOver,
    Deliver,
    NoteStop,
    /// The carrier is asked to give its booking back.
    AskBack,
    /// It has only just been booked, and is to be stopped.
    AskNewBookingBack(&'a Booking),
    AskBackAgain,
    AskBackLater(&'a str),
    PutAway {
        packed: bool,
    },
    SayTooLate,
    /// It could not be stopped, and goes on.
    GoOn,
}

impl Report<'_> {
    /// `None` where the message reports nothing: it asks for the parcel.
    pub fn of(message: &Message) -> Option<Report<'_>> {
        Some(match message {
            Message::Fulfil(_) => return None,
            Message::Stop { .. } => Report::StopWanted,
            Message::PackingDone { .. } => Report::PackingDone,
            Message::BookRetry { .. } => Report::BookingDue,
            Message::TrackDue { .. } => Report::TrackingDue,
            Message::CancelRetry { .. } => Report::CancelDue,
            Message::Booked { result, .. } => match result {
                Answered::Known(booking) => Report::Booked(booking),
                Answered::Refused(why) => Report::BookingRefused(why),
                Answered::Unknown(why) => Report::BookingUnknown(why),
            },
            Message::Tracked { result, .. } => match result {
                Answered::Known(seen) => Report::scanned(seen),
                Answered::Refused(why) => Report::TrackingRefused(why),
                Answered::Unknown(why) => Report::TrackingUnknown(why),
            },
            Message::CancelAnswered { result, .. } => match result {
                Answered::Known(CancelAnswer::Cancelled) => Report::TruckCancelled,
                Answered::Known(CancelAnswer::AlreadyCollected) | Answered::Refused(_) => {
                    Report::CancelTooLate
                }
                Answered::Unknown(why) => Report::CancelUnknown(why),
            },
        })
    }

    fn scanned(seen: &Tracking) -> Report<'_> {
        match (seen.collected_at, seen.delivered_at) {
            (_, Some(_)) => Report::Delivered,
            (Some(_), None) => Report::Collected(seen),
            (None, None) => Report::NotCollected(seen),
        }
    }
}

/// `stop`: it is to be stopped, and the carrier has yet to say whether it can be.
pub fn next(stage: Stage, stop: bool, report: Report<'_>) -> Step<'_> {
    match stage {
        Stage::Packing => packing(report),
        Stage::Booking if stop => booking_to_be_stopped(report),
        Stage::Booking => booking(report),
        Stage::AwaitingTruck => awaiting_truck(report),
        Stage::Cancelling => cancelling(report),
        Stage::OnTheWay => on_the_way(report),
        Stage::Delivered if report == Report::StopWanted => Step::SayTooLate,
        Stage::Delivered | Stage::Stopped => Step::Wait,
    }
}

fn packing(report: Report<'_>) -> Step<'_> {
    match report {
        Report::PackingDone => Step::Pack,
        Report::StopWanted => Step::PutAway { packed: false },
        _ => Step::Wait,
    }
}

/// The carrier may have a booking: only its answer tells what there is to give back.
fn booking(report: Report<'_>) -> Step<'_> {
    match report {
        Report::Booked(booking) => Step::AwaitTruck(booking),
        Report::BookingRefused(why) => Step::OfferAgain(why),
        Report::BookingUnknown(why) => Step::BookLater(why),
        Report::BookingDue => Step::Book,
        Report::StopWanted => Step::NoteStop,
        _ => Step::Wait,
    }
}

fn booking_to_be_stopped(report: Report<'_>) -> Step<'_> {
    match report {
        Report::Booked(booking) => Step::AskNewBookingBack(booking),
        // it never had a booking: there is nothing to give back
        Report::BookingRefused(_) => Step::PutAway { packed: true },
        other => booking(other),
    }
}

fn awaiting_truck(report: Report<'_>) -> Step<'_> {
    match report {
        Report::StopWanted => Step::AskBack,
        Report::Collected(_) | Report::Delivered => Step::HandOver,
        other => followed(other),
    }
}

fn on_the_way(report: Report<'_>) -> Step<'_> {
    match report {
        Report::StopWanted => Step::SayTooLate,
        Report::Collected(seen) => Step::TrackOn(seen),
        Report::Delivered => Step::Deliver,
        other => followed(other),
    }
}

/// The carrier is asked where it is, again and again: a parcel is not forgotten.
fn followed(report: Report<'_>) -> Step<'_> {
    match report {
        Report::TrackingDue => Step::Track,
        Report::NotCollected(seen) => Step::TrackOn(seen),
        Report::TrackingRefused(why) => Step::TrackUnknownParcel(why),
        Report::TrackingUnknown(why) => Step::TrackLater(why),
        _ => Step::Wait,
    }
}

/// No scan counts until the carrier has answered.
fn cancelling(report: Report<'_>) -> Step<'_> {
    match report {
        Report::TruckCancelled => Step::PutAway { packed: true },
        Report::CancelTooLate => Step::GoOn,
        Report::CancelUnknown(why) => Step::AskBackLater(why),
        Report::CancelDue => Step::AskBackAgain,
        _ => Step::Wait,
    }
}
