//! Holds that lapse, or are about to, before the goods have left.
use super::desk::*;
use crate::actors::{Decided, order_manager::*};
use crate::domain::{CancelReason, DeclineReason, OrderState, PaymentId, Timestamp};
use crate::partners::mail::MailKind;
use crate::runtime::RequestId;

impl Desk {
    fn lapsing(&mut self) -> Decided {
        self.tell(Message::PaymentLapsing { order: self.id, payment: self.payment() })
    }

    fn stopped(&mut self) -> Decided {
        self.tell(Message::Stopped { order: self.id })
    }

    /// An order that waits for supplies which are to come in three days, its money held.
    fn waiting_for_supplies() -> Desk {
        let mut desk = Desk::placed();
        desk.promised(3);
        desk.authorised();
        assert_eq!(desk.state(), OrderState::AwaitingStock);
        desk
    }

    fn slips(&mut self, days: u32) {
        let ships_on = self.day(days);
        self.tell(Message::PromiseChanged { order: self.id, ships_on });
    }

    /// What is captured in the turn.
    fn captures(turn: &Decided) -> Vec<PaymentId> {
        use crate::actors::{Message as Any, merchant_proxy::Message as ToMerchant};
        let capture = |(_, message): &(_, Any)| match message {
            Any::MerchantProxy(ToMerchant::Capture { capture, .. }) => Some(capture.payment),
            _ => None,
        };
        turn.sends().iter().filter_map(capture).collect()
    }
}

#[test]
fn a_parcel_that_waits_for_its_truck_is_paid_for_anew_ahead_of_the_end_of_its_hold() {
    let mut desk = Desk::fulfilling();
    let old = desk.payment();
    assert_eq!(old, PaymentId::first_of(desk.id), "so it is in the order's row");
    assert_eq!(asks(&desk.lapsing()), ["MerchantProxy Renew"]);
    let new = desk.payment();
    assert_ne!(new, old, "nor is its key used again");
    assert_eq!(desk.order().view(desk.id).payment, PaymentView::Authorised, "the old one still stands");
    let turn = desk.authorised();
    assert!(asks(&turn).is_empty() && letters(&turn).is_empty(), "nobody needs to hear of it");
    assert_eq!((desk.state(), desk.order().cover()), (OrderState::Fulfilling, Cover::Held(new)));
    assert!(is_nothing(&desk.expired(old)), "it was replaced");
    assert_eq!(Desk::captures(&desk.handed_over()), [new]);
}

#[test]
fn a_parcel_whose_hold_is_not_renewed_may_leave_until_its_end_and_is_then_stopped_and_the_customer_told_why()
{
    let mut desk = Desk::fulfilling();
    let old = desk.payment();
    desk.lapsing();
    assert!(asks(&desk.declined(DeclineReason::InsufficientFunds)).is_empty(), "it stands for a day yet");
    assert_eq!(asks(&desk.expired(old)), ["WarehouseActor Stop"]);
    assert_eq!((desk.state(), desk.order().stop), (OrderState::Fulfilling, StopState::Unpaid));
    assert!(matches!(cancel_reply(&desk.cancel(6)), CancelReply::Pending(_)), "it is being stopped already");
    let turn = desk.stopped();
    assert_eq!(desk.order().end, Some(End::Cancelled(CancelReason::PaymentLapsed)));
    assert!(asks(&turn).is_empty(), "nothing is held");
    assert_eq!(letters(&turn), [MailKind::Cancelled]);
}

#[test]
fn what_leaves_on_the_last_day_of_a_hold_that_is_not_renewed_is_paid_from_it() {
    let mut desk = Desk::fulfilling();
    let old = desk.payment();
    desk.lapsing();
    desk.declined(DeclineReason::InsufficientFunds);
    assert_eq!(Desk::captures(&desk.handed_over()), [old]);
    desk.tell(Message::PaymentCaptured { order: desk.id, payment: old, amount: total() });
    assert!(matches!(desk.order().view(desk.id).payment, PaymentView::Captured { .. }));
    desk.tell(Message::PaymentSettled { order: desk.id, payment: old });
    desk.tell(Message::Delivered { order: desk.id });
    assert_eq!(desk.state(), OrderState::Closed);
}

