//! Every way in which a payment can stand, also those in which none ever does, every report, and what follows.

use std::collections::BTreeSet;

use strum::VariantNames;

use super::table::row;
use super::with_bank::pence;
use crate::actors::merchant_proxy::process::{Hold, Report, Step, next};
use crate::actors::merchant_proxy::{Kind, Payment, PaymentState};
use crate::actors::testing::NOON;
use crate::actors::tests::drawn::{Way, hold, name, table, words};
use crate::domain::DeclineReason;

const ASKS_MAX: u32 = 3;

fn held(amount: i64) -> Report<'static> {
    Report::Held(Hold {
        amount: pence(amount),
        approval: "000001",
        capture_before: NOON.plus_ms(1),
        card: None,
    })
}

/// One of each, and of those with an amount one of each kind; with what is to be said besides.
fn every_report() -> Vec<(Report<'static>, &'static str)> {
    vec![
        (Report::NoAnswer, ""),
        (held(100), ""),
        (held(99), ", another amount"),
        (Report::Verified("tok_visa"), ""),
        (Report::Declined(DeclineReason::DoNotHonour), ""),
        (Report::NeverSeen, ""),
        (Report::VoidWanted, ""),
        (Report::Released, ""),
        (Report::CaptureWanted, ""),
        (Report::Captured(pence(100)), ""),
        (Report::Captured(pence(60)), ", less"),
        (Report::Captured(pence(101)), ", more than was held"),
        (Report::NoHoldToCapture, ""),
        (Report::CaptureTooLate, ""),
        (Report::WindowEnds(NOON.plus_ms(1)), ""),
        (Report::WindowOver, ""),
    ]
}

#[test]
fn every_report_is_among_them() {
    let named: BTreeSet<&str> =
        every_report().into_iter().map(|(report, _)| report).map(|report| report.into()).collect();
    assert_eq!(named, Report::VARIANTS.iter().copied().collect());
}

fn every_row() -> impl Iterator<Item = Payment> {
    let rows = PaymentState::ALL
        .into_iter()
        .flat_map(|state| [Kind::Hold, Kind::Verification].into_iter().map(move |kind| row(state, kind)));
    rows.flat_map(|row| (0..=ASKS_MAX + 1).map(move |asks| Payment { asks, ..row.clone() }))
}

fn every_way() -> impl Iterator<Item = (Payment, Report<'static>)> {
    every_row().flat_map(|row| every_report().into_iter().map(move |(report, _)| (row.clone(), report)))
}

#[test]
fn silence_is_never_a_decline_and_what_stays_unknown_is_reversed() {
    use PaymentState::*;
    for row in every_row() {
        let step = next(&row, Report::NoAnswer, ASKS_MAX);
        let case = row.asks + 1 == ASKS_MAX;
        let expected = match row.state {
            AuthSent => Step::MarkUnknown,
            Unknown if row.asks < ASKS_MAX => Step::AskAgain,
            Unknown => Step::Reverse(Some(DeclineReason::IssuerUnavailable)),
            Reversing | Voiding => Step::ReleaseAgain { case },
            Capturing => Step::CaptureAgain { case },
            _ => Step::Wait,
        };
        assert_eq!(step, expected, "{row:?}");
    }
    for (row, report) in every_way() {
        let is_declined = matches!(next(&row, report, ASKS_MAX), Step::Decline(_));
        assert!(!is_declined || matches!(report, Report::Declined(_)), "{row:?} {report:?}");
    }
}

#[test]
fn a_hold_is_kept_where_it_is_waited_for_and_as_it_was_asked_and_else_let_go() {
    use PaymentState::*;
    for row in every_row() {
        let (right, wrong) = (next(&row, held(100), ASKS_MAX), next(&row, held(99), ASKS_MAX));
        match row.state {
            AuthSent | Unknown => {
                assert!(matches!(right, Step::Authorise(hold, _) if hold.amount == row.amount));
                assert_eq!(wrong, Step::Reverse(Some(DeclineReason::InsufficientFunds)));
            }
            Reversing | Voiding | Voided | Declined | Abandoned | Expired => {
                assert_eq!((right, wrong), (Step::ReleaseLateHold, Step::ReleaseLateHold));
            }
            // it is this hold that is used
            _ => assert_eq!((right, wrong), (Step::Wait, Step::Wait)),
        }
    }
}

