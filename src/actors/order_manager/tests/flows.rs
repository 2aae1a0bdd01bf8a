use super::desk::*;
use crate::actors::order_manager::*;
use crate::actors::{Decided, Message as Any, OwnTimeline, mailer};
use crate::domain::{CancelReason, DeclineReason, EmailAddress, Happening, OrderState, Step, Timeline};
use crate::partners::mail::MailKind;
use crate::runtime::RequestId;

pub fn outcome(turn: &Decided) -> Outcome {
    answer(turn).expect("the checkout is answered in this turn").outcome
}

#[test]
fn an_order_in_stock_goes_from_the_click_to_the_doorstep() {
    let mut desk = Desk::new();
    let turn = desk.tell(Message::Place(Box::new(place_order())));
    assert_eq!(asks(&turn), ["StockKeeper Reserve"]);
    assert_eq!(asks(&desk.reserved()), ["MerchantProxy Authorise"]);
    assert_eq!(desk.state(), OrderState::AwaitingPayment);
    let turn = desk.authorised();
    assert_eq!(asks(&turn), ["StockKeeper Allocate"]);
    assert!(answer(&turn).is_none());
    let turn = desk.allocated();
    assert_eq!(asks(&turn), ["WarehouseActor Fulfil"]);
    assert_eq!(letters(&turn), [MailKind::OrderConfirmation]);
    let Outcome::Taken(view) = outcome(&turn) else { panic!("taken") };
    assert_eq!((view.state, view.payment), (OrderState::Confirmed, PaymentView::Authorised));
    assert_eq!(view.promised_date, Some(desk.day(3)));
    assert_eq!(asks(&desk.handed_over()), ["MerchantProxy Capture"]);
    let payment = desk.payment();
    desk.tell(Message::PaymentCaptured { order: desk.id, payment, amount: total() });
    assert_eq!(letters(&desk.tell(Message::Delivered { order: desk.id })), [MailKind::Delivered]);
    assert_eq!(desk.state(), OrderState::Delivered);
    desk.tell(Message::PaymentSettled { order: desk.id, payment });
    assert_eq!(desk.state(), OrderState::Closed);
    let key = desk.key();
    let turn = desk.ask(9, ShowTimeline { order: desk.id, claim: key.into() });
    let Some(Ok(timeline)) = turn.reply::<Result<Timeline, NoSuchOrder>>() else { panic!("timeline") };
    let steps: Vec<Step> = timeline.entries.iter().map(|entry| entry.step).collect();
    let expected = [1, 2, 3, 5, 6, 10, 15].map(Step);
    assert_eq!(steps, expected);
}

#[test]
fn the_day_that_is_promised_is_reckoned_by_the_shops_calendar() {
    // it is noon in UTC
    for (zone, days) in [("Pacific/Auckland", 4), ("Europe/London", 3), ("Pacific/Pago_Pago", 3)] {
        let mut desk = Desk::new();
        desk.alone.rules.time_zone = jiff::tz::TimeZone::get(zone).unwrap();
        desk.tell(Message::Place(Box::new(place_order())));
        desk.reserved();
        desk.authorised();
        desk.allocated();
        assert_eq!(desk.order().promised_date, Some(desk.day(days)), "{zone}");
    }
}

#[test]
fn an_order_that_is_paid_out_before_it_is_delivered_closes_at_the_doorstep() {
    let mut desk = Desk::fulfilling();
    desk.handed_over();
    let payment = desk.payment();
    desk.tell(Message::PaymentCaptured { order: desk.id, payment, amount: total() });
    desk.tell(Message::PaymentSettled { order: desk.id, payment });
    assert_eq!(desk.state(), OrderState::Dispatched);
    desk.tell(Message::Delivered { order: desk.id });
    assert_eq!(desk.state(), OrderState::Closed);
}

