use super::desk::{Desk, order, payment, pence, repeat};
use crate::actors::bank::CaptureAnswer;
use crate::actors::merchant_proxy::{Account, Message as ToMerchant, PaymentState};
use crate::actors::order_manager::Message as ToOrders;
use crate::domain::Happening;

fn captured(n: u128) -> ToOrders {
    ToOrders::PaymentCaptured { order: order(n), payment: payment(n) }
}

fn capture_answered(answer: CaptureAnswer) -> ToMerchant {
    ToMerchant::CaptureAnswered { order: order(1), payment: payment(1), answer }
}

#[test]
fn captured_money_is_earned_and_owed_by_the_acquirer() {
    let mut desk = Desk::new();
    desk.authorise(1, "tok_visa", 100);
    desk.capture(1);
    assert_eq!(desk.told.last(), Some(&captured(1)));
    assert_eq!(desk.net(Account::CustomerHolds), 0);
    assert_eq!((desk.net(Account::AcquirerReceivable), desk.net(Account::Sales)), (100, -100));
    assert_eq!(desk.happenings.last(), Some(&Happening::Captured { amount: pence(100) }));
}

#[test]
fn a_capture_twice_takes_the_money_once() {
    let mut desk = Desk::new();
    desk.authorise(1, "tok_visa", 100);
    desk.capture(1);
    desk.capture(1);
    for at in 0..desk.letters.len() {
        repeat(&mut desk, at);
    }
    assert_eq!(desk.told.iter().filter(|told| **told == captured(1)).count(), 1);
    assert_eq!(desk.net(Account::Sales), -100);
}

#[test]
fn a_capture_that_got_lost_is_repeated_under_the_same_key() {
    let mut desk = Desk::new();
    desk.authorise(1, "tok_visa", 100);
    desk.line_is_cut = true;
    desk.capture(1);
    for _ in 0..20 {
        assert!(desk.ring());
    }
    assert_eq!(desk.cases(), 1, "the operator hears of it once");
    desk.line_is_cut = false;
    desk.ring();
    assert_eq!(desk.told.last(), Some(&captured(1)));
}

#[test]
fn a_capture_of_what_the_bank_does_not_hold_opens_a_case_and_is_not_called_captured() {
    let mut desk = Desk::new();
    desk.authorise(1, "tok_visa", 100);
    desk.line_is_cut = true;
    desk.capture(1);
    desk.merchant(capture_answered(CaptureAnswer::NoHold));
    assert_eq!(desk.state(1), PaymentState::CaptureUnknown);
    assert_eq!(desk.cases(), 1);
    assert_eq!(desk.net(Account::Sales), 0);
    assert!(!desk.waits_for_the_bank(), "it is the operator's now");
    // the bank found it after all
    let answer = CaptureAnswer::Captured { amount: pence(100) };
    desk.merchant(capture_answered(answer));
    assert_eq!(desk.told.last(), Some(&captured(1)));
}

#[test]
fn a_capture_of_more_than_was_held_is_not_booked() {
    let mut desk = Desk::new();
    desk.authorise(1, "tok_visa", 100);
    desk.line_is_cut = true;
    desk.capture(1);
    let answer = CaptureAnswer::Captured { amount: pence(101) };
    desk.merchant(capture_answered(answer));
    assert_eq!(desk.state(1), PaymentState::CaptureUnknown);
    assert_eq!((desk.cases(), desk.net(Account::Sales)), (1, 0));
}

#[test]
fn a_capture_of_less_than_was_held_is_booked_as_it_is_with_a_case() {
    let mut desk = Desk::new();
    desk.authorise(1, "tok_visa", 100);
    desk.line_is_cut = true;
    desk.capture(1);
    let answer = CaptureAnswer::Captured { amount: pence(60) };
    desk.merchant(capture_answered(answer));
    assert_eq!((desk.cases(), desk.net(Account::Sales), desk.net(Account::CustomerHolds)), (1, -60, 0));
    assert_eq!(desk.told.last(), Some(&captured(1)));
}

#[test]
fn a_capture_where_nothing_is_held_opens_a_case() {
    for (token, verification) in [("tok_declined", false), ("tok_visa", true)] {
        let mut desk = Desk::new();
        match verification {
            true => desk.verify(1, token, 100),
            false => desk.authorise(1, token, 100),
        }
        desk.capture(1);
        assert_eq!(desk.cases(), 1, "{token}");
        assert_eq!(desk.net(Account::Sales), 0);
    }
}