#[test]
fn whoever_wants_it_voided_is_answered_or_will_be_unless_the_money_is_asked_for() {
    use PaymentState::*;
    for row in every_row() {
        let step = next(&row, Report::VoidWanted, ASKS_MAX);
        let expected = match row.state {
            AuthSent | Unknown => Step::Reverse(None),
            Authorised => Step::Void,
            Reversing => Step::NoteVoid,
            Voided | Declined | Abandoned | Expired => Step::SayVoided,
            _ => Step::Wait,
        };
        assert_eq!(step, expected, "{row:?}");
    }
}

#[test]
fn money_is_taken_once_and_never_more_than_is_held() {
    use PaymentState::*;
    for (row, report) in every_way() {
        match next(&row, report, ASKS_MAX) {
            Step::Capture => assert!(row.state == Authorised && row.kind == Kind::Hold, "{row:?}"),
            Step::BookCapture { booked: (amount, _), short } => {
                assert!(matches!(row.state, Capturing | CaptureUnknown), "{row:?}");
                assert!(amount.amount <= row.authorised.amount && short == (amount != row.authorised));
            }
            Step::OpenCase => assert!(!row.is_held() || row.state == Voiding, "{row:?}"),
            _ => {}
        }
    }
}

#[test]
fn goods_that_left_unpaid_always_open_a_case() {
    for row in every_row() {
        use PaymentState::*;
        let is_nothing_held =
            !matches!(row.state, Capturing | CaptureUnknown | Captured | Settled | Refunding | Refunded)
                && !matches!(row.state, RefundFailed | Disputed | Won | Lost)
                && (row.state, row.kind) != (Authorised, Kind::Hold);
        let step = next(&row, Report::CaptureWanted, ASKS_MAX);
        assert_eq!(step == Step::OpenCase, is_nothing_held, "{row:?}");
    }
}

#[test]
fn the_document_shows_what_the_code_does() {
    hold("processes.md", &[("payment", drawn())]);
}

/// States that no message leads to yet are left out, and reports of what was not asked.
fn can_be(row: &Payment, report: Report<'_>) -> bool {
    use PaymentState::*;
    let is_reached = !matches!(
        row.state,
        Intended | ActionRequired | Abandoned | Refunding | Refunded | RefundFailed | Disputed | Won | Lost
    );
    let is_of_its_kind = row.kind == Kind::Hold
        || !matches!(row.state, Capturing | CaptureUnknown | Captured | Settled | Expired);
    let was_asked = match report {
        Report::Held(_) => row.kind == Kind::Hold,
        Report::Verified(_) => row.kind == Kind::Verification,
        Report::WindowEnds(_) | Report::WindowOver => row.capture_before.is_some(),
        _ => true,
    };
    is_reached && is_of_its_kind && was_asked
}

fn standing(row: &Payment) -> String {
    let for_nothing = row.kind == Kind::Verification && row.state == PaymentState::Authorised;
    format!("{}{}", words(&row.state), if for_nothing { ", for nothing" } else { "" })
}

fn reported(row: &Payment, report: Report<'_>, besides: &str) -> String {
    let is_asked_often = match row.state {
        PaymentState::AuthSent => false,
        PaymentState::Unknown => row.asks >= ASKS_MAX,
        _ => row.asks + 1 == ASKS_MAX,
    };
    let often = if is_asked_often && report == Report::NoAnswer { ", asked often" } else { "" };
    format!("{}{often}{besides}", words(&report))
}

fn drawn() -> String {
    let mut ways: Vec<Way> = vec![];
    for row in every_row() {
        for (report, besides) in every_report().into_iter().filter(|(report, _)| can_be(&row, *report)) {
            let step = match next(&row, report, ASKS_MAX) {
                Step::Wait => "Wait".to_owned(),
                Step::ReleaseAgain { case: true } => "`ReleaseAgain`, with a case".to_owned(),
                Step::CaptureAgain { case: true } => "`CaptureAgain`, with a case".to_owned(),
                Step::BookCapture { short: true, .. } => "`BookCapture`, with a case".to_owned(),
                Step::Reverse(None) => "`Reverse` (voided)".to_owned(),
                Step::Reverse(Some(_)) => "`Reverse` (declined)".to_owned(),
                step => format!("`{}`", name(&step)),
            };
            ways.push(vec![standing(&row), reported(&row, report, besides), step]);
        }
    }
    table(&["Payment", "Reported", "Next"], &ways)
}