#[test]
fn what_is_out_of_stock_is_refused_with_the_earliest_date() {
    let mut desk = Desk::placed();
    let leaves_on = Some(desk.day(5));
    let turn = desk.tell(Message::OutOfStock { order: desk.id, earliest: leaves_on });
    let earliest = Some(desk.day(5 + desk.order().terms.quote.delivery.days.1));
    assert_eq!(outcome(&turn), Outcome::OutOfStock { order: desk.refused(), earliest });
    assert_eq!(desk.state(), OrderState::Cancelled);
    assert!(asks(&turn).is_empty() && letters(&turn).is_empty());
}

#[test]
fn a_near_promise_is_held_now_and_confirmed_when_the_supplies_are_in() {
    let mut desk = Desk::placed();
    assert_eq!(asks(&desk.promised(6)), ["MerchantProxy Authorise"]);
    let turn = desk.authorised();
    assert_eq!(asks(&turn), ["StockKeeper OrderSupplies"]);
    assert_eq!(letters(&turn), [MailKind::BackorderPromise]);
    let Outcome::Taken(view) = outcome(&turn) else { panic!("taken") };
    assert_eq!((view.state, view.payment), (OrderState::AwaitingStock, PaymentView::Authorised));
    assert_eq!(view.promised_date, Some(desk.day(8)));
    assert_eq!(asks(&desk.supplies_arrived()), ["StockKeeper Allocate"]);
    let turn = desk.allocated();
    assert_eq!(desk.state(), OrderState::Fulfilling);
    assert!(answer(&turn).is_none());
    assert_eq!(letters(&turn), [MailKind::OrderConfirmation]);
}

/// Its own mailbox, where it has one.
#[test]
fn the_shop_reads_of_an_order_once_when_it_is_taken() {
    let with_mailbox = || {
        let mut desk = Desk::placed();
        desk.alone.rules.mailbox = Some(EmailAddress::parse("till@shop.example").unwrap());
        desk
    };
    let mut in_stock = with_mailbox();
    in_stock.reserved();
    in_stock.authorised();
    let turn = in_stock.allocated();
    assert_eq!(letters(&turn), [MailKind::NewOrder, MailKind::OrderConfirmation]);
    let letter = turn.sends().iter().find_map(|(_, message)| match message {
        Any::Mailer(mailer::Message::Send(letter)) => Some(letter),
        _ => None,
    });
    let letter = letter.unwrap();
    assert_eq!((letter.to_address.as_str(), &letter.link), ("till@shop.example", &None));
    assert_eq!(letter.reason.as_deref(), Some("Ada Byron, ada@example.org"));

    let mut promised = with_mailbox();
    promised.promised(6);
    assert_eq!(letters(&promised.authorised()), [MailKind::BackorderPromise, MailKind::NewOrder]);
    promised.supplies_arrived();
    assert_eq!(letters(&promised.allocated()), [MailKind::OrderConfirmation]);
}

#[test]
fn a_far_promise_is_verified_now_and_held_when_the_supplies_are_in() {
    let mut desk = Desk::placed();
    assert_eq!(asks(&desk.promised(7)), ["MerchantProxy Verify"]);
    let verification = desk.payment();
    let Outcome::Taken(view) = outcome(&desk.verified()) else { panic!("taken") };
    assert_eq!(view.payment, PaymentView::Verified);
    assert_eq!(asks(&desk.supplies_arrived()), ["MerchantProxy Authorise"]);
    assert_eq!(desk.state(), OrderState::AwaitingPayment);
    assert_ne!(desk.payment(), verification);
    let late = desk.tell(Message::PaymentAuthorised { order: desk.id, payment: verification });
    assert!(is_nothing(&late), "a hold is no answer to a verification");
    assert_eq!(asks(&desk.authorised()), ["StockKeeper HoldCredit", "StockKeeper Allocate"]);
    desk.allocated();
    assert_eq!(desk.state(), OrderState::Fulfilling);
}

