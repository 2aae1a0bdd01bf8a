use super::with_bank::{WithBank, capture_id, order, payment, pence, repeat};
use crate::actors::merchant_proxy::{Account, AuthorisationState, CaptureState, Message as ToMerchant};
use crate::actors::order_manager::Message as ToOrders;
use crate::domain::Happening;
use crate::partners::processor::port::{Answer, CaptureAnswer, NotCaptured};

fn captured(n: u128) -> ToOrders {
    captured_of(n, 100)
}

fn captured_of(n: u128, amount: i64) -> ToOrders {
    ToOrders::PaymentCaptured { order: order(n), payment: payment(n), amount: pence(amount) }
}

fn capture_answered(answer: CaptureAnswer) -> ToMerchant {
    ToMerchant::CaptureAnswered { order: order(1), capture: capture_id(1, 1), answer }
}

#[test]
fn captured_money_is_earned_and_owed_by_the_processor() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.capture(1);
    assert_eq!(proxy.told.last(), Some(&captured(1)));
    assert_eq!(proxy.net(Account::CustomerHolds), 0);
    assert_eq!((proxy.net(Account::ProcessorReceivable), proxy.net(Account::Sales)), (100, -100));
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
fn a_capture_of_what_the_processor_does_not_hold_opens_a_case_and_is_not_called_captured() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.line_is_cut = true;
    proxy.capture(1);
    for _ in 0..2 {
        proxy.merchant(capture_answered(Answer::Refused(NotCaptured::NothingHeld)));
    }
    assert_eq!(proxy.capture_state(1, 1), CaptureState::Unknown);
    assert_eq!(proxy.cases(), 1);
    assert_eq!(proxy.net(Account::Sales), 0);
    assert!(!proxy.waits_for_the_bank(), "it is the operator's now");
    // the processor found it after all
    proxy.merchant(capture_answered(Answer::Known(pence(100))));
    assert_eq!(proxy.told.last(), Some(&captured(1)));
}

#[test]
fn a_capture_of_more_than_was_asked_for_is_not_booked() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.line_is_cut = true;
    proxy.capture(1);
    proxy.merchant(capture_answered(Answer::Known(pence(101))));
    assert_eq!(proxy.capture_state(1, 1), CaptureState::Unknown);
    assert_eq!((proxy.cases(), proxy.net(Account::Sales)), (1, 0));
}

#[test]
fn a_capture_of_less_than_was_asked_for_is_booked_as_it_is_with_a_case_and_the_rest_let_go() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.line_is_cut = true;
    proxy.capture(1);
    proxy.line_is_cut = false;
    proxy.merchant(capture_answered(Answer::Known(pence(60))));
    assert_eq!((proxy.cases(), proxy.net(Account::Sales), proxy.net(Account::CustomerHolds)), (1, -60, 0));
    assert_eq!(proxy.told.last(), Some(&captured_of(1, 60)));
}

#[test]
fn each_shipment_is_captured_once_and_after_the_last_the_rest_is_let_go() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    for _ in 0..2 {
        proxy.capture_part(1, 1, 30, false);
    }
    assert_eq!(proxy.told[1..], [captured_of(1, 30)]);
    assert_eq!((proxy.net(Account::Sales), proxy.net(Account::CustomerHolds)), (-30, 70));
    proxy.capture_part(1, 2, 50, true);
    assert_eq!(proxy.told[2..], [captured_of(1, 50)], "that the rest is let go of nobody needs to hear");
    assert_eq!((proxy.net(Account::Sales), proxy.net(Account::CustomerHolds)), (-80, 0));
    assert_eq!(proxy.state(1), AuthorisationState::Voided);
    assert_eq!(proxy.row(1).captured(), pence(80));
    proxy.days(3);
    let settled = ToOrders::PaymentSettled { order: order(1), payment: payment(1) };
    assert_eq!(proxy.told[3..], [settled], "once, for both");
    assert_eq!(proxy.cases(), 0);
}

#[test]
fn never_more_is_captured_than_is_held_and_nothing_after_the_last() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.capture_part(1, 1, 101, false);
    assert_eq!((proxy.cases(), proxy.row(1).captures.len()), (1, 0));
    proxy.capture_part(1, 2, 60, false);
    proxy.capture_part(1, 3, 41, true);
    assert_eq!((proxy.cases(), proxy.row(1).captured()), (2, pence(60)));
    proxy.capture_part(1, 4, 40, true);
    proxy.capture_part(1, 5, 0, true);
    assert_eq!((proxy.cases(), proxy.row(1).captured()), (3, pence(100)));
}

#[test]
fn what_is_left_after_a_capture_lapses_with_its_window() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.capture_part(1, 1, 30, false);
    proxy.days(7);
    assert_eq!((proxy.state(1), proxy.net(Account::CustomerHolds)), (AuthorisationState::Expired, 0));
    assert_eq!(proxy.net(Account::Sales), -30);
    assert_eq!(proxy.row(1).settled(), pence(30));
}

#[test]
fn a_capture_whose_answer_is_lost_is_unknown_and_found_by_its_key() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_capture_lost", 100);
    proxy.capture(1);
    assert_eq!((proxy.capture_state(1, 1), proxy.told.len()), (CaptureState::Sent, 1));
    assert!(proxy.ring());
    assert_eq!(proxy.told.last(), Some(&captured(1)));
    assert_eq!(proxy.net(Account::Sales), -100);
}

#[test]
fn what_is_captured_and_in_no_settlement_by_the_fifth_day_is_a_case() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_never_settled", 100);
    proxy.authorise(2, "tok_visa", 100);
    proxy.capture(1);
    proxy.capture(2);
    proxy.days(5);
    assert_eq!(proxy.cases(), 0);
    proxy.days(1);
    assert_eq!(proxy.cases(), 1);
    proxy.ring_out();
    assert_eq!((proxy.cases(), proxy.net(Account::ProcessorReceivable)), (1, 100), "it is still owed");
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
