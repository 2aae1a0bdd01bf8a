//! Every way in which a payment's parts can stand, also those in which none ever does, every report, and what follows.

use std::collections::BTreeSet;

use strum::VariantNames;

use super::table::{row, with_capture, with_refund};
use super::with_bank::{capture_id, hold, pence};
use crate::actors::merchant_proxy::process::{Report, Step, next};
use crate::actors::merchant_proxy::{
    AuthorisationState, Capture, CaptureState, Kind, Payment, Refund, RefundState, capture_process,
    refund_process,
};
use crate::actors::testing::NOON;
use crate::actors::tests::drawn::{self, Way, name, table, words};
use crate::domain::{DeclineReason, Money};
use crate::partners::processor::port::Hold;

const ASKS_MAX: u32 = 3;

/// Holds of as much as was asked for, and of less.
fn holds() -> [Hold; 2] {
    [100, 99].map(|amount| hold(pence(amount)))
}

/// One of each, and of those with an amount one of each kind; with what is to be said besides.
fn every_report([right, wrong]: &[Hold; 2]) -> Vec<(Report<'_>, &'static str)> {
    vec![
        (Report::NoAnswer, ""),
        (Report::Held(right), ""),
        (Report::Held(wrong), ", another amount"),
        (Report::Verified("tok_visa"), ""),
        (Report::Declined(DeclineReason::DoNotHonour), ""),
        (Report::NeverSeen, ""),
        (Report::VoidWanted, ""),
        (Report::Released, ""),
        (Report::WindowEnds(NOON.plus_ms(1)), ""),
        (Report::WindowOver, ""),
    ]
}

fn of_captures() -> Vec<(capture_process::Report, &'static str)> {
    use capture_process::Report::*;
    vec![
        (Wanted { amount: pence(100) }, ""),
        (Wanted { amount: pence(101) }, ", more than is held"),
        (NoAnswer, ""),
        (Captured(pence(100)), ""),
        (Captured(pence(60)), ", less"),
        (Captured(pence(101)), ", more"),
        (NothingHeld, ""),
        (TooLate, ""),
    ]
}

fn of_refunds() -> Vec<(refund_process::Report, &'static str)> {
    use refund_process::Report::*;
    vec![
        (NoAnswer, ""),
        (Refunded(pence(40)), ""),
        (Refunded(pence(39)), ", another amount"),
        (NotTaken, ""),
        (Rejected, ""),
    ]
}

#[test]
fn every_report_is_among_them() {
    fn named<R: Into<&'static str> + VariantNames>(reports: impl IntoIterator<Item = R>) {
        let named: BTreeSet<&str> = reports.into_iter().map(Into::into).collect();
        assert_eq!(named, R::VARIANTS.iter().copied().collect());
    }
    let holds = holds();
    let reports = every_report(&holds).into_iter().map(|(report, _)| report.into());
    let of_authorisations: BTreeSet<&str> = reports.collect();
    assert_eq!(of_authorisations, Report::VARIANTS.iter().copied().collect());
    named(of_captures().into_iter().map(|(report, _)| report));
    named(of_refunds().into_iter().map(|(report, _)| report));
}

fn every_row() -> impl Iterator<Item = Payment> {
    let rows = AuthorisationState::ALL
        .iter()
        .flat_map(|state| [Kind::Hold, Kind::Verification].into_iter().map(move |kind| row(*state, kind)));
    rows.flat_map(|row| {
        (0..=ASKS_MAX + 1).map(move |asks| {
            let mut row = row.clone();
            row.authorisation.asks = asks;
            row
        })
    })
}

#[test]
fn silence_is_never_a_decline_and_what_stays_unknown_is_reversed() {
    use AuthorisationState::*;
    let holds = holds();
    for row in every_row() {
        let step = next(&row, Report::NoAnswer, ASKS_MAX);
        let case = row.authorisation.asks + 1 == ASKS_MAX;
        let expected = match row.state() {
            Sent => Step::MarkUnknown,
            Unknown if row.authorisation.asks < ASKS_MAX => Step::AskAgain,
            Unknown => Step::Reverse(Some(DeclineReason::IssuerUnavailable)),
            Reversing | Voiding => Step::ReleaseAgain { case },
            _ => Step::Wait,
        };
        assert_eq!(step, expected, "{row:?}");
        for (report, _) in every_report(&holds) {
            let is_declined = matches!(next(&row, report, ASKS_MAX), Step::Decline(_));
            assert!(!is_declined || matches!(report, Report::Declined(_)), "{row:?} {report:?}");
        }
    }
}

