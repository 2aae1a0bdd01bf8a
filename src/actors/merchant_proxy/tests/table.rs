use super::with_bank::{held, hold_answered, order, payment, pence};
use crate::actors::Address;
use crate::actors::bank::{BatchId, CaptureAnswer, HoldAnswer, SettlementFile, SettlementLine, VerifyAnswer};
use crate::actors::merchant_proxy::{Kind, MerchantProxy, Message, Payment, PaymentState, audit_payment};
use crate::actors::testing::{NOON, alone};
use crate::domain::DeclineReason;
use crate::runtime::Actor;

fn every_message() -> Vec<Message> {
    let (order, payment, amount) = (order(1), payment(1), pence(100));
    let reason = DeclineReason::DoNotHonour;
    let line = SettlementLine { payment, amount, fee: pence(1) };
    let batch = BatchId { captured_on: NOON.date(), part: 0 };
    vec![
        Message::Authorise { order, payment, token: "tok_visa".into(), amount },
        Message::Verify { order, payment, token: "tok_visa".into(), amount },
        Message::Capture { order, payment },
        Message::Void { order, payment },
        hold_answered(1, held(amount)),
        hold_answered(1, held(pence(99))),
        hold_answered(1, HoldAnswer::Declined(reason)),
        hold_answered(1, HoldAnswer::UnknownToken),
        hold_answered(1, HoldAnswer::NeverSeen),
        hold_answered(1, HoldAnswer::Lapsed),
        Message::VerifyAnswered { order, payment, answer: VerifyAnswer::Good { card: "tok_visa".into() } },
        Message::VerifyAnswered { order, payment, answer: VerifyAnswer::Declined(reason) },
        Message::VerifyAnswered { order, payment, answer: VerifyAnswer::UnknownToken },
        Message::VerifyAnswered { order, payment, answer: VerifyAnswer::NeverSeen },
        Message::CaptureAnswered { order, payment, answer: CaptureAnswer::Captured { amount } },
        Message::CaptureAnswered { order, payment, answer: CaptureAnswer::NoHold },
        Message::CaptureAnswered { order, payment, answer: CaptureAnswer::Lapsed },
        Message::Released { order, payment },
        Message::Settlement(SettlementFile { batch, lines: vec![line], payout: pence(99) }),
        Message::Deadline { order, payment },
        Message::Renew {
            order,
            payment,
            replaces: super::with_bank::payment(2),
            token: "tok_visa".into(),
            amount,
        },
        Message::WindowDue { order, payment },
    ]
}

/// A row as it can stand in `state`.
pub fn row(state: PaymentState, kind: Kind) -> Payment {
    use PaymentState::*;
    let mut row = Payment::intended(order(1), kind, "tok_visa".into(), pence(100));
    row.state = state;
    let was_held =
        !matches!(state, Intended | AuthSent | ActionRequired | Unknown | Reversing | Declined | Abandoned);
    if kind == Kind::Hold && was_held {
        row.authorised = pence(100);
        row.capture_before = Some(NOON);
    }
    if kind == Kind::Hold && (state == Captured || state == Settled) {
        row.captured = pence(100);
    }
    if kind == Kind::Hold && state == Settled {
        row.settled = pence(100);
    }
    row
}

#[test]
fn in_every_state_every_message_moves_along_the_table_or_not_at_all() {
    let mut moves = 0;
    for state in PaymentState::ALL {
        for kind in [Kind::Hold, Kind::Verification] {
            for message in every_message() {
                let mut alone = alone();
                alone.given(payment(1), row(state, kind));
                alone.when(Address::MerchantProxy, message.clone());
                let after = alone.get::<Payment>(&payment(1)).expect("a payment never goes");
                if after.state != state {
                    moves += 1;
                    assert!(state.may_become(after.state), "{state:?} {message:?} {:?}", after.state);
                }
                audit_payment(after).expect("a payment agrees with itself");
            }
        }
    }
    assert!(moves > 30, "{moves}");
}

#[test]
fn an_end_is_the_end() {
    use PaymentState::*;
    for state in [Voided, Declined, Abandoned, Expired, Refunded, Lost, Won] {
        for message in every_message() {
            let mut alone = alone();
            alone.given(payment(1), row(state, Kind::Hold));
            alone.when(Address::MerchantProxy, message);
            assert_eq!(alone.get::<Payment>(&payment(1)), Some(&row(state, Kind::Hold)));
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
    }
}
