//! What an order's owner is shown of its money.
use super::desk::*;
use crate::actors::order_manager::*;
use crate::domain::{Currency, Money};

#[test]
fn a_cancelled_order_whose_card_was_only_verified_is_never_said_to_be_charged_later() {
    let mut desk = Desk::placed();
    desk.promised(40);
    desk.verified();
    assert_eq!(desk.order().view(desk.id).payment, PaymentView::Verified);
    let turn = desk.cancel(5);
    let CancelReply::Cancelled(view) = cancel_reply(&turn) else { panic!("cancelled") };
    assert_eq!(view.payment, PaymentView::Voided, "from the answer on");
    assert_eq!(**view, desk.order().view(desk.id));
}

#[test]
fn what_was_taken_and_paid_out_is_shown_and_not_what_the_order_costs() {
    let mut desk = Desk::fulfilling();
    desk.handed_over();
    let (order, payment) = (desk.id, desk.payment());
    let taken = Money::new(60, Currency::GBP);
    desk.tell(Message::PaymentCaptured { order, payment, amount: taken });
    assert_eq!(desk.order().view(order).payment, PaymentView::Captured { amount: taken });
    desk.tell(Message::PaymentSettled { order, payment });
    assert_eq!(desk.order().view(order).payment, PaymentView::Settled { amount: taken });
}