#[test]
fn a_parcel_does_not_wait_for_its_truck_on_a_renewal_of_which_nobody_knows() {
    let mut desk = Desk::fulfilling();
    let old = desk.payment();
    desk.lapsing();
    assert!(asks(&desk.unknown()).is_empty(), "the old one still stands");
    assert_eq!(asks(&desk.expired(old)), ["WarehouseActor Stop"]);
    desk.authorised();
    assert_eq!(asks(&desk.stopped()), ["MerchantProxy Void"]);

    // the shop was down, and neither knew of the last day nor of the end
    let mut desk = Desk::fulfilling();
    assert_eq!(asks(&desk.expired(desk.payment())), ["MerchantProxy Renew"]);
    assert_eq!(asks(&desk.unknown()), ["WarehouseActor Stop"]);
}

#[test]
fn what_a_driver_took_all_the_same_is_charged_anew_or_is_a_case() {
    let mut desk = Desk::fulfilling();
    let old = desk.payment();
    desk.lapsing();
    desk.declined(DeclineReason::InsufficientFunds);
    desk.expired(old);
    desk.tell(Message::TooLateToStop { order: desk.id });
    assert_eq!(desk.order().stop, StopState::TooLate);
    let turn = desk.handed_over();
    // nothing is held under this key: the merchant system opens a case
    assert_eq!(Desk::captures(&turn), [desk.payment()]);
    assert_eq!(desk.state(), OrderState::Dispatched);
}

#[test]
fn what_leaves_while_the_bank_is_asked_is_paid_for_once_it_has_answered() {
    let mut desk = Desk::fulfilling();
    let old = desk.payment();
    desk.lapsing();
    desk.unknown();
    assert!(Desk::captures(&desk.handed_over()).is_empty(), "what was held before may be no more");
    let mut declined = Desk { alone: desk.alone, id: desk.id };
    let turn = declined.declined(DeclineReason::IssuerUnavailable);
    assert_eq!(Desk::captures(&turn), [old]);

    let mut desk = Desk::fulfilling();
    desk.lapsing();
    desk.handed_over();
    let turn = desk.authorised();
    assert_eq!(Desk::captures(&turn), [desk.payment()]);
}

#[test]
fn a_parcel_whose_hold_has_lapsed_is_paid_for_anew_at_once() {
    let mut desk = Desk::fulfilling();
    let old = desk.payment();
    assert_eq!(asks(&desk.expired(old)), ["MerchantProxy Renew"]);
    assert_eq!(desk.state(), OrderState::Fulfilling);
    desk.authorised();
    assert_eq!(desk.order().cover(), Cover::Held(desk.payment()));
}

#[test]
fn a_capture_that_came_too_late_is_made_good_under_a_new_key_and_else_is_a_case() {
    let mut desk = Desk::fulfilling();
    desk.handed_over();
    let turn = desk.expired(desk.payment());
    assert_eq!(asks(&turn), ["MerchantProxy Renew"]);
    desk.tell(Message::Delivered { order: desk.id });
    let turn = desk.declined(DeclineReason::StolenCard);
    // nothing is held under this key: the merchant system opens a case
    assert_eq!(Desk::captures(&turn), [desk.payment()]);
    assert_eq!(desk.state(), OrderState::Delivered);
}

#[test]
fn a_hold_that_lapses_while_supplies_are_awaited_is_asked_for_anew_if_they_are_near() {
    let mut desk = Desk::waiting_for_supplies();
    let old = desk.payment();
    assert!(asks(&desk.lapsing()).is_empty());
    desk.alone.now = desk.alone.now.plus_ms(7 * Timestamp::DAY_MS);
    desk.slips(2);
    assert_eq!(asks(&desk.expired(old)), ["StockKeeper HoldCredit", "MerchantProxy Renew"]);
    let turn = desk.authorised();
    assert_eq!(asks(&turn), ["StockKeeper HoldCredit"], "its supplies were ordered before");
    assert!(letters(&turn).is_empty());
    assert_eq!(desk.state(), OrderState::AwaitingStock);
    assert_eq!(asks(&desk.supplies_arrived()), ["StockKeeper Allocate"]);
    desk.allocated();
    assert_eq!(desk.state(), OrderState::Fulfilling);
}