#[test]
fn a_hold_is_kept_where_it_is_waited_for_and_as_it_was_asked_and_else_let_go() {
    use AuthorisationState::*;
    let [as_asked, less] = holds();
    for row in every_row() {
        let (right, wrong) =
            (next(&row, Report::Held(&as_asked), ASKS_MAX), next(&row, Report::Held(&less), ASKS_MAX));
        match row.state() {
            Sent | Unknown => {
                assert!(matches!(right, Step::Authorise(hold, _) if hold.amount == row.amount));
                assert_eq!(wrong, Step::Reverse(Some(DeclineReason::InsufficientFunds)));
            }
            Reversing | Voiding | Voided | Declined | Abandoned | Expired => {
                assert_eq!((right, wrong), (Step::ReleaseLateHold, Step::ReleaseLateHold));
            }
            // it is this hold that is used
            Authorised | Intended | ActionRequired => assert_eq!((right, wrong), (Step::Wait, Step::Wait)),
        }
    }
}

#[test]
fn whoever_wants_it_voided_is_answered_or_will_be_unless_the_money_is_asked_for() {
    use AuthorisationState::*;
    for row in every_row() {
        let step = next(&row, Report::VoidWanted, ASKS_MAX);
        let expected = match row.state() {
            Sent | Unknown => Step::Reverse(None),
            Authorised => Step::Void,
            Reversing => Step::NoteVoid,
            Voided | Declined | Abandoned | Expired => Step::SayVoided,
            Voiding | Intended | ActionRequired => Step::Wait,
        };
        assert_eq!(step, expected, "{row:?}");
    }
    for state in [CaptureState::Sent, CaptureState::Unknown, CaptureState::Captured, CaptureState::Settled] {
        assert_eq!(next(&with_capture(state), Report::VoidWanted, ASKS_MAX), Step::Wait, "{state:?}");
    }
}

/// How the capture of a payment can stand: nobody asked for it, however the authorisation stands, or it was asked for.
fn every_capture() -> Vec<Payment> {
    let kinds = [Kind::Hold, Kind::Verification];
    let none = AuthorisationState::ALL.iter().flat_map(|state| kinds.map(|kind| row(*state, kind)));
    let asked = CaptureState::ALL.iter().flat_map(|state| {
        (0..ASKS_MAX).map(|asks| {
            let mut row = with_capture(*state);
            row.captures[0] = Capture { asks, ..row.captures[0].clone() };
            row
        })
    });
    none.chain(asked).collect()
}

fn of_capture(payment: &Payment, report: capture_process::Report) -> capture_process::Step {
    capture_process::next(payment, capture_id(1, 1), report, ASKS_MAX)
}

#[test]
fn money_is_taken_once_and_never_more_than_is_held() {
    use capture_process::Step;
    for payment in every_capture() {
        for (report, _) in of_captures() {
            match of_capture(&payment, report) {
                Step::Send => {
                    assert_eq!(report, capture_process::Report::Wanted { amount: pence(100) });
                    assert!(payment.captures.is_empty() && payment.is_held(), "{payment:?}");
                    assert_eq!(payment.state(), AuthorisationState::Authorised);
                }
                Step::Book { booked: (amount, _), short } => {
                    let asked = payment.captures[0].amount;
                    assert!(payment.captures[0].is_in_flight(), "{payment:?}");
                    assert!(amount.amount <= asked.amount && short == (amount != asked));
                }
                _ => {}
            }
        }
    }
}

#[test]
fn goods_that_left_unpaid_always_open_a_case() {
    for payment in every_capture() {
        let wanted = |amount: Money| of_capture(&payment, capture_process::Report::Wanted { amount });
        let is_asked = payment.captures.iter().any(|capture| capture.state != CaptureState::Failed);
        let can_be_taken = payment.captures.is_empty()
            && (payment.state(), payment.kind) == (AuthorisationState::Authorised, Kind::Hold);
        let expected = match (is_asked, can_be_taken) {
            (true, _) => capture_process::Step::Wait,
            (false, true) => capture_process::Step::Send,
            (false, false) => capture_process::Step::OpenCase,
        };
        assert_eq!(wanted(pence(100)), expected, "{payment:?}");
        assert!(matches!(wanted(pence(101)), capture_process::Step::OpenCase | capture_process::Step::Wait));
    }
}

fn every_refund() -> Vec<Refund> {
    let refunds = RefundState::ALL.iter().map(|state| with_refund(*state).refunds.remove(0));
    refunds.flat_map(|refund| (0..ASKS_MAX).map(move |asks| Refund { asks, ..refund.clone() })).collect()
}

#[test]
fn what_is_given_back_is_what_was_asked_for_once() {
    for refund in every_refund() {
        for (report, _) in of_refunds() {
            let step = refund_process::next(&refund, report, ASKS_MAX);
            let is_open = matches!(refund.state, RefundState::Sent | RefundState::Unknown);
            assert!(is_open || step == refund_process::Step::Wait, "{refund:?} {report:?}");
            let books = matches!(step, refund_process::Step::Book(_));
            assert_eq!(books, is_open && report == refund_process::Report::Refunded(pence(40)));
        }
    }
}

