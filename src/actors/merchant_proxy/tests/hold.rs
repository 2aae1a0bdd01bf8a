use super::with_bank::{WithBank, held, hold_answered, order, payment, pence, repeat};
use crate::actors::merchant_proxy::{Account, AuthorisationState};
use crate::actors::order_manager::Message as ToOrders;
use crate::domain::{DeclineReason, Happening};

fn authorised(n: u128, token: &str) -> ToOrders {
    ToOrders::PaymentHeld { order: order(n), payment: payment(n), card: token.to_owned() }
}

fn declined(n: u128, reason: DeclineReason) -> ToOrders {
    ToOrders::PaymentDeclined { order: order(n), payment: payment(n), reason }
}

fn unknown(n: u128) -> ToOrders {
    ToOrders::PaymentUnknown { order: order(n), payment: payment(n) }
}

#[test]
fn a_good_card_is_authorised_and_the_hold_is_a_memo_in_the_ledger() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 2298);
    assert_eq!(proxy.told, [authorised(1, "tok_visa")]);
    assert_eq!(proxy.state(1), AuthorisationState::Authorised);
    assert_eq!(proxy.net(Account::CustomerHolds), 2298);
    assert_eq!(proxy.net(Account::Sales), 0);
    let amount = pence(2298);
    assert_eq!(
        proxy.happenings,
        [Happening::BankAsked { amount }, Happening::FundsHeld { amount }, Happening::Authorised { amount }]
    );
    assert!(!proxy.waits_for_the_bank());
}

#[test]
fn a_declined_card_is_told_with_its_reason_and_nothing_is_held() {
    for (token, reason) in [
        ("tok_declined", DeclineReason::DoNotHonour),
        ("tok_insufficient_funds", DeclineReason::InsufficientFunds),
        ("tok_expired_card", DeclineReason::ExpiredCard),
        ("tok_stolen_card", DeclineReason::StolenCard),
        ("tok_nobody", DeclineReason::UnknownCard),
    ] {
        let mut proxy = WithBank::new();
        proxy.authorise(1, token, 100);
        assert_eq!(proxy.told, [declined(1, reason)], "{token}");
        assert_eq!(proxy.net(Account::CustomerHolds), 0);
        assert!(!proxy.waits_for_the_bank());
    }
}

#[test]
fn a_lost_approval_is_unknown_until_the_bank_is_asked() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_timeout", 100);
    assert!(proxy.told.is_empty());
    assert!(proxy.ring());
    assert_eq!(proxy.told, [unknown(1), authorised(1, "tok_timeout")]);
    assert!(!proxy.waits_for_the_bank());
}

#[test]
fn a_lost_decline_is_unknown_until_the_bank_is_asked() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_timeout_declined", 100);
    assert!(proxy.ring());
    assert_eq!(proxy.told, [unknown(1), declined(1, DeclineReason::DoNotHonour)]);
}

#[test]
fn a_request_that_never_arrived_is_made_again_under_the_same_key() {
    let mut proxy = WithBank::new();
    proxy.line_is_cut = true;
    proxy.authorise(1, "tok_visa", 100);
    proxy.line_is_cut = false;
    assert!(proxy.ring());
    assert_eq!(proxy.told, [unknown(1), authorised(1, "tok_visa")]);
    assert_eq!(proxy.net(Account::CustomerHolds), 100);
}

#[test]
fn a_verified_card_holds_no_money() {
    let mut proxy = WithBank::new();
    proxy.verify(1, "tok_visa", 100);
    assert_eq!(
        proxy.told,
        [ToOrders::CardVerified { order: order(1), payment: payment(1), card: "tok_visa".into() }]
    );
    assert_eq!(proxy.row(1).authorised(), pence(0));
    assert_eq!(proxy.net(Account::CustomerHolds), 0);
    assert_eq!(proxy.happenings.last(), Some(&Happening::CardVerified));
}

#[test]
fn a_verification_can_be_declined_or_lost_or_never_have_arrived() {
    let mut proxy = WithBank::new();
    proxy.verify(1, "tok_stolen_card", 100);
    assert_eq!(proxy.told, [declined(1, DeclineReason::StolenCard)]);

    proxy.verify(2, "tok_timeout", 100);
    assert!(proxy.ring());
    let verified = |n, card: &str| ToOrders::CardVerified {
        order: order(n),
        payment: payment(n),
        card: card.to_owned(),
    };
    assert_eq!(proxy.told[1..], [unknown(2), verified(2, "tok_timeout")]);

    proxy.line_is_cut = true;
    proxy.verify(3, "tok_visa", 100);
    proxy.line_is_cut = false;
    assert!(proxy.ring());
    assert_eq!(proxy.told[3..], [unknown(3), verified(3, "tok_visa")]);
}

#[test]
fn every_message_twice_has_one_effect() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 100);
    proxy.authorise(1, "tok_visa", 100);
    for at in 0..proxy.letters.len() {
        repeat(&mut proxy, at);
    }
    proxy.merchant(hold_answered(1, held(pence(100))));
    assert_eq!(proxy.told, [authorised(1, "tok_visa")]);
    assert_eq!(proxy.net(Account::CustomerHolds), 100);
}

#[test]
fn a_hold_of_another_amount_is_let_go_and_the_payment_declined() {
    let mut proxy = WithBank::new();
    proxy.line_is_cut = true;
    proxy.authorise(1, "tok_visa", 100);
    proxy.line_is_cut = false;
    proxy.merchant(hold_answered(1, held(pence(60))));
    assert_eq!(proxy.told, [declined(1, DeclineReason::InsufficientFunds)]);
    assert_eq!(proxy.state(1), AuthorisationState::Voided);
}