#[test]
fn a_card_that_declines_when_the_supplies_are_in_ends_a_promised_order_with_a_letter() {
    let mut desk = Desk::placed();
    desk.promised(8);
    desk.verified();
    desk.supplies_arrived();
    let turn = desk.declined(DeclineReason::UnknownCard);
    assert_eq!(asks(&turn), ["StockKeeper Release", "StockKeeper KeepCredit"]);
    assert_eq!(letters(&turn), [MailKind::PaymentDeclined]);
    assert!(answer(&turn).is_none());
    assert_eq!(desk.state(), OrderState::Declined);
}

#[test]
fn supplies_that_come_while_the_bank_is_asked_are_not_waited_for() {
    for days in [3, 8] {
        let mut desk = Desk::placed();
        desk.promised(days);
        assert!(asks(&desk.supplies_arrived()).is_empty());
        if days == 8 {
            assert_eq!(asks(&desk.verified()), ["MerchantProxy Authorise"]);
        }
        assert_eq!(asks(&desk.authorised()), ["StockKeeper Allocate"]);
        let Outcome::Taken(view) = outcome(&desk.allocated()) else { panic!("taken") };
        assert_eq!(view.state, OrderState::Confirmed);
    }
}

#[test]
fn a_new_promise_is_written_to_who_was_told_the_old_one() {
    let mut desk = Desk::placed();
    desk.promised(3);
    let slip = Message::PromiseChanged { order: desk.id, ships_on: desk.day(9) };
    assert!(letters(&desk.tell(slip.clone())).is_empty());
    desk.authorised();
    let slip = Message::PromiseChanged { order: desk.id, ships_on: desk.day(10) };
    let turn = desk.tell(slip.clone());
    assert_eq!(letters(&turn), [MailKind::PromiseChanged]);
    let said = turn.sends().iter().find_map(|(_, message)| match message {
        Any::Mailer(mailer::Message::Send(letter)) => Some((letter.arrives_on, letter.reason.clone())),
        _ => None,
    });
    let was = format!("it was {}", desk.day(11).said());
    assert_eq!(said, Some((Some(desk.day(12)), Some(was))), "the day, and the one that she was told before");
    assert_eq!(desk.order().promised_date, Some(desk.day(12)));
    desk.supplies_arrived();
    assert!(is_nothing(&desk.tell(slip)));
}

#[test]
fn two_new_promises_in_one_millisecond_are_two_letters_whenever_the_first_is_posted() {
    let mut desk = Desk::placed();
    desk.promised(3);
    desk.authorised();
    let mut slips = |days| {
        let turn = desk.tell(Message::PromiseChanged { order: desk.id, ships_on: desk.day(days) });
        turn.sends().iter().find_map(|(_, message)| match message {
            Any::Mailer(mailer::Message::Send(letter)) => Some(mailer::MailId::of(letter)),
            _ => None,
        })
    };
    let (first, second) = (slips(9), slips(10));
    assert!(first.is_some() && second.is_some());
    assert_ne!(first, second);
}

#[test]
fn an_order_that_nobody_can_supply_is_given_back_with_a_letter() {
    let mut desk = Desk::placed();
    desk.promised(3);
    desk.authorised();
    let turn = desk.tell(Message::NoSupplies { order: desk.id });
    assert_eq!(asks(&turn), ["StockKeeper Release", "StockKeeper KeepCredit", "MerchantProxy Void"]);
    assert_eq!(letters(&turn), [MailKind::Cancelled]);
    assert_eq!(desk.order().end, Some(End::Cancelled(CancelReason::NoSupplies)));
    let payment = desk.payment();
    desk.tell(Message::PaymentVoided { order: desk.id, payment });
    assert_eq!(desk.order().view(desk.id).payment, PaymentView::Voided);
}