#[test]
fn a_hold_that_lapses_while_supplies_are_far_is_asked_for_when_they_are_in() {
    let mut desk = Desk::waiting_for_supplies();
    let old = desk.payment();
    desk.slips(20);
    assert_eq!(asks(&desk.expired(old)), ["StockKeeper HoldCredit"]);
    assert_eq!(desk.order().view(desk.id).payment, PaymentView::Expired);
    assert_eq!(asks(&desk.supplies_arrived()), ["MerchantProxy Renew"]);
    assert!(is_nothing(&desk.allocated()), "nobody asked for it: never confirmed without the money");
    assert_eq!(asks(&desk.authorised()), ["StockKeeper HoldCredit", "StockKeeper Allocate"]);
    let turn = desk.allocated();
    assert_eq!(letters(&turn), [MailKind::OrderConfirmation]);
}

#[test]
fn supplies_that_come_when_the_hold_is_about_to_lapse_wait_for_its_renewal() {
    let mut desk = Desk::waiting_for_supplies();
    desk.lapsing();
    assert_eq!(asks(&desk.supplies_arrived()), ["MerchantProxy Renew"]);
    assert_eq!(asks(&desk.authorised()), ["StockKeeper Allocate"]);
    desk.allocated();
    assert_eq!(desk.state(), OrderState::Fulfilling);
}

#[test]
fn supplies_that_come_while_the_bank_is_asked_anew_wait_for_its_answer() {
    let mut desk = Desk::waiting_for_supplies();
    desk.expired(desk.payment());
    assert!(asks(&desk.supplies_arrived()).is_empty());
    assert_eq!(asks(&desk.authorised()), ["StockKeeper HoldCredit", "StockKeeper Allocate"]);
}

#[test]
fn a_renewal_that_is_declined_leaves_the_hold_as_it_is_and_the_order_goes_on_with_it() {
    let mut desk = Desk::waiting_for_supplies();
    let old = desk.payment();
    desk.lapsing();
    desk.supplies_arrived();
    let turn = desk.declined(DeclineReason::ExpiredCard);
    assert_eq!((asks(&turn), letters(&turn)), (vec!["StockKeeper Allocate".to_owned()], vec![]));
    assert_eq!(desk.order().view(desk.id).payment, PaymentView::Authorised, "it stands for a day yet");
    desk.allocated();
    assert_eq!((desk.state(), desk.order().cover()), (OrderState::Fulfilling, Cover::Held(old)));
    assert_eq!(Desk::captures(&desk.handed_over()), [old]);
}

#[test]
fn an_order_whose_hold_ends_before_it_is_confirmed_and_is_not_renewed_ends_with_a_letter_and_nothing_held() {
    let mut desk = Desk::waiting_for_supplies();
    let old = desk.payment();
    desk.lapsing();
    desk.supplies_arrived();
    desk.declined(DeclineReason::ExpiredCard);
    let turn = desk.expired(old);
    assert_eq!(asks(&turn), ["StockKeeper HoldCredit", "StockKeeper PutAway", "StockKeeper KeepCredit"]);
    assert_eq!(letters(&turn), [MailKind::PaymentDeclined]);
    assert_eq!(desk.order().end, Some(End::Declined(DeclineReason::ExpiredCard)));
    assert_eq!(desk.order().view(desk.id).payment, PaymentView::Declined);
    assert!(is_nothing(&desk.allocated()));
}

#[test]
fn a_hold_that_may_be_asked_for_no_more_is_good_for_the_goods_until_its_end() {
    let mut desk = Desk::waiting_for_supplies();
    for _ in 1..PAYMENT_ATTEMPTS_MAX {
        desk.expired(desk.payment());
        desk.authorised();
    }
    desk.lapsing();
    assert_eq!(asks(&desk.supplies_arrived()), ["StockKeeper Allocate"]);
}

