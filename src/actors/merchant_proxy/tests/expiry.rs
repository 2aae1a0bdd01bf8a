use super::with_bank::{WithBank, capture_id, order, payment, pence};
use crate::actors::merchant_proxy::{Account, AuthorisationState, Message as ToMerchant};
use crate::actors::order_manager::Message as ToOrders;
use crate::domain::{DeclineReason, Happening};
use crate::partners::processor::port::{Answer, NotCaptured};

fn authorised(n: u128, token: &str) -> ToOrders {
    ToOrders::PaymentHeld { order: order(1), payment: payment(n), card: token.to_owned() }
}

fn lapsing(n: u128) -> ToOrders {
    ToOrders::PaymentLapsing { order: order(1), payment: payment(n) }
}

fn expired(n: u128) -> ToOrders {
    ToOrders::PaymentExpired { order: order(1), payment: payment(n) }
}

#[test]
fn a_hold_is_told_of_before_its_window_is_over_and_is_off_the_books_at_its_end() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.days(5);
    assert_eq!(proxy.told, [authorised(1, "tok_visa")]);
    proxy.days(1);
    assert_eq!(proxy.told[1..], [lapsing(1)]);
    assert!(matches!(proxy.happenings.last(), Some(Happening::HoldLapsing { .. })));
    assert_eq!(proxy.net(Account::CustomerHolds), 100, "it stands to its last moment");
    proxy.days(1);
    assert_eq!(proxy.told[2..], [expired(1)]);
    assert_eq!((proxy.state(1), proxy.net(Account::CustomerHolds)), (AuthorisationState::Expired, 0));
    assert_eq!(proxy.happenings.last(), Some(&Happening::HoldLapsed { amount: pence(100) }));
    proxy.days(30);
    assert_eq!((proxy.told.len(), proxy.cases()), (3, 0));
}

#[test]
fn what_was_captured_voided_or_only_verified_never_lapses() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.capture(1);
    proxy.authorise(2, "tok_visa", 100);
    proxy.void(2);
    proxy.verify(3, "tok_visa", 100);
    proxy.days(30);
    let lapse =
        |told: &&ToOrders| matches!(told, ToOrders::PaymentLapsing { .. } | ToOrders::PaymentExpired { .. });
    assert_eq!(proxy.told.iter().filter(lapse).count(), 0);
}

#[test]
fn a_capture_that_comes_too_late_takes_nothing_and_is_told_as_a_lapse() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.line_is_cut = true;
    proxy.capture(1);
    proxy.line_is_cut = false;
    let answer = Answer::Refused(NotCaptured::Lapsed);
    proxy.merchant(ToMerchant::CaptureAnswered { order: order(1), capture: capture_id(1, 1), answer });
    assert_eq!(proxy.told.last(), Some(&expired(1)));
    assert_eq!((proxy.state(1), proxy.net(Account::CustomerHolds)), (AuthorisationState::Expired, 0));
    assert_eq!((proxy.net(Account::Sales), proxy.cases()), (0, 0));
    assert!(!proxy.waits_for_the_bank());
}

#[test]
fn a_capture_that_got_lost_and_is_repeated_too_late_takes_nothing() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.line_is_cut = true;
    proxy.capture(1);
    proxy.days(8);
    proxy.line_is_cut = false;
    proxy.days(1);
    assert_eq!(proxy.told.last(), Some(&expired(1)));
    assert_eq!((proxy.net(Account::Sales), proxy.net(Account::ProcessorReceivable)), (0, 0));
}

#[test]
fn a_renewal_takes_the_place_of_the_old_hold_and_starts_a_new_window() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.days(6);
    proxy.renew(2, 1, "tok_visa", 100);
    assert_eq!(
        proxy.told[2..],
        [authorised(2, "tok_visa")],
        "the old one is not told of: whoever asked knows"
    );
    assert_eq!(
        (proxy.state(1), proxy.state(2)),
        (AuthorisationState::Expired, AuthorisationState::Authorised)
    );
    assert_eq!(proxy.net(Account::CustomerHolds), 100);
    assert!(proxy.happenings.contains(&Happening::HoldReplaced));
    proxy.days(2);
    assert_eq!(proxy.told.len(), 3, "the old window is no more");
    proxy.capture(2);
    assert_eq!((proxy.net(Account::Sales), proxy.net(Account::CustomerHolds)), (-100, 0));
}

#[test]
fn a_renewal_that_is_declined_leaves_the_old_hold_to_be_captured() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.renew(2, 1, "tok_declined", 100);
    let (order, payment, reason) = (order(1), payment(2), DeclineReason::DoNotHonour);
    assert_eq!(proxy.told.last(), Some(&ToOrders::PaymentDeclined { order, payment, reason }));
    assert_eq!((proxy.state(1), proxy.net(Account::CustomerHolds)), (AuthorisationState::Authorised, 100));
    proxy.capture(1);
    assert_eq!(proxy.net(Account::Sales), -100);
}

#[test]
fn a_renewal_whose_answer_is_lost_is_asked_for_by_its_key_and_nothing_is_held_twice() {
    for token in ["tok_timeout", "tok_visa"] {
        let mut proxy = WithBank::new();
        proxy.authorise(1, "tok_visa", 100);
        proxy.line_is_cut = token == "tok_visa";
        proxy.renew(2, 1, token, 100);
        proxy.line_is_cut = false;
        assert!(proxy.ring());
        assert_eq!(proxy.told.last(), Some(&authorised(2, token)), "{token}");
        assert_eq!((proxy.state(1), proxy.net(Account::CustomerHolds)), (AuthorisationState::Expired, 100));
    }
}

#[test]
fn both_are_let_go_where_the_order_ends_while_a_renewal_is_out() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.renew(2, 1, "tok_timeout", 100);
    proxy.void(1);
    proxy.void(2);
    proxy.ring_out();
    assert_eq!((proxy.state(1), proxy.state(2)), (AuthorisationState::Voided, AuthorisationState::Voided));
    assert_eq!(proxy.net(Account::CustomerHolds), 0);
}