#[test]
fn a_silent_bank_is_answered_pending_once_and_the_order_goes_on() {
    let mut desk = Desk::placed();
    desk.reserved();
    let Outcome::Pending(view) = outcome(&desk.unknown()) else { panic!("pending") };
    assert_eq!((view.state, view.payment), (OrderState::AwaitingPayment, PaymentView::Unknown));
    assert!(is_nothing(&desk.unknown()));
    desk.authorised();
    let turn = desk.allocated();
    assert!(answer(&turn).is_none());
    assert_eq!(letters(&turn), [MailKind::OrderConfirmation]);
}

#[test]
fn a_payment_reversed_after_pending_is_told_by_letter() {
    let mut desk = Desk::placed();
    desk.reserved();
    desk.unknown();
    let turn = desk.declined(DeclineReason::IssuerUnavailable);
    assert_eq!(letters(&turn), [MailKind::PaymentDeclined]);
    assert_eq!(desk.state(), OrderState::Declined);
}

#[test]
fn no_order_is_confirmed_by_an_allocation_that_nobody_paid_for() {
    let mut desk = Desk::placed();
    desk.reserved();
    assert!(is_nothing(&desk.allocated()));
    assert_eq!(desk.state(), OrderState::AwaitingPayment);
}

#[test]
fn cancelling_on_paper_gives_everything_back_at_once() {
    let mut desk = Desk::placed();
    desk.reserved();
    desk.unknown();
    let turn = desk.cancel(5);
    assert_eq!(asks(&turn), ["StockKeeper Release", "MerchantProxy Void"]);
    assert_eq!(letters(&turn), [MailKind::Cancelled]);
    let CancelReply::Cancelled(view) = cancel_reply(&turn) else { panic!("cancelled") };
    assert_eq!(view.cancel_reason, Some(CancelReason::ByCustomer));
    assert_eq!(**view, OrderView { payment: PaymentView::Unknown, ..desk.order().view(desk.id) });
    assert!(is_nothing(&desk.authorised()), "a late hold is the merchant system's to void");
    assert!(matches!(cancel_reply(&desk.cancel(6)), CancelReply::Cancelled(_)));
}

#[test]
fn cancelling_while_the_stock_is_being_allocated_puts_it_away() {
    let mut desk = Desk::placed();
    desk.reserved();
    desk.unknown();
    desk.authorised();
    assert_eq!(asks(&desk.cancel(5)), ["StockKeeper PutAway", "MerchantProxy Void"]);
    assert!(is_nothing(&desk.allocated()));
    assert_eq!(desk.state(), OrderState::Cancelled);
}

#[test]
fn whoever_waits_for_a_checkout_that_is_cancelled_is_answered() {
    let mut desk = Desk::placed();
    let turn = desk.cancel(5);
    let Outcome::Pending(view) = outcome(&turn) else { panic!("pending") };
    assert_eq!(view.state, OrderState::Cancelled);
}

/// What crosses the cancel may be "out of stock": then it holds nothing, and what it gave back would be another's.
#[test]
fn an_order_cancelled_while_its_stock_is_asked_for_gives_back_what_the_answer_says_that_it_has() {
    let answers = |desk: &Desk| {
        let order = desk.id;
        [
            (Message::Reserved { order }, 1),
            (Message::Promised { order, ships_on: desk.day(3) }, 1),
            (Message::OutOfStock { order, earliest: None }, 0),
        ]
    };
    for (answer, releases) in answers(&Desk::placed()) {
        let mut desk = Desk::placed();
        assert!(asks(&desk.cancel(5)).is_empty(), "the stock keeper has not answered");
        let turn = desk.tell(answer.clone());
        assert_eq!(asks(&turn), vec!["StockKeeper Release"; releases], "{answer:?}");
        assert!(letters(&turn).is_empty() && turn.replies.is_empty());
        assert_eq!(desk.order().end, Some(End::Cancelled(CancelReason::ByCustomer)));
        for again in [answer, Message::SuppliesArrived { order: desk.id }] {
            assert!(is_nothing(&desk.tell(again)), "once");
        }
    }
}