#[test]
fn the_document_shows_what_the_code_does() {
    let drawings = [
        ("authorisation states", states(AuthorisationState::TABLE)),
        ("capture states", states(CaptureState::TABLE)),
        ("refund states", states(RefundState::TABLE)),
        ("authorisation", authorisations_drawn()),
        ("capture", captures_drawn()),
        ("refund", refunds_drawn()),
    ];
    drawn::hold("processes.md", &drawings);
}

fn states<S: std::fmt::Debug>(rows: &[(S, &[S])]) -> String {
    let mut text = "| From | Leads to |\n|---|---|\n".to_owned();
    for (from, to) in rows {
        let to: Vec<String> = to.iter().map(words).collect();
        let to = if to.is_empty() { "(its end)".to_owned() } else { to.join(" · ") };
        text.push_str(&format!("| {} | {to} |\n", words(from)));
    }
    text
}

/// States that no message leads to yet are left out, and reports of what was not asked.
fn can_be(row: &Payment, report: Report<'_>) -> bool {
    use AuthorisationState::*;
    let is_reached = !matches!(row.state(), Intended | ActionRequired | Abandoned);
    let is_of_its_kind = row.kind == Kind::Hold || row.state() != Expired;
    let was_asked = match report {
        Report::Held(_) => row.kind == Kind::Hold,
        Report::Verified(_) => row.kind == Kind::Verification,
        Report::WindowEnds(_) | Report::WindowOver => row.authorisation.capture_before.is_some(),
        _ => true,
    };
    is_reached && is_of_its_kind && was_asked
}

fn standing(row: &Payment) -> String {
    let for_nothing = row.kind == Kind::Verification && row.state() == AuthorisationState::Authorised;
    format!("{}{}", words(&row.state()), if for_nothing { ", for nothing" } else { "" })
}

fn reported(row: &Payment, report: Report<'_>, besides: &str) -> String {
    let asks = row.authorisation.asks;
    let is_asked_often = match row.state() {
        AuthorisationState::Sent => false,
        AuthorisationState::Unknown => asks >= ASKS_MAX,
        _ => asks + 1 == ASKS_MAX,
    };
    let often = if is_asked_often && report == Report::NoAnswer { ", asked often" } else { "" };
    format!("{}{often}{besides}", words(&report))
}

fn authorisations_drawn() -> String {
    let mut ways: Vec<Way> = vec![];
    let holds = holds();
    for row in every_row() {
        for (report, besides) in every_report(&holds).into_iter().filter(|(report, _)| can_be(&row, *report))
        {
            let step = match next(&row, report, ASKS_MAX) {
                Step::Wait => "Wait".to_owned(),
                Step::ReleaseAgain { case: true } => "`ReleaseAgain`, with a case".to_owned(),
                Step::Reverse(None) => "`Reverse` (voided)".to_owned(),
                Step::Reverse(Some(_)) => "`Reverse` (declined)".to_owned(),
                step => format!("`{}`", name(&step)),
            };
            ways.push(vec![standing(&row), reported(&row, report, besides), step]);
        }
    }
    table(&["Authorisation", "Reported", "Next"], &ways)
}

fn often(asks: u32, is_silence: bool) -> &'static str {
    if is_silence && asks + 1 == ASKS_MAX { ", asked often" } else { "" }
}

fn captures_drawn() -> String {
    use capture_process::{Report, Step};
    let mut ways: Vec<Way> = vec![];
    for payment in every_capture() {
        let capture = payment.captures.first();
        let stands = match capture {
            Some(capture) => words(&capture.state),
            None if payment.is_held() && payment.state() == AuthorisationState::Authorised => {
                "none".to_owned()
            }
            None => "none, and nothing is held".to_owned(),
        };
        let asks = capture.map_or(0, |capture| capture.asks);
        for (report, besides) in of_captures() {
            if capture.is_none() && !matches!(report, Report::Wanted { .. }) {
                continue;
            }
            let step = match of_capture(&payment, report) {
                Step::Wait => "Wait".to_owned(),
                Step::AskAgain { case: true } => "`AskAgain`, with a case".to_owned(),
                Step::Book { short: true, .. } => "`Book`, with a case".to_owned(),
                step => format!("`{}`", name(&step)),
            };
            let often = often(asks, report == Report::NoAnswer);
            ways.push(vec![stands.clone(), format!("{}{often}{besides}", words(&report)), step]);
        }
    }
    table(&["Capture", "Reported", "Next"], &ways)
}

fn refunds_drawn() -> String {
    use refund_process::{Report, Step};
    let mut ways: Vec<Way> = vec![];
    for refund in every_refund() {
        for (report, besides) in of_refunds() {
            let step = match refund_process::next(&refund, report, ASKS_MAX) {
                Step::Wait => "Wait".to_owned(),
                Step::AskAgain { case: true } => "`AskAgain`, with a case".to_owned(),
                step => format!("`{}`", name(&step)),
            };
            let often = often(refund.asks, report == Report::NoAnswer);
            ways.push(vec![words(&refund.state), format!("{}{often}{besides}", words(&report)), step]);
        }
    }
    table(&["Refund", "Reported", "Next"], &ways)
}
