use super::desk::{Desk, held, hold_answered, order, payment, pence};
use crate::actors::bank::HoldAnswer;
use crate::actors::merchant_proxy::{Account, PaymentState};
use crate::actors::order_manager::Message as ToOrders;
use crate::actors::{Message, bank};
use crate::domain::{DeclineReason, Happening};

fn voided(n: u128) -> ToOrders {
    ToOrders::PaymentVoided { order: order(n), payment: payment(n) }
}

fn releases(desk: &Desk) -> usize {
    let is_release =
        |message: &&Message| matches!(message, Message::BankActor(bank::Message::ReleaseHold { .. }));
    desk.letters.iter().filter(is_release).count()
}

#[test]
fn a_bank_that_cannot_be_reached_is_asked_so_often_and_then_the_payment_is_reversed() {
    let mut desk = Desk::new();
    desk.authorise(1, "tok_unreachable", 100);
    desk.ring_out();
    let reason = DeclineReason::IssuerUnavailable;
    let (order, payment) = (order(1), payment(1));
    assert_eq!(
        desk.told,
        [ToOrders::PaymentUnknown { order, payment }, ToOrders::PaymentDeclined { order, payment, reason }]
    );
    let is_ask = |message: &&Message| matches!(message, Message::BankActor(bank::Message::QueryHold { .. }));
    let asks = desk.letters.iter().filter(is_ask).count();
    assert_eq!(asks, desk.alone.rules.payment_asks_max as usize);
    assert_eq!(desk.state(1), PaymentState::Voided);
    assert!(desk.happenings.contains(&Happening::PaymentReversed));
}

#[test]
fn a_void_of_held_money_lets_it_go_and_undoes_the_memo() {
    let mut desk = Desk::new();
    desk.authorise(1, "tok_visa", 100);
    desk.void(1);
    assert_eq!(desk.told.last(), Some(&voided(1)));
    assert_eq!(desk.net(Account::CustomerHolds), 0);
    assert_eq!(desk.happenings.last(), Some(&Happening::PaymentVoided));
    assert!(!desk.waits_for_the_bank());
}

#[test]
fn a_void_while_the_answer_is_out_reverses_whatever_the_bank_did() {
    for token in ["tok_timeout", "tok_timeout_declined", "tok_unreachable"] {
        let mut desk = Desk::new();
        desk.authorise(1, token, 100);
        desk.void(1);
        assert_eq!(desk.told, [voided(1)], "{token}");
        assert_eq!(desk.state(1), PaymentState::Voided);
    }
}

#[test]
fn a_void_while_the_outcome_is_unknown_reverses_it() {
    let mut desk = Desk::new();
    desk.authorise(1, "tok_unreachable", 100);
    desk.ring();
    assert_eq!(desk.state(1), PaymentState::Unknown);
    desk.void(1);
    assert_eq!(desk.told.last(), Some(&voided(1)));
}

#[test]
fn a_void_while_it_is_being_reversed_is_answered_as_a_void() {
    let mut desk = Desk::new();
    desk.authorise(1, "tok_unreachable", 100);
    desk.line_is_cut = true;
    while desk.state(1) != PaymentState::Reversing {
        assert!(desk.ring());
    }
    desk.void(1);
    desk.line_is_cut = false;
    desk.ring();
    assert_eq!(desk.told[1..], [voided(1)]);
}

#[test]
fn a_void_where_nothing_is_held_is_answered_at_once() {
    let mut desk = Desk::new();
    desk.authorise(1, "tok_declined", 100);
    desk.void(1);
    assert_eq!(desk.told.last(), Some(&voided(1)));
    desk.authorise(2, "tok_visa", 100);
    desk.void(2);
    desk.void(2);
    assert_eq!(desk.told[3..], [voided(2), voided(2)]);
    assert_eq!(releases(&desk), 1);
}

#[test]
fn a_verified_card_can_be_voided() {
    let mut desk = Desk::new();
    desk.verify(1, "tok_visa", 100);
    desk.void(1);
    assert_eq!(desk.told.last(), Some(&voided(1)));
}

#[test]
fn a_captured_payment_is_not_voided() {
    let mut desk = Desk::new();
    desk.authorise(1, "tok_visa", 100);
    desk.capture(1);
    desk.void(1);
    assert_eq!(desk.state(1), PaymentState::Captured);
    assert_eq!(releases(&desk), 0);
}

#[test]
fn a_hold_that_comes_after_the_void_is_let_go_again() {
    let mut desk = Desk::new();
    desk.authorise(1, "tok_visa", 100);
    desk.void(1);
    desk.merchant(hold_answered(1, held(pence(100))));
    assert_eq!(releases(&desk), 2);
    assert_eq!(desk.state(1), PaymentState::Voided);
    assert_eq!(desk.net(Account::CustomerHolds), 0);
}

#[test]
fn a_hold_that_comes_while_it_is_reversed_is_let_go_and_never_kept() {
    let mut desk = Desk::new();
    desk.authorise(1, "tok_timeout", 100);
    desk.line_is_cut = true;
    desk.void(1);
    desk.line_is_cut = false;
    desk.merchant(hold_answered(1, held(pence(100))));
    assert_eq!(releases(&desk), 1);
    assert_eq!(desk.told, [voided(1)]);
    assert_eq!(desk.net(Account::CustomerHolds), 0);
}

#[test]
fn a_decline_that_comes_while_it_is_reversed_changes_nothing() {
    let mut desk = Desk::new();
    desk.authorise(1, "tok_timeout", 100);
    desk.line_is_cut = true;
    desk.void(1);
    desk.merchant(hold_answered(1, HoldAnswer::Declined(DeclineReason::DoNotHonour)));
    assert_eq!(desk.state(1), PaymentState::Reversing);
    desk.line_is_cut = false;
    desk.ring_out();
    assert_eq!(desk.told, [voided(1)]);
}

#[test]
fn a_release_is_repeated_until_it_is_acknowledged_and_the_operator_hears_of_it() {
    let mut desk = Desk::new();
    desk.authorise(1, "tok_visa", 100);
    desk.line_is_cut = true;
    desk.void(1);
    for _ in 0..20 {
        assert!(desk.ring());
    }
    assert_eq!(desk.state(1), PaymentState::Voiding);
    assert_eq!(desk.cases(), 1);
    desk.line_is_cut = false;
    desk.ring_out();
    assert_eq!(desk.told.last(), Some(&voided(1)));
}

#[test]
fn a_void_of_a_payment_that_nobody_knows_is_no_turn() {
    let mut desk = Desk::new();
    desk.void(1);
    assert!(desk.told.is_empty() && desk.letters.is_empty());
}
