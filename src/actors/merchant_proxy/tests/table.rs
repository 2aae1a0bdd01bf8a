//! Every way in which a payment's parts can stand, every message, and where it leads.

use smallvec::smallvec;

use super::with_bank::{
    capture_id, held, hold_answered, moves_along_its_tables, order, payment, pence, refund_id,
};
use crate::actors::Address;
use crate::actors::merchant_proxy::{
    AuthorisationState, Capture, CaptureState, Kind, MerchantProxy, Message, Payment, Refund, RefundRequest,
    RefundState, audit_payment,
};
use crate::actors::testing::{NOON, alone};
use crate::domain::DeclineReason;
use crate::partners::processor::port::{
    Answer, NotCaptured, NotHeld, NotRefunded, Settled, SettlementFile, SettlementLine,
};
use crate::runtime::Actor;

fn every_message() -> Vec<Message> {
    let (order, payment, amount) = (order(1), payment(1), pence(100));
    let (capture, refund) = (capture_id(1, 1), refund_id(1, 1));
    let reason = DeclineReason::DoNotHonour;
    let settled = |of, amount| {
        let line = SettlementLine { of, amount: pence(amount), fee: pence(1) };
        let (reference, payout) = ("2026-11-22/0".into(), pence(amount - 1));
        Message::Settlement(SettlementFile { reference, lines: vec![line], payout })
    };
    let wanted = |key: &str, amount| {
        let (key, reason, by) = (key.to_owned(), "torn".to_owned(), "ada".to_owned());
        Message::Refund(Box::new(RefundRequest { order, payment, amount, key, reason, by, owed: None }))
    };
    vec![
        Message::Authorise { order, payment, token: "tok_visa".into(), amount },
        Message::Verify { order, payment, token: "tok_visa".into(), amount },
        Message::Capture { order, capture, amount, is_last: true },
        Message::Capture { order, capture, amount: pence(60), is_last: false },
        Message::Capture { order, capture: capture_id(1, 2), amount: pence(40), is_last: true },
        Message::Void { order, payment },
        hold_answered(1, held(amount)),
        hold_answered(1, held(pence(99))),
        hold_answered(1, Answer::Refused(NotHeld::Declined(reason))),
        hold_answered(1, Answer::Refused(NotHeld::UnknownCard)),
        hold_answered(1, Answer::Refused(NotHeld::NeverAsked)),
        hold_answered(1, Answer::Refused(NotHeld::Lapsed)),
        hold_answered(1, Answer::Unknown),
        Message::VerifyAnswered { order, payment, answer: Answer::Known("tok_visa".into()) },
        Message::VerifyAnswered { order, payment, answer: Answer::Refused(NotHeld::Declined(reason)) },
        Message::VerifyAnswered { order, payment, answer: Answer::Refused(NotHeld::UnknownCard) },
        Message::VerifyAnswered { order, payment, answer: Answer::Refused(NotHeld::NeverAsked) },
        Message::VerifyAnswered { order, payment, answer: Answer::Unknown },
        Message::CaptureAnswered { order, capture, answer: Answer::Known(amount) },
        Message::CaptureAnswered { order, capture, answer: Answer::Known(pence(60)) },
        Message::CaptureAnswered { order, capture, answer: Answer::Refused(NotCaptured::NothingHeld) },
        Message::CaptureAnswered { order, capture, answer: Answer::Refused(NotCaptured::Lapsed) },
        Message::CaptureAnswered { order, capture, answer: Answer::Unknown },
        Message::CaptureDeadline { order, capture },
        Message::SettlementOverdue { order, capture },
        Message::VoidAnswered { order, payment, answer: Answer::Known(()) },
        Message::VoidAnswered { order, payment, answer: Answer::Unknown },
        settled(Settled::Capture(capture), 100),
        settled(Settled::Refund(refund), -40),
        Message::Deadline { order, payment },
        Message::Renew {
            order,
            payment,
            replaces: super::with_bank::payment(2),
            token: "tok_visa".into(),
            amount,
        },
        Message::WindowDue { order, payment },
        wanted("first", None),
        wanted("second", Some(pence(60))),
        Message::RefundAnswered { order, refund, answer: Answer::Known(pence(40)) },
        Message::RefundAnswered { order, refund, answer: Answer::Known(pence(39)) },
        Message::RefundAnswered { order, refund, answer: Answer::Refused(NotRefunded::NotTaken) },
        Message::RefundAnswered { order, refund, answer: Answer::Refused(NotRefunded::Rejected) },
        Message::RefundAnswered { order, refund, answer: Answer::Unknown },
        Message::RefundDeadline { order, refund },
    ]
}