#[test]
fn an_order_whose_hold_lapses_while_its_goods_are_allocated_is_confirmed_only_once_there_is_another() {
    let mut desk = Desk::placed();
    desk.reserved();
    desk.authorised();
    assert!(asks(&desk.expired(desk.payment())).is_empty(), "the allocation is on its way");
    assert_eq!(asks(&desk.allocated()), ["MerchantProxy Renew"]);
    assert_eq!(desk.state(), OrderState::AwaitingPayment);
    assert!(is_nothing(&desk.allocated()));
    let turn = desk.authorised();
    assert_eq!(asks(&turn), ["WarehouseActor Fulfil"]);
    assert!(matches!(answer(&turn).map(|answer| answer.outcome), Some(Outcome::Taken(_))));
}

#[test]
fn goods_that_are_allocated_are_put_away_where_the_bank_does_not_pay_anew_or_she_cancels() {
    for cancels in [false, true] {
        let mut desk = Desk::placed();
        desk.reserved();
        desk.authorised();
        desk.expired(desk.payment());
        if !cancels {
            desk.allocated();
        }
        let turn = if cancels { desk.cancel(5) } else { desk.declined(DeclineReason::DoNotHonour) };
        assert_eq!(asks(&turn), ["StockKeeper PutAway"]);
    }
}

#[test]
fn what_is_confirmed_on_a_hold_that_is_about_to_lapse_is_renewed_at_once() {
    let mut desk = Desk::placed();
    desk.reserved();
    desk.authorised();
    desk.lapsing();
    assert_eq!(asks(&desk.allocated()), ["WarehouseActor Fulfil", "MerchantProxy Renew"]);
    assert_eq!(desk.state(), OrderState::Fulfilling);
}

#[test]
fn a_hold_is_renewed_so_often_and_then_the_order_is_given_up() {
    let mut desk = Desk::fulfilling();
    for _ in 1..PAYMENT_ATTEMPTS_MAX {
        assert_eq!(asks(&desk.lapsing()), ["MerchantProxy Renew"]);
        desk.authorised();
    }
    assert!(asks(&desk.lapsing()).is_empty(), "the last one stands for a day yet");
    assert_eq!(asks(&desk.expired(desk.payment())), ["WarehouseActor Stop"]);
    desk.stopped();
    assert_eq!(desk.order().end, Some(End::Cancelled(CancelReason::PaymentLapsed)));

    let mut desk = Desk::waiting_for_supplies();
    for _ in 1..PAYMENT_ATTEMPTS_MAX {
        desk.expired(desk.payment());
        desk.authorised();
    }
    let turn = desk.expired(desk.payment());
    assert_eq!(letters(&turn), [MailKind::Cancelled]);
    assert_eq!(desk.order().end, Some(End::Cancelled(CancelReason::PaymentLapsed)));
}

#[test]
fn a_hold_is_renewed_while_she_cancels_for_that_may_come_too_late() {
    let mut desk = Desk::fulfilling();
    desk.cancel(5);
    assert_eq!(asks(&desk.lapsing()), ["MerchantProxy Renew"]);
    desk.authorised();
    let turn = desk.tell(Message::TooLateToStop { order: desk.id });
    assert_eq!(turn.replies[0].0, RequestId(5));
    assert_eq!(Desk::captures(&desk.handed_over()), [desk.payment()]);

    let mut desk = Desk::fulfilling();
    desk.cancel(5);
    assert_eq!(asks(&desk.expired(desk.payment())), ["MerchantProxy Renew"], "the shop was down");
    desk.authorised();
    assert_eq!(asks(&desk.stopped()), ["MerchantProxy Void"]);
    assert_eq!(desk.order().end, Some(End::Cancelled(CancelReason::ByCustomer)));
}

#[test]
fn whoever_was_told_that_it_is_too_late_may_ask_again() {
    let mut desk = Desk::fulfilling();
    desk.cancel(5);
    desk.tell(Message::TooLateToStop { order: desk.id });
    assert_eq!(asks(&desk.cancel(6)), ["WarehouseActor Stop"]);
}

#[test]
fn a_cancel_while_the_hold_is_renewed_lets_go_of_both() {
    let mut desk = Desk::fulfilling();
    desk.lapsing();
    desk.cancel(5);
    assert_eq!(asks(&desk.stopped()), ["MerchantProxy Void", "MerchantProxy Void"]);
}
