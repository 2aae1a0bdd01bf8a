//! What is ordered in for an order, on a word or on held money.
use super::desk::*;
use super::flows::outcome;
use crate::actors::Decided;
use crate::actors::order_manager::*;
use crate::domain::{CancelReason, DeclineReason, OrderState};

#[test]
fn supplies_are_ordered_on_a_verified_card_only_where_that_is_within_limits() {
    let mut desk = Desk::placed();
    desk.promised(30);
    let turn = desk.only_verified();
    assert_eq!(asks(&turn), ["StockKeeper CheckCredit"]);
    assert_eq!(answer(&turn), None, "nothing is promised before");
    let turn = desk.tell(Message::CreditRefused { order: desk.id });
    assert_eq!(outcome(&turn), Outcome::BackorderLimit { order: desk.refused() });
    assert_eq!(asks(&turn), ["StockKeeper Release", "StockKeeper EndCredit"]);
    assert_eq!(desk.order().end, Some(End::Cancelled(CancelReason::BackorderLimit)));
    assert!(letters(&turn).is_empty(), "she was told");
    let again = desk.place_again(|_| {});
    assert_eq!((again.outcome, again.replayed), (Outcome::BackorderLimit { order: desk.refused() }, true));
}

#[test]
fn supplies_are_ordered_on_held_money_only_where_that_is_within_limits() {
    let mut desk = Desk::placed();
    desk.promised(3);
    let turn = desk.only_authorised();
    assert_eq!(asks(&turn), ["StockKeeper CheckHeld"]);
    assert_eq!(answer(&turn), None, "nothing is promised before");
    let turn = desk.tell(Message::CreditRefused { order: desk.id });
    assert_eq!(outcome(&turn), Outcome::BackorderLimit { order: desk.refused() });
    assert_eq!(asks(&turn), ["StockKeeper Release", "StockKeeper EndCredit", "MerchantProxy Void"]);
    assert!(letters(&turn).is_empty(), "she was told");
}

#[test]
fn a_hold_that_lapses_while_it_is_asked_whether_supplies_may_be_ordered_on_it_ends_the_order() {
    for (granted, reason) in [(true, CancelReason::PaymentLapsed), (false, CancelReason::BackorderLimit)] {
        let mut desk = Desk::placed();
        desk.promised(3);
        desk.only_authorised();
        assert_eq!(
            asks(&desk.expired(desk.payment())),
            ["StockKeeper HoldCredit"],
            "its answer is on its way"
        );
        let order = desk.id;
        let turn = desk.tell(match granted {
            true => Message::CreditGranted { order },
            false => Message::CreditRefused { order },
        });
        assert_eq!(desk.order().end, Some(End::Cancelled(reason)));
        assert_eq!(asks(&turn), ["StockKeeper Release", "StockKeeper EndCredit"], "nothing is ordered in");
    }
}

#[test]
fn what_was_ordered_in_on_money_counts_until_the_truck_has_it_and_on_where_that_is_given_back() {
    let ordered_in = || {
        let mut desk = Desk::placed();
        desk.promised(3);
        desk.authorised();
        assert_eq!(desk.state(), OrderState::AwaitingStock);
        desk
    };
    let says = |turn: &Decided, what: &str| asks(turn).contains(&format!("StockKeeper {what}"));

    assert!(says(&ordered_in().cancel(5), "KeepCredit"));
    let mut lapsed = ordered_in();
    let payment = lapsed.payment();
    let turn = lapsed.tell(Message::PaymentExpired { order: lapsed.id, payment });
    assert!(says(&turn, "HoldCredit"), "it stands on her word until it is held anew");
    assert!(lapsed.order().is_on_credit());
    if lapsed.order().payments.len() > 1 {
        assert!(says(&lapsed.declined(DeclineReason::DoNotHonour), "KeepCredit"));
    }

    let in_the_house = || {
        let mut desk = ordered_in();
        desk.supplies_arrived();
        desk.allocated();
        assert_eq!(desk.state(), OrderState::Fulfilling);
        desk
    };
    assert!(says(&in_the_house().handed_over(), "EndCredit"));
    let mut stopped = in_the_house();
    stopped.cancel(5);
    let turn = stopped.tell(Message::Stopped { order: stopped.id });
    assert!(says(&turn, "KeepCredit"), "it is on the shelf, and nobody wants it");
}

#[test]
fn what_stands_on_a_word_ends_when_the_truck_has_it_or_the_order_ends() {
    for cancels in [false, true] {
        let mut desk = Desk::placed();
        desk.promised(30);
        desk.verified();
        assert_eq!(desk.state(), OrderState::AwaitingStock);
        let (turn, told) = if cancels {
            // the supplies come all the same
            (desk.cancel(5), "StockKeeper KeepCredit")
        } else {
            desk.supplies_arrived();
            assert!(asks(&desk.authorised()).contains(&"StockKeeper HoldCredit".to_owned()));
            desk.allocated();
            (desk.handed_over(), "StockKeeper EndCredit")
        };
        assert!(asks(&turn).contains(&told.to_owned()));
        assert!(!desk.order().is_on_credit());
    }
}

#[test]
fn goods_that_come_in_meanwhile_need_nobodys_word() {
    for refused in [false, true] {
        let mut desk = Desk::placed();
        desk.promised(30);
        desk.only_verified();
        desk.supplies_arrived();
        let order = desk.id;
        let said = if refused { Message::CreditRefused { order } } else { Message::CreditGranted { order } };
        assert_eq!(asks(&desk.tell(said)), ["MerchantProxy Authorise"]);
    }
}