/// A row whose authorisation can stand so.
pub fn row(state: AuthorisationState, kind: Kind) -> Payment {
    use AuthorisationState::*;
    let mut row = Payment::intended(order(1), kind, "tok_visa".into(), pence(100));
    row.authorisation.state = state;
    let was_held =
        !matches!(state, Intended | Sent | ActionRequired | Unknown | Reversing | Declined | Abandoned);
    if kind == Kind::Hold && was_held {
        row.authorisation.amount = pence(100);
        row.authorisation.capture_before = Some(NOON);
    }
    row
}

/// All of it is being taken, or was.
pub fn with_capture(state: CaptureState) -> Payment {
    let authorisation = match state {
        CaptureState::Failed => AuthorisationState::Expired,
        _ => AuthorisationState::Authorised,
    };
    let mut row = row(authorisation, Kind::Hold);
    row.captures = smallvec![Capture { state, ..Capture::sent(1, pence(100), true) }];
    row
}

/// Of what was taken, 40 are to be given back, or were.
pub fn with_refund(state: RefundState) -> Payment {
    let mut row = with_capture(CaptureState::Settled);
    row.refunds = vec![Refund {
        no: 1,
        state,
        amount: pence(40),
        key: "first".into(),
        reason: "torn".into(),
        by: "ada".into(),
        asks: 0,
        is_the_operators: false,
        is_settled: false,
    }];
    row
}

fn every_row() -> Vec<Payment> {
    let kinds = [Kind::Hold, Kind::Verification];
    let rows = AuthorisationState::ALL.iter().flat_map(|state| kinds.map(|kind| row(*state, kind)));
    let rows = rows.chain(CaptureState::ALL.iter().map(|state| with_capture(*state)));
    rows.chain(RefundState::ALL.iter().map(|state| with_refund(*state))).collect()
}

#[test]
fn in_every_state_every_message_moves_along_the_tables_or_not_at_all() {
    let mut moves = 0;
    for before in every_row() {
        for message in every_message() {
            let mut alone = alone();
            alone.given(payment(1), before.clone());
            alone.when(Address::MerchantProxy, message.clone());
            let after = alone.get::<Payment>(&payment(1)).expect("a payment never goes");
            moves += usize::from(*after != before);
            moves_along_its_tables(payment(1), Some(&before), after);
            audit_payment(after).unwrap_or_else(|why| panic!("{why}: {message:?} to {before:?}"));
        }
    }
    assert!(moves > 60, "{moves}");
}

#[test]
fn an_end_is_the_end() {
    use AuthorisationState::*;
    for before in [Voided, Declined, Abandoned, Expired].map(|state| row(state, Kind::Hold)) {
        for message in every_message() {
            let mut alone = alone();
            alone.given(payment(1), before.clone());
            alone.when(Address::MerchantProxy, message);
            assert_eq!(alone.get::<Payment>(&payment(1)), Some(&before));
        }
    }
}

#[test]
fn every_message_names_itself_and_all_but_a_settlement_their_order() {
    for message in every_message() {
        let debugged = format!("{message:?}");
        assert!(debugged.starts_with(MerchantProxy::name(&message)), "{debugged}");
        let names_order = !matches!(message, Message::Settlement(_));
        assert_eq!(message.order().is_some(), names_order);
        assert_eq!(message.payment(), Some(payment(1)));
    }
}
