use super::with_bank::{WithBank, order, payment, pence, repeat};
use crate::actors::bank::CaptureAnswer;
use crate::actors::merchant_proxy::{Account, Message as ToMerchant, PaymentState};
use crate::actors::order_manager::Message as ToOrders;
use crate::domain::Happening;

fn captured(n: u128) -> ToOrders {
    captured_of(n, 100)
}

fn captured_of(n: u128, amount: i64) -> ToOrders {
    ToOrders::PaymentCaptured { order: order(n), payment: payment(n), amount: pence(amount) }
}

fn capture_answered(answer: CaptureAnswer) -> ToMerchant {
    ToMerchant::CaptureAnswered { order: order(1), payment: payment(1), answer }
}

#[test]
fn captured_money_is_earned_and_owed_by_the_acquirer() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.capture(1);
    assert_eq!(proxy.told.last(), Some(&captured(1)));
    assert_eq!(proxy.net(Account::CustomerHolds), 0);
    assert_eq!((proxy.net(Account::AcquirerReceivable), proxy.net(Account::Sales)), (100, -100));
    assert_eq!(proxy.happenings.last(), Some(&Happening::Captured { amount: pence(100) }));
}

#[test]
fn a_capture_twice_takes_the_money_once() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.capture(1);
    proxy.capture(1);
    for at in 0..proxy.letters.len() {
        repeat(&mut proxy, at);
    }
    assert_eq!(proxy.told.iter().filter(|told| **told == captured(1)).count(), 1);
    assert_eq!(proxy.net(Account::Sales), -100);
}

#[test]
fn a_capture_that_got_lost_is_repeated_under_the_same_key() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.line_is_cut = true;
    proxy.capture(1);
    for _ in 0..20 {
        assert!(proxy.ring());
    }
    assert_eq!(proxy.cases(), 1, "the operator hears of it once");
    proxy.line_is_cut = false;
    proxy.ring();
    assert_eq!(proxy.told.last(), Some(&captured(1)));
}

#[test]
fn a_capture_of_what_the_bank_does_not_hold_opens_a_case_and_is_not_called_captured() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.line_is_cut = true;
    proxy.capture(1);
    proxy.merchant(capture_answered(CaptureAnswer::NoHold));
    assert_eq!(proxy.state(1), PaymentState::CaptureUnknown);
    assert_eq!(proxy.cases(), 1);
    assert_eq!(proxy.net(Account::Sales), 0);
    assert!(!proxy.waits_for_the_bank(), "it is the operator's now");
    // the bank found it after all
    let answer = CaptureAnswer::Captured { amount: pence(100) };
    proxy.merchant(capture_answered(answer));
    assert_eq!(proxy.told.last(), Some(&captured(1)));
}

#[test]
fn a_capture_of_more_than_was_held_is_not_booked() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.line_is_cut = true;
    proxy.capture(1);
    let answer = CaptureAnswer::Captured { amount: pence(101) };
    proxy.merchant(capture_answered(answer));
    assert_eq!(proxy.state(1), PaymentState::CaptureUnknown);
    assert_eq!((proxy.cases(), proxy.net(Account::Sales)), (1, 0));
}

#[test]
fn a_capture_of_less_than_was_held_is_booked_as_it_is_with_a_case() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.line_is_cut = true;
    proxy.capture(1);
    let answer = CaptureAnswer::Captured { amount: pence(60) };
    proxy.merchant(capture_answered(answer));
    assert_eq!((proxy.cases(), proxy.net(Account::Sales), proxy.net(Account::CustomerHolds)), (1, -60, 0));
    assert_eq!(proxy.told.last(), Some(&captured_of(1, 60)), "the order is told what was taken");
}

#[test]
fn a_capture_where_nothing_is_held_opens_a_case() {
    for (token, verification) in [("tok_declined", false), ("tok_visa", true)] {
        let mut proxy = WithBank::new();
        match verification {
            true => proxy.verify(1, token, 100),
            false => proxy.authorise(1, token, 100),
        }
        proxy.capture(1);
        assert_eq!(proxy.cases(), 1, "{token}");
        assert_eq!(proxy.net(Account::Sales), 0);
    }
}