#[test]
fn the_warehouse_is_asked_once_and_who_asked_first_waits_for_it() {
    let mut desk = Desk::fulfilling();
    let turn = desk.cancel(5);
    assert_eq!(asks(&turn), ["WarehouseActor Stop"]);
    assert!(turn.replies.is_empty());
    assert!(matches!(cancel_reply(&desk.cancel(6)), CancelReply::Pending(_)));
    let turn = desk.tell(Message::Stopped { order: desk.id });
    assert_eq!(turn.replies[0].0, RequestId(5));
    assert!(
        matches!(cancel_reply(&turn), CancelReply::Cancelled(view) if view.state == OrderState::Cancelled)
    );
    assert_eq!(asks(&turn), ["MerchantProxy Void"]);
    assert_eq!(letters(&turn), [MailKind::Cancelled]);
}

#[test]
fn it_is_too_late_to_cancel_what_the_truck_has() {
    let mut desk = Desk::fulfilling();
    desk.cancel(5);
    desk.handed_over();
    let turn = desk.tell(Message::TooLateToStop { order: desk.id });
    assert!(
        matches!(cancel_reply(&turn), CancelReply::TooLate(view) if view.state == OrderState::Dispatched)
    );
    assert!(is_nothing(&desk.tell(Message::TooLateToStop { order: desk.id })));
    let turn = desk.cancel(6);
    assert!(matches!(cancel_reply(&turn), CancelReply::TooLate(_)));
    assert!(asks(&turn).is_empty());
    let late = desk.alone.get::<OwnTimeline>(&desk.id).unwrap().0.read().entries;
    assert_eq!(late.iter().filter(|entry| entry.what == Happening::TooLateToCancel).count(), 1);
}

#[test]
fn only_the_orders_key_opens_it() {
    let mut desk = Desk::fulfilling();
    for key in ["", "0000000000000000000000000Z"] {
        let (order, claim) = (desk.id, Claim::from(key.to_owned()));
        let turn = desk.ask(4, Show { order, claim: claim.clone() });
        assert_eq!(shown(&turn), Err(&NoSuchOrder));
        assert!(turn.stated.is_empty());
        let turn = desk.ask(4, ShowTimeline { order, claim: claim.clone() });
        assert_eq!(turn.reply::<Result<Timeline, NoSuchOrder>>(), Some(&Err(NoSuchOrder)));
        assert!(turn.stated.is_empty());
        let turn = desk.ask(4, Cancel { order, claim });
        assert_eq!(cancel_reply(&turn), &CancelReply::NoSuchOrder);
        assert!(turn.stated.is_empty());
    }
    let (order, key) = (crate::domain::OrderId::new(5, 5), desk.key());
    assert_eq!(shown(&desk.ask(4, Show { order, claim: key.into() })), Err(&NoSuchOrder));
    let (order, key) = (desk.id, desk.key());
    let turn = desk.ask(4, Show { order, claim: key.into() });
    assert_eq!(shown(&turn).map(|view| view.id), Ok(desk.id));
}

fn shown(turn: &Decided) -> Result<&OrderView, &NoSuchOrder> {
    let reply = turn.reply::<Result<Box<OrderView>, NoSuchOrder>>().expect("who looks at it is answered");
    reply.as_deref()
}

#[test]
fn the_letter_carries_the_page_and_the_day_on_which_the_goods_leave() {
    let mut desk = Desk::placed();
    desk.promised(3);
    let turn = desk.authorised();
    let letter = turn.sends().iter().find_map(|(_, message)| match message {
        Any::Mailer(mailer::Message::Send(letter)) => Some(letter),
        _ => None,
    });
    let letter = letter.expect("a letter");
    assert_eq!(letter.link, Some(format!("/orders/{}?key={}", desk.id, desk.key())));
    assert_eq!(letter.arrives_on, desk.order().promised_date);
    assert_eq!(letter.lines[0].amount.amount, 1_998);
    assert_eq!(letter.totals.unwrap().total.amount, 3 * 999 + 299);
}
