use super::with_bank::{WithBank, held, hold_answered, order, payment, pence};
use crate::actors::merchant_proxy::{Account, AuthorisationState};
use crate::actors::order_manager::Message as ToOrders;
use crate::actors::{Message, bank};
use crate::domain::{DeclineReason, Happening};
use crate::partners::processor::port::{Answer, NotHeld};

fn voided(n: u128) -> ToOrders {
    ToOrders::PaymentVoided { order: order(n), payment: payment(n) }
}

fn releases(proxy: &WithBank) -> usize {
    let is_release =
        |message: &&Message| matches!(message, Message::BankActor(bank::Message::ReleaseHold { .. }));
    proxy.letters.iter().filter(is_release).count()
}

#[test]
fn a_bank_that_cannot_be_reached_is_asked_so_often_and_then_the_payment_is_reversed() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_unreachable", 100);
    proxy.ring_out();
    let reason = DeclineReason::IssuerUnavailable;
    let (order, payment) = (order(1), payment(1));
    assert_eq!(
        proxy.told,
        [ToOrders::PaymentUnknown { order, payment }, ToOrders::PaymentDeclined { order, payment, reason }]
    );
    let is_ask = |message: &&Message| matches!(message, Message::BankActor(bank::Message::QueryHold { .. }));
    let asks = proxy.letters.iter().filter(is_ask).count();
    assert_eq!(asks, proxy.alone.rules.payment_asks_max as usize);
    assert_eq!(proxy.state(1), AuthorisationState::Voided);
    assert!(proxy.happenings.contains(&Happening::PaymentReversed));
}

#[test]
fn a_void_of_held_money_lets_it_go_and_undoes_the_memo() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.void(1);
    assert_eq!(proxy.told.last(), Some(&voided(1)));
    assert_eq!(proxy.net(Account::CustomerHolds), 0);
    assert_eq!(proxy.happenings.last(), Some(&Happening::PaymentVoided));
    assert!(!proxy.waits_for_the_bank());
}

#[test]
fn a_void_while_the_answer_is_out_reverses_whatever_the_bank_did() {
    for token in ["tok_timeout", "tok_timeout_declined", "tok_unreachable"] {
        let mut proxy = WithBank::new();
        proxy.authorise(1, token, 100);
        proxy.void(1);
        assert_eq!(proxy.told, [voided(1)], "{token}");
        assert_eq!(proxy.state(1), AuthorisationState::Voided);
    }
}

#[test]
fn a_void_while_the_outcome_is_unknown_reverses_it() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_unreachable", 100);
    proxy.ring();
    assert_eq!(proxy.state(1), AuthorisationState::Unknown);
    proxy.void(1);
    assert_eq!(proxy.told.last(), Some(&voided(1)));
}

#[test]
fn a_void_while_it_is_being_reversed_is_answered_as_a_void() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_unreachable", 100);
    proxy.line_is_cut = true;
    while proxy.state(1) != AuthorisationState::Reversing {
        assert!(proxy.ring());
    }
    proxy.void(1);
    proxy.line_is_cut = false;
    proxy.ring();
    assert_eq!(proxy.told[1..], [voided(1)]);
}

#[test]
fn a_void_where_nothing_is_held_is_answered_at_once() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_declined", 100);
    proxy.void(1);
    assert_eq!(proxy.told.last(), Some(&voided(1)));
    proxy.authorise(2, "tok_visa", 100);
    proxy.void(2);
    proxy.void(2);
    assert_eq!(proxy.told[3..], [voided(2), voided(2)]);
    assert_eq!(releases(&proxy), 1);
}

#[test]
fn a_verified_card_can_be_voided() {
    let mut proxy = WithBank::new();
    proxy.verify(1, "tok_visa", 100);
    proxy.void(1);
    assert_eq!(proxy.told.last(), Some(&voided(1)));
}

#[test]
fn a_captured_payment_is_not_voided() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.capture(1);
    proxy.void(1);
    assert_eq!(proxy.row(1).captured(), pence(100));
    assert_eq!(releases(&proxy), 0);
}

#[test]
fn a_hold_that_comes_after_the_void_is_let_go_again() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.void(1);
    proxy.merchant(hold_answered(1, held(pence(100))));
    assert_eq!(releases(&proxy), 2);
    assert_eq!(proxy.state(1), AuthorisationState::Voided);
    assert_eq!(proxy.net(Account::CustomerHolds), 0);
}

#[test]
fn a_hold_that_comes_while_it_is_reversed_is_let_go_and_never_kept() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_timeout", 100);
    proxy.line_is_cut = true;
    proxy.void(1);
    proxy.line_is_cut = false;
    proxy.merchant(hold_answered(1, held(pence(100))));
    assert_eq!(releases(&proxy), 1);
    assert_eq!(proxy.told, [voided(1)]);
    assert_eq!(proxy.net(Account::CustomerHolds), 0);
}

#[test]
fn a_decline_that_comes_while_it_is_reversed_changes_nothing() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_timeout", 100);
    proxy.line_is_cut = true;
    proxy.void(1);
    proxy.merchant(hold_answered(1, Answer::Refused(NotHeld::Declined(DeclineReason::DoNotHonour))));
    assert_eq!(proxy.state(1), AuthorisationState::Reversing);
    proxy.line_is_cut = false;
    proxy.ring_out();
    assert_eq!(proxy.told, [voided(1)]);
}

#[test]
fn a_release_is_repeated_until_it_is_acknowledged_and_the_operator_hears_of_it() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.line_is_cut = true;
    proxy.void(1);
    for _ in 0..20 {
        assert!(proxy.ring());
    }
    assert_eq!(proxy.state(1), AuthorisationState::Voiding);
    assert_eq!(proxy.cases(), 1);
    proxy.line_is_cut = false;
    proxy.ring_out();
    assert_eq!(proxy.told.last(), Some(&voided(1)));
}

#[test]
fn a_void_of_a_payment_that_nobody_knows_is_no_turn() {
    let mut proxy = WithBank::new();
    proxy.void(1);
    assert!(proxy.told.is_empty() && proxy.letters.is_empty());
}
