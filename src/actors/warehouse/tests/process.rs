//! Every way in which a parcel can stand, also those in which none ever does, every report, and what follows.

use std::collections::BTreeSet;

use strum::VariantNames;

use super::*;
use crate::actors::tests::drawn::{Way, hold, name, table, words};
use crate::actors::warehouse::process::{Report, Step, next};

const EVERY_STAGE: [Stage; 7] = [
    Stage::Packing,
    Stage::Booking,
    Stage::AwaitingTruck,
    Stage::Cancelling,
    Stage::OnTheWay,
    Stage::Delivered,
    Stage::Stopped,
];

/// One of each message that reports something, with each answer.
fn every_message() -> Vec<Message> {
    let order = order();
    let (refused, unknown) = ("no".to_owned(), "time-out".to_owned());
    vec![
        stop(),
        packing_done(),
        Message::BookRetry { order },
        booked(),
        Message::Booked { order, result: Answered::Refused(refused.clone()) },
        Message::Booked { order, result: Answered::Unknown(unknown.clone()) },
        Message::TrackDue { order },
        tracked(None, None, None),
        tracked(Some(NOON), None, None),
        tracked(None, Some(NOON), None),
        Message::Tracked { order, result: Answered::Refused(refused) },
        Message::Tracked { order, result: Answered::Unknown(unknown.clone()) },
        Message::CancelRetry { order },
        cancel_answer(CancelAnswer::Cancelled),
        cancel_answer(CancelAnswer::AlreadyCollected),
        Message::CancelAnswered { order, result: Answered::Unknown(unknown) },
    ]
}

fn report(message: &Message) -> Report<'_> {
    Report::of(message).expect("all but the request for the parcel report something")
}

#[test]
fn every_report_is_among_them() {
    let named: BTreeSet<&str> = every_message().iter().map(report).map(|report| report.into()).collect();
    assert_eq!(named, Report::VARIANTS.iter().copied().collect());
}

/// What is to be stopped waits for the carrier's word.
fn can_be(stage: Stage, stop: bool) -> bool {
    match stage {
        Stage::Booking => true,
        Stage::Cancelling => stop,
        _ => !stop,
    }
}

fn every_way() -> impl Iterator<Item = (Stage, bool, Message)> {
    let ways = EVERY_STAGE.into_iter().flat_map(|stage| [(stage, false), (stage, true)]);
    ways.flat_map(|(stage, stop)| every_message().into_iter().map(move |message| (stage, stop, message)))
}

fn standing(stage: Stage, stop: bool) -> Shipment {
    let is_packed = stage != Stage::Packing;
    let is_booked = is_packed && stage != Stage::Booking;
    Shipment {
        stage,
        stop,
        packed_at: is_packed.then_some(NOON),
        tracking: is_booked.then(|| "DSD6B5JMFRYP6P".to_owned()),
        ..Shipment::new(fulfilment())
    }
}

#[test]
fn whatever_is_reported_a_parcel_waits_for_something_or_is_at_its_end() {
    for (stage, stop, message) in every_way() {
        let step = next(stage, stop, report(&message));
        let mut alone = alone();
        alone.given(order(), standing(stage, stop));
        let turn = alone.when(US, message.clone());
        let way = format!("{stage:?} {stop} {message:?}");
        assert_eq!(is_nothing(&turn), step == Step::Wait, "{way}");
        let after = alone.get::<Shipment>(&order()).unwrap().stage;
        let waits = timer(&turn).is_some() || !turn.calls().is_empty();
        match step {
            // it waits for what it waited for
            Step::Wait | Step::NoteStop | Step::SayTooLate => assert!(!waits && after == stage, "{way}"),
            _ => assert_eq!(waits, !matches!(after, Stage::Delivered | Stage::Stopped), "{way}"),
        }
    }
}

#[test]
fn what_is_put_away_never_left_and_what_left_was_collected() {
    for (stage, stop, message) in every_way() {
        let report = report(&message);
        let collected = matches!(report, Report::Collected(_) | Report::Delivered);
        match next(stage, stop, report) {
            Step::PutAway { packed: false } => assert_eq!(stage, Stage::Packing),
            Step::PutAway { packed: true } if stage == Stage::Booking => assert!(stop),
            Step::PutAway { packed: true } => assert_eq!(report, Report::TruckCancelled),
            Step::HandOver => assert!(stage == Stage::AwaitingTruck && collected),
            Step::Deliver => assert!(stage == Stage::OnTheWay && report == Report::Delivered),
            _ => {}
        }
    }
}

#[test]
fn whoever_wants_it_stopped_is_answered_or_will_be() {
    for (stage, stop) in EVERY_STAGE.into_iter().flat_map(|stage| [(stage, false), (stage, true)]) {
        let is_answered = matches!(stage, Stage::Cancelling | Stage::Stopped);
        assert_eq!(next(stage, stop, Report::StopWanted) == Step::Wait, is_answered, "{stage:?} {stop}");
    }
}

#[test]
fn the_document_shows_what_the_code_does() {
    hold("processes.md", &[("parcel", drawn())]);
}

fn drawn() -> String {
    let ways = every_way().filter(|(stage, stop, _)| can_be(*stage, *stop));
    let ways: Vec<Way> = ways
        .map(|(stage, stop, message)| {
            let report = report(&message);
            let to_be_stopped = if stop && stage == Stage::Booking { ", to be stopped" } else { "" };
            let step = match next(stage, stop, report) {
                Step::Wait => "Wait".to_owned(),
                Step::PutAway { packed: true } => "`PutAway` (packed)".to_owned(),
                step => format!("`{}`", name(&step)),
            };
            vec![format!("{}{to_be_stopped}", words(&stage)), words(&report), step]
        })
        .collect();
    table(&["Parcel", "Reported", "Next"], &ways)
}
